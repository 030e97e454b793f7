"""Grades of units: a pure reading of their shares by weights and bands; who has too few cases is not graded."""

from dataclasses import dataclass

from hub.errors import Said
from supervision.board import Line
from supervision.bulletins.kinds import Grading

NOT_GRADED = Said("不评级", "Not graded")


@dataclass(frozen=True, slots=True)
class Grade:
    """What a unit reached: points of 100 over the weight that counted, and the band; no points: not graded."""

    unit: str
    points: float | None
    weight: int
    band: Said


def grade(line: Line, rule: Grading) -> Grade:
    """The grade of a unit. A share under its least sample does not count, and the weight of the others is stretched.

    Practice: quarterly grades 优 / 良 / 合格 / 不合格 of municipal supervision offices; units with few cases are not
    compared, since chance would decide.
    """
    counted = {code: weight for code, weight in rule.weights.items() if line.figures[code].enough}
    weight = sum(counted.values())
    if weight < rule.least_weight or line.figures["answered"].n < rule.least_answered:
        return Grade(line.code, None, weight, NOT_GRADED)
    reached = sum(each * (line.figures[code].value or 0.0) for code, each in counted.items())
    points = round(reached * 100 / weight, 1)
    return Grade(line.code, points, weight, next(band for least, band in rule.bands if points >= least))
