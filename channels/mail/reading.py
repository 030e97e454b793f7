"""From the bytes of a mail to what a citizen sent: of a broken one, words and files come out as far as they go."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import CloseBoundaryNotFoundDefect
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from channels.mail.plain import plain_words

MOST_PARTS, DEEPEST = 200, 12
MOST_WORDS = 400_000
"""Characters of text that are read at all; a letter keeps 8000 of them and the rest as a file."""
_ADDRESS = re.compile(r"[^@\s<>(),;:\"\\]{1,64}@[^@\s<>(),;:\"\\]{1,190}\.[^@\s.<>(),;:\"\\]{2,24}")
_WIDE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "ascii": "utf-8"}
_CONTROLS = re.compile("[\x00\ud800-\udfff]")


class Unreadable(Exception):
    """The bytes are no mail at all."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a mail. `whole` is false where the mail was cut off inside it."""

    name: str
    content: bytes = field(repr=False)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server reports of a mail of ours (RFC 3464): what became of it, and its status like 5.1.1."""

    action: str
    status: str
    about: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was read; `headers` are the decoded values by lower-case name."""

    sender: str = field(repr=False)
    name: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[Enclosed, ...]
    headers: dict[str, tuple[str, ...]] = field(repr=False)
    report: Report | None = None

    def header(self, name: str) -> str:
        """All values of a header in one line; empty where it is missing."""
        return " ".join(self.headers.get(name, ()))


def read_mail(raw: bytes) -> Mail:
    """Read a mail; takes CPU for large ones, so call it on a thread. Raises Unreadable."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        headers = _headers(message)
        words, files = _sorted(list(_leaves(message, 0)), cut=_cut_off(message))
        name, sender = _from(headers.get("from", ()))
        report = _report(message, headers, raw)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError) as fault:
        raise Unreadable(type(fault).__name__) from None
    if not headers:
        raise Unreadable("no headers")
    return Mail(sender, name, headers.get("subject", ("",))[0], words, files, headers, report)


# Headers ------------------------------------------------------------------------------------------------------------


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in message.raw_items():
        key = str(name).lower()
        found[key] = (*found.get(key, ()), _decoded(str(value)))
    return found


def _decoded(value: str) -> str:
    """A header with its encoded words read (RFC 2047); raw bytes are read as UTF-8, then GB 18030."""
    value = _readable(value)
    try:
        parts = decode_header(value)
    except (ValueError, email.errors.HeaderParseError):
        return value
    texts = (_text(part, charset or "utf-8") if isinstance(part, bytes) else part for part, charset in parts)
    return _one_line("".join(texts))


def _readable(value: str) -> str:
    return _text(value.encode("utf-8", "surrogateescape"), "utf-8") if not value.isascii() else value


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub("", text).split())


def _from(values: tuple[str, ...]) -> tuple[str, str]:
    """Name and address of the sender; empty where there is not exactly one that could be answered."""
    found = [(n, a) for n, a in getaddresses(list(values)) if a]
    if len(found) != 1 or not _ADDRESS.fullmatch(found[0][1]):
        return "", ""
    return _one_line(found[0][0]), found[0][1].lower()


# Parts --------------------------------------------------------------------------------------------------------------


def _leaves(part: Message, depth: int, count: list[int] | None = None) -> Iterator[Message]:
    """The parts that hold something, in order; of alternatives the plain one. What is too deep or too much is left."""
    count = [0] if count is None else count
    count[0] += 1
    if depth > DEEPEST or count[0] > MOST_PARTS:
        return
    inner = part.get_payload()
    if part.get_content_type() == "message/rfc822" or not isinstance(inner, list):
        yield part
        return
    if part.get_content_type() == "multipart/alternative":
        inner = [_best([each for each in inner if isinstance(each, Message)])] if inner else []
    for each in inner:
        if isinstance(each, Message):
            yield from _leaves(each, depth + 1, count)


def _best(choices: list[Message]) -> Message:
    """Plain text where it says something, else the last choice, which is the richest (RFC 2046, 5.1.4)."""
    for choice in choices:
        if choice.get_content_type() == "text/plain" and _words_of(choice).strip():
            return choice
    return choices[-1]


def _sorted(parts: list[Message], *, cut: bool) -> tuple[str, tuple[Enclosed, ...]]:
    """Words and files among the parts; the last part of a mail that was cut off is not whole."""
    words: list[str] = []
    files: list[Enclosed] = []
    for n, part in enumerate(parts):
        name = _file_name(part)
        if part.get_content_maintype() == "text" and not name and part.get_content_disposition() != "attachment":
            words.append(_words_of(part))
        elif part.get_content_type() not in ("message/delivery-status", "text/rfc822-headers"):
            name = name or f"{len(files) + 1}.{_ending(part.get_content_type())}"
            files.append(Enclosed(name, _bytes_of(part), not (cut and n == len(parts) - 1)))
    return "\n".join(w for w in words if w.strip())[:MOST_WORDS], tuple(files)


def _words_of(part: Message) -> str:
    text = _text(_bytes_of(part)[: 4 * MOST_WORDS], part.get_content_charset("utf-8"))
    text = _CONTROLS.sub("", text.replace("\r\n", "\n"))[:MOST_WORDS]
    return plain_words(text) if part.get_content_type() == "text/html" else text


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(data: bytes, charset: str) -> str:
    """The text in the charset it says, else as what Chinese mail usually is; nothing is lost for a wrong label."""
    for code in (_WIDE.get(charset.lower(), charset), "utf-8", "gb18030"):
        try:
            return data.decode(code)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _file_name(part: Message) -> str:
    try:
        given = part.get_filename()
    except (ValueError, TypeError, LookupError, AttributeError):
        given = None
    return _decoded(given) if given else ""


def _ending(content_type: str) -> str:
    kind = content_type.rpartition("/")[2]
    return {"jpeg": "jpg", "plain": "txt", "rfc822": "eml", "mpeg": "mp3"}.get(kind, kind)[:12]


def _cut_off(message: Message) -> bool:
    return any(isinstance(defect, CloseBoundaryNotFoundDefect) for part in message.walk() for defect in part.defects)


# Reports ------------------------------------------------------------------------------------------------------------


def _report(message: Message, headers: dict[str, tuple[str, ...]], raw: bytes) -> Report | None:
    """The report a mail server sent, in its standard form or as plain words from nobody."""
    about = raw[:1_000_000].decode("ascii", "replace")
    if message.get_content_type() == "multipart/report" and message.get_param("report-type") == "delivery-status":
        reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
        said = [p for part in reports for p in part.walk()]
        actions = [str(p["action"]).strip().lower() for p in said if p["action"]]
        status = next((str(p["status"]).strip()[:12] for p in said if p["status"]), "")
        action = "failed" if "failed" in actions else actions[0] if actions else "failed"
        return Report(action, status, about)
    local = _from(headers.get("from", ()))[1].partition("@")[0]
    if "<>" in "".join(headers.get("return-path", ())) and local in ("mailer-daemon", "postmaster"):
        return Report("failed", "", about)
    return None
