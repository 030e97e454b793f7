"""Files that go out with a reply: taken from the editor's form, laid on the case, and shown there."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.web.keys import Fields
from channels.web.public.attached import ACCEPT, take
from channels.web.staff import parts
from channels.web.staff.frame import Desk
from hub import drafting
from hub.errors import Invalid
from hub.submission import MOST_FILES
from hub.views import FileView


async def with_uploads(desk: Desk, number: str, values: Mapping[str, Any], given: Fields) -> dict[str, Any]:
    """The values of the editor with the places of the files that came along.

    Raises what drafting.lay raises, and Invalid with a sentence for each file that is not taken; those that are stay on
    the case, ready to be ticked.
    """
    kept = [str(n) for n in values.get("files", ())]
    files, refused = await take(desk.request, given.getall("files", []), max(0, MOST_FILES - len(kept)))
    if files:
        laid = await desk.office.store.write(drafting.lay, number, tuple(files), desk.actor, desk.book, desk.now)
        kept = list(dict.fromkeys([*kept, *map(str, laid)]))
    if refused is not None:
        raise NotTaken({"files": refused}, kept)
    return {**values, "files": kept} if kept else dict(values)


class NotTaken(Invalid):
    """Some files were not taken; `kept` are the places of those that are there."""

    def __init__(self, fields: Mapping[str, Any], kept: Sequence[str]) -> None:
        super().__init__(dict(fields))
        self.kept = kept


def offered(number: str, there: Sequence[FileView], ticked: Sequence[Any]) -> dict[str, Any]:
    """What the editor shows: the files that may go along, which of them do, and how many more may come."""
    chosen = {str(n) for n in ticked}
    rows = [{**row, "ticked": str(row["n"]) in chosen} for row in parts.files(number, there)]
    return {"rows": rows, "accept": ACCEPT, "most": MOST_FILES}
