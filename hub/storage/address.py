"""Where a store is: `sqlite:///absolute/path.db` or `postgresql://…`."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from hub.storage.errors import StoreError


def sqlite_path(url: str) -> Path | None:
    """The database file of a SQLite address, None for PostgreSQL; raises StoreError for anything else."""
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        return None
    path = Path(unquote(parts.path))
    if parts.scheme != "sqlite" or parts.netloc or not path.is_absolute():
        raise StoreError("a store's address is sqlite:///absolute/path.db or postgresql://…")
    return path
