"""From draft to release: supervision writes the words and checks, another person, a leader, releases or recalls."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hub.errors import Forbidden, Invalid, NotFound, NotNow, Overtaken, Said
from hub.journal import Entry
from hub.people import Actor
from hub.privacy import masking
from hub.rulebook import Rulebook
from hub.storage import bulletins as rows
from hub.storage import journal, outbox
from hub.storage.bulletins import Bulletin, Key
from hub.storage.tx import Tx
from supervision.bulletins.document import Document, from_text
from supervision.bulletins.drawing import told

MOST = 4000
"""Characters of one written part in one language."""
STATES: Mapping[str, Said] = {
    "drawn": Said("待督查室审核", "Waits for supervision"),
    "checked": Said("待领导发布", "Waits for a leader"),
    "released": Said("已发布", "Released"),
    "replaced": Said("已由新版代替", "Replaced by a later version"),
    "recalled": Said("已撤回", "Recalled"),
}
MOVES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "write": ("drawn", ("supervisor",)),
    "check": ("drawn", ("supervisor",)),
    "send_back": ("checked", ("leader",)),
    "release": ("checked", ("leader",)),
    "recall": ("released", ("leader",)),
}
"""Where each move begins and who may make it; a correction is drawn up anew (supervision/bulletins/drawing.py)."""


def open_moves(one: Bulletin, actor: Actor) -> tuple[str, ...]:
    """The moves open to an officer on a version as it stands."""
    return tuple(
        code
        for code, (begins, roles) in MOVES.items()
        if one.state == begins and _any(actor, roles)
        if not (code == "release" and one.checked_person == actor.person)
    )


def waiting(tx: Tx, actor: Actor) -> int:
    """How many versions wait for the officer: to be checked by supervision, to be released by a leader."""
    states = {begins for code in ("check", "release") for begins, roles in (MOVES[code],) if _any(actor, roles)}
    return rows.in_states(tx, states) if states else 0


def _any(actor: Actor, roles: tuple[str, ...]) -> bool:
    return any(actor.has(role) for role in roles)


def names_of(document: Document) -> tuple[tuple[str, Said], ...]:
    """The fields of the written parts, each in Chinese and English, with the part's title."""
    parts = [part for part in document.parts if part.written]
    return tuple((f"{part.code}_{lang}", part.title) for part in parts for lang in ("zh", "en"))


def write(
    tx: Tx, key: Key, words: Mapping[str, str], seen: int, actor: Actor, book: Rulebook, now: datetime
) -> Bulletin:
    """Keep what supervision writes beside the numbers. Raises Invalid for what is too long or shows a person."""
    one = _opened(tx, key, "write", seen, actor)
    names = [name for name, _ in names_of(from_text(one.content))]
    given = {name: words.get(name, "").strip() for name in names}
    if wrong := faults(given, book):
        raise Invalid(wrong)
    after = replace(one, words={name: text for name, text in given.items() if text})
    return _kept(tx, one, after, "bulletin.written", actor, now)


def faults(words: Mapping[str, str], book: Rulebook) -> dict[str, Said]:
    """What cannot stand: too many characters, or a person's number, address or name (DESIGN §10). Pure."""
    wrong = {}
    for name, text in words.items():
        if len(text) > MOST:
            wrong[name] = Said(f"太长了，最多{MOST}字。", f"Too long: at most {MOST} characters.")
        elif found := [m for m in masking.find(text, masking.Known(book.public)) if m.sure]:
            mark = text[found[0].start : found[0].end]
            wrong[name] = Said(
                f"“{mark}”像是个人信息，请去掉再保存。", f"“{mark}” looks like personal data: please take it out."
            )
    return wrong


def check(tx: Tx, key: Key, seen: int, actor: Actor, now: datetime) -> Bulletin:
    """Supervision has looked at it: a leader may release it."""
    one = _opened(tx, key, "check", seen, actor)
    after = replace(one, state="checked", checked_by=actor.id, checked_person=actor.person)
    kept = _kept(tx, one, after, "bulletin.checked", actor, now)
    outbox.put(tx, "", [told("leader@", "bulletin_checked", kept)], now)
    return kept


def send_back(tx: Tx, key: Key, reason: str, seen: int, actor: Actor, now: datetime) -> Bulletin:
    """A leader wants it otherwise; raises Invalid without a reason."""
    one = _opened(tx, key, "send_back", seen, actor)
    after = replace(one, state="drawn", checked_by="", checked_person="", note=given_reason(reason))
    kept = _kept(tx, one, after, "bulletin.sent_back", actor, now)
    outbox.put(tx, "", [told("supervisor@", "bulletin_back", kept)], now)
    return kept


def release(tx: Tx, key: Key, seen: int, actor: Actor, now: datetime) -> Bulletin:
    """A leader who did not check it releases it; the version in force gives way, and the units hear of it."""
    one = _opened(tx, key, "release", seen, actor)
    if one.checked_person == actor.person:
        raise Forbidden("审核和发布要由两个人来做。", "Checking and releasing are done by two people.")
    rows.replace_in_force(tx, key)
    after = replace(one, state="released", released_by=actor.id, released_person=actor.person, released_at=now)
    kept = _kept(tx, one, after, "bulletin.released", actor, now)
    units = sorted({row.unit for table in from_text(one.content).tables() for row in table.rows if row.unit})
    outbox.put(tx, "", [told(f"signer@{unit}", "bulletin_released", kept) for unit in units], now)
    return kept


def recall(tx: Tx, key: Key, reason: str, seen: int, actor: Actor, now: datetime) -> Bulletin:
    """A leader takes it back: its page says so and shows nothing of it. Raises Invalid without a reason."""
    one = _opened(tx, key, "recall", seen, actor)
    after = replace(one, state="recalled", recalled_at=now, note=given_reason(reason))
    return _kept(tx, one, after, "bulletin.recalled", actor, now)


def _opened(tx: Tx, key: Key, move: str, seen: int, actor: Actor) -> Bulletin:
    """The version a move is made on; raises NotFound, Forbidden, NotNow, Overtaken."""
    begins, roles = MOVES[move]
    one = rows.one(tx, key)
    if one is None:
        raise NotFound
    if not _any(actor, roles):
        raise Forbidden
    if one.state != begins:
        word = STATES[one.state]
        raise NotNow(f"这一期现在{word.zh}，不能做这一步。", f"Not now: {word.en}.")
    if one.revision != seen:
        raise Overtaken
    return one


def _kept(tx: Tx, before: Bulletin, after: Bulletin, action: str, actor: Actor, now: datetime) -> Bulletin:
    """Write it, guarded by the revision, and say in the journal what was done; raises Overtaken."""
    if not rows.change(tx, after, before.revision):
        raise Overtaken
    data = {"bulletin": str(after.key), "digest": after.whole_digest}
    journal.append(tx, [Entry(None, action, actor.id, now, data)])
    return replace(after, revision=before.revision + 1)


def given_reason(reason: str) -> str:
    """A reason without the blanks around it; raises Invalid where there is none, or too much."""
    said = reason.strip()
    if not said or len(said) > MOST:
        raise Invalid({"reason": Said("请写明理由。", "Please give a reason.")})
    return said
