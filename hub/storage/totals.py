"""Facts and totals: what each case counts for, and the sums, kept up by differences and recomputed by `verify`."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from hub.measures import Place, counted
from hub.rulebook import Rulebook
from hub.storage import cases
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

_IN = "IN (SELECT CAST(value AS TEXT) FROM json_each(:{}))"

FACT = "SELECT counted FROM facts WHERE case_id = :case_id"
PUT_FACT = """
INSERT INTO facts (case_id, counted) VALUES (:case_id, :counted)
ON CONFLICT (case_id) DO UPDATE SET counted = excluded.counted
"""
ADD = """
INSERT INTO totals (day, unit, kind, measure, n) VALUES (:day, :unit, :kind, :measure, :n)
ON CONFLICT (unit, day, kind, measure) DO UPDATE SET n = totals.n + excluded.n
"""
CASES_AFTER = "SELECT id FROM cases WHERE id > :after ORDER BY id LIMIT :limit"
ALL = """
SELECT day, unit, kind, measure, n FROM totals
WHERE n <> 0 AND (unit, day, kind, measure) > (:unit, :day, :kind, :measure)
ORDER BY unit, day, kind, measure LIMIT :limit
"""
# What a period sums up to, by kind and measure; `days` are inclusive.
SUMMED = f"""
SELECT kind, measure, SUM(n) AS n FROM totals
WHERE unit {_IN.format("units")} AND day >= :since AND day <= :until GROUP BY kind, measure
"""  # noqa: S608
BY_UNIT = f"""
SELECT unit, measure, SUM(n) AS n FROM totals
WHERE unit {_IN.format("units")} AND day >= :since AND day <= :until
  AND kind {_IN.format("kinds")} AND measure {_IN.format("measures")}
GROUP BY unit, measure
"""  # noqa: S608
BY_DAY = f"""
SELECT day, measure, SUM(n) AS n FROM totals
WHERE unit {_IN.format("units")} AND day >= :since AND day <= :until
  AND kind {_IN.format("kinds")} AND measure {_IN.format("measures")}
GROUP BY day, measure
"""  # noqa: S608


def count_again(tx: Tx, case_id: str, book: Rulebook) -> bool:
    """Bring a case's facts up to now and the totals with them; False where nothing changed. Raises OldEdition."""
    now, before = _recomputed(tx, case_id, book), stored(tx, case_id)
    changes = {p: n for p in now.keys() | before.keys() if (n := now.get(p, 0) - before.get(p, 0))}
    if not changes:
        return False
    tx.execute(PUT_FACT, {"case_id": case_id, "counted": to_json(sorted([*p, n] for p, n in now.items()))})
    tx.executemany(ADD, [{**p._asdict(), "n": n} for p, n in sorted(changes.items())])
    return True


def stored(tx: Tx, case_id: str) -> Mapping[Place, int]:
    """What a case was counted for when it was last looked at."""
    rows = tx.execute(FACT, {"case_id": case_id})
    return {Place(*row[:4]): int(row[4]) for row in json.loads(rows[0]["counted"])} if rows else {}


def _recomputed(tx: Tx, case_id: str, book: Rulebook) -> Mapping[Place, int]:
    """What a case counts for, by the calendar its answer was due under: a later one changes no figure of the past."""
    dossier = cases.dossier(tx, case_id)
    if dossier is None:
        return {}
    main = dossier.clock("main")
    return counted(dossier, book.calendar_of(main.calendar) if main else book.calendar)


# Verification -------------------------------------------------------------------------------------------------------


def verify_cases(tx: Tx, after: str, limit: int, book: Rulebook) -> tuple[str, list[str], Mapping[Place, int]]:
    """Recompute the next cases after an id: where to go on (empty: the end), the ids that differ, and their sums."""
    ids = [str(r["id"]) for r in tx.execute(CASES_AFTER, {"after": after, "limit": limit})]
    wrong: list[str] = []
    sums: Counter[Place] = Counter()
    for case_id in ids:
        now = _recomputed(tx, case_id, book)
        sums.update(now)
        if dict(now) != dict(stored(tx, case_id)):
            wrong.append(case_id)
    return ids[-1] if len(ids) == limit else "", wrong, sums


def page(tx: Tx, after: Place, limit: int) -> list[tuple[Place, int]]:
    """The stored totals after a place, in the order of the table."""
    rows = tx.execute(ALL, {**after._asdict(), "limit": limit})
    return [(Place(r["day"], r["unit"], r["kind"], r["measure"]), int(r["n"])) for r in rows]


# What the board asks ------------------------------------------------------------------------------------------------


def summed(tx: Tx, units: Iterable[str], since: str, until: str) -> list[Row]:
    """Kind, measure and n over a period (ISO days, both included); `units` [""] is the whole hub."""
    return tx.execute(SUMMED, {"units": to_json(sorted(units)), "since": since, "until": until})


def by_unit(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: str, until: str
) -> list[Row]:
    """Unit, measure and n over a period."""
    return tx.execute(BY_UNIT, _asked(units, kinds, measures, since, until))


def by_day(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: str, until: str
) -> list[Row]:
    """Day, measure and n over a period."""
    return tx.execute(BY_DAY, _asked(units, kinds, measures, since, until))


def _asked(
    units: Iterable[str], kinds: Iterable[str], measures: Iterable[str], since: str, until: str
) -> dict[str, str]:
    return {
        "units": to_json(sorted(units)),
        "kinds": to_json(sorted(kinds)),
        "measures": to_json(sorted(measures)),
        "since": since,
        "until": until,
    }
