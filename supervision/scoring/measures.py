"""Measures of a letter and its reply: what of the letter comes back, what is said beside courtesies, how it ends."""

import math
import re
from collections.abc import Collection, Mapping

from supervision.scoring.pair import NUMBERS, Pair
from supervision.scoring.rarity import Rarity, pieces

_STOCK = re.compile(
    r"感谢|谢谢|收悉|收到|知悉|转交|转[^。，]{0,16}(?:办理|处理|核实|调查|核处)|如下|支持|关心|监督|理解|留言|来信|欢迎|祝[您你]"
    r"|高度重视|立即|认真|如有|疑问|建议|意见|反映|问题|情况|网友|您好|你好|相关|有关|部门|单位|进一步|工作|及时|反馈|回复|答复"
)
_RULE = re.compile(
    r"《[^》]{2,60}》|第[一二三四五六七八九十百零\d]{1,6}条|〔\d{4}〕\d+号|根据[^。；]{2,30}(?:办法|规定|条例|通知|标准|法)"
)
_WHEN = re.compile(r"\d{4}年|\d{1,2}月\d{0,2}|年底|月底|工作日")
_DONE = re.compile(
    r"经[^，。]{0,20}(?:核实|查|了解|调查|研究|核查|勘|测)|现场|已于|已完成|已对|已将|责令|整改|安装|修复|拆除|约谈|处罚|计划|预计"
    r"|拟|完工|施工|鉴定|检测|发放|补|办理|标准|规定|条件|属于|不属于|申请|符合|由于|因为|目前"
)
_ENDS = re.compile(r"[。！？!?）)”~*：:]\s*$|[府局办处室院心会委队站所校司日\d]\s*$")
_HANGS = re.compile(r"[，、,；;]\s*$")
_CLOSES = re.compile(r"感谢|谢谢|祝|此复|联系|咨询")
_ASKS = re.compile(r"[？?]|请问|吗")
_RARE = 0.7


def measures(pair: Pair, rarity: Rarity) -> Mapping[str, float]:
    """Every measure by its name; each is a plain number that a person can read off the two texts."""
    return {**_echo(pair, rarity), **_places(pair), **_substance(pair, rarity), **_ending(pair)}


def _echo(pair: Pair, rarity: Rarity) -> dict[str, float]:
    """What of the letter comes back in the reply."""
    told = rarity.telling.__getitem__
    asked, answered, shared = (sum(map(told, part)) for part in (pair.asked, pair.answered, pair.shared))
    twos, threes = ([told(p) for p in pair.shared if len(p) == n and p[0] >= "\u4e00"] for n in (2, 3))
    said = [sum(told(p) for p in pair.answered if len(p) == n and p[0] >= "\u4e00") + 3 for n in (2, 3)]
    title = pieces(pair.title)
    best = sorted(map(told, pair.shared), reverse=True)[:8]
    echoes = [echo(sentence, pair, rarity) for sentence in pair.sentences]
    return {
        "shared_of_reply": shared / (answered + 1e-9),
        "shared_of_letter": shared / (asked + 1e-9),
        "alike": shared / math.sqrt(asked * answered + 1e-9),
        "shared_pairs": math.log1p(sum(twos)),
        "shared_triples": math.log1p(sum(threes)),
        "pairs_of_reply": sum(twos) / said[0],
        "triples_of_reply": sum(threes) / said[1],
        "title_answered": sum(map(told, title & pair.answered)) / (sum(map(told, title)) + 1e-9),
        "best_shared": best[0] if best else 0.0,
        "eight_best_shared": sum(best) / 8,
        "longest_shared": math.log1p(_longest(pair.whole, pair.core)),
        "best_sentence": max(echoes, default=0.0),
        "mean_sentence": sum(echoes) / len(echoes) if echoes else 0.0,
    }


def echo(sentence: str, pair: Pair, rarity: Rarity) -> float:
    """How much of a sentence of the reply is taken from the letter, 0 to 1."""
    said, told = pieces(sentence), rarity.telling.__getitem__
    return sum(map(told, said & pair.asked)) / (sum(map(told, said)) + 2)


def answered(request: str, pair: Pair, rarity: Rarity) -> float:
    """How much of a sentence of the letter comes back in the reply, 0 to 1."""
    asked, told = pieces(request), rarity.telling.__getitem__
    return sum(map(told, asked & pair.answered)) / (sum(map(told, asked)) + 2)


def _longest(a: str, b: str, least: int = 4) -> int:
    """The longest run of characters that both texts have, 0 below `least`."""
    known = {a[at : at + least] for at in range(len(a) - least + 1)}
    best = run = 0
    for at in range(len(b) - least + 1):
        run = run + 1 if b[at : at + least] in known else 0
        best = max(best, run)
    return best + least - 1 if best else 0


def _places(pair: Pair) -> dict[str, float]:
    """Places, bodies and numbers of the letter that the reply takes up, and those it brings from elsewhere."""
    asked, answered = pair.names
    codes_asked, codes_answered = pair.codes
    met = sum(_ends_in(pair.whole, name) for name in answered)
    taken_up = sum(_ends_in(pair.reply, name) for name in asked)
    numbers = {n for n in set(NUMBERS.findall(pair.core)) & set(NUMBERS.findall(pair.whole)) if len(n) > 1}
    return {
        "names_met": math.log1p(met),
        "names_foreign": math.log1p(len(answered) - met),
        "names_met_share": (1 + met) / (2 + len(answered)),
        "names_taken_up": (1 + taken_up) / (2 + len(asked)),
        "codes_met": float(bool(codes_asked & codes_answered)),
        "codes_differ": float(bool(codes_asked and codes_answered and not codes_asked & codes_answered)),
        "numbers_met": math.log1p(len(numbers)),
    }


def _ends_in(text: str, name: str) -> bool:
    """Whether a name stands in a text, at least with its last three characters."""
    return name[-3:] in text


def _substance(pair: Pair, rarity: Rarity) -> dict[str, float]:
    """What is said beyond courtesies: rare wording, numbers, rules, days, things found and done."""
    core = pair.core
    rare = [rarity.in_replies[p] for p in pair.answered if len(p) == 3]
    bare = _STOCK.sub("", core)
    done = len(_DONE.findall(core))
    said = [substance(sentence, rarity) for sentence in pair.sentences]
    _, after, rest = core.partition("如下")
    return {
        "length": math.log1p(len(core)),
        "length_to_letter": math.log((len(core) + 10) / (len(pair.letter) + 50)),
        "rare_triples": _mean(rare),
        "rare_total": math.log1p(sum(r > _RARE for r in rare)),
        "bare": math.log1p(len(re.sub(r"\W", "", bare))),
        "stock_share": 1 - len(bare) / (1 + len(core)),
        "numbers": math.log1p(len(NUMBERS.findall(core))),
        "rules": math.log1p(len(_RULE.findall(core))),
        "days": math.log1p(len(_WHEN.findall(core))),
        "done": math.log1p(done),
        "done_rate": 100 * done / (20 + len(core)),
        "best_said": max(said, default=0.0),
        "sentences_said": math.log1p(sum(s > 0.5 for s in said)),
        "sentences": math.log1p(len(pair.sentences)),
        "after_as_follows": math.log1p(len(rest)) if after else -1.0,
        "questions": math.log1p(len(_ASKS.findall(pair.whole))),
    }


def substance(sentence: str, rarity: Rarity) -> float:
    """How much a sentence says that other replies do not, 0 to 1."""
    found = [rarity.in_replies[p] for p in pieces(sentence) if len(p) == 3]
    return sum(found) / (len(found) + 3)


def _mean(values: Collection[float]) -> float:
    return sum(values) / (1 + len(values))


def _ending(pair: Pair) -> dict[str, float]:
    """Whether the reply ends like a reply."""
    return {
        "ends": float(pair.dated or _ENDS.search(pair.reply) is not None),
        "hangs": float(_HANGS.search(pair.reply) is not None),
        "closes": float(_CLOSES.search(pair.core[-60:]) is not None),
    }
