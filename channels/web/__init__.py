"""The site: citizens' pages, staff pages and the JSON API on one aiohttp server."""
