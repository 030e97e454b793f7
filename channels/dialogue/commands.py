"""Commands in their slash form and in plain Chinese or English words, and the numbers and codes people type."""

import re
import unicodedata
from typing import NamedTuple

WORDS: dict[str, tuple[str, ...]] = {
    "start": ("start", "开始"),
    "new": ("new", "写信", "我要写信", "write", "write a letter"),
    "status": ("status", "查进度", "查询", "进度"),
    "my": ("my", "我的来信", "my letters"),
    "add": ("add", "补充"),
    "rate": ("rate", "评价"),
    "person": ("person", "人工", "转人工", "人工服务", "转人工服务", "human", "a person"),
    "end": ("end", "结束", "结束对话", "end talk"),
    "help": ("help", "帮助", "？", "?"),
    "cancel": ("cancel", "取消"),
    "drop": ("确定取消", "yes cancel"),
    "back": ("back", "上一步", "返回"),
    "lang": ("lang", "语言", "language"),
    "done": ("done", "没有了", "完成"),
    "go": ("继续", "继续写", "continue"),
}
GREETINGS = frozenset(
    ("你好", "您好", "在吗", "在么", "有人吗", "喂", "hi", "hello", "hey", "你好啊", "谢谢", "thanks")
)

_RATED: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (5, "yes", ("1", "满意", "1满意", "解决了", "办好了", "good", "1 good")),
    (3, "partly", ("2", "一般", "2一般", "部分解决", "so-so", "2 so-so")),
    (1, "no", ("3", "不满意", "3不满意", "没解决", "没办好", "bad", "3 bad")),
)
RATINGS = {word: (score, outcome) for score, outcome, words in _RATED for word in words}
"""What mails and text messages rate with, by one number or its words: score and outcome."""
_BY_WORD = {word: name for name, words in WORDS.items() for word in words}
_NUMBER = re.compile(r"(?<![\d-])(\d{4})\s?[-—–]\s?(\d{6,8})(?![\d-])")
_DIGITS = re.compile(r"\d(?:[\s-]?\d)+")
CODE_DIGITS = 12
"""Digits of a query code (DESIGN §10)."""


class Command(NamedTuple):
    """A command and what was written after it."""

    name: str
    rest: str


def plain(text: str) -> str:
    """Words as they are compared: full-width folded, lower case, no outer blanks or closing punctuation."""
    return unicodedata.normalize("NFKC", text).strip().rstrip("。.!,;~").strip().lower()


def command_in(text: str) -> Command | None:
    """The command a message is, if it is one: a slash word, or a whole message of one of the plain words."""
    if text.startswith("/"):
        head, _, rest = text[1:].partition(" ")
        name = plain(head.partition("@")[0])
        return Command(_BY_WORD.get(name, "help"), rest.strip())
    name = _BY_WORD.get(plain(text), "")
    if name:
        return Command(name, "")
    head, _, rest = text.partition(" ")
    name = _BY_WORD.get(head, "")
    if name in ("status", "add", "rate") and not head.isascii() and number_in(rest):
        return Command(name, rest.strip())
    return None


def rating_in(text: str) -> tuple[int, str] | None:
    """Score and outcome where the whole message is one of RATINGS."""
    return RATINGS.get(plain(text))


def is_greeting(text: str) -> bool:
    return plain(text) in GREETINGS


def number_in(text: str) -> str:
    """The case number written in a text, or nothing."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", text))
    return f"{found[1]}-{found[2]}" if found else ""


def query_code_in(text: str) -> str:
    """The query code in a text, written in threes or not, as bare digits; or nothing."""
    rest = _NUMBER.sub(" | ", unicodedata.normalize("NFKC", text))
    for run in _DIGITS.findall(rest):
        digits = re.sub(r"\D", "", run)
        if len(digits) == CODE_DIGITS:
            return digits
    return ""
