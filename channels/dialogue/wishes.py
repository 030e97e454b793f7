"""What a conversation asks of the hub (wishes), and what the hub answers (outcomes)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.errors import Refusal


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the citizen sent, by reference: its content is fetched later and never blocks the letter.

    `size` is in bytes (0 = not said); `note` is the caption that came with it.
    """

    name: str
    ref: str
    mime: str
    size: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """File this letter. `key` is the same for every try of the same draft: use it as the submission key in the chat."""

    key: str
    kind: str
    aim: str
    title: str
    body: str
    place: str
    fields: Mapping[str, str]
    files: tuple[Attachment, ...]
    name: str
    phone: str
    anonymous: bool
    publish_consent: bool
    show_surname: bool
    urgent: bool
    lang: str
    wish: str = ""
    """How and when the citizen likes to be reached."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """Add words and material to a letter of this chat."""

    number: str
    text: str
    files: tuple[Attachment, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """Rate an answer: `score` 1 (very dissatisfied) to 5 (very satisfied), `solved` yes, partly or no."""

    number: str
    score: int
    solved: str
    comment: str


@dataclass(frozen=True, slots=True)
class TellDone:
    """Say whether it was done: yes, partly or no; `about` is the question's place on the case, 0 the newest."""

    number: str
    done: str
    about: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """Show how a letter stands; `code` is the query code (12 digits), empty where the letter came from this chat."""

    number: str
    code: str


@dataclass(frozen=True, slots=True)
class MyLetters:
    """List the letters of this chat."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Ask that an answered letter be handled again."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a letter back."""

    number: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a question that the office asked about a letter."""

    number: str
    text: str
    files: tuple[Attachment, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class CallPerson:
    """Open a talk with a person at the reception desk."""


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Pass words on in the talk that is open; `id` is unique in the chat."""

    id: str
    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class EndTalk:
    """End the talk that is open."""


Wish = (
    File
    | Supplement
    | Rate
    | TellDone
    | Track
    | MyLetters
    | Reopen
    | Withdraw
    | Answer
    | CallPerson
    | ToPerson
    | EndTalk
)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line of the list of a citizen's own letters; `word_*` is the citizen's plain word for its state."""

    number: str
    title: str
    word_zh: str
    word_en: str
    asked: int = 0
    """The open question whether it was done, by its place on the case; 0 where there is none."""
    rates: bool = True
    """Whether it may be rated now."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The letter is in: all that its citizen needs. `due` is the last day for the answer, `provisional` where it rests
    on a year that is not announced. `unit_*` is who has it already; empty where that is open or not to be told."""

    number: str
    query_code: str
    due: date | None
    link: str
    provisional: bool = False
    unit_zh: str = ""
    unit_en: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How a letter stands. `because_*` says why that unit has it; `open` names what its citizen may do now: add,
    answer, rate, tell, reopen, withdraw."""

    line: LetterLine
    unit_zh: str = ""
    unit_en: str = ""
    because_zh: str = ""
    because_en: str = ""
    due: date | None = None
    question: str = ""
    reply: str = ""
    link: str = ""
    open: tuple[str, ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Letters:
    """The citizen's own letters, newest first."""

    lines: tuple[LetterLine, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Done:
    """It was done as wished; `link` leads to the letter's page."""

    link: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A person was called: the desk is `staffed` now or not, its local `hours`, and how many minutes it may take."""

    staffed: bool
    hours: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Talked:
    """What was wished of a talk: `stands` is False where it had ended before."""

    stands: bool


Outcome = Filed | Status | Letters | Done | Called | Talked | Refusal
