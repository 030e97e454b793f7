"""The store: the only place with SQL, one contract over SQLite and PostgreSQL."""
