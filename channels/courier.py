"""The courier: takes what waits in the outbox to its channel, outside any deed, and writes down at once how it went."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from channels.crew import Crew
from channels.dialogue.talk import Button
from channels.file_links import link_to
from channels.letters import Desk, Facts, Written, buttons, holder_of, read_facts, write
from channels.mail.marks import PROVEN, mark_of
from channels.mail.strangers import Strangers
from channels.mail.words import footer
from channels.message import OutboundMessage, Outcome, SentInPart
from channels.parcels import Ending, Form, Outlet, Parcel, Policy, carried, marked, packed
from channels.pulse import Pulse
from channels.sms.words import inviting
from channels.waking import TOGETHER, Waking
from hub.case import Notice
from hub.journal import Entry
from hub.office import Office
from hub.own_words import is_hidden
from hub.privacy.vault import keyed_hash
from hub.storage import deliveries, journal, outbox, vault
from hub.storage.deliveries import AGAIN, PACED, SENDING, Errand
from hub.storage.dialogues import DIALOGUE
from hub.storage.tx import Tx
from hub.submission import Attached

__all__ = ["Courier", "Outlet", "Parcel", "Policy", "courier", "settled"]

WORTH_A_CALL = frozenset(
    {
        "need_fix",
        "rejected",
        "answered",
        "question",
        "extended",
        "new_due",
        "redo_due",
        "excluded",
        "overdue",
        "reopened",
        "transferred",
    }
    | {"merged", "due_moved"}
)
"""What a citizen with nothing but a phone is told by a person, where no gateway sends text messages (DESIGN §7)."""
NOT_WORTH_A_MESSAGE = frozenset({"rated", "told_done", "message_added", "accepted"})
"""What need not be sent as a text message: the citizen did it a moment ago, or hears more soon."""
RECEIPT = "received"
UNASKED = frozenset({RECEIPT, "accepted", "dispatched", "message_added", "rated", "told_done"})
"""What the hub says by itself, before a person has looked: it repeats no word of the letter by mail."""
MAIL = "mail"
HANDS = 16
FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0
GIVE_UP = timedelta(days=7)
SLEEP_MOST = 5.0
"""A pause so short is slept through; for a longer one the message goes back to wait."""
LOOK_AGAIN = 0.05
"""Seconds until it is looked again whether an address is free."""
PARTS_TRIES = 3
NIGHT = (21, 8)
"""From this hour to that messages arrive without a sound."""


class Courier:
    """Several messages at once, one after the other for each case and recipient."""

    def __init__(self, office: Office, outlets: Mapping[str, Outlet], policy: Policy) -> None:
        self._office = office
        self._outlets = outlets
        self._policy = policy
        self._name = f"courier:{secrets.token_hex(6)}"
        self._strangers = Strangers()
        self._sending: set[tuple[str, str]] = set()
        self._waking, self._one_wakes = Waking(), asyncio.Lock()
        self._log = structlog.get_logger("courier")
        self._crew = Crew("courier", self._take, self._go, hands=HANDS, idle=policy.idle)

    def wake(self) -> None:
        """Something waits."""
        self._crew.wake()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Messages go out inside the block."""
        async with self._crew.at_work(self._policy.patience):
            yield

    @property
    def pulses(self) -> Mapping[str, Pulse]:
        """Each channel's own health by its name; the site is ready without them."""
        return {name: outlet.pulse for name, outlet in self._outlets.items()}

    async def _take(self, limit: int) -> list[list[Errand]]:
        lease = timedelta(seconds=self._policy.lease)
        taken = await self._office.store.write(deliveries.take, self._name, self._office.clock(), lease, limit)
        lanes = sorted(taken, key=lambda e: (e.claimed.case_id, e.claimed.recipient))
        grouped = groupby(lanes, key=lambda e: (e.claimed.case_id, e.claimed.recipient))
        return [sorted(lane, key=_turn_of) for _, lane in grouped]

    async def _go(self, lane: list[Errand]) -> None:
        for errand in lane:
            if errand.exhausted:
                await self._settle(errand, Ending("ambiguous", error="twice", entry="notice.unknown"))
                continue
            try:
                await self._deliver(errand, frozenset())
            except Exception as fault:  # a notice that cannot be written must not stop those behind it
                self._log.error("a notice fell", notice=errand.claimed.text, error=type(fault).__name__)
                await self._settle(errand, self._again(errand, type(fault).__name__))

    async def _deliver(self, errand: Errand, without: frozenset[str]) -> None:
        parcel = await self._parcel(errand, without)
        if isinstance(parcel, Ending):
            await self._settle(errand, parcel)
            return
        if pause := await self._pause(parcel):
            await self._settle(errand, Ending("waiting", error=self._mark(errand, PACED), wait=pause))
            return
        address = (parcel.channel, parcel.address)
        self._sending.add(address)
        try:
            await self._send(errand, parcel)
        finally:
            self._sending.discard(address)

    async def _pause(self, parcel: Parcel) -> float:
        """Sleep through a short pause; answers the seconds of a longer one. One message an address at a time."""
        sender, slept = self._outlets[parcel.channel].sender, 0.0
        while True:
            busy = LOOK_AGAIN if (parcel.channel, parcel.address) in self._sending else 0.0
            pause = max(sender.pause(parcel.address), busy)
            if not pause or pause > SLEEP_MOST or (busy and slept >= SLEEP_MOST):
                return pause
            await asyncio.sleep(pause)
            slept += pause

    async def _send(self, errand: Errand, parcel: Parcel) -> None:
        outlet = self._outlets[parcel.channel]
        if parcel.files:
            parcel = await asyncio.to_thread(packed, parcel, self._office.files)
        try:
            sent = await outlet.sender.send(parcel.address, marked(parcel, errand, outlet), errand.claimed.key)
        except Exception as fault:
            await self._not_sent(errand, parcel, fault)
            return
        await self._settle(errand, self._sent(errand, parcel, sent))

    def _sent(self, errand: Errand, parcel: Parcel, provider_id: str) -> Ending:
        pulse, now = self._outlets[parcel.channel].pulse, self._now()
        first, over = pulse.went is None, pulse.sent(now)
        if over:
            self._log.warning("a channel works again", channel=parcel.channel, count=over)
        self._waking.worked(parcel.channel, over, now, first=first)
        return Ending("sent", parcel.channel, provider_id, "repeated" if errand.repeated else "")

    # What is sent, and where ------------------------------------------------------------------------------------

    async def _parcel(self, errand: Errand, without: frozenset[str]) -> Parcel | Ending:
        """The message and its way, or how the notice ends without one."""
        claimed = errand.claimed
        if claimed.text == DIALOGUE:
            return self._spoken(errand)
        facts = await self._office.store.read(read_facts, claimed.case_id, claimed.recipient, claimed.refs)
        if facts is None:
            return Ending("page", "page", error="nobody")
        return await self._addressed(errand, facts, without, self._strangers)

    async def would_send(self, case_id: str, text: str, reply: str, files: Mapping[int, Attached]) -> Parcel | None:
        """What would go out if this reply were released now, by the very steps that send it; None: only the page.

        Nothing is sent, and no place of an unproven address is taken.
        """
        claimed = outbox.Claimed("", case_id, "party:1", text, "{}", 1, self._now(), self._name)
        facts = await self._office.store.read(read_facts, case_id, claimed.recipient, claimed.refs)
        if facts is None:
            return None
        facts = replace(facts, reply=reply, files=files)
        parcel = await self._addressed(Errand(claimed, ""), facts, frozenset(), Strangers())
        return parcel if isinstance(parcel, Parcel) else None

    async def _addressed(
        self, errand: Errand, facts: Facts, without: frozenset[str], strangers: Strangers
    ) -> Parcel | Ending:
        """The way to the citizen, best first: the channel they came by, mail, a text message, a call, the page."""
        claimed = errand.claimed
        opened = await self._office.contact(claimed.case_id)
        chat, phone = opened.get(f"{facts.party.n}:chat", ""), opened.get(f"{facts.party.n}:phone", "")
        email = opened.get(f"{facts.party.n}:email", "")
        usual = facts.party.channel
        if usual not in without and usual in self._outlets and chat and usual != MAIL:
            outlet = self._outlets[usual]
            form = _form(outlet.form or self._policy.form, facts)
            along = carried(outlet, form, tuple(facts.files.values()))
            words = await self._written(errand, facts, form, attached=bool(along))
            quiet = await self._quiet_now(facts)
            return Parcel(usual, chat, OutboundMessage(words.body, buttons(claimed.text, facts), silent=quiet), along)
        address = (chat if usual == MAIL else "") or email
        acquainted = usual == MAIL or await self._is_proven(address)
        if address and acquainted and MAIL in self._outlets and MAIL not in without:
            return await self._mailed(errand, facts, address)
        if phone and "sms" in self._outlets and claimed.text not in NOT_WORTH_A_MESSAGE and "sms" not in without:
            text = (await self._written(errand, facts, "short")).sms
            if self._outlets["sms"].seal is not None:  # answers to text messages come in, too
                text = inviting(claimed.text, text, facts.party.lang)
            return Parcel("sms", phone, OutboundMessage(text))
        if address and MAIL in self._outlets and MAIL not in without and claimed.text not in UNASKED:
            wait = strangers.wait(keyed_hash(self._office.ring, "email", address), claimed.case_id, self._now())
            if wait:
                return Ending("waiting", error=self._mark(errand, PACED), wait=wait)
            return await self._mailed(errand, facts, address)
        if phone and claimed.text in WORTH_A_CALL:
            return Ending("task", "phone", tells="phone_task", to=holder_of(facts.dossier.case))
        if without:
            return self._undelivered("unreachable", facts, "undeliverable")
        return Ending("page", "page")

    def _spoken(self, errand: Errand) -> Parcel | Ending:
        """What a conversation said, sealed until now."""
        channel = errand.claimed.recipient.split(":")[1]
        outlet = self._outlets.get(channel)
        if outlet is None or outlet.seal is None:
            return self._again(errand, "no such channel")
        row = json.loads(outlet.seal.open(errand.claimed.key, json.loads(errand.claimed.refs)["sealed"]))
        buttons = tuple(tuple(Button(label, code) for label, code in line) for line in row["buttons"])
        headed = {"subject": row.get("subject", ""), "mark": row.get("mark", "")}
        return Parcel(channel, row["chat"], OutboundMessage(row["text"], buttons, **headed))

    async def _written(self, errand: Errand, facts: Facts, form: Form, *, attached: bool = False) -> Written:
        """The notice in words; `attached`: the files of the reply go along, else the words say where they are."""
        book, case, now = await self._office.book(), facts.dossier.case, self._now()
        code = self._office.code(case.id, facts.epoch)
        letter = (case.number, case.id, facts.party.n, facts.epoch)
        places = () if attached else facts.files
        links = tuple(f"{self._policy.site}{link_to(self._office, letter, n, now)}" for n in places)
        desk = Desk(book, self._policy.site, now)
        return write(errand.claimed.text, json.loads(errand.claimed.refs), facts, form, code, desk, links)

    async def _is_proven(self, address: str) -> bool:
        """Whether somebody answered a mail of ours from there, so that it is no mistyped or foreign address."""
        digest = keyed_hash(self._office.ring, f"chat-{MAIL}", address)
        return bool(address) and bool(await self._office.store.read(vault.find, PROVEN, digest, 1))

    async def _mailed(self, errand: Errand, facts: Facts, address: str) -> Parcel:
        """The notice as a mail. Words of the letter go to nobody but a proven address, or a writer by mail once a
        person has looked at the letter: a sender's name is quickly forged, and a form takes any address."""
        claimed, case, n = errand.claimed, facts.dossier.case, facts.party.n
        trusted = await self._is_proven(address) or (facts.party.channel == MAIL and claimed.text not in UNASKED)
        outlet = self._outlets[MAIL]
        form = _form(outlet.form or "short", facts) if trusted else "short"
        along = carried(outlet, form, tuple(facts.files.values()))
        words = await self._written(errand, facts, form, attached=bool(along))
        mark = mark_of(self._office, case.number, case.id, n, facts.epoch)
        text = f"{words.body}\n\n{footer(claimed.text, facts.party.lang)}"
        return Parcel(MAIL, address, OutboundMessage(text, subject=words.subject, mark=mark), along)

    def _now(self) -> datetime:
        return self._office.clock()

    async def _quiet_now(self, facts: Facts) -> bool:
        hour = self._now().astimezone((await self._office.book()).calendar.zone).hour
        return not facts.dossier.case.urgent and (hour >= NIGHT[0] or hour < NIGHT[1])

    # How it went ------------------------------------------------------------------------------------------------

    async def _not_sent(self, errand: Errand, parcel: Parcel, fault: Exception) -> None:
        if isinstance(fault, SentInPart):
            await self._rest_of(errand, parcel, fault)
            return
        sender = self._outlets[parcel.channel].sender
        outcome = sender.classify(fault)
        reason = outcome.reason.partition(":")[0]
        if outcome.kind in ("alarm", "transient", "ambiguous"):
            self._fails(parcel.channel, reason, alarm=outcome.kind == "alarm")
        match outcome.kind:
            case "done":
                await self._settle(errand, self._sent(errand, parcel, ""))
            case "wait":
                sender.hold(parcel.address, outcome.wait)
                mark = self._mark(errand, f"{PACED}: {reason}")
                await self._settle(errand, Ending("waiting", parcel.channel, error=mark, wait=outcome.wait))
            case "moved":
                await self._follow(errand, replace(parcel, address=outcome.moved))
            case "ambiguous":
                await self._settle(errand, self._unknown(errand, parcel, reason))
            case "alarm":
                await self._settle(errand, replace(self._again(errand, reason, least=60.0), channel=parcel.channel))
            case "transient":
                await self._settle(errand, replace(self._again(errand, reason), channel=parcel.channel))
            case _:
                await self._failed(errand, parcel, outcome)

    def _fails(self, channel: str, reason: str, *, alarm: bool) -> None:
        """Told once until it works again; how often it failed stands in its health."""
        if self._outlets[channel].pulse.failed(reason, self._now(), "out", alarm=alarm):
            say = self._log.error if alarm else self._log.warning
            say("a channel is broken" if alarm else "a channel fails", channel=channel, error=reason)

    async def _rest_of(self, errand: Errand, parcel: Parcel, fault: SentInPart) -> None:
        """Part of a long message arrived: only the rest is sent again, soon, or the whole would come twice."""
        sender, first, rest = self._outlets[parcel.channel].sender, fault.first, fault
        for left in reversed(range(PARTS_TRIES)):
            outcome = sender.classify(rest)
            if outcome.kind not in ("wait", "transient") or outcome.wait > self._policy.lease / 2:
                break
            await asyncio.sleep(outcome.wait or FIRST_WAIT / 10)
            try:
                await sender.send(parcel.address, rest.rest, errand.claimed.key)
            except SentInPart as again:
                rest = again
            except Exception as again:
                rest = SentInPart(first, rest.rest, again)
            else:
                await self._settle(errand, self._sent(errand, parcel, first))
                return
            if not left:
                break
        await self._settle(errand, Ending("ambiguous", parcel.channel, first, "in part", entry="notice.unknown"))

    async def _follow(self, errand: Errand, parcel: Parcel) -> None:
        """The chat has another id by now: once to that."""
        try:
            outlet = self._outlets[parcel.channel]
            message = marked(parcel, errand, outlet)
            sent = await outlet.sender.send(parcel.address, message, errand.claimed.key)
        except Exception as fault:
            await self._settle(errand, self._again(errand, type(fault).__name__))
            return
        await self._settle(errand, self._sent(errand, parcel, sent))

    async def _failed(self, errand: Errand, parcel: Parcel, outcome: Outcome) -> None:
        """Never again as it is: where the citizen can be reached otherwise, that way; else it is visible work."""
        claimed, reason = errand.claimed, outcome.reason.partition(":")[0]
        state = "undeliverable" if outcome.kind == "unreachable" else "failed"
        if not claimed.case_id:
            await self._settle(errand, Ending(state, parcel.channel, error=reason))
            return
        self._log.warning("a notice cannot be delivered", notice=claimed.text, channel=parcel.channel, error=reason)
        if outcome.kind == "unreachable" and parcel.channel != "sms":
            await self._deliver(errand, frozenset({parcel.channel}))
            return
        facts = await self._office.store.read(read_facts, claimed.case_id, claimed.recipient, claimed.refs)
        ending = Ending(state, error=reason) if facts is None else self._undelivered(reason, facts, state)
        await self._settle(errand, replace(ending, channel=parcel.channel))

    def _undelivered(self, reason: str, facts: Facts, state: str) -> Ending:
        to = holder_of(facts.dossier.case)
        return Ending(state, error=reason, entry="notice.failed", tells="undeliverable", to=to)

    def _unknown(self, errand: Errand, parcel: Parcel, reason: str) -> Ending:
        """It may have arrived: once more, marked, and never a third time (RELIABILITY F13)."""
        if errand.repeated:
            return Ending("ambiguous", parcel.channel, error=reason, entry="notice.unknown")
        return Ending("waiting", parcel.channel, error=f"{SENDING}: {reason}", wait=self._back_off(errand))

    def _again(self, errand: Errand, reason: str, least: float = 0.0) -> Ending:
        """Back to wait, longer each time."""
        return Ending("waiting", error=self._mark(errand, reason), wait=max(least, self._back_off(errand)))

    def _mark(self, errand: Errand, reason: str) -> str:
        """A message that may have arrived stays marked so through whatever comes between."""
        return f"{AGAIN}: {reason}" if errand.repeated else reason

    def _back_off(self, errand: Errand) -> float:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(errand.claimed.attempts - 1, 16))
        return wait * (0.8 + 0.4 * self._policy.jitter())

    async def _settle(self, errand: Errand, ending: Ending) -> None:
        now = self._office.clock()
        if ending.state == "waiting" and now - errand.claimed.created_at >= GIVE_UP:
            ending = await self._given_up(errand, ending.error)
        await self._office.store.write(settled, errand, ending, now)
        if ending.state != "waiting":
            await self._wake_next(ending.channel)

    async def _wake_next(self, channel: str) -> None:
        """Where a channel works again, what went out wakes the next that sleep for it."""
        async with self._one_wakes:
            after = self._waking.place(channel)
            if after is None:
                return
            place = await self._office.store.write(deliveries.wake, channel, after, TOGETHER, self._now())
            self._waking.came_to(channel, after, place)
        self.wake()

    async def _given_up(self, errand: Errand, reason: str) -> Ending:
        """After a week of trying it is visible work; the answer stays readable by receipt."""
        claimed = errand.claimed
        if not claimed.case_id:
            return Ending("failed", error=reason)
        facts = await self._office.store.read(read_facts, claimed.case_id, claimed.recipient, claimed.refs)
        return Ending("failed", error=reason) if facts is None else self._undelivered(reason, facts, "failed")


def settled(tx: Tx, errand: Errand, ending: Ending, now: datetime) -> bool:
    """The deed after a try: how it ended, and whatever follows from that; False when the lease was lost."""
    claimed = errand.claimed
    waits = ending.state == "waiting"
    stands = outbox.settle(
        tx,
        claimed,
        ending.state,
        now,
        channel=ending.channel,
        provider_id=ending.provider_id,
        next_at=now + timedelta(seconds=ending.wait),
        error=ending.error,
    )
    if not stands:
        return False
    if claimed.text == DIALOGUE and not waits:
        deliveries.wipe(tx, claimed.key)
    if ending.entry and claimed.case_id:
        data = {"text": claimed.text, "channel": ending.channel, "reason": ending.error}
        journal.append(tx, [Entry(claimed.case_id, ending.entry, "system", now, data)])
    if ending.tells and claimed.case_id:
        notice = Notice(ending.to, ending.tells, f"{claimed.key}:{ending.tells}", {"text": claimed.text})
        outbox.put(tx, claimed.case_id, [notice], now)
    return True


def _turn_of(errand: Errand) -> tuple[datetime, bool, str]:
    """When a notice has its turn: as they were written, and of one moment the receipt before what happened next."""
    return errand.claimed.created_at, errand.claimed.text != RECEIPT, errand.claimed.key


def _form(form: Form, facts: Facts) -> Form:
    """Of a hidden matter no channel says more than number, state and link."""
    return "short" if is_hidden(facts.dossier.case) else form


@asynccontextmanager
async def courier(office: Office, outlets: Mapping[str, Outlet], policy: Policy) -> AsyncIterator[Courier]:
    """The courier at work inside the block; `outlets` are the channels by name: telegram, sms."""
    running = Courier(office, outlets, policy)
    async with running.at_work():
        yield running
