"""Who must not get a letter, who gets it instead, and when a letter is more than it was ticked as (DESIGN §5, Aim)."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from hub.kinds import Aim, Kind
from hub.units import Directory
from routing.matter import Matter
from routing.words import index, plain

STRICTER: dict[Aim, int] = {"matter": 0, "service": 1, "misconduct": 2}

_MISCONDUCT_WORDS = (
    "吃拿卡要|受贿|索贿|行贿|贿赂|贪污|以权谋私|滥用职权|官商勾结|权钱交易|钱权交易|"
    "收红包|收黑钱|收好处|好处费|回扣|侵吞|挪用|截留|中饱私囊|保护伞|优亲厚友|徇私|"
    "舞弊|渎职|玩忽职守|买官卖官|公款吃喝|公款旅游|公车私用|吃空饷|打击报复|包庇|"
    "利益输送|警匪勾结|冒领|套取|暗箱操作|违法乱纪|欺上瞒下|贪官|腐败|索要钱财|"
    "索要财物|收受"
)
_MISCONDUCT = index(_MISCONDUCT_WORDS.split("|"))
_SERVICE_WORDS = (
    "态度|推诿|推脱|推来推去|踢皮球|辱骂|骂人|谩骂|敷衍|不作为|慢作为|乱作为|懒政|"
    "刁难|不理不睬|爱理不理|不耐烦|蛮横|傲慢|冷漠|粗暴|恶劣|不接电话|没人接|挂电话|"
    "挂断电话|拒不受理|拒绝受理|互相推|官僚|脸难看|门难进|事难办|耍赖|吼我|训斥|"
    "摆架子|玩手机|脱岗|离岗|吵架|执法不公|暴力执法|野蛮执法|选择性执法|相互推|搪塞|"
    "糊弄|冷言冷语|不负责任|漠视"
)
_SERVICE = index(_SERVICE_WORDS.split("|"))
_PERSON = re.compile(
    "工作人员|办事员|窗口|公务员|民警|警察|辅警|城管队员|执法人员|执法队员|局长|科长|所长|队长|镇长|乡长|区长|处长|股长|站长|"
    "村支书|支部书记|村主任|村干部|社区干部|社区书记|街道干部|干部|官员|领导班子|经办人|值班人员|接线员"
)
_HARMLESS = re.compile(
    "态度(?:还|也|倒|都)?(?:算|是|挺|蛮|很|非常|特别|十分|真)?(?:好(?![像坏差])|热情|和蔼|诚恳|耐心|亲切|认真|端正|不错|可以)|"
    "(?<!不)(?:负责任?|认真|严肃|公[平正开]|诚恳|求是|友好)的?态度|态度和能力|"
    "(?:环境|条件|天气|路况|气味)恶劣|恶劣的?(?:环境|条件|天气|路况|气味|影响|后果)|"
    "腐败(?:变质|的?(?:猪肉|鱼肉|食物|食品|气味))|商业贿赂"
)
"""Phrases that hold a word of reproach and reproach nobody in office."""
_PRIVATE = re.compile(
    "(?:物业|业委会|业主委员会|开发商|房东|中介|商家|店家|店主|老板|摊主|快递员|保安|邻居|包工头|施工队|厂家|驾校|培训机构)"
    "[^,，。;；:：!！?？\\n]{0,10}?"
    f"(?:(?:{_SERVICE_WORDS})[、,，和]?)+"
)
"""Somebody in no office, and what is said of their manners in the same breath."""
_OFFICE = re.compile("[局所办]|政府|部门|城管|警|干部|社区|街道|村委|领导|[和与跟向找被让]")
_CLAUSE = re.compile("[,，。;；:：!！?？\\n]")
_ASKING = "尊敬的|敬爱的|恳请|请求|请|希望|盼望|期盼|建议|要求|呼吁|向"
_TO_DO = "立案|查处|查办|调查|严查|彻查|介入|明察|明鉴|主持公道|为我|为民|您好|你好"
_NEAR = 60
"""Characters between the name and the reproach that still belong together: about two sentences."""


def barred_for_misconduct(accused: Iterable[str], directory: Directory) -> frozenset[str]:
    """Every unit in the whole bureau of anyone accused: none of them may get the letter in any form."""
    bureaus = {directory.bureau(code) for code in accused if code in directory.units}
    return frozenset(code for code in directory.units if directory.bureau(code) in bureaus)


def barred_for_service(accused: Iterable[str], directory: Directory) -> frozenset[str]:
    """The unit complained about and everything under it; its supervisor may be its own parent."""
    return frozenset(code for unit in accused if unit in directory.units for code in directory.below(unit))


def named_clearly(matter: Matter, directory: Directory) -> bool:
    """Did the citizen say which unit the letter is about?"""
    return matter.target is not None and matter.target in directory.units


def accused_in(matter: Matter, directory: Directory) -> tuple[str, ...]:
    """The unit the citizen named; where none is, every unit that the text names: unsure means the stricter.

    A watcher who is only asked to look into it (“请纪委查处”) is not among them.
    """
    if matter.target is not None and matter.target in directory.units:
        return (matter.target,)
    return directory.named_in(_without_addressees(matter.text, directory), matter.pairs)


def _without_addressees(text: str, directory: Directory) -> str:
    names, asked = _asked(directory.watcher_names)
    return asked.sub("□", text) if any(name in text for name in names) else text


@lru_cache(maxsize=4)
def _asked(watchers: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The watchers' names as a `plain` text has them, and one of them being asked to look into something."""
    names = tuple(sorted({plain(name) for name in watchers}, key=lambda name: -len(name)))
    name = "(?:" + "|".join(map(re.escape, names)) + ")"
    asked = f"(?:{_ASKING})(?:我们|贵|本)?[区市县]?{name}|{name}(?:的?领导)?[,:，：]?(?:{_TO_DO})"
    return names, re.compile(asked)


def independent(matter: Matter, directory: Directory) -> tuple[str, ...]:
    """Who may take a letter about conduct, best first: active, and none of those it is about.

    Misconduct goes to the discipline office; service to the supervisor of the unit, or to the supervision desk when the
    letter does not say which unit; then their alternates follow.
    """
    accused = accused_in(matter, directory)
    misconduct = matter.aim == "misconduct"
    barred = (barred_for_misconduct if misconduct else barred_for_service)(accused, directory)
    own = [directory.supervisor_of(code) for code in accused] if named_clearly(matter, directory) else []
    found: list[str] = []
    for code in _watchers(misconduct, own, directory):
        unit = directory.get(code)
        if unit is not None and unit.active and code not in barred and code not in found:
            found.append(code)
    return tuple(found)


def _watchers(misconduct: bool, own: list[str], directory: Directory) -> Iterator[str]:
    discipline = [u.code for u in directory.units.values() if u.type == "discipline"]
    desk = directory.desks["supervision"]
    if misconduct:
        yield from discipline
        yield from (directory.supervisor_of(code) for code in discipline)
    yield from own
    yield desk
    yield directory.supervisor_of(desk)
    yield from discipline
    yield from (directory.supervisor_of(code) for code in discipline)


def sealed_receiver(kind: Kind, matter: Matter, directory: Directory) -> str | None:
    """Who receives a sealed letter: the first of `kind.sealed_to` it does not concern; None when it concerns all."""
    barred = barred_for_misconduct(accused_in(matter, directory), directory)
    for code in kind.sealed_to:
        unit = directory.get(code)
        if unit is not None and unit.active and code not in barred:
            return code
    return None


def suggest_aim(matter: Matter, directory: Directory) -> Aim:
    """The strictest aim that the letter's own words point to, never milder than the one ticked.

    A reproach counts when it stands near a unit's name or a public servant; where the citizen named the unit, anywhere.
    One to a landlord, a property manager or a shop is no affair of a unit's.
    """
    text = _PRIVATE.sub(_without_private, _HARMLESS.sub("", matter.text))
    found: Aim = "matter"
    if near := _near_an_office(text, matter, directory):
        found = "misconduct" if any(_MISCONDUCT.find(part).every for part in near) else found
        if found == "matter" and any(_SERVICE.find(part).every for part in near):
            found = "service"
    return found if STRICTER[found] > STRICTER[matter.aim] else matter.aim


def _without_private(said: re.Match[str]) -> str:
    """Nothing in place of a reproach to somebody in no office; as it stands where its clause names an office too."""
    before = _CLAUSE.split(said.string[: said.start()][-_NEAR:])[-1]
    return said[0] if _OFFICE.search(before + said[0]) else ""


def _near_an_office(text: str, matter: Matter, directory: Directory) -> list[str]:
    """The text around every unit and public servant named, or all of it when the citizen named the unit."""
    if matter.target is not None:
        return [text]
    spots = [(m.start(), m.end()) for m in _PERSON.finditer(text)]
    for code in directory.named_in(text, matter.pairs):
        unit = directory.units[code]
        for name in {unit.zh, unit.short, *unit.aliases}:
            at = text.find(name) if name else -1
            while at >= 0:
                spots.append((at, at + len(name)))
                at = text.find(name, at + 1)
    return [text[max(0, start - _NEAR) : end + _NEAR] for start, end in _joined(spots)]


def _joined(spots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that overlap as one, so that a text full of names is read once and not once a name."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if joined and start - _NEAR <= joined[-1][1] + _NEAR:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
