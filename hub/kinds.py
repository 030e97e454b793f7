"""Kinds of matter as data: what a form asks, which clocks run, who may see it, which results there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hub.limits import Limit, parse_limit

Aim = Literal["matter", "service", "misconduct"]
Level = Literal["open", "private", "confidential", "anonymous"]
AIMS: tuple[Aim, ...] = ("matter", "service", "misconduct")
LEVELS: tuple[Level, ...] = ("open", "private", "confidential", "anonymous")
FIELD_TYPES = ("text", "longtext", "choice", "date", "place", "number")


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a kind's form, asked alike by page, bot, counter and API."""

    name: str
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    type: str
    required: bool
    most: int
    options: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How long one step of this kind may take, and which ladder climbs while it does."""

    name: str
    limit: Limit
    ladder: str
    source: str


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Which replies the supervision office reads before they go out; rounds after the first always are.

    `share` is the drawn part (0 to 1) where mode is `sample`; `always_when` names conditions that draw in any case.
    """

    mode: Literal["all", "sample", "none"]
    share: float
    always_when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResultCode:
    """How a matter ended, as the kind counts it."""

    code: str
    zh: str
    en: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of matter, whole."""

    code: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    machine: str
    file_by: tuple[str, ...]
    aims: tuple[Aim, ...]
    level: Mapping[str, Level]
    anonymous_allowed: bool
    sealed: bool
    sealed_to: tuple[str, ...]
    publishable: bool
    rating: bool
    reopen: bool
    auto_threshold: float
    fields: tuple[FormField, ...]
    clocks: Mapping[str, ClockRule]
    review: ReviewPolicy
    results: tuple[ResultCode, ...]
    source: str

    def result(self, code: str | None) -> ResultCode | None:
        return next((r for r in self.results if r.code == code), None)


def read_kind(data: Mapping[str, Any]) -> Kind:
    """Build a kind from its file; raises ValueError with a sentence that names kind and place."""
    code = data["code"]
    try:
        review = data["review"]
        kind = Kind(
            code=code,
            zh=data["zh"],
            en=data["en"],
            about_zh=data["about_zh"],
            about_en=data["about_en"],
            machine=data["machine"],
            file_by=tuple(data.get("file_by", ("citizen", "clerk"))),
            aims=tuple(data.get("aims", ("matter",))),
            level=dict(data.get("level", {"matter": "private"})),
            anonymous_allowed=data.get("anonymous_allowed", True),
            sealed=data.get("sealed", False),
            sealed_to=tuple(data.get("sealed_to", ())),
            publishable=data.get("publishable", True),
            rating=data.get("rating", True),
            reopen=data.get("reopen", True),
            auto_threshold=float(data.get("auto_threshold", 0.9)),
            fields=tuple(_field(f) for f in data.get("fields", ())),
            clocks={
                name: ClockRule(name, parse_limit(c["limit"]), c.get("ladder", name), c["source"])
                for name, c in data.get("clocks", {}).items()
            },
            review=ReviewPolicy(review["mode"], float(review.get("share", 1.0)), tuple(review.get("always_when", ()))),
            results=tuple(
                ResultCode(r["code"], r["zh"], r["en"], r.get("needs_reason", False)) for r in data.get("results", ())
            ),
            source=data["source"],
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"kind {code}: {fault}") from fault
    _check(kind)
    return kind


def _field(f: Mapping[str, Any]) -> FormField:
    return FormField(
        name=f["name"],
        zh=f["zh"],
        en=f["en"],
        hint_zh=f.get("hint_zh", ""),
        hint_en=f.get("hint_en", ""),
        type=f["type"],
        required=f.get("required", False),
        most=f.get("most", 200),
        options=tuple((o["code"], o["zh"], o["en"]) for o in f.get("options", ())),
    )


def _check(kind: Kind) -> None:
    unknown = set(kind.aims) - set(AIMS) | set(kind.level) - set(AIMS)
    if unknown:
        raise ValueError(f"kind {kind.code}: unknown aim {', '.join(sorted(unknown))}")
    if set(kind.aims) != set(kind.level):
        raise ValueError(f"kind {kind.code}: every aim needs its level, and only those")
    if set(kind.level.values()) - set(LEVELS):
        raise ValueError(f"kind {kind.code}: a level must be one of {', '.join(LEVELS)}")
    if kind.sealed and not kind.sealed_to:
        raise ValueError(f"kind {kind.code}: a sealed kind names in sealed_to who receives it")
    if kind.sealed and kind.publishable:
        raise ValueError(f"kind {kind.code}: a sealed kind is never published")
    for field in kind.fields:
        if field.type not in FIELD_TYPES:
            raise ValueError(f"kind {kind.code}: field {field.name} has the unknown type {field.type}")
        if field.type == "choice" and not field.options:
            raise ValueError(f"kind {kind.code}: choice {field.name} has no options")
