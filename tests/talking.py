"""A citizen who talks with the dialogue in a test, and the facts of a small district."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path

from channels.dialogue import (
    Attachment,
    Facts,
    Input,
    Outcome,
    Say,
    Session,
    Turn,
    Wish,
    after,
    new_session,
    next_turn,
)
from config import starter
from hub.kinds import Kind, read_kinds
from routing.danger import Dangers, read_dangers

CONFIG = Path(__file__).parent.parent / "config"
LAMP = "我们小区门口的路灯坏了三天。晚上很黑，老人摔了一跤。"
PHOTO = Attachment("路灯.jpg", "F1", "image/jpeg", 120_000)


@cache
def kinds() -> tuple[Kind, ...]:
    """The starter edition's kinds, in the order of their codes."""
    return tuple(kind for _, kind in sorted(read_kinds(starter.read()["kinds"]).items()))


@cache
def dangers() -> Dangers:
    return read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text()))


def facts() -> Facts:
    return Facts(
        kinds=kinds(),
        district_zh="清禾区",
        district_en="Qinghe District",
        today=date(2026, 11, 23),
        dangers=dangers(),
        site="https://qinghe.example/letters/new",
        bot="@qinghe_bot",
    )


class Citizen:
    """Says, presses and sends; remembers the session, the last answers, and every wish."""

    def __init__(self, known: Facts | None = None, session: Session | None = None) -> None:
        self.facts = known or facts()
        self.session = session or new_session()
        self.ids = count(1)
        self.says: tuple[Say, ...] = ()
        self.wish: Wish | None = None

    def says_(self, text: str) -> "Citizen":
        return self.does(Input("text", self._id(), text))

    def sends(self, file: Attachment = PHOTO, caption: str = "") -> "Citizen":
        return self.does(Input("file", self._id(), caption, file))

    def presses(self, label: str) -> "Citizen":
        """Press the button whose words contain `label`; it must stand on the last messages."""
        return self.does(Input("button", f"cb{self._id()}", self.code(label)))

    def code(self, label: str) -> str:
        found = [b.code for say in self.says for row in say.buttons for b in row if label in b.label]
        assert found, f"no button {label} among {self.labels}"
        return found[-1]

    def does(self, given: Input) -> "Citizen":
        return self._take(next_turn(self.session, given, self.facts))

    def hears(self, outcome: Outcome) -> "Citizen":
        assert self.wish is not None
        return self._take(after(self.session, self.wish, outcome, self.facts))

    def knows(self, change: Callable[[Facts], Facts]) -> "Citizen":
        self.facts = change(self.facts)
        return self

    def away(self, hours: float) -> "Citizen":
        self.facts = replace(self.facts, away_hours=hours)
        return self

    @property
    def read(self) -> str:
        """Everything that was said in the last turn."""
        return "\n".join(say.text for say in self.says)

    @property
    def labels(self) -> list[str]:
        return [b.label for say in self.says for row in say.buttons for b in row]

    def _id(self) -> str:
        return str(next(self.ids))

    def _take(self, turn: Turn) -> "Citizen":
        self.session, self.says, self.wish = turn.session, turn.says, turn.wish
        return self


def at_summary(lang: str = "zh") -> Citizen:
    """A citizen who has told a complaint up to the summary."""
    citizen = Citizen(session=Session(lang="en" if lang == "en" else "zh"))
    citizen.says_("/new").presses("投诉" if lang == "zh" else "Complaint")
    citizen.presses("反映事情" if lang == "zh" else "A matter").says_(LAMP)
    citizen.says_("塘前社区3栋楼下").says_("上周三晚上").says_("skip").says_("装一盏新灯")
    citizen.sends().presses("没有了" if lang == "zh" else "No more")
    citizen.presses("留姓名电话" if lang == "zh" else "Name and phone").says_("张三").says_("13800000000").says_("skip")
    return citizen.says_("1").says_("2")
