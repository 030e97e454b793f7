"""Grades of units: a pure reading of their shares and intervals by weights and bands; few cases get no grade."""

from dataclasses import dataclass

from hub.errors import Said
from supervision.board import Line
from supervision.bulletins.kinds import Grading

TOO_FEW = Said("件数太少", "Too few cases")


@dataclass(frozen=True, slots=True)
class Grade:
    """What a unit reached: points of 100 over the weight that counted, between which points the truth lies (95 %), and
    the band; no points: too few cases."""

    unit: str
    points: float | None
    weight: int
    band: Said
    between: tuple[float, float] | None = None

    @property
    def low(self) -> float:
        """Where the unit stands among others: luck with few cases does not lead."""
        return self.between[0] if self.between else -1.0


def grade(line: Line, rule: Grading) -> Grade:
    """The grade of a unit. A share under its least sample does not count, and the weight of the others is stretched.

    Each share counts with both ends of its Wilson interval. A band is reached by the lower end; the last one is given
    only where even the upper end falls short of the band before it. Practice: quarterly grades 优 / 良 / 合格 / 不合格
    of municipal supervision offices; with few cases chance would decide (NORMS §4).
    """
    shares = {code: line.figures[code] for code in rule.weights if line.figures[code].enough}
    weight = sum(rule.weights[code] for code in shares)
    if weight < rule.least_weight or line.figures["answered"].n < rule.least_answered:
        return Grade(line.code, None, weight, TOO_FEW)

    def reached(of: dict[str, float]) -> float:
        return round(sum(rule.weights[code] * share for code, share in of.items()) * 100 / weight, 1)

    ends = {code: value.between or (0.0, 1.0) for code, value in shares.items()}
    low, high = (reached({code: both[end] for code, both in ends.items()}) for end in (0, 1))
    points = reached({code: value.value or 0.0 for code, value in shares.items()})
    return Grade(line.code, points, weight, _band(low, high, rule), (low, high))


def _band(low: float, high: float, rule: Grading) -> Said:
    *upper, last = rule.bands
    if not upper:
        return last[1]
    found = next((band for least, band in upper if low >= least), None)
    least, worst_but_one = upper[-1]
    return found or (last[1] if high < least else worst_but_one)
