"""Guards of cards 红黄牌: once for each reason and round, given by whom the checklist names, appealed to another."""

from collections.abc import Mapping

from hub.case import Dossier, Overlay
from hub.errors import Said
from hub.machines.machine import Turn

CARD, PROPOSAL, APPEAL = "card", "card_proposal", "card_appeal"
ISSUED, REVOKED = "issued", "revoked"
RELEASED = "released"
"""Where a card says since which day the public may read of it."""
APPEAL_WORKDAYS = 3
"""How long a unit may appeal where the checklist says nothing else (NORMS §4)."""


def colour_of(turn: Turn, code: str) -> Mapping[str, object]:
    """What the checklist in force says of a colour: its names, who gives it, how long it may be appealed."""
    return turn.book.checklist.reasons.get("cards", {}).get(code, {})


def card_in_force(dossier: Dossier) -> Overlay | None:
    """The newest card that stands."""
    return next((o for o in reversed(dossier.overlays) if o.kind == CARD and o.state == ISSUED), None)


def card_is_new(turn: Turn) -> Said | None:
    """One card for one reason in one round, whether proposed, given, dropped or revoked."""
    wanted = (turn.values["colour"], turn.values["why"], turn.case.round)
    for o in turn.dossier.overlays:
        if o.kind in (CARD, PROPOSAL) and (o.data["colour"], o.data["why"], o.data.get("round", 1)) == wanted:
            return Said("这一轮已经为这个理由提过这种牌。", "This card was proposed for this reason already.")
    return None


def gives_this_colour(turn: Turn) -> Said | None:
    """The checklist says which roles give which colour."""
    asked = turn.dossier.open(PROPOSAL)
    roles = colour_of(turn, str(asked.data["colour"])).get("issued_by", ()) if asked else ()
    if isinstance(roles, list | tuple) and any(turn.actor.has(str(role)) for role in roles):
        return None
    return Said("这种牌由别的岗位签发。", "A card of this colour is given by another role.")


def may_appeal(turn: Turn) -> Said | None:
    """A unit appeals once against a card, within the days that the checklist gives."""
    card = card_in_force(turn.dossier)
    if card is None:
        return Said("没有可以申诉的牌。", "There is no card to appeal against.")
    if any(o.kind == APPEAL and o.data.get("card") == card.n for o in turn.dossier.overlays):
        return Said("这张牌已经申诉过。", "This card was appealed against already.")
    days = colour_of(turn, str(card.data["colour"])).get("appeal_days", APPEAL_WORKDAYS)
    calendar = turn.book.calendar
    last = calendar.add_workdays(calendar.day_of(card.opened_at), int(str(days)))
    if calendar.day_of(turn.now) > last:
        return Said(f"申诉期到{last.isoformat()}为止，已经过了。", f"Appeals were open until {last.isoformat()}.")
    return None


def not_the_issuer(turn: Turn) -> Said | None:
    """Whoever gave a card does not decide on the appeal against it."""
    card = card_in_force(turn.dossier)
    if card is not None and card.opened_person == turn.actor.person:
        return Said("发牌人不能自己决定申诉。", "Whoever gave the card does not decide on the appeal.")
    return None


def card_to_release(dossier: Dossier) -> Overlay | None:
    """The newest card that the public may not read of yet."""
    cards = (o for o in reversed(dossier.overlays) if o.kind == CARD and RELEASED not in o.data)
    return next(cards, None)


def a_card_may_be_released(turn: Turn) -> Said | None:
    """The public reads of a matter only: nothing of conduct, of hidden letters or of sealed ones."""
    if turn.case.sealed or turn.case.aim != "matter" or turn.case.level not in ("open", "private"):
        return Said("隐名、密件和反映人员的来信不公开发牌。", "Cards on hidden or sealed letters are never public.")
    if card_to_release(turn.dossier) is None:
        return Said("没有待公开的牌。", "No card waits to be made public.")
    return None
