"""The State Council's yearly holiday notice, read in its fixed wording; what is not understood is refused.

The wording is that of 2007-2026: "四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。", with
"放假1天", "与周末连休", "4月7日（星期一）补休", and in older ones "其中，…为法定节假日，…公休日调至…，…照常公休".
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hub.calendar import FIXED_STATUTORY, WEEKDAYS
from hub.errors import Invalid, Said

SEVEN = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The holidays each notice arranges; before 2008 there were four (国务院令第513号 added 清明, 端午 and 中秋)."""
FOUR = ("元旦", "春节", "劳动节", "国庆节")
LONGEST = 20_000
"""Characters of a notice at most; real ones have about a thousand."""

_ALIASES = {"“五一”国际劳动节": "劳动节", "国际劳动节": "劳动节", "“五一”": "劳动节", "“十一”": "国庆节"}
_NAME = f"(?:{'|'.join((*_ALIASES, *SEVEN))})"
_SECTION = re.compile(rf"(?:^|(?<=[。;:\n]))[一二三四五六七八九]、({_NAME}(?:、{_NAME})*):?")
_YEAR = (re.compile(r"关于(\d{4})年(?:部分)?节假日安排"), re.compile(r"将(\d{4})年元旦"))
_TAIL = re.compile(r"(?:^|(?<=[。\n]))(?:节?假日期间|国务院办公厅|\(此件公开发布\)|\d{4}年\d+月\d+日\n)")
_CLAUSE = re.compile(r"[^,;()]+(?:\([^()]*\)[^,;()]*)*|\([^()]*\)[^,;()]*")
_DAY = r"(?:(?:\d{4})年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
_DAY_PARTS = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?")
_DAYS = rf"{_DAY}(?:[、和]{_DAY})*"
_DASH = re.compile(r"(?<=[日)])(?:—+|–|-+|~|到)(?=\d)")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_NOTE = re.compile(rf"(?:即?农历|正月).+|除夕|新年|.*{_NAME}|.+当日")
_NUMBER = {word: n for n, word in enumerate("一二三四五六七八九十", 1)}

_RESTS = re.compile(rf"({_DAY})(?:至({_DAY}))?放假(?:调休|公休)?(?:(\d+)天)?")
_COUNTED = re.compile(r"共(\d+|[一二三四五六七八九十])天")
_IN_LIEU = re.compile(rf"({_DAYS})补休")
_WORKS = re.compile(rf"({_DAYS})(?:照常|正常)?上班")
_CLAIMED = re.compile(rf"({_DAYS})(?:为{_NAME}?法定节?假日|为公休日|照常公休)")
_MOVED = re.compile(rf"({_DAYS})(?:[两二三四]个)?公休日(?:及{_NAME})?(?:分别)?调至({_DAYS})")


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """What a notice says: the year, and its table as config/calendar.toml writes it under [years.YYYY]."""

    year: int
    table: dict[str, Any]


@dataclass
class _Section:
    """One numbered paragraph as it is being read: stretches of rest, days worked, and days it must agree with."""

    names: tuple[str, ...]
    year: int
    stretches: list[tuple[date, date]] = field(default_factory=list)
    work: list[date] = field(default_factory=list)
    claimed: list[date] = field(default_factory=list)
    moved: list[date] = field(default_factory=list)
    unmoved: bool = False
    month: tuple[int, int] | None = None

    @property
    def rest(self) -> list[date]:
        return [first + timedelta(days=n) for first, last in self.stretches for n in range((last - first).days + 1)]


def read_notice(text: str) -> HolidayYear:
    """Read the whole notice.

    Raises Invalid (field `notice`) with a sentence that quotes the place: an unknown clause, a weekday or a count that
    does not fit, a holiday missing or named twice, a make-up day that is no weekend, a day both rested and worked.
    """
    if len(text) > LONGEST:
        raise _no("这段文字太长，不像是放假通知", "This text is too long for a holiday notice")
    plain = _DASH.sub("至", re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", text)).strip())
    year = _year(plain)
    heads = list(_SECTION.finditer(plain))
    if not heads:
        raise _no("没有找到“一、元旦：”这样的段落", "No paragraph like “一、元旦：” was found")
    ends = [head.start() for head in heads[1:]]
    last = plain[heads[-1].end() :]
    tail = _TAIL.search(last)
    ends.append(heads[-1].end() + (tail.start() if tail else len(last)))
    if found := re.search(r"[^。]*(?:放假|上班|补休)[^。]*", plain[ends[-1] :]):
        raise _no(
            f"正文之后还有一句说到放假或上班：“{found[0].strip()}”", "A sentence after the list speaks of rest or work"
        )
    sections = [_section(head[1], plain[head.end() : end], year) for head, end in zip(heads, ends, strict=True)]
    _agree(sections, year)
    source = f"国务院办公厅关于{year}年部分节假日安排的通知"
    return HolidayYear(year, {"source": source, "announced": True, "holidays": [r for s in sections for r in _rows(s)]})


def _year(plain: str) -> int:
    years = {int(found) for pattern in _YEAR for found in pattern.findall(plain.replace("\n", ""))}
    if not years:
        raise _no(
            "看不出是哪一年：请连同标题“国务院办公厅关于XXXX年部分节假日安排的通知”一起粘贴",
            "The year is missing: paste the notice with its title",
        )
    if len(years) > 1:
        raise _no(f"标题和正文的年份不一致：{sorted(years)}", "Title and text name different years")
    return years.pop()


def _section(names: str, body: str, year: int) -> _Section:
    section = _Section(tuple(_ALIASES.get(name, name) for name in names.split("、")), year)
    for sentence in body.replace("\n", "").split("。"):
        if not sentence.startswith("鼓励"):  # what the State Council only recommends makes no rest day
            if _CLAUSE.sub("", sentence).strip(",;"):
                raise _no(f"括号不成对：“{sentence}”", f"Brackets without a pair: “{sentence}”")
            for clause in _CLAUSE.findall(sentence):
                _read(section, clause.removeprefix("其中").removeprefix("将"), clause)
    if not section.stretches:
        raise _no(f"{names}没有写放假日期", f"{names}: no days of rest")
    section.work += [day for day in section.moved if day not in section.rest and day not in section.work]
    if section.unmoved and section.work:
        raise _no(f"{names}写了不调休，又有上班的日子", f"{names}: no make-up days, yet some are named")
    return section


def _read(section: _Section, clause: str, whole: str) -> None:
    """Take in one clause; raises Invalid where its wording is none of the known ones."""
    if not clause:
        return
    if found := _RESTS.fullmatch(clause):
        first = _days(section, found[1])[0]
        last = _days(section, found[2])[0] if found[2] else first
        if not 0 <= (last - first).days < 31:
            raise _no(f"起止日期不对：“{whole}”", f"First and last day do not fit: “{whole}”")
        section.stretches.append((first, last))
        _counts(section, found[3] or "", whole)
    elif found := _COUNTED.fullmatch(clause):
        _counts(section, found[1], whole)
    elif found := _IN_LIEU.fullmatch(clause):
        section.stretches += [(day, day) for day in _days(section, found[1])]
    elif found := _WORKS.fullmatch(clause):
        section.work += _days(section, found[1])
    elif found := _CLAIMED.fullmatch(clause):
        section.claimed += _days(section, found[1])
    elif found := _MOVED.fullmatch(clause):
        section.moved += _weekend(_days(section, found[1]))
        section.claimed += _days(section, found[2])
    elif clause == "与周末连休":
        if not section.stretches or all(day.weekday() in (1, 2, 3) for day in section.stretches[-1]):
            raise _no(f"“{whole}”：这一天挨不着周末", f"“{whole}”: this day touches no weekend")
    elif clause == "不调休":
        section.unmoved = True
    else:
        raise _no(f"看不懂这一句：“{whole}”，请对照原文改正", f"Not understood: “{whole}”")


def _counts(section: _Section, said: str, whole: str) -> None:
    if not said:
        return
    counted = _NUMBER.get(said) or int(said)
    first, last = section.stretches[-1] if section.stretches else (date.max, date.min)
    if (last - first).days + 1 != counted:
        name = "、".join(section.names)
        raise _no(f"{name}写的天数与起止日期不符：“{whole}”", f"{name}: the count does not fit: “{whole}”")


def _days(section: _Section, written: str) -> list[date]:
    """The days of a list; a month left out is that of the day before, December at New Year is of the old year."""
    days = []
    for year, month, number, notes in _DAY_PARTS.findall(written):
        if month:
            old_year = int(month) == 12 and "元旦" in section.names
            section.month = (int(year) if year else section.year - old_year, int(month))
        if section.month is None:
            raise _no(f"看不出是几月：“{written}”", f"The month is missing: “{written}”")
        try:
            day = date(*section.month, int(number))
        except ValueError:
            raise _no(f"没有这一天：“{written}”", f"There is no such day: “{written}”") from None
        _fits(day, notes, written)
        days.append(day)
    return days


def _fits(day: date, notes: str, written: str) -> None:
    for note in re.split(r"[、,]", notes) if notes else ():
        weekday = _WEEKDAY.fullmatch(note)
        if weekday is None and not _NOTE.fullmatch(note):
            raise _no(f"看不懂括号里的“{note}”：“{written}”", f"Not understood: “{note}” in “{written}”")
        if weekday is not None and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            raise _no(f"{day}不是{note}：“{written}”", f"{day} is no {note}: “{written}”")


def _weekend(days: list[date]) -> list[date]:
    for day in days:
        if day.weekday() < 5:
            raise _no(f"{day}不是周六或周日，不能是调休上班的日子", f"{day} is no weekend: it cannot be a make-up day")
    return days


def _agree(sections: list[_Section], year: int) -> None:
    """What the sections must be together: each holiday once, no day rested and worked, nothing claimed in vain."""
    names = [name for section in sections for name in section.names]
    for name in names:
        if names.count(name) > 1:
            raise _no(f"{name}写了两次", f"{name} stands twice")
    if missing := [name for name in (SEVEN if year >= 2008 else FOUR) if name not in names]:
        raise _no(f"缺少{'、'.join(missing)}", f"Missing: {', '.join(missing)}")
    rest = [day for section in sections for day in section.rest]
    work = [day for section in sections for day in _weekend(section.work)]
    for day in (*rest, *work):
        if (day in rest and day in work) or rest.count(day) > 1 or work.count(day) > 1:
            raise _no(f"{day}写了两次，或既放假又上班", f"{day} stands twice, or is both rested and worked")
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise _no(f"{day}不在{year}年", f"{day} is not in {year}")
    for day in (*(d for s in sections for d in s.claimed), *_statutory(names, year)):
        if day not in rest:
            raise _no(f"{day}应当放假，却没有排在放假日期里", f"{day} should be a day of rest and is not among them")


def _statutory(names: list[str], year: int) -> Iterator[date]:
    """The first statutory day of each holiday that has a fixed date."""
    seen = set()
    for (month, number), name in FIXED_STATUTORY.items():
        if name in names and name not in seen:
            seen.add(name)
            yield date(year, month, number)


def _rows(section: _Section) -> Iterator[dict[str, Any]]:
    """The rows of a section as config/calendar.toml has them: one a stretch, the make-up days with the first."""
    for n, (first, last) in enumerate(section.stretches):
        row: dict[str, Any] = {"name": "、".join(section.names), "first": first.isoformat()}
        if last != first:
            row["last"] = last.isoformat()
        if n == 0 and section.work:
            row["workdays"] = [day.isoformat() for day in sorted(section.work)]
        yield row


def _no(zh: str, en: str) -> Invalid:
    return Invalid({"notice": Said(f"{zh}。", f"{en}.")})
