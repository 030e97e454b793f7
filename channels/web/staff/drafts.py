"""Keeping a reply while it is written: by a button, or by itself as one types; never over other words unseen."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.render import local, page
from channels.web.staff.attempt import Attempt, Kept
from channels.web.staff.frame import Desk, status_of, texts
from hub import drafting
from hub.drafting import Clashed
from hub.errors import NotFound, Refusal
from hub.storage.drafts import Draft

WISHES = ("keep", "drop")
NOT_KEPT = ("seen",)


async def attempted(desk: Desk, number: str, move: str, values: Mapping[str, Any], given: Mapping[str, Any]) -> Attempt:
    """The page after a draft was kept, thrown away, or met another one. Raises NotFound."""
    write = desk.office.store.write
    if texts(given, "do") == "drop":
        await write(drafting.drop, number, desk.actor, desk.book)
        return Attempt()
    words = {name: value for name, value in values.items() if name not in NOT_KEPT}
    try:
        kept = await write(drafting.keep, number, words, revision(given), desk.actor, desk.book, desk.now)
    except Clashed as fault:
        clash = Kept(fault.other.revision, desk.word(fault.said), str(fault.other.words.get("body", "")))
        return Attempt(move=move, given=values, kept=clash, status=409)
    except NotFound:
        raise
    except Refusal as fault:
        return Attempt(move=move, given=values, above=(fault.said,), status=status_of(fault))
    return Attempt(move=move, given=values, kept=saved(desk, kept))


def note(desk: Desk, attempt: Attempt) -> web.Response:
    """The line about the draft alone, for a page that saves by itself."""
    said = desk.word(attempt.above[0]) if attempt.above else ""
    kept = attempt.kept or Kept(said=said)
    return page(desk.request, "staff/draft_note.html", status=attempt.status, kept=kept)


def saved(desk: Desk, draft: Draft) -> Kept:
    """A draft that stands, as the page says it."""
    return Kept(draft.revision, desk.say(N_("草稿已保存（%(at)s），只有您看得到"), at=f"{local(draft.saved_at):%H:%M}"))


def found(desk: Desk, draft: Draft, replies: int) -> Kept:
    """A draft that was there when the page opened; one older than the newest version says so."""
    at = f"{local(draft.saved_at):%m-%d %H:%M}"
    if draft.replies < replies:
        said = desk.say(N_("这是您%(at)s存的草稿，写在第%(n)s版答复之前，请对照后再用"), at=at, n=draft.replies + 1)
    else:
        said = desk.say(N_("已放回您%(at)s存的草稿"), at=at)
    return Kept(draft.revision, said)


def revision(given: Mapping[str, Any]) -> int:
    """The revision of the draft that the page was opened with; 0 where there was none."""
    text = texts(given, "kept")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
