"""Enclosing 附件: files that go to the citizen with a reply, among the files of its case."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from hub.errors import Invalid, Said
from hub.storage import cases
from hub.storage.cases import ENCLOSED
from hub.storage.tx import Row, Tx
from hub.submission import Attached

MOST_LAID = 40
"""So many files officers may lay on one case, over all versions of its reply."""


def lay(tx: Tx, case_id: str, files: tuple[Attached, ...], owner: str, now: datetime) -> tuple[int, ...]:
    """Lay files on a case whose row is locked; answers their places. What `owner` laid there before keeps its place.

    Raises Invalid where the case has no room for more.
    """
    there = [r for r in cases.files_of(tx, case_id) if r["purpose"] == ENCLOSED]
    places = {str(r["sha256"]): int(r["n"]) for r in there if r["owner"] == owner}
    fresh = {f.sha256: f for f in files if f.sha256 not in places}
    if len(there) + len(fresh) > MOST_LAID:
        raise Invalid(
            {
                "files": Said(
                    f"一件来信的答复附件最多{MOST_LAID}个，已经满了。",
                    f"The replies to one case take at most {MOST_LAID} files, and there is no room left.",
                )
            }
        )
    laid = cases.lay(tx, case_id, map(asdict, fresh.values()), ENCLOSED, owner, now)
    places |= dict(zip(fresh, laid, strict=True))
    return tuple(places[sha256] for sha256 in dict.fromkeys(f.sha256 for f in files))


def enclosed(rows: Iterable[Row], places: Iterable[object]) -> tuple[Attached, ...]:
    """Those of a case's files that stand at these places."""
    at: Mapping[str, Row] = {str(r["n"]): r for r in rows}
    found = (at[str(n)] for n in places if str(n) in at)
    return tuple(Attached(r["sha256"], r["name"], r["mime"], int(r["size"])) for r in found)


def must_be_laid(tx: Tx, case_id: str, places: Iterable[object]) -> None:
    """Raise Invalid where a reply names a file that no officer laid on its case."""
    there = {str(r["n"]) for r in cases.files_of(tx, case_id) if r["purpose"] == ENCLOSED}
    if not {str(n) for n in places} <= there:
        raise Invalid(
            {"files": Said("有一个附件不在这件来信上，请重新附上。", "One of the files is not on this case.")}
        )
