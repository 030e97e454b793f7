"""Recall: what the public search finds beside a scan of every published letter with LIKE."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from hub.office import Office
from hub.storage import search

NEWEST = 50
SCAN = """
SELECT case_id FROM publications WHERE live = 1 AND (title LIKE :like OR body LIKE :like OR reply LIKE :like)
ORDER BY published_at DESC, case_id DESC LIMIT :most
"""


async def recall(office: Office, folder: Path, words: Sequence[str]) -> float:
    """The share of what the scan found newest that the search finds among its newest; both look at as many."""
    found = wanted = 0
    for word in words:
        like = await asyncio.to_thread(_scanned, folder, word)
        hits = await office.store.read(search.find, "sqlite", "public", word, NEWEST, room="heavy")
        found += len(like & {hit.case_id for hit in hits})
        wanted += len(like)
    return found / wanted if wanted else 0.0


def _scanned(folder: Path, word: str) -> set[str]:
    connection = sqlite3.connect(f"file:{folder / 'minxin.db'}?mode=ro", uri=True)
    try:
        return {str(row[0]) for row in connection.execute(SCAN, {"like": f"%{word}%", "most": NEWEST})}
    finally:
        connection.close()
