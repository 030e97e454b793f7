"""Q2 答非所问: a letter that asks one, two, three is answered one, two, three."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding

_ITEM = re.compile(
    r"(?:^|[\s。；;：:，,！？?])(?:第?(?P<han>[一二三四五六七八九])(?:是|、|[.．]|，|个问题|项)"
    r"|[（(](?P<han2>[一二三四五六七八九])[）)]|(?P<digit>[1-9])(?:、|[.．)）](?!\d))|[（(](?P<digit2>[1-9])[）)]"
    r"|(?P<round>[①②③④⑤⑥⑦⑧⑨]))"
)
_HAN = "一二三四五六七八九"
_ROUND = "①②③④⑤⑥⑦⑧⑨"


def check(look: Look) -> Finding | None:
    """The letter's numbered requests against the numbered parts of the reply."""
    asked, answered = items(look.letter), items(look.body)
    if asked < 2 or answered >= asked or (answered == 0 and _each_in_words(look.body, asked)):
        return None
    said = Said(
        f"来信分{asked}点写了，答复只对上{answered}点。请一点一点对着答。",
        f"The letter makes {asked} numbered points, the reply answers {answered}. Please answer them one by one.",
    )
    return finding("Q2", said, look.body[look.start :][:40])


def items(text: str) -> int:
    """How far a text counts its points: 1, 2, 3 in order, in whatever writing; a lone number is no list."""
    reached = 0
    for found in _ITEM.finditer(text):
        if _number(found) == reached + 1:
            reached += 1
    return reached if reached > 1 else 0


def _number(found: re.Match[str]) -> int:
    if han := found["han"] or found["han2"]:
        return _HAN.index(han) + 1
    if mark := found["round"]:
        return _ROUND.index(mark) + 1
    return int(found["digit"] or found["digit2"])


def _each_in_words(body: str, asked: int) -> bool:
    """Points taken up in sentences: 关于A…；关于B…"""
    return len(re.findall(r"关于|针对|至于|另外|其次", body)) >= asked
