"""The JSON API under /api/v1: the same hub for other systems, documented by what binds it."""
