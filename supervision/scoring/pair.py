"""Pair: a letter and a reply to it, with what all replies have taken off once: quoted title, greeting, closing day."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from hub.wording import sentences
from supervision.scoring.rarity import pieces

_GREETING = re.compile(r"[^。！!：:]{0,30}[您你]好[^。！，,:：]{0,6}[。！!，,:：]?")
_DAY = re.compile(
    r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}[.．-]\d{1,2}[.．-]\d{1,2}日?|[二〇○零一二三四五六七八九十]{4}年[^日]{2,8}日)\s*$"
)
_NAMES = re.compile(
    r"[A-Z]\d{0,2}[市区县]|[\u4e00-\u9fff]{2,6}(?:路|街|大道|小区|镇|乡|村|社区|公司|学校|小学|中学|医院|花园|广场"
    r"|大厦|银行|公园|桥|站|组|苑|城|湾|府)"
)
_CODES = re.compile(r"[A-Z]\d{1,2}[市区县]?")
NUMBERS = re.compile(r"\d+(?:\.\d+)?")
QUOTED = "※"
"""Stands where the title of the letter was quoted."""
LEAST_QUOTED = 8
"""Characters in one piece before a part of the title counts as quoted."""
SHORTEST_SENTENCE = 8


@dataclass(frozen=True)
class Pair:
    """A letter and a reply."""

    title: str
    letter: str
    reply: str

    @cached_property
    def whole(self) -> str:
        """Title and letter as one text."""
        return f"{self.title}。{self.letter}"

    @cached_property
    def unquoted(self) -> str:
        """The reply without the title it quotes."""
        if len(self.title) >= LEAST_QUOTED and self.title in self.reply:
            return self.reply.replace(self.title, QUOTED)
        found = SequenceMatcher(None, self.reply, self.title, autojunk=False).find_longest_match()
        if found.size < max(LEAST_QUOTED, 0.6 * len(self.title)):
            return self.reply
        return f"{self.reply[: found.a]}{QUOTED}{self.reply[found.a + found.size :]}"

    @cached_property
    def dated(self) -> bool:
        """Whether the reply ends with its day."""
        return _DAY.search(self.reply) is not None

    @cached_property
    def core(self) -> str:
        """The reply without quoted title, greeting and the day at its end."""
        undated = _DAY.sub("", self.unquoted)
        greeting = _GREETING.match(undated)
        return undated[greeting.end() :] if greeting else undated

    @cached_property
    def asked(self) -> frozenset[str]:
        return pieces(self.whole)

    @cached_property
    def answered(self) -> frozenset[str]:
        return pieces(self.core)

    @cached_property
    def shared(self) -> frozenset[str]:
        return self.asked & self.answered

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the core that are long enough to say something."""
        return sentences(self.core, SHORTEST_SENTENCE)

    @cached_property
    def names(self) -> tuple[frozenset[str], frozenset[str]]:
        """Places and bodies named in the letter, and in the reply."""
        return frozenset(_NAMES.findall(self.whole)), frozenset(_NAMES.findall(self.core))

    @cached_property
    def codes(self) -> tuple[frozenset[str], frozenset[str]]:
        """Names made of a letter and digits, as districts and lines have, in letter and reply."""
        return frozenset(_CODES.findall(self.whole)), frozenset(_CODES.findall(self.core))
