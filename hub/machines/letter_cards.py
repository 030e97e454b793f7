"""Moves of cards 红黄牌: proposed by ladder or supervisor, given, appealed against; a revoked one is still seen."""

from dataclasses import replace

from hub import timing
from hub.machines import card_guards as c
from hub.machines import guards as g
from hub.machines.effects import closes, journal, opens, says, tells
from hub.machines.fields import REASON, TEXT
from hub.machines.letter_overlays import SEEN_BY_ALL, overlay
from hub.machines.machine import MoveField as F
from hub.machines.machine import Step, Turn

KNOWN = SEEN_BY_ALL | {"closed"}
DECIDES = ("supervisor", "leader")


def gives_card(turn: Turn, step: Step) -> Step:
    """The unit that the proposal was made about gets the card, wherever the case is by now."""
    asked = turn.dossier.open(c.PROPOSAL)
    assert asked is not None  # the guard has looked
    step = closes(c.PROPOSAL, "taken_up")(turn, step)
    about = {**turn.values, **asked.data, "unit": asked.unit}
    return opens(c.CARD, "colour", "why", "round", state=c.ISSUED)(replace(turn, values=about), step)


def names_card(turn: Turn, step: Step) -> Step:
    """An appeal says against which card it is."""
    card = c.card_in_force(turn.dossier)
    assert card is not None  # the guard has looked
    return opens(c.APPEAL, "card")(replace(turn, values={**turn.values, "card": card.n}), step)


def revokes_card(turn: Turn, step: Step) -> Step:
    """The card counts no more and stays to be seen as revoked."""
    card = c.card_in_force(turn.dossier)
    assert card is not None  # an open appeal names a card that stands
    return timing.settle(turn, step, card, c.REVOKED)


def releases_card(turn: Turn, step: Step) -> Step:
    """A leader lets the public read of the card; if it is revoked later, of that too."""
    card = c.card_to_release(turn.dossier)
    assert card is not None  # the guard has looked
    day = turn.book.calendar.day_of(turn.now).isoformat()
    shown = replace(card, data={**card.data, c.RELEASED: day})
    return journal(turn, replace(step, overlays=(*step.overlays, shown)), "card.released", overlay=card.n)


CARD_OVERLAYS = (
    overlay(
        "propose_card",
        "提议发牌",
        "Propose a card",
        KNOWN,
        ("supervisor", "system"),
        F("colour", "choice", "哪种牌", "Colour", options="cards"),
        F("why", "choice", "理由", "Reason", options="card_reasons"),
        guards=(g.not_sealed, g.has_unit),
        checks=(c.card_is_new,),
        effects=(closes(c.PROPOSAL, "superseded"), opens(c.PROPOSAL, "colour", "why", "round")),
    ),
    overlay(
        "issue_card",
        "发牌",
        "Give the card",
        KNOWN,
        DECIDES,
        TEXT,
        guards=(g.is_open(c.PROPOSAL), g.second_person(c.PROPOSAL), c.gives_this_colour),
        effects=(gives_card, says("note", "text", "unit"), tells("unit", "card_given"), tells("signer", "card_given")),
    ),
    overlay(
        "drop_card",
        "不发牌",
        "Give no card",
        KNOWN,
        DECIDES,
        REASON,
        guards=(g.is_open(c.PROPOSAL),),
        effects=(closes(c.PROPOSAL, "refused"), says("note", "reason", "hub")),
    ),
    overlay(
        "appeal_card",
        "对发牌申诉",
        "Appeal against the card",
        KNOWN,
        ("signer",),
        REASON,
        guards=(c.may_appeal, g.is_not_open(c.APPEAL)),
        effects=(names_card, says("note", "reason", "unit"), tells("supervisor", "card_appealed")),
    ),
    overlay(
        "revoke_card",
        "撤销牌",
        "Revoke the card",
        KNOWN,
        DECIDES,
        REASON,
        guards=(g.is_open(c.APPEAL), g.second_person(c.APPEAL), c.not_the_issuer),
        effects=(
            revokes_card,
            closes(c.APPEAL, "granted"),
            says("note", "reason", "unit"),
            tells("signer", "card_decided"),
        ),
    ),
    overlay(
        "keep_card",
        "维持牌",
        "Keep the card",
        KNOWN,
        DECIDES,
        REASON,
        guards=(g.is_open(c.APPEAL), g.second_person(c.APPEAL), c.not_the_issuer),
        effects=(closes(c.APPEAL, "refused"), says("note", "reason", "unit"), tells("signer", "card_decided")),
    ),
    overlay(
        "release_card",
        "公开这张牌",
        "Make the card public",
        KNOWN,
        ("leader",),
        guards=(c.a_card_may_be_released,),
        effects=(releases_card,),
    ),
)
