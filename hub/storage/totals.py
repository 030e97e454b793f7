"""Facts and totals: what each case counts for, and the sums, kept up by differences and recomputed by `verify`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from hub.measures import HOUR, WHOLE, Cuts, Fact, Place, counted, cuts_of, places
from hub.rulebook import Rulebook
from hub.spans import month_of, spans
from hub.storage import cases
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

_IN = "IN (SELECT CAST(value AS TEXT) FROM json_each(:{}))"
_NOTHING = Cuts("", "", "", "", "", "")

FACTS = "SELECT measure, day, unit, n FROM facts WHERE case_id = :case_id"
CUTS = "SELECT kind, area, officer, topic, channel, hour FROM counted WHERE case_id = :case_id"
PUT_FACT = """
INSERT INTO facts (case_id, measure, day, unit, n) VALUES (:case_id, :measure, :day, :unit, :n)
ON CONFLICT (case_id, measure, day, unit) DO UPDATE SET n = excluded.n
"""
DROP_FACT = """
DELETE FROM facts WHERE case_id = :case_id AND measure = :measure AND day = :day AND unit = :unit
"""
PUT_CUTS = """
INSERT INTO counted (case_id, kind, area, officer, topic, channel, hour)
VALUES (:case_id, :kind, :area, :officer, :topic, :channel, :hour)
ON CONFLICT (case_id) DO UPDATE SET kind = excluded.kind, area = excluded.area, officer = excluded.officer,
    topic = excluded.topic, channel = excluded.channel, hour = excluded.hour
"""
ADD = """
INSERT INTO totals (unit, cut, span, value, kind, measure, n) VALUES (:unit, :cut, :span, :value, :kind, :measure, :n)
ON CONFLICT (unit, cut, span, value, kind, measure) DO UPDATE SET n = totals.n + excluded.n
"""
CASES_AFTER = "SELECT id FROM cases WHERE id > :after ORDER BY id LIMIT :limit"
ALL = """
SELECT unit, cut, span, value, kind, measure, n FROM totals
WHERE n <> 0 AND (unit, cut, span, value, kind, measure) > (:unit, :cut, :span, :value, :kind, :measure)
ORDER BY unit, cut, span, value, kind, measure LIMIT :limit
"""
# Sums of a span by some of its columns; both ends are included.
SUMMED = f"""
SELECT {{by}}, SUM(n) AS n FROM totals
WHERE unit {_IN.format("units")} AND cut = :cut AND span >= :first AND span <= :last{{more}}
GROUP BY {{by}}
"""  # noqa: S608
_ASKED = f" AND kind {_IN.format('kinds')} AND measure {_IN.format('measures')}"
BY_KIND = SUMMED.format(by="kind, measure", more="")
BY_UNIT = SUMMED.format(by="unit, measure", more=_ASKED)
BY_SPAN = SUMMED.format(by="span, measure", more=_ASKED)
BY_VALUE = SUMMED.format(by="value, measure", more=_ASKED)


def count_again(tx: Tx, case_id: str, book: Rulebook) -> bool:
    """Bring a case's facts up to now and the totals with them; False where nothing changed. Raises OldEdition."""
    (facts, cuts), (before, before_cuts) = _recomputed(tx, case_id, book), stored(tx, case_id)
    if (facts, cuts) == (before, before_cuts):
        return False
    gone = [{"case_id": case_id, **fact._asdict()} for fact in sorted(before.keys() - facts.keys())]
    there = [(fact, n) for fact, n in sorted(facts.items()) if before.get(fact) != n]
    if gone:
        tx.executemany(DROP_FACT, gone)
    if there:
        tx.executemany(PUT_FACT, [fact_row(case_id, fact, n) for fact, n in there])
    if cuts != before_cuts:
        tx.execute(PUT_CUTS, {"case_id": case_id, **cuts._asdict()})
    sums = Counter(places(facts, cuts))
    sums.subtract(places(before, before_cuts))
    changes = [total_row(place, n) for place, n in sorted(sums.items()) if n]
    if changes:
        tx.executemany(ADD, changes)
    return True


def fact_row(case_id: str, fact: Fact, n: int) -> Row:
    """The row of one count of a case."""
    return {"case_id": case_id, **fact._asdict(), "n": n}


def total_row(place: Place, n: int) -> Row:
    """What is added to one sum."""
    return {**place._asdict(), "n": n}


def stored(tx: Tx, case_id: str) -> tuple[Mapping[Fact, int], Cuts]:
    """What a case was counted for when it was last looked at, and under what."""
    rows = tx.execute(FACTS, {"case_id": case_id})
    under = tx.execute(CUTS, {"case_id": case_id})
    facts = {Fact(r["day"], r["unit"], r["measure"]): int(r["n"]) for r in rows}
    return facts, Cuts(**under[0]) if under else _NOTHING


def _recomputed(tx: Tx, case_id: str, book: Rulebook) -> tuple[Mapping[Fact, int], Cuts]:
    """What a case counts for, by the calendar its answer was due under: a later one changes no figure of the past."""
    dossier = cases.dossier(tx, case_id)
    if dossier is None or dossier.case.about:
        return {}, _NOTHING
    main = dossier.clock("main")
    calendar = book.calendar_of(main.calendar) if main else book.calendar
    return counted(dossier, calendar), cuts_of(dossier, calendar)


# Verification -------------------------------------------------------------------------------------------------------


def verify_cases(tx: Tx, after: str, limit: int, book: Rulebook) -> tuple[str, list[str], Mapping[Place, int]]:
    """Recompute the next cases after an id: where to go on (empty: the end), the ids that differ, and their sums."""
    ids = [str(r["id"]) for r in tx.execute(CASES_AFTER, {"after": after, "limit": limit})]
    wrong: list[str] = []
    sums: Counter[Place] = Counter()
    for case_id in ids:
        facts, cuts = _recomputed(tx, case_id, book)
        sums.update(places(facts, cuts))
        if (facts, cuts) != stored(tx, case_id):
            wrong.append(case_id)
    return ids[-1] if len(ids) == limit else "", wrong, sums


def page(tx: Tx, after: Place, limit: int) -> list[tuple[Place, int]]:
    """The stored totals after a place, in the order of the table."""
    rows = tx.execute(ALL, {**after._asdict(), "limit": limit})
    return [(Place(*(r[name] for name in Place._fields)), int(r["n"])) for r in rows]


# What the board asks ------------------------------------------------------------------------------------------------


def summed(tx: Tx, units: Iterable[str], since: str, until: str) -> list[Row]:
    """Kind, measure and n over a period (ISO days, both included); `units` [""] is the whole hub."""
    return _added(tx, BY_KIND, ("kind", "measure"), {"units": to_json(sorted(units))}, since, until)


def by_unit(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: str, until: str
) -> list[Row]:
    """Unit, measure and n over a period."""
    return _added(tx, BY_UNIT, ("unit", "measure"), _asked(units, kinds, measures), since, until)


def by_day(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: str, until: str
) -> list[Row]:
    """Span (a day), measure and n over a period."""
    return tx.execute(BY_SPAN, {**_asked(units, kinds, measures), "cut": "day", "first": since, "last": until})


def by_cut(
    tx: Tx, cut: str, units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: date, until: date
) -> list[Row]:
    """Value of the cut, measure and n of the whole months that the days lie in; hours are those of the whole hub."""
    units = {WHOLE} if cut == HOUR else units
    ends = {"cut": cut, "first": month_of(since), "last": month_of(until)}
    return tx.execute(BY_VALUE, {**_asked(units, kinds, measures), **ends})


def _added(tx: Tx, sql: str, by: tuple[str, str], asked: Mapping[str, str], since: str, until: str) -> list[Row]:
    sums: Counter[tuple[str, str]] = Counter()
    for cut, first, last, sign in spans(date.fromisoformat(since), date.fromisoformat(until)):
        for r in tx.execute(sql, {**asked, "cut": cut, "first": first, "last": last}):
            sums[r[by[0]], r[by[1]]] += sign * int(r["n"])
    return [{by[0]: one, by[1]: other, "n": n} for (one, other), n in sums.items() if n]


def _asked(units: Iterable[str], kinds: Iterable[str], measures: Iterable[str]) -> dict[str, str]:
    return {"units": to_json(sorted(units)), "kinds": to_json(sorted(kinds)), "measures": to_json(sorted(measures))}
