"""Reading: what officers ask, without effects: lists, and a whole case. What the actor may not see is not there."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub import blind, entered
from hub.case import Case, Dossier, Reply
from hub.desk import visible
from hub.errors import NotFound, Said
from hub.held import booked, changes
from hub.kinds import Kind
from hub.lamps import lamp
from hub.machines.fields import CHOICES
from hub.machines.registry import MACHINES
from hub.machines.views import BY_CODE, View, views_for
from hub.moments import from_text
from hub.move import kind_of, open_moves
from hub.own_words import HIDDEN_LEVELS
from hub.people import Actor
from hub.reckoning import clock_view
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import cases, journal, lists, people
from hub.storage.tx import Row as StoredRow
from hub.storage.tx import Tx
from hub.thread import NOTHING, files_at, files_by_place, thread, unit_name
from hub.views import (
    LineView,
    PartyView,
    ReplyView,
    Row,
    StaffCase,
)
from hub.words import line_words


def inbox(
    tx: Tx,
    actor: Actor,
    view: str,
    asked: Mapping[str, Any],
    book: Rulebook,
    now: datetime,
    limit: int = 50,
    cursor: lists.Cursor | None = None,
) -> tuple[tuple[Row, ...], lists.Cursor | None]:
    """One page of a view, by due date (closed ones newest first), and where the next page begins."""
    chosen = BY_CODE.get(view, BY_CODE["open"])
    newest = chosen.newest
    found = lists.page(
        tx, sight(actor, book.directory), _wanted(chosen, asked, book, now), limit + 1, cursor, newest=newest
    )
    rows = tuple(row(case, book, now, actor) for case in found[:limit])
    following = lists.cursor_of(found[limit - 1], newest=newest) if len(found) > limit else None
    return rows, following


def counts(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> tuple[tuple[View, int], ...]:
    """The tabs of an officer with how many wait in each, up to a hundred."""
    eye = sight(actor, book.directory)
    roles = frozenset(g.role for g in actor.grants)
    return tuple(
        (view, 0 if view.closed or view.code == "answered" else lists.count(tx, eye, _wanted(view, {}, book, now)))
        for view in views_for(roles)
    )


def _wanted(view: View, asked: Mapping[str, Any], book: Rulebook, now: datetime) -> dict[str, Any]:
    calendar = book.calendar
    today = calendar.day_of(now)
    wanted: dict[str, Any] = {
        "machine": view.machine,
        "states": view.states or None,
        "open": not view.closed,
        "alone": not view.closed,
    }
    if view.records:
        return {"machine": view.machine, "records": view.records, **_asked_for(asked)}
    if not view.states and not view.closed:
        wanted["unanswered"] = True
    if view.due == "late":
        wanted["due_before"] = now
    elif view.due == "today":
        wanted["due_from"], wanted["due_before"] = now, calendar.midnight_after(today) + timedelta(seconds=1)
    return {**wanted, **_asked_for(asked)}


def _asked_for(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in asked.items() if k in lists.FILTERS}


def row(case: Case, book: Rulebook, now: datetime, actor: Actor) -> Row:
    """One line of a list; a department reads only the day of a hidden letter, never the minute (RELIABILITY C4)."""
    kind = book.kind(case.kind, case.kinds_edition)
    due = case.unit_due if case.unit_due is not None and not actor.hub_roles else case.main_due
    state = MACHINES[case.machine].states[case.state]
    hidden = case.level in HIDDEN_LEVELS
    return Row(
        number=case.number,
        title=case.title,
        kind=Said(kind.zh, kind.en),
        area=case.area,
        state=case.state,
        state_word=Said(state.zh, state.en),
        lamp=lamp(case, due, book.calendar, now),
        unit=unit_name(case.unit, book),
        officer=case.officer,
        round=case.round,
        waits_for=state.holder,
        urgent=case.urgent,
        level=case.level,
        received_day=book.calendar.day_of(case.received_at),
        received_at=None if hidden else case.received_at,
        version=case.version,
    )


def staff_case(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime) -> StaffCase:
    """A whole case for an officer.

    Raises NotFound where it does not exist for this one, NotNow for whoever is to read its reply again (hub/blind.py).
    """
    stored = cases.row(tx, number)
    dossier = cases.dossier(tx, stored["id"]) if stored else None
    if stored is None or dossier is None or not visible(dossier, actor, book):
        raise NotFound
    blind.must_not_await(dossier, actor, book, now)
    case, kind = dossier.case, kind_of(dossier, book)
    lines = journal.of_case(tx, case.id)
    known = people.names(tx, _people_on(dossier, lines))
    files = files_by_place(tx, case.id)
    held = changes(case.machine, lines, dossier.assignments)
    return StaffCase(
        row=replace(row(case, book, now, actor), officer=known.get(case.officer, "")),
        case_id=case.id,
        aim=_choice("aims", case.aim),
        aim_code=case.aim,
        target=unit_name(case.target, book),
        place=case.place,
        fields=_fields(kind, json.loads(stored["fields"])),
        party=_party(dossier, actor, book),
        thread=thread(tx, dossier, actor, book),
        replies=tuple(_reply(r, kind, book, known, files) for r in dossier.replies),
        overlays=tuple(_overlay(o, known) for o in dossier.overlays if o.kind != entered.KIND),
        assignments=tuple(
            {"code": a.unit, "unit": unit_name(a.unit, book), "since": a.since, "until": a.until, "why": a.reason}
            for a in dossier.assignments
        ),
        clocks=tuple(clock_view(c, kind, book, now, held, dossier.overlays) for c in dossier.clocks),
        decision=json.loads(stored["decision"]),
        moves=open_moves(dossier, actor, now, book),
        history=_history(lines, known, case),
        held=booked(held, case.answered_at or case.closed_at or now, book),
        lead=_number(tx, case.lead),
        followers=tuple(_number(tx, f) for f in cases.followers_of(tx, case.id)),
        last_message=case.last_message,
        back_to=case.back_to,
        recorded_day=entered.recorded_day(case, book.calendar),
        results=tuple((r.code, Said(r.zh, r.en)) for r in kind.results),
    )


def may_show_contact(dossier: Dossier, actor: Actor, book: Rulebook) -> bool:
    """Who may open name and phone: for a matter, those who work on it; hidden letters only after the citizen agreed."""
    case = dossier.case
    if case.level == "anonymous" or case.sealed:
        return False
    works = any(actor.holds(r, case.unit, book.directory) for r in ("handler", "signer", "clerk", "intake"))
    if case.level in HIDDEN_LEVELS:
        agreed = next((o for o in dossier.overlays if o.kind == "ask_contact" and o.state == "granted"), None)
        return agreed is not None and actor.id == agreed.opened_by
    calls = actor.has("caller") and dossier.open("call_back") is not None
    return works or calls or actor.has("dispatcher") or actor.has("supervisor")


# Pieces of views ----------------------------------------------------------------------------------------------------


def _party(dossier: Dossier, actor: Actor, book: Rulebook) -> PartyView:
    party, case = dossier.parties[0], dossier.case
    hidden = case.level in HIDDEN_LEVELS and not actor.hub_roles
    return PartyView(
        alias=party.alias,
        channel="" if hidden else party.channel,
        lang="zh" if hidden else party.lang,
        phone=party.phone and not hidden,
        email=party.email and not hidden,
        named=party.named and not hidden,
        reachable=case.reachable,
        may_show=may_show_contact(dossier, actor, book),
        consent=case.publish_consent,
        surname=case.show_surname,
        role="writer" if hidden else party.role,
    )


def _reply(r: Reply, kind: Kind, book: Rulebook, known: Mapping[str, str], files: Mapping[int, StoredRow]) -> ReplyView:
    result = kind.result(r.result)
    codes = book.checklist.reasons.get("review", {})
    return ReplyView(
        n=r.n,
        round=r.round,
        type=r.type,
        state=r.state,
        body=r.body,
        handling=r.handling,
        delivery=r.delivery,
        result=Said(result.zh, result.en) if result else NOTHING,
        drafted_at=r.drafted_at,
        handler=known.get(r.handler, r.handler),
        signer=known.get(r.signer, r.signer),
        reviewer=known.get(r.reviewer, r.reviewer),
        verdict=r.verdict,
        reasons=tuple(_reason(codes.get(c, {"zh": c, "en": c})) for c in r.reasons),
        comment=r.comment,
        promised=r.promised,
        translated=r.translated,
        files=files_at(r.files, files),
    )


def _reason(row: Mapping[str, str]) -> Said:
    """A coded reason with what to do about it."""
    zh = f"{row['zh']}：{row['hint']}" if row.get("hint") else row["zh"]
    en = f"{row['en']}: {row['hint_en']}" if row.get("hint_en") else row["en"]
    return Said(zh, en)


def _overlay(o: Any, known: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "n": o.n,
        "kind": o.kind,
        "state": o.state,
        "at": o.opened_at,
        "by": known.get(o.opened_by, ""),
        "due": o.due_at,
        "decided_at": o.decided_at,
        "decided_by": known.get(o.decided_by, ""),
        "unit": o.unit,
        "data": o.data,
    }


def _fields(kind: Kind, answers: Mapping[str, Any]) -> tuple[tuple[Said, str], ...]:
    shown = []
    for field in kind.fields:
        value = answers.get(field.name)
        if value:
            option = next((zh for code, zh, _ in field.options if code == value), str(value))
            shown.append((Said(field.zh, field.en), option))
    return tuple(shown)


def _history(lines: list[Any], known: Mapping[str, str], case: Case) -> tuple[LineView, ...]:
    return tuple(
        LineView(
            from_text(line.at),
            known.get(line.actor, "" if line.actor.startswith(("party:", "channel:", "system")) else line.actor),
            line_words(line),
        )
        for line in lines
        if not (line.action in ("received", "backdated") and case.level in HIDDEN_LEVELS)
    )


def _people_on(dossier: Dossier, lines: list[Any]) -> set[str]:
    ids = {line.actor for line in lines} | {dossier.case.officer}
    for r in dossier.replies:
        ids |= {r.handler, r.signer, r.reviewer}
    for o in dossier.overlays:
        ids |= {o.opened_by, o.decided_by}
    return ids


def _number(tx: Tx, case_id: str) -> str:
    case = cases.get(tx, case_id) if case_id else None
    return case.number if case else ""


def _choice(group: str, code: str) -> Said:
    return next((Said(zh, en) for c, zh, en in CHOICES[group] if c == code), Said(code, code))
