"""Promises: what a reply says will be done by a day, read from its words, reckoned from the day it is written. Pure."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from re import Match

from hub.calendar import WorkCalendar

FURTHEST_YEARS = 5
"""A day further off is a plan, not a promise that anybody can be asked about."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A day by which something is promised: the last day in time, and the words that name it."""

    day: date
    words: str


def promises(text: str, written: date, calendar: WorkCalendar) -> tuple[Promise, ...]:
    """The days that a reply promises, in the order of its words, each day once.

    Only what lies ahead counts, and only where a sentence says what will be done: rules that quote a limit, dates that
    tell what happened, and what the citizen is asked to do are passed over. What names no day (春节后, 尽快) is the
    business of the check on vague replies.
    """
    found: dict[date, Promise] = {}
    for clause in _clauses(text):
        if not _MAY_HOLD_A_DAY.search(clause):
            continue
        for reading in (*_CHINESE, *_ENGLISH):
            for match in reading.form.finditer(clause):
                day = reading.day(match, written, calendar)
                if day is not None and _is_ahead(day, written) and _is_promised(clause, match):
                    found.setdefault(day, Promise(day, _told(clause, match)))
    return tuple(found.values())


def _is_ahead(day: date, written: date) -> bool:
    return written < day <= written.replace(year=written.year + FURTHEST_YEARS, day=min(written.day, 28))


# What a sentence says of a day ---------------------------------------------------------------------------------------

_TITLES = re.compile(r"《[^》]{1,60}》|“[^”]{1,40}》")
_STOPS = re.compile(r"[。！？!?；;\n]|(?<![0-9])\.(?![0-9])")
_DEEDS = re.compile(
    r"完成|完工|竣工|建成|解决|整改|修复|修好|修缮|维修|更换|安装|恢复|到位|办结|办理|办好|办出|答复|回复|告知|反馈|开工|动工|启动|"
    r"开通|开放|投入|投用|交付|交房|落实|拆除|清理|清运|处理|实施|施工|改造|通车|通水|通气|供水|供电|供暖|亮灯|发放|支付|结清|公布|出台|"
    r"回电|联系|完善|解除|竣|摊铺|铺设|验收|启用|使用|整治|搬迁|建设|组织|推进|达到|"
    r"\b(?:complet|finish|repair|fix|replac|install|answer|reply|resolv|open|start|remov|clean|pay|done|inform|tell|call|"
    r"restor|be ready)",
    re.IGNORECASE,
)
_MAY_HOLD_A_DAY = re.compile(
    r"[年月周天]|日内|工作日|星期|明日|今日|节|元旦|五一|国庆|\b(?:by|within|before|until|than|on|in)\b", re.I
)
_LIMIT = re.compile(r"[前内底末]$|旬$|半年$|季度$|周.?$|星期.?$|^(?:by|before|until|no later|within)", re.I)
"""What makes a day a limit by itself; another one, or a length of time, needs a word of intent before it."""
_INTENT = re.compile(
    r"预计|计划|拟|将|争取|力争|确保|承诺|保证|会在|会于|有望|责令|要求|督促|\b(?:will|shall|expect|plan|aim|promise)",
    re.I,
)
_PAST = re.compile(
    r"已(?!责令|要求|督促|安排|承诺|计划|列入)|曾|去年|上年|原计划|截至|截止|直至|此前|当时|没有|不可能|无法|未能|有效期|"
    r"\b(?:was|were|had|has been)\b",
    re.I,
)
_OVER = re.compile(r"[，,]?[^，,]{0,6}(?:已|未|才)|[^，,前]{0,4}(?:以来|起(?!草)|至今|出生|以后|之后|期间)")
"""After a day: it tells what happened, or from when on something holds."""
_ASKED_OF_CITIZEN = re.compile(
    r"请(?:您|你|广大|携带|在|于)|您(?:可|需|应|要)|你(?:可|需|应)|可以?(?:在|于|到|向)|逾期|申请人|参保|报名|凭|缴|如能|如果|若"
)
_RULE = re.compile(
    r"之日起|(?:日|后|起|从|自|待)$|规定|条例|办法|细则|依据|根据|按照|不得|一般|每(?:天|日|周|月|年)|通常|原则上|应当|须在|需在|受理|收到|起算"
)
_CLAUSE_BEFORE, _CLAUSE_AFTER = 26, 18


def _clauses(text: str) -> Iterator[str]:
    blank = _TITLES.sub(lambda m: "　" * len(m[0]), text)
    yield from (part for part in _STOPS.split(blank) if part.strip())


def _is_promised(clause: str, match: Match[str]) -> bool:
    """Whether the words around a day promise a deed: after it, or before it where the sentence says what is meant."""
    before = clause[max(0, match.start() - _CLAUSE_BEFORE) : match.start()]
    near = re.split(r"[，,：:、（(]", before)[-1]
    after = clause[match.end() : match.end() + _CLAUSE_AFTER]
    if _PAST.search(near) or _ASKED_OF_CITIZEN.search(before) or _RULE.search(near) or before.endswith("后，"):
        return False
    limit = _LIMIT.search(match[0]) is not None and "unit" not in match.groupdict()
    if _OVER.match(after) or not (limit or _INTENT.search(before)):
        return False
    told = after if limit else re.split(r"[，,]", after)[0]
    return bool(_DEEDS.search(told)) or bool(_DEEDS.search(near) and _INTENT.search(before))


def _told(clause: str, match: Match[str]) -> str:
    """The day's own words with what follows them, short enough for a line."""
    return re.split(r"[，,]", clause[match.start() : match.end() + 8])[0].strip()


# How a day is written -------------------------------------------------------------------------------------------------

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_N = r"(?:\d{1,3}|[一二三四五六七八九十两]{1,3})"
_YEAR = r"(?:(?P<y>\d{4})年|(?P<yw>今年|本年|明年|后年))?"
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六", 1)} | {"日": 7, "天": 7}
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november")
_MONTHS_EN = {name: n for n, name in enumerate((*_MONTHS, "december"), 1)}
_WEEK_EN = {
    n: i for i, n in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)
}
_WORDS_EN = {
    w: n for n, w in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)
}
_FORESEEN_MONTHS = 10
Day = Callable[[Match[str], date, WorkCalendar], date | None]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to write a day, and how it is reckoned."""

    form: re.Pattern[str]
    day: Day


def _number(text: str) -> int:
    """An Arabic or Chinese number up to 99."""
    if text.isdecimal():
        return int(text)
    tens, mark, units = text.partition("十")
    if not mark:
        return _DIGITS.get(text, 0)
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(units, 0) if units else 0)


def _year(match: Match[str], written: date, month: int) -> int | None:
    """The year that is named, here or before in the sentence, or meant.

    None where a month without a year has passed or lies so far ahead that the one before is meant.
    """
    named = match.groupdict()
    if named.get("y"):
        return int(named["y"])
    if named.get("yw"):
        return written.year + {"明": 1, "后": 2}.get(named["yw"][0], 0)
    if told := re.findall(r"(\d{4})年", match.string[: match.start()]):
        return int(told[-1])
    return written.year if 0 <= month - written.month <= _FORESEEN_MONTHS else None


def _made(year: int | None, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year else None
    except ValueError:
        return None


def _month_end(year: int | None, month: int) -> date | None:
    return date(year, month, monthrange(year, month)[1]) if year and 1 <= month <= 12 else None


def _month_day(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    month = _number(m["m"])
    return _made(_year(m, written, month), month, _number(m["d"]))


def _month_part(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    """月底, 下旬 and the month itself: its end; 中旬: the 20th; 上旬, 月初: the 10th; 9月前: the end of August."""
    month, part = _number(m["m"]), m["part"] or ""
    year = _year(m, written, month)
    if year is None or not 1 <= month <= 12:
        return None
    if part in ("前", "之前", "份前", "份之前", "以前"):
        return date(year, month, 1) - timedelta(days=1)
    if "中" in part:
        return _made(year, month, 20)
    return _made(year, month, 10) if "上" in part or "初" in part else _month_end(year, month)


def _year_end(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    return _made(_year(m, written, 12) or written.year, 12, 31)


def _half_or_quarter(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    month = {"上半年": 6, "下半年": 12}.get(m["part"]) or 3 * _number(m["part"].strip("第季度个"))
    return _month_end(_year(m, written, month), month)


def _this_month(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    first = (
        (written.replace(day=1) + timedelta(days=32)).replace(day=1) if m["which"] and "下" in m["which"] else written
    )
    if m["d"]:
        return _made(first.year, first.month, _number(m["d"]))
    if "中" in m["part"]:
        return _made(first.year, first.month, 20)
    return _made(first.year, first.month, 10) if "初" in m["part"] else _month_end(first.year, first.month)


def _this_week(m: Match[str], written: date, calendar: WorkCalendar) -> date | None:
    monday = written - timedelta(days=written.isoweekday() - 1) + timedelta(weeks="下" in m["which"])
    return monday + timedelta(days=_WEEKDAYS[m["d"]] - 1 if m["d"] else 6)


def _span(m: Match[str], written: date, calendar: WorkCalendar) -> date | None:
    """So long from the day the reply is written, which does not count."""
    unit = m["unit"].lower()
    n = _WORDS_EN.get(m["n"].lower()) or _number(m["n"])
    if not n:
        return None
    if unit.startswith(("工作日", "working", "business")):
        return calendar.add_workdays(written, n)
    if unit.startswith(("周", "星期", "week")):
        return written + timedelta(weeks=n)
    if unit.startswith(("月", "month")):
        month = written.month - 1 + n
        year, month = written.year + month // 12, month % 12 + 1
        return date(year, month, min(written.day, monthrange(year, month)[1]))
    return written + timedelta(days=n)


def _soon_named(m: Match[str], written: date, calendar: WorkCalendar) -> date | None:
    """Tomorrow, and the last day before a holiday that has a day of its own every year or in the calendar."""
    name = m["name"]
    if name in ("今天", "今日", "today"):
        return written
    if name in ("明天", "明日", "tomorrow"):
        return written + timedelta(days=1)
    if name in ("后天",):
        return written + timedelta(days=2)
    fixed = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1)}.get(name[:2])
    if fixed:
        named = m.groupdict().get("y")
        year = int(named) if named else written.year + (fixed <= (written.month, written.day))
        return date(year, *fixed) - timedelta(days=1)
    named = m.groupdict().get("y")
    from_ = date(int(named), 1, 1) if named else written
    ahead = (from_ + timedelta(days=n) for n in range(1, 400))
    eve = next((day for day in ahead if "春节" in calendar.name_of(day) and not calendar.is_workday(day)), None)
    return eve - timedelta(days=1) if eve else None


def _english_day(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    month = _MONTHS_EN[m["m"].lower()]
    year = int(m["y"]) if m["y"] else written.year + (month < written.month)
    return _made(year, month, int(m["d"])) if m["d"] else _month_end(year, month)


def _english_end(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    what = m["what"].lower()
    year = written.year + (what.startswith("next") and "year" in what)
    if "year" in what:
        return date(year, 12, 31)
    if "week" in what:
        return written + timedelta(days=7 - written.isoweekday() + 7 * what.startswith("next"))
    first = (written.replace(day=1) + timedelta(days=32)).replace(day=1) if what.startswith("next") else written
    return _month_end(first.year, first.month)


def _english_weekday(m: Match[str], written: date, _: WorkCalendar) -> date | None:
    ahead = (_WEEK_EN[m["d"].lower()] - written.isoweekday()) % 7
    return written + timedelta(days=ahead + (7 if m["next"] else 0))


def _readings(*rows: tuple[str, Day]) -> tuple[_Reading, ...]:
    return tuple(_Reading(re.compile(form, re.IGNORECASE), day) for form, day in rows)


_BEFORE = r"(?:之前|以前|前)?"
_CHINESE = _readings(
    (rf"(?<![\d年月至到—\-~]){_YEAR}(?P<m>{_N})月(?P<d>{_N})[日号]{_BEFORE}", _month_day),
    (
        rf"(?<![\d至到—\-~]){_YEAR}(?P<m>{_N})月(?P<part>份?(?:底|末|中旬|上旬|下旬|初)|份?之?前|以前|份|(?=完成|竣工|完工|建成)){_BEFORE}",
        _month_part,
    ),
    (
        rf"(?:(?P<y>\d{{4}})|(?P<yw>[今本明后])|(?<![\d一二三四五六七八九十两几多去上前每历全周]))年(?:年?底|年?末|年?内)(?!前后){_BEFORE}",
        _year_end,
    ),
    (rf"{_YEAR}(?P<part>上半年|下半年|第?[一二三四]个?季度)(?:末|底|内)?{_BEFORE}", _half_or_quarter),
    (
        rf"(?:(?P<which>本|当|这个|下个?)|(?<![\d一二三四五六七八九十两年个每上份]))月(?P<part>底|末|内|中旬|初)(?P<d>){_BEFORE}",
        _this_month,
    ),
    (rf"(?P<which>本|当|下个?)月(?P<d>{_N})[日号](?P<part>){_BEFORE}", _this_month),
    (rf"(?P<which>本|这|下)(?:个?星期|周)(?P<d>[一二三四五六日天])?(?:之?内|末)?{_BEFORE}", _this_week),
    (rf"(?<![\d一二三四五六七八九十—\-~至到第])(?P<n>{_N})个?(?P<unit>工作日|天|日|周|星期|月)(?:之内|以内|内)", _span),
    (r"(?P<name>今天|今日|明天|明日|后天)(?:之?内)?(?:之?前)?", _soon_named),
    (
        r"(?:(?P<y>\d{4})年)?(?:农历)?(?P<name>元旦|五一|国庆|春节|农历年|新年)节?(?:假期|到来)?(?:之前|以前|前)",
        _soon_named,
    ),
)
_ENGLISH = _readings(
    (
        r"\b(?:by|before|until|no later than|on)\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m>"
        + "|".join(_MONTHS_EN)
        + r")(?:,?\s+(?P<y>\d{4}))?",
        _english_day,
    ),
    (
        r"\b(?:by|before|until|no later than|on)\s+(?P<m>"
        + "|".join(_MONTHS_EN)
        + r")\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{4}))?",
        _english_day,
    ),
    (r"\bby\s+(?:the\s+)?end\s+of\s+(?P<m>" + "|".join(_MONTHS_EN) + r")(?P<d>)(?:,?\s+(?P<y>\d{4}))?", _english_day),
    (
        r"\b(?:by\s+(?:the\s+)?end\s+of|within|before\s+the\s+end\s+of)\s+(?P<what>(?:the|this|next)\s+(?:year|month|week))",
        _english_end,
    ),
    (r"\bby\s+(?P<next>next\s+)?(?P<d>" + "|".join(_WEEK_EN) + r")\b", _english_weekday),
    (
        r"\b(?:within|in)\s+(?P<n>\d{1,3}|"
        + "|".join(_WORDS_EN)
        + r")\s+(?P<unit>working days?|business days?|days?|weeks?|months?)",
        _span,
    ),
    (r"\bby\s+(?P<name>tomorrow|today)\b", _soon_named),
)
