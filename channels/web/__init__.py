"""The site: citizens' pages, staff pages and the JSON API on one aiohttp server.

For authors of pages: export `ROUTES: tuple[Route, ...]` (channels.web.keys.Route); a handler takes the request and
returns `forms.form_page(request, template, **values)` where the page has forms (templates know `csrf`) or
`render.page(…)` where it has none. `keys.office_of(request)`, `session.current_actor(request)`,
`session.citizen_of(request)`, `forms.form(request)` and `forms.query(request)` give the rest. Refusals of
hub/errors.py are raised and become pages by channels/web/errors.py; a page that shows them beside its fields
catches Invalid itself and answers with status 422.
"""
