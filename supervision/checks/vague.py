"""Q4 模糊: soon, in the near future, in due time, and no date."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, around, finding

# 进一步 is left out: it says how, not when (NORMS §4).
_VAGUE = re.compile(
    r"尽快|尽早|近期|近日内|不久|即将|适时|择机|抓紧|早日|逐步|条件成熟(?:时|后)|视情况"
    r"|(?<![季环细情])节后|(?<![\d一二三四五六七八九十两几多半])年后"
)
_TITLE = re.compile(r"《[^》]{1,60}》")
# A date, or a length of time, by which something is promised.
_DATE = re.compile(
    r"\d{4}年(?!来)|\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|上旬|下旬|份)?|\d{1,2}[日号]前|年底|年内|月底|本周|下周|明天|今天"
    r"|(?:\d{1,3}|[一二三四五六七八九十两]{1,3})个?(?:工作日|小时|天|日|周|星期|月)(?:以?内|之内|左右)|[一二三四]季度"
)

SAID = Said(
    "写了“尽快、近期”一类的话，没有日期。请换成日期；定不下来的，写下一次告诉来信人进展的日期。",
    "It promises “soon” without a date. Please name the day; if it cannot be fixed, the day of the next news.",
)


def check(look: Look) -> Finding | None:
    """A vague promise in a reply that names no day to come; titles of documents do not count."""
    text = _TITLE.sub(lambda m: "《" + "　" * (len(m[0]) - 2) + "》", look.body)
    for vague in _VAGUE.finditer(text):
        sentence = _sentence(text, vague.start())
        if not _DATE.search(sentence) and not _promised(text):
            return finding("Q4", SAID, around(look.body, vague.start(), vague.end()))
    return None


def _sentence(text: str, at: int) -> str:
    start = max(text.rfind(mark, 0, at) for mark in "。！？\n") + 1
    ends = [end for mark in "。！？\n" if (end := text.find(mark, at)) >= 0]
    return text[start : min(ends, default=len(text))]


_PROMISED = re.compile(r"(?:将于|预计|计划|拟于|定于|确保|争取|力争|最迟|不晚于)[^。！？\n]{0,20}")


def _promised(text: str) -> bool:
    """Whether some sentence promises a day: then the vague word beside it does no harm."""
    return any(_DATE.search(found[0]) for found in _PROMISED.finditer(text))
