"""Who may do what: accounts, roles, absences with their deputies, each a deed with its line in the journal."""

from datetime import date, datetime, timedelta

from hub import officers
from hub.assigning import tell_of_absences
from hub.errors import Forbidden, Invalid, NotFound, NotNow, Said
from hub.journal import Datum, Entry
from hub.people import Actor, Grant
from hub.rulebook import Rulebook
from hub.storage import journal, people
from hub.storage.people import Absence, Officer
from hub.storage.tx import Tx

LONGEST_ABSENCE = timedelta(days=366)
FEED = "calendar"
"""The purpose of a sign-in that opens nothing but the own calendar feed."""
FEED_LASTS = timedelta(days=366)


def add_officer(
    tx: Tx, new: Officer, grants: tuple[Grant, ...], same_person: str, actor: Actor, now: datetime
) -> Officer:
    """Add an account with its roles. Raises Forbidden, Invalid (the account exists, no such other account)."""
    _must_be_admin(actor)
    added = officers.add(tx, new, grants, same_person, actor.id)
    _tell(tx, "officer.added", added.id, actor, now)
    return added


def grant(tx: Tx, officer_id: str, given: Grant, actor: Actor, now: datetime) -> None:
    """Give an officer a role. Raises Forbidden, NotFound."""
    _must_be_admin(actor)
    _known(tx, officer_id)
    people.grant(tx, officer_id, given, actor.id, now)
    _tell(tx, "officer.granted", officer_id, actor, now, role=given.role, unit=given.unit or "")


def revoke(tx: Tx, officer_id: str, given: Grant, actor: Actor, now: datetime) -> None:
    """Take a role away. Raises Forbidden, NotFound, NotNow (the last admin keeps the role)."""
    _must_be_admin(actor)
    _known(tx, officer_id)
    if given.role == "admin":
        _must_leave_an_admin(tx, officer_id)
    if people.revoke(tx, officer_id, given):
        _tell(tx, "officer.revoked", officer_id, actor, now, role=given.role, unit=given.unit or "")


def reset_password(tx: Tx, officer_id: str, password_hash: str, actor: Actor, now: datetime) -> None:
    """Give an account a new password and end its sign-ins. Raises Forbidden, NotFound."""
    _must_be_admin(actor)
    _known(tx, officer_id)
    people.set_password(tx, officer_id, password_hash)
    people.sign_out_everywhere(tx, officer_id)
    _tell(tx, "officer.password", officer_id, actor, now)


def set_active(tx: Tx, officer_id: str, actor: Actor, now: datetime, *, active: bool) -> None:
    """Close an account, which ends its sign-ins, or open it again. Raises as revoke does."""
    _must_be_admin(actor)
    _known(tx, officer_id)
    if not active:
        _must_leave_an_admin(tx, officer_id)
        people.sign_out_everywhere(tx, officer_id)
    people.set_active(tx, officer_id, active=active)
    _tell(tx, "officer.opened" if active else "officer.closed", officer_id, actor, now)


# Absences -----------------------------------------------------------------------------------------------------------


def set_away(
    tx: Tx, officer_id: str, first: date, last: date, deputy_id: str, actor: Actor, book: Rulebook, now: datetime
) -> None:
    """Somebody is away from the first to the last day; the deputy holds the roles meanwhile.

    Everybody enters the own absence, admins those of all. Raises Forbidden, NotFound, Invalid (days, deputy).
    """
    _must_be_own(officer_id, actor)
    absent, deputy = _known(tx, officer_id), people.by_id(tx, deputy_id)
    wrong: dict[str, Said] = {}
    if last < first:
        wrong["last"] = Said("最后一天不能早于第一天。", "The last day comes before the first.")
    elif last - first > LONGEST_ABSENCE:
        wrong["last"] = Said("一次最多登记一年。", "At most a year at a time.")
    elif last < book.calendar.day_of(now):
        wrong["last"] = Said("这段时间已经过去了。", "These days are over.")
    if deputy is None or not deputy.active:
        wrong["deputy"] = Said("请从列表里选一位代办人。", "Please choose a deputy from the list.")
    elif deputy.person == absent.person:
        wrong["deputy"] = Said("不能由本人代办。", "Nobody is their own deputy.")
    elif any(
        a.officer_id == deputy_id and a.since < _end(last, book) and a.until > _start(first, book)
        for a in people.away(tx, now)
    ):
        wrong["deputy"] = Said("这位同事那几天也不在。", "This colleague is away on those days too.")
    if wrong:
        raise Invalid(wrong)
    since, until = _start(first, book), _end(last, book)
    people.set_away(tx, Absence(officer_id, since, until, deputy_id), actor.id)
    days = {"first": first.isoformat(), "last": last.isoformat(), "deputy": deputy_id}
    _tell(tx, "officer.away", officer_id, actor, now, **days)
    tell_of_absences(tx, book, now)


def end_away(tx: Tx, officer_id: str, since: datetime, actor: Actor, now: datetime) -> None:
    """Take an absence back; the deputy's roles end at once. Raises Forbidden, NotFound."""
    _must_be_own(officer_id, actor)
    if not people.end_away(tx, officer_id, since):
        raise NotFound
    _tell(tx, "officer.back", officer_id, actor, now)


# The calendar feed ----------------------------------------------------------------------------------------------------


def begin_feed(tx: Tx, token_hash: str, actor: Actor, now: datetime) -> None:
    """Give the officer a new address for the own calendar feed; the one before is void from now on.

    It lies among the sign-ins: a new password and a closed account end it too.
    """
    people.recall(tx, actor.id, FEED)
    people.sign_in(tx, token_hash, actor.id, FEED, now, FEED_LASTS)
    _tell(tx, "officer.feed", actor.id, actor, now)


def end_feed(tx: Tx, actor: Actor, now: datetime) -> None:
    """Make the address of the own calendar feed void."""
    if people.recall(tx, actor.id, FEED):
        _tell(tx, "officer.feed_ended", actor.id, actor, now)


def _start(day: date, book: Rulebook) -> datetime:
    return book.calendar.midnight_before(day)


def _end(day: date, book: Rulebook) -> datetime:
    return book.calendar.midnight_after(day)


# Who may --------------------------------------------------------------------------------------------------------------


def _must_be_admin(actor: Actor) -> None:
    if not actor.has("admin"):
        raise Forbidden


def _must_be_own(officer_id: str, actor: Actor) -> None:
    if officer_id != actor.id and not actor.has("admin"):
        raise Forbidden


def _must_leave_an_admin(tx: Tx, officer_id: str) -> None:
    others = [
        o for o, held in people.everyone(tx) if o.active and o.id != officer_id and any(g.role == "admin" for g in held)
    ]
    if not others:
        raise NotNow("这是最后一位系统管理员，不能停用或收回。", "This is the last admin; one must stay.")


def _known(tx: Tx, officer_id: str) -> Officer:
    officer = people.by_id(tx, officer_id)
    if officer is None:
        raise NotFound
    return officer


def _tell(tx: Tx, action: str, officer_id: str, actor: Actor, now: datetime, **data: Datum) -> None:
    entry = Entry(case_id=None, action=action, actor=actor.id, at=now, data={"officer": officer_id, **data})
    journal.append(tx, (entry,))
