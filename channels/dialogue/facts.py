"""What a turn must know of the world: kinds, district, policy, day, and the citizen's own letters."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from channels.dialogue.wishes import LetterLine
from hub.kinds import Kind
from routing.danger import Dangers

__all__ = ["Facts", "LetterLine", "Similar"]


@dataclass(frozen=True, slots=True)
class Similar:
    """A published answer to a matter like this one."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Read-only knowledge of one turn.

    `carry` says how much a foreign messenger may carry (PIPL art. 36): `all` lets letters be written and read here,
    `receipts` leaves only receipts, states, buttons and links. `carrier` names such a messenger so that the
    conversation can say who else can read along. `away_hours` is the time since the chat's last turn.
    `edition` is the number of the forms in force; a letter goes on under the one it began with.
    `talking`: a talk with a person is open here. `talk_at` is the page on which one may be had where this channel
    carries no words of the office; empty where it does.
    """

    kinds: tuple[Kind, ...]
    district_zh: str
    district_en: str
    today: date
    dangers: Dangers
    emergency_zh: str = "如有生命危险，请立即拨打110、119或120。"
    emergency_en: str = "If a life is in danger, call 110, 119 or 120 at once."
    desk_phone: str = "12345"
    site: str = ""
    carry: Literal["all", "receipts"] = "all"
    carrier: str = ""
    bot: str = ""
    letters: tuple[LetterLine, ...] = ()
    similar: tuple[Similar, ...] = ()
    away_hours: float = 0.0
    edition: int = 0
    talking: bool = False
    talk_at: str = ""
    files_most: int = 9
    file_bytes_most: int = 20_000_000

    def offered(self) -> tuple[Kind, ...]:
        """The kinds that a citizen may file."""
        return tuple(kind for kind in self.kinds if "citizen" in kind.file_by)

    def kind(self, code: object) -> Kind | None:
        return next((kind for kind in self.offered() if kind.code == code), None)
