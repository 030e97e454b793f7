"""What a citizen wrote anew in an answer: the mail it answers and the signature are cut, only where that is sure."""

import re

_ATTRIBUTION = re.compile(r"^\s*(?:on\b.{4,200}\bwrote\s*[:：]?|.{0,200}(?:写道|寫道)\s*[:：]?)\s*$", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"^\s*[-_—]{2,}\s*(?:original message|原始邮件|原邮件|原始郵件|回复的原邮件)\s*[-_—]{2,}\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*[*>]*\s*(?:发件人|寄件者|From)\s*[:：]", re.IGNORECASE)
_HEAD = re.compile(
    r"^\s*[*>]*\s*(?:发送时间|时间|日期|收件人|主题|抄送|寄件日期|Sent|Date|To|Subject|Cc)\s*[:：]", re.IGNORECASE
)
_SIGNATURE = re.compile(r"^-- ?$")
_DEVICE = re.compile(
    r"^\s*(?:发自我的.{1,40}|[来從从]自?我的.{0,20}(?:手机|手機|iphone|ipad|电脑|平板).{0,20}|发送自.{1,40}"
    r"|sent from .{1,60}|get outlook for .{1,40})\s*$",
    re.IGNORECASE,
)
"""What phones put below every mail of their own accord; a signature only as the last line."""


def fresh_words(text: str) -> str:
    """The text without the mail it answers and without the signature; whole where that would leave nothing.

    Words that stand between or below quoted lines are an answer point by point: then everything stays.
    """
    lines = text.splitlines()
    kept = lines[: _quote_begins(lines)]
    return "\n".join(_unsigned(kept)).strip() or unsigned(text)


def unsigned(text: str) -> str:
    """The text without a signature below the line of two dashes (RFC 3676, 4.3)."""
    return "\n".join(_unsigned(text.splitlines())).strip() or text.strip()


def _unsigned(lines: list[str]) -> list[str]:
    lines = next((lines[:n] for n, line in enumerate(lines) if n and _SIGNATURE.match(line)), lines)
    last = next((n for n in reversed(range(len(lines))) if lines[n].strip()), 0)
    return lines[:last] if last and _DEVICE.match(lines[last]) else lines


def _quote_begins(lines: list[str]) -> int:
    """The line from which on there is nothing but quoted history; the number of lines where there is none."""
    for n, line in enumerate(lines):
        if _SEPARATOR.match(line):
            return n
        if _FROM.match(line) and sum(bool(_HEAD.match(below)) for below in lines[n + 1 : n + 6]) >= 2:
            return n
        if _ATTRIBUTION.match(line) and _only_quoted(lines[n + 1 :]):
            return n
        if _ATTRIBUTION.match("".join(lines[n : n + 2])) and _only_quoted(lines[n + 2 :]):
            return n
        if line.startswith(">") and _only_quoted(lines[n:]):
            return n
    return len(lines)


def _only_quoted(lines: list[str]) -> bool:
    said = [line for line in lines if line.strip()]
    return bool(said) and all(line.lstrip().startswith(">") for line in _unsigned(said))
