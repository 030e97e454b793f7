"""Cards and exclusions on the board: each card with unit and case, and the rates with and without what was excluded."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff import parts
from channels.web.staff.frame import Desk
from supervision.board import Board
from supervision.cards import on_board
from supervision.figures import Value

TONES = {"yellow": "amber", "red": "red"}


async def on_page(desk: Desk, figures: Board, days: tuple[date, date], unit: str) -> dict[str, Any]:
    """What the part of the board about cards and exclusions shows."""
    given, adding = await desk.office.store.read(on_board, desk.actor, days, unit, desk.book)
    told = N_("%(unit)s在%(days)s天内已有%(n)s张%(colour)s，按规定可以提议%(to)s。")
    return {
        "cards": [
            {
                "word": desk.word(parts.coded(desk, "cards", c.colour)),
                "tone": "" if c.revoked else TONES.get(c.colour, ""),
                "unit": desk.unit(c.unit),
                "why": desk.word(parts.coded(desk, "card_reasons", c.why)),
                "revoked": c.revoked,
                "released": c.released,
                "day": c.day,
                "number": c.number,
            }
            for c in given
        ],
        "adding_up": [
            desk.say(
                told,
                unit=desk.unit(a.unit),
                days=a.days,
                n=a.number,
                colour=desk.word(parts.coded(desk, "cards", a.colour)),
                to=desk.word(parts.coded(desk, "cards", a.to)),
            )
            for a in adding
        ],
        "excluded": figures.figures["excluded"].n,
        "both": both_rates(desk, figures.figures, figures.without_excluded),
    }


def both_rates(desk: Desk, whole: Mapping[str, Value], without: Mapping[str, Value]) -> list[tuple[str, str, str]]:
    """Name, rate of everything, rate without what was excluded, for each rate that is shown twice."""
    return [(desk.word(v.figure.name), _rate(whole[code]), _rate(v)) for code, v in without.items()]


def _rate(value: Value) -> str:
    return "—" if value.value is None else f"{value.value * 100:.1f}% ({value.n}/{value.of})"
