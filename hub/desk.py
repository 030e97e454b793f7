"""The desk: the verbs of the hub in the order of a case's life; each is one deed, whole in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub import dictation, enclosing, entered, mentions, own_words, sight
from hub.case import Case, Dossier
from hub.errors import Invalid, NotFound, NotNow, Overtaken, Said
from hub.fold import fold
from hub.intake import Prepared, Received
from hub.intake import receive as receive
from hub.intake import receive_all as receive_all
from hub.journal import Entry
from hub.machines.machine import Opening, Step
from hub.machines.registry import MACHINES
from hub.move import kind_of, move
from hub.own_words import Hidden
from hub.people import SYSTEM, Actor
from hub.rulebook import Rulebook
from hub.storage import cases, drafts, editions, journal, outbox, people, publications
from hub.storage.tx import Tx
from hub.timing import fresh, opening_rules, refreshed, with_dates

__all__ = ["Asked", "Prepared", "Received", "act", "act_by_system", "publish", "receive", "receive_all"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A move as somebody asked for it. `seen` is the version on their screen; None: whatever it is now.

    `findings` are codes of the checks made before the deed, `spare` a fresh id for a case that the move may open,
    `hidden` what must be redacted with it.
    """

    move: str
    values: Mapping[str, Any]
    seen: int | None = None
    findings: tuple[str, ...] = ()
    spare: str = ""
    hidden: Hidden | None = None


def act(tx: Tx, number: str, asked: Asked, actor: Actor, book: Rulebook, now: datetime) -> Case:
    """Make one move on a case.

    Raises NotFound (also where the actor may not see the case), Overtaken (the version moved on), Forbidden, NotNow,
    Invalid, OldEdition. Nothing is written when it raises.
    """
    editions.must_be_current(tx, book)
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id, lock=True) if case_id else None
    if dossier is None or not visible(dossier, actor, book):
        raise NotFound
    if asked.seen is not None and asked.seen != dossier.case.version:
        raise Overtaken
    given = asked.values.get("files")
    files = tuple(given) if isinstance(given, list | tuple) else ()  # of anything else move() says what is wrong
    if files and actor.kind == "officer":
        enclosing.must_be_laid(tx, dossier.case.id, files)
    if files and actor.kind == "citizen" and dictation.has_voice(tx, dossier.case.id, files):
        asked = replace(asked, values={**asked.values, "voice": True})
    if asked.values.get("officer"):
        _must_handle(tx, asked, dossier, book, now)
    if asked.move == "merge":
        asked = _with_lead(tx, asked, dossier, actor, book)
    step = move(dossier, asked.move, actor, asked.values, now, book, findings=asked.findings, spare=asked.spare)
    if asked.move == mentions.NOTE:
        step = _with_mentions(tx, dossier, step, actor, book, now)
    _write(tx, dossier, step, book, now)
    if any(reply.n > len(dossier.replies) for reply in step.replies):
        drafts.drop(tx, step.case.id, actor.id)
    if asked.hidden is not None:
        if asked.hidden.messages and asked.hidden.seen != dossier.case.messages:
            raise Overtaken
        own_words.write(tx, step.case.id, asked.hidden)
    _show(tx, asked.move, step.case, now)
    return step.case


def act_by_system(
    tx: Tx, dossier: Dossier, code: str, values: Mapping[str, Any], book: Rulebook, now: datetime, spare: str = ""
) -> Dossier:
    """A move that the hub makes by itself on the dossier of this very deed; answers the dossier as it stands then."""
    step = move(dossier, code, SYSTEM, values, now, book, spare=spare)
    _write(tx, dossier, step, book, now)
    return fold(dossier, step)


def publish(
    tx: Tx, number: str, asked: Asked, page: publications.Page, actor: Actor, book: Rulebook, now: datetime
) -> Case:
    """Publish the masked letter and reply: the move of the publication and its public page in one deed."""
    case = act(tx, number, asked, actor, book, now)
    publications.put(tx, page, now)
    return case


def visible(dossier: Dossier, actor: Actor, book: Rulebook) -> bool:
    """Whether the case exists for the actor, assisting units, a called duty office and who calls back included.

    A sealed case is gone for whoever entered it, whatever other role they hold.
    """
    if dossier.case.sealed and entered.by(dossier, actor.person):
        return False
    return actor.kind == "system" or sight.sees(actor, dossier.case, book.directory, dossier.overlays)


def _write(tx: Tx, before: Dossier, step: Step, book: Rulebook, now: datetime) -> None:
    if not cases.apply(tx, step, before.case.version, now):
        raise Overtaken
    if any(o.kind == "contact" and o.data.get("result") == "reached" for o in step.overlays):
        outbox.finish_phone_tasks(tx, step.case.id, now)
    if any(entry.action == "publication.suspend" for entry in step.entries):
        _suspend(tx, step.case, book, now)
    for opening in step.openings:
        _open(tx, fold(before, step), opening, book, now)


def _show(tx: Tx, code: str, case: Case, now: datetime) -> None:
    """What the public page must follow in the same deed: a rating, a withholding, a withdrawal."""
    if code == "rate":
        publications.rated(tx, case.id, case.score, case.solved)
    elif code == "withhold":
        publications.suspend(tx, case.about)
    elif code == "take_down":
        publications.take_down(tx, case.about, now)


def _must_handle(tx: Tx, asked: Asked, dossier: Dossier, book: Rulebook, now: datetime) -> None:
    """A case is given to somebody who handles or signs for its unit and is there today, never to nobody."""
    unit = str(asked.values.get("unit") or dossier.case.unit)
    officer = people.actor(tx, str(asked.values["officer"]), now)
    if officer is None or not any(officer.holds(role, unit, book.directory) for role in ("handler", "signer")):
        raise Invalid(
            {
                "officer": Said(
                    "这位同事不是该单位的承办人或审签人。", "This colleague neither handles nor signs for the unit."
                )
            }
        )
    if any(a.officer_id == officer.id and a.since <= now for a in people.away(tx, now)):
        raise Invalid(
            {
                "officer": Said(
                    "这位同事外出了，请选一位在岗的同事。", "This colleague is away; choose one who is there."
                )
            }
        )
    if entered.by(dossier, officer.person):
        raise Invalid({"officer": Said("这件来信由这位同事代录，不能再由其承办。", "This colleague entered the case.")})


def _with_mentions(tx: Tx, dossier: Dossier, step: Step, actor: Actor, book: Rulebook, now: datetime) -> Step:
    """A note that tells the colleagues it names; raises Invalid for somebody who does not see the case."""
    said = step.messages[-1]
    if "@" not in said.body and "＠" not in said.body:
        return step
    known = mentions.colleagues(tx, dossier, lambda other: visible(dossier, other, book), book.directory, now)
    told = {label: known[label] for label in mentions.named(said.body, known)}
    return replace(step, notices=(*step.notices, *mentions.notices(step.case.id, said.n, told, actor)))


def _with_lead(tx: Tx, asked: Asked, dossier: Dossier, actor: Actor, book: Rulebook) -> Asked:
    """The lead of a merger by its number: it must stand alone, be alive, and be visible to the one who merges."""
    lead_id = cases.id_of(tx, str(asked.values.get("into", "")).strip())
    lead = cases.dossier(tx, lead_id, lock=True) if lead_id else None
    if lead is None or not visible(lead, actor, book) or lead.case.machine != dossier.case.machine:
        raise Invalid({"into": Said("没有找到这个编号的来信。", "There is no case with this number.")})
    final = MACHINES[lead.case.machine].states[lead.case.state].final
    if lead.case.id == dossier.case.id or lead.case.lead or lead.case.sealed or final or lead.case.answered_at:
        raise Invalid({"into": Said("不能并入这件来信。", "This case cannot lead a merger.")})
    if cases.followers_of(tx, dossier.case.id):
        raise NotNow("已有来信并入这一件，请先取消那些并案。", "Other cases follow this one; unmerge them first.")
    return replace(asked, values={**asked.values, "into": lead.case.id})


def _suspend(tx: Tx, case: Case, book: Rulebook, now: datetime) -> None:
    """The public page rests from the same moment as the answer it shows."""
    publications.suspend(tx, case.id)
    record_id = cases.about(tx, case.id, "publication")
    record = cases.dossier(tx, record_id) if record_id else None
    if record is not None and record.case.state in MACHINES["publication"].moves["suspend"].frm:
        act_by_system(tx, record, "suspend", {}, book, now)


def _open(tx: Tx, parent: Dossier, opening: Opening, book: Rulebook, now: datetime) -> None:
    """Open the case that a move asked for: a publication, or the other half of a split."""
    if opening.machine == "publication":
        _open_publication(tx, parent, opening, book, now)
    else:
        _open_split(tx, parent, opening, book, now)


def _open_publication(tx: Tx, parent: Dossier, opening: Opening, book: Rulebook, now: datetime) -> None:
    record_id = cases.about(tx, parent.case.id, "publication")
    record = cases.dossier(tx, record_id) if record_id else None
    if record is not None:
        # The letter was answered again: the same record goes back to the publisher.
        if record.case.state in MACHINES["publication"].moves["offer_again"].frm:
            act_by_system(tx, record, "offer_again", {}, book, now)
        return
    _add(tx, parent, opening, book, now, number=f"P{parent.case.number}", clocks=("publication",))


def _open_split(tx: Tx, parent: Dossier, opening: Opening, book: Rulebook, now: datetime) -> None:
    year = book.calendar.day_of(now).year
    machine = MACHINES[opening.machine]
    _add(tx, parent, opening, book, now, number=cases.number(tx, year), clocks=machine.opening_clocks)
    cases.open_thread(tx, opening.id, opening.body, parent.case.received_at)


def _add(
    tx: Tx,
    parent: Dossier,
    opening: Opening,
    book: Rulebook,
    now: datetime,
    *,
    number: str,
    clocks: tuple[str, ...],
) -> None:
    """Write the opened case; it keeps the parent's citizen, level and vault."""
    machine, kind = MACHINES[opening.machine], kind_of(parent, book)
    case = Case(
        id=opening.id,
        number=number,
        kind=parent.case.kind,
        machine=opening.machine,
        kinds_edition=parent.case.kinds_edition,
        origin=parent.case.origin,
        aim=parent.case.aim,
        level=parent.case.level,
        sealed=parent.case.sealed,
        state=machine.start,
        received_at=now if opening.about else parent.case.received_at,
        recorded_at=now,
        title=opening.title,
        about=opening.about,
        area=parent.case.area,
        place=parent.case.place,
        target=parent.case.target,
        category=parent.case.category,
        unit=parent.case.unit if opening.about else "",
        publish_consent=parent.case.publish_consent,
        show_surname=parent.case.show_surname,
        anonymous=parent.case.anonymous,
        reachable=parent.case.reachable,
        messages=0 if opening.about else 1,
        last_message=0 if opening.about else 1,
    )
    started = tuple(
        refreshed(fresh(rule, 1, case.received_at), book, machine, case.received_at)
        for rule in opening_rules(kind, clocks)
    )
    cases.add(tx, with_dates(case, started), vault=cases.vault_of(tx, parent.case.id), fields={}, decision={})
    for party in parent.parties:
        cases.add_party(tx, case.id, party)
    cases.put_clocks(tx, case.id, started)
    data = {"kind": case.kind, "origin": case.origin, "state": case.state, "from": parent.case.id}
    journal.append(tx, [Entry(case_id=case.id, action="opened", actor="system", at=now, data=data)])
