"""One line of an import file: a letter of another system, read and looked at before it is taken."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.privacy.words import NotText, clean
from hub.rulebook import Rulebook
from hub.submission import headline, read_outside_due

MOST = 20_000
"""Characters a text may have; letters of the past are not held to the limits of today's form."""
AHEAD = timedelta(hours=1)
EARLIEST, LATEST = 1949, 9000

KIND_WORDS = (
    ("praise", ("感谢", "表扬", "点赞", "锦旗")),
    ("suggest", ("建议", "提议", "建言")),
    ("complaint", ("投诉", "举报", "不作为", "乱收费", "扰民", "违规", "违法", "强烈要求")),
    ("help", ("求助", "恳请", "请求", "帮帮", "救救", "困难")),
)
"""What the title says of the kind when nobody wrote it down; a letter without such a word is a question. A kind that
is sealed is never guessed: it would vanish from everybody's sight."""


class BadLine(ValueError):
    """The line cannot be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of another system; `line` is where it stands in its file."""

    line: int
    id: str
    title: str
    body: str
    at: datetime
    kind: str
    category: str
    reply: str
    reply_at: datetime | None
    result: str
    outside_due: datetime | None = None


def read_line(line: int, text: str, book: Rulebook, now: datetime) -> Letter:
    """The letter of a JSON line; raises BadLine. Times without a zone are the district's own.

    `at` may also be called `time`, as older files do.
    """
    row = _row(text)
    title, body = _text(row, "title"), _text(row, "body")
    if not body:
        raise BadLine("没有正文（body）")
    letter_id = str(row.get("id") if row.get("id") is not None else "").strip()
    if not letter_id or len(letter_id) > 200:
        raise BadLine("没有编号（id），或编号太长")
    at = _moment(row, "at" if "at" in row else "time", book)
    if at is None:
        raise BadLine("没有来信时间（at）")
    if at > now + AHEAD:
        raise BadLine("来信时间（at）在将来")
    title = title or headline(body)
    kind = str(row.get("kind") or "") or guess_kind(title, book)
    if kind not in book.kinds:
        raise BadLine(f"没有这个类别（kind）：{kind[:40]}")
    reply_at = _moment(row, "reply_time", book)
    return Letter(
        line=line,
        id=letter_id,
        title=title,
        body=body,
        at=at,
        kind=kind,
        category=_text(row, "category")[:60],
        reply=_text(row, "reply"),
        reply_at=min(reply_at, now) if reply_at else None,
        result=str(row.get("result") or ""),
        outside_due=_outside_due(row, at, book),
    )


def _outside_due(row: dict[str, Any], at: datetime, book: Rulebook) -> datetime | None:
    """The due date that somebody outside set (`due`), e.g. on an order of the city's hotline."""
    if row.get("due") in (None, ""):
        return None
    try:
        return read_outside_due(str(row["due"]), at, book.calendar)
    except ValueError as fault:
        raise BadLine(f"看不懂期限（due），或早于来信时间：{str(row['due'])[:40]}") from fault


def guess_kind(title: str, book: Rulebook) -> str:
    """The kind by the first simple word in the title, consult without one; only kinds that stand and are not sealed."""
    for code, words in KIND_WORDS:
        kind = book.kinds.get(code)
        if kind is not None and not kind.sealed and any(word in title for word in words):
            return code
    return "consult" if "consult" in book.kinds else next(c for c, k in book.kinds.items() if not k.sealed)


def _row(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise BadLine("不是一行JSON") from fault
    if not isinstance(row, dict):
        raise BadLine("不是JSON对象")
    return row


def _text(row: dict[str, Any], name: str) -> str:
    given = row.get(name)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise BadLine(f"{name} 不是文字")
    try:
        tidy = clean(given).strip()
    except NotText as fault:
        raise BadLine(f"{name}：{fault.zh}") from fault
    if len(tidy) > MOST:
        raise BadLine(f"{name} 超过{MOST}字")
    return tidy


def _moment(row: dict[str, Any], name: str, book: Rulebook) -> datetime | None:
    given = row.get(name)
    if given in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(given))
        local = moment.replace(tzinfo=book.calendar.zone) if moment.tzinfo is None else moment
    except ValueError as fault:
        raise BadLine(f"看不懂时间（{name}）：{str(given)[:40]}") from fault
    if not EARLIEST <= local.year <= LATEST:
        raise BadLine(f"时间不合情理（{name}）：{str(given)[:40]}")
    return local
