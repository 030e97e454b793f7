"""Composing: from counted figures and a kind to the document, with every sentence filled in. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from hub.errors import Said
from hub.measures import LONGEST
from hub.rulebook import Rulebook
from supervision.board import Board, Line
from supervision.bulletins.counting import Counted
from supervision.bulletins.document import SILENT, Cell, Document, Part, Row, Table, cell, count, shown
from supervision.bulletins.grading import grade
from supervision.bulletins.kinds import BulletinKind, Bulletins
from supervision.bulletins.periods import BEFORE
from supervision.bulletins.sentences import changed
from supervision.figures import BY_CODE, FIGURES
from supervision.recommendations import KINDS

UNIT_COLUMNS = (
    *("received", "answered", "unit_on_time", "first_pass", "rounds"),
    *("solved", "satisfied", "rated_share", "objected"),
)
KIND_COLUMNS = ("received", "answered", "on_time", "first_pass", "solved", "satisfied", "rated_share")
CHANNELS = {
    "web": Said("网页", "Website"),
    "chat": Said("网页对话", "Chat"),
    "telegram": Said("Telegram", "Telegram"),
    "mail": Said("电子邮件", "E-mail"),
    "counter": Said("窗口", "Counter"),
    "phone": Said("电话", "Phone"),
    "paper": Said("信函", "Paper letter"),
    "sms": Said("短信", "Text message"),
    "api": Said("接口", "API"),
}
CLASSES = {
    "bureau": Said("部门", "Bureau"),
    "street": Said("街道", "Sub-district"),
    "utility": Said("公共服务单位", "Utility"),
    "party": Said("党委部门", "Party office"),
    "association": Said("群团组织", "Association"),
    "discipline": Said("纪检监察", "Discipline inspection"),
    "supervision": Said("督查", "Supervision"),
    "intake": Said("受理", "Reception"),
}
LATE_OPEN = Said("期内到期未答", "Due and unanswered")
NAME, NUMBER = Said("指标", "Figure"), Said("件数", "Cases")
NO_UNIT_BELOW = Said("没有低于底线的单位。", "No unit is below a floor.")


def compose(kind: BulletinKind, rules: Bulletins, found: Counted, book: Rulebook, as_of: datetime) -> Document:
    """The document of a period as it stands at `as_of`."""
    words = {lang: _words(kind, found, book, lang) for lang in ("zh", "en")}
    parts = tuple(
        Part(
            part.code,
            part.title,
            _sentences(part.text, words),
            tuple(TABLES[code](found, rules, book) for code in part.tables),
            part.written,
        )
        for part in kind.parts
    )
    directory = book.directory
    desk = directory.units[directory.desks["supervision"]]
    return Document(
        kind=kind.code,
        period=found.period.code,
        since=found.period.since,
        until=found.period.until,
        title=Said(kind.title.zh.format_map(words["zh"]), kind.title.en.format_map(words["en"])),
        office=Said(desk.zh, desk.en),
        as_of=as_of,
        head=found.head.seq,
        head_hash=found.head.hash,
        parts=(*parts, _definitions(parts)),
    )


def _sentences(text: Said, words: Mapping[str, Mapping[str, str]]) -> tuple[Said, ...]:
    """One sentence a line, in both languages."""
    pairs = zip(text.zh.splitlines(), text.en.splitlines(), strict=True)
    return tuple(Said(zh.format_map(words["zh"]), en.format_map(words["en"])) for zh, en in pairs if zh)


def _words(kind: BulletinKind, found: Counted, book: Rulebook, lang: str) -> dict[str, str]:
    """What stands for each word in braces."""
    zh = lang == "zh"
    directory, before = book.directory, BEFORE[kind.every]
    said = {
        "period": found.period.name.zh if zh else found.period.name.en,
        "district": directory.district if zh else directory.district_en,
        "before": before.zh if zh else before.en,
        "overdue_open": str(found.now.overdue_open),
    }
    for code in BY_CODE:
        value = found.now.figures[code]
        said[code] = shown(cell(value), lang)
        said[f"{code}_n"], said[f"{code}_of"] = str(value.n), str(value.of)
        difference = changed(value, found.before, before)
        said[f"{code}_change"] = difference.zh if zh else difference.en
    return said


# Tables -------------------------------------------------------------------------------------------------------------


def _figures(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    boards = (found.now, found.before, found.year_ago)
    rows = [
        Row(f.name, tuple(cell(b.figures[f.code]) for b in boards))
        for f in FIGURES
        if any(b.figures[f.code].value is not None for b in boards)
    ]
    now_late = Row(Said("此刻超期未答", "Late at this moment"), (count(found.now.overdue_open, "overdue"), None, None))
    heads = (NAME, Said("本期", "This period"), Said("上期", "Period before"), Said("上年同期", "A year ago"))
    spans = tuple((b.since, b.until) for b in boards)
    return Table("figures", Said("主要指标", "Main figures"), heads, (*rows, now_late), spans=spans)


def _kinds(found: Counted, _: Bulletins, book: Rulebook) -> Table:
    rows = []
    for line in found.now.by_kind:
        kind = book.kinds.get(line.code)
        name = Said(kind.zh, kind.en) if kind else Said(line.code, line.code)
        rows.append(_row(name, line, KIND_COLUMNS, kind=line.code))
    return Table("kinds", Said("各类来信", "By kind"), _heads(Said("类别", "Kind"), KIND_COLUMNS), tuple(rows))


def _units(found: Counted, _: Bulletins, book: Rulebook) -> Table:
    rows = [_row(_unit(line.code, book), line, UNIT_COLUMNS, unit=line.code) for line in _ordered(found.now, book)]
    heads = _heads(Said("单位", "Unit"), UNIT_COLUMNS)
    return Table("units", Said("各单位办理情况", "By unit"), heads, tuple(rows))


def _floors(found: Counted, rules: Bulletins, book: Rulebook) -> Table:
    rows = []
    for line in _ordered(found.now, book):
        for code, floor in rules.floors.items():
            value = line.figures[code]
            if value.enough and value.value is not None and value.value < floor:
                floor_cell = Cell("share", 0, 0, floor)
                rows.append(Row(_unit(line.code, book), (value.figure.name, cell(value), floor_cell), unit=line.code))
    heads = (Said("单位", "Unit"), NAME, Said("本期", "This period"), Said("底线", "Floor"))
    title = Said("低于底线的单位", "Units below a floor")
    return Table("floors", title, heads, tuple(rows), SILENT if rows else NO_UNIT_BELOW)


def _channels(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    most = sorted(found.now.by_channel.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple(Row(CHANNELS.get(code, Said(code, code)), (count(n, f"received:{code}"),)) for code, n in most)
    return Table("channels", Said("来信渠道", "Channels"), (Said("渠道", "Channel"), NUMBER), rows)


def _days(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    rows = tuple(
        Row(
            Said(f"{n}{'及以上' if n == LONGEST else ''}", f"{n}{'+' if n == LONGEST else ''}"),
            (count(c, f"took:{n:02d}"),),
        )
        for n, c in sorted(found.now.workdays.items())
    )
    heads = (Said("工作日", "Working days"), NUMBER)
    return Table("days", Said("答复用了几个工作日", "Working days to the answer"), heads, rows)


def _rounds(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    rounds = sorted(found.now.rounds.items())
    last = rounds[-1][0] if rounds else 0
    rows = tuple(
        Row(
            Said(f"第{n}轮{'及以后' if n == last else ''}", f"Round {n}{' and later' if n == last else ''}"),
            (count(c, f"round:{n}"),),
        )
        for n, c in rounds
    )
    heads = (Said("轮次", "Round"), NUMBER)
    return Table("rounds", Said("第几轮答复", "Answered in round"), heads, rows)


def _grades(found: Counted, rules: Bulletins, book: Rulebook) -> Table:
    """The best of each class first; who is not graded comes after them."""
    directory, ranked = book.directory, []
    for line in _ordered(found.now, book):
        unit = directory.get(line.code)
        class_of = unit.type if unit else ""
        ranked.append((list(CLASSES).index(class_of) if class_of in CLASSES else len(CLASSES), class_of, line))
    rows = []
    graded = [(place, class_of, grade(line, rules.grading), line) for place, class_of, line in ranked]
    for _, class_of, reached, line in sorted(graded, key=lambda g: (g[0], -g[2].low)):
        points = Cell("score", 0, reached.weight, reached.points)
        ends = "" if reached.between is None else "{:.1f}–{:.1f}".format(*reached.between)
        shares = (cell(line.figures[code]) for code in rules.grading.weights)
        word = CLASSES.get(class_of, Said(class_of, class_of))
        rows.append(
            Row(_unit(line.code, book), (word, *shares, points, Said(ends, ends), reached.band), unit=line.code)
        )
    weights = tuple(
        Said(f"{BY_CODE[code].name.zh}（{weight}）", f"{BY_CODE[code].name.en} ({weight})")
        for code, weight in rules.grading.weights.items()
    )
    heads = (Said("单位", "Unit"), Said("类型", "Class"), *weights, Said("得分", "Points"))
    heads = (*heads, Said("95%区间", "95 % interval"), Said("评级", "Grade"))
    bands = "；".join(f"{least:g}分以上{band.zh}" for least, band in rules.grading.bands)
    bands_en = "; ".join(f"{band.en} from {least:g}" for least, band in rules.grading.bands)
    least = rules.grading
    note = Said(
        f"括号里是权重。按得分的95%区间评级，以区间下限为序：{bands}；区间上限也够不到的才评最后一档。"
        f"已答复不足{least.least_answered}件，或能计分的权重不足{least.least_weight}的，件数太少，不评级。",
        f"Weights in brackets. Grades and order go by the lower end of the 95 % interval: {bands_en}; the last grade "
        f"is given only where the upper end falls short too. With fewer than {least.least_answered} answers, or with "
        f"less than {least.least_weight} of the weight to count, there are too few cases for a grade.",
    )
    return Table("grades", Said("评级", "Grades"), heads, tuple(rows), note)


def _site(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    figures = found.now.figures
    rows = (
        Row(Said("收到留言数量（条）", "Messages received"), (cell(figures["received"]),)),
        Row(Said("办结留言数量（条）", "Messages answered"), (cell(figures["answered"]),)),
        Row(Said("平均办理时间（工作日）", "Mean handling time (working days)"), (cell(figures["mean_days"]),)),
        Row(Said("公开答复数量（条）", "Answers made public"), (count(found.published, "published"),)),
    )
    heads = (Said("项目", "Item"), Said("数量", "Number"))
    return Table("site", Said("留言办理", "Messages"), heads, rows)


def _advice(found: Counted, _: Bulletins, __: Rulebook) -> Table:
    rows = tuple(Row(KINDS.get(code, Said(code, code)), tuple(map(count, told))) for code, told in found.advice.items())
    heads = (
        *(Said("类型", "Kind"), Said("提出", "Made"), Said("采纳和部分采纳", "Adopted, also in part")),
        *(Said("不采纳", "Not adopted"), Said("未了结", "Open")),
    )
    note = SILENT if rows else Said("本期没有提出督查建议。", "No recommendation was made in this period.")
    return Table("advice", Said("督查建议", "Recommendations"), heads, rows, note)


TABLES: Mapping[str, Callable[[Counted, Bulletins, Rulebook], Table]] = {
    "figures": _figures,
    "kinds": _kinds,
    "units": _units,
    "floors": _floors,
    "channels": _channels,
    "days": _days,
    "rounds": _rounds,
    "grades": _grades,
    "site": _site,
    "advice": _advice,
}


def _definitions(parts: tuple[Part, ...]) -> Part:
    """How every figure that stands in the bulletin is counted."""
    codes = {c.figure for part in parts for t in part.tables for r in t.rows for c in r.cells if isinstance(c, Cell)}
    rows = tuple(Row(f.name, (f.formula,)) for f in FIGURES if f.code in codes)
    title = Said("数字是怎么算的", "How the figures are counted")
    table = Table("definitions", Said("口径", "Definitions"), (NAME, Said("算法", "Formula")), rows)
    return Part("definitions", title, (), (table,) if rows else ())


def _row(name: Said, line: Line, codes: tuple[str, ...], *, unit: str = "", kind: str = "") -> Row:
    cells = (*(cell(line.figures[code]) for code in codes), count(line.late_open, "late_open"))
    return Row(name, cells, unit, kind)


def _heads(name: Said, codes: tuple[str, ...]) -> tuple[Said, ...]:
    return (name, *(BY_CODE[code].name for code in codes), LATE_OPEN)


def _unit(code: str, book: Rulebook) -> Said:
    unit = book.directory.get(code)
    return Said(unit.short, unit.en) if unit else Said(code or "—", code or "—")


def _ordered(found: Board, book: Rulebook) -> Iterator[Line]:
    """The units in the order of the directory; cases that never had one come under no unit and are left out."""
    lines = {line.code: line for line in found.by_unit}
    yield from (lines[code] for code in book.directory.units if code in lines)
