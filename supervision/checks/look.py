"""Look: what every check may see of a reply, with the greeting and the courtesies taken off once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hub.errors import Said
from hub.ports import Draft, Finding
from hub.rulebook import Rulebook
from supervision.scoring.model import scorer
from supervision.scoring.pair import Pair

# The greeting: an addressee and a courtesy at the very beginning, up to the first sentence mark after them.
_GREETING = re.compile(
    r"\s*(?:“[^”]{0,20}”[\s，:：]*)?(?:(?:尊敬的|亲爱的)?[^\s，。！？:：,;；]{0,12}(?:网友|市民|来信人|同志|先生|女士|师傅|朋友)(?:“[^”]{0,20}”)?[:：]?"
    r"[\s，。！:：,]*)?(?:[您你]好[\s，。！!:：,]*)?"
)
# Words that hand over or thank and say nothing of the matter.
_COURTESIES = re.compile(
    r"(?:非常)?感谢[您你]?(?:对[^，。！]{0,20}?工作)?的?(?:关心|支持|理解|留言|来信|关注|监督|信任|反映|配合)"
    r"(?:(?:、|与|和|及|并)(?:关心|支持|理解|关注|监督|信任|配合))*[^，。！]{0,12}[，。！]?"
    r"|[您你]?(?:所?反映|提出|来信|咨询|留言)?的?(?:问题|情况|诉求|来信|留言|信件|建议|意见|内容)?(?:我们|我局|本局|我单位)?"
    r"(?:均|都|现)?已(?:经)?(?:收悉|收到|知悉|阅悉)[，。！；]?"
    r"|(?:我们|我局|我单位)?(?:已|将|会)?(?:经)?(?:转交?|转办|转至|转给|转送|交由|交办|移交|责成)(?:给|至|由)?[^，。！；]{0,24}"
    r"(?:部门|单位|科室|街道|局|办|中心)?[^，。！；]{0,6}(?:处理|办理|核实|研究|调查|阅处|阅研)?[，。！；]?"
    r"|(?:现|特)(?:将[^，。！]{0,16})?(?:回复|答复|复函)如下[:：，。]?|特此(?:回复|答复)[。！]?|此复[。！]?"
    r"|祝[您你][^，。！]{0,16}[。！]?|谢谢[您你]?[！。]?"
)

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Look:
    """A reply that is looked at, with the letter it answers and the rules in force."""

    draft: Draft
    book: Rulebook

    @property
    def letter(self) -> str:
        return self.draft.letter

    @property
    def body(self) -> str:
        return self.draft.body

    @cached_property
    def start(self) -> int:
        """Where the reply begins behind its greeting."""
        found = _GREETING.match(self.body)
        return found.end() if found else 0

    @cached_property
    def said(self) -> str:
        """The reply without greeting, courtesies and blanks: what it says of the matter."""
        return re.sub(r"\s+", "", _COURTESIES.sub("", self.body[self.start :]))

    @cached_property
    def pair(self) -> Pair:
        """Letter and reply as the models read them."""
        return Pair(self.draft.case.title, self.letter, self.body)

    @cached_property
    def scores(self) -> Mapping[str, float]:
        """What the models say of this pair, by concern; see supervision/scoring."""
        return scorer().scores(self.pair)

    def is_likely(self, concern: str) -> bool:
        """Whether a score passes the limit beside the weights of its model; the models read Chinese alone."""
        return (
            len(_CHINESE.findall(self.body)) > len(self.body) / 3
            and self.scores[concern] > scorer().models[concern].threshold
        )

    def courteous(self, sentence: str) -> bool:
        """Whether a sentence is nothing but courtesy or handing over."""
        return len(_COURTESIES.sub("", sentence)) < len(sentence) / 2


def finding(code: str, said: Said, evidence: str, *, blocks: bool = False, quotes: tuple[str, ...] = ()) -> Finding:
    """A finding that quotes the reply or the letter; long evidence is cut, `quotes` are lit up whole."""
    words = " ".join(evidence.split())
    return Finding(
        code, said.zh, said.en, words if len(words) <= 60 else f"{words[:59]}…", blocks, quotes or (evidence,)
    )


def around(text: str, start: int, end: int, before: int = 8, after: int = 12) -> str:
    """The words at a place with a little of what stands beside them."""
    return text[max(0, start - before) : end + after]
