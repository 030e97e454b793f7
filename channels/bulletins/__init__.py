"""Bulletins as page, paper and table file: three renderings of one document, equal number by number."""
