"""Guards: what must hold before a move; each answers None or the sentence that says what stands in the way."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from hub.case import Overlay
from hub.errors import Said
from hub.machines.machine import Guard, Turn
from hub.machines.reading_guards import DIFFERENCE, LATER, SECOND

SECOND_OBJECTION = 2
SUPERVISOR_DESIGNATES = Said(
    "已两次退单，请督查员指定承办单位。",
    "Two objections were upheld: now a supervisor designates the unit.",
)
RETURNS_THAT_CLIMB = 3
"""So many replies of one case sent back, and an order is proposed."""
TRANSLATION = "translation"
"""The record that words in English wait for, or have, a translation."""
DICTATION = "dictation"
FIRST = 1
"""The message that is the letter itself."""
SPOKEN = "语音来信"
"""Title and text of a letter that was only spoken, until somebody has taken it down (hub/dictation.py)."""
"""The record that a voice message waits to be, or was, taken down in writing."""
LISTED = "listed"
"""Where an order says since which day the public may read that it stands."""


def conflicts(aim: str, target: str, unit: str, book_above: tuple[str, ...], target_bureau: str, bureau: str) -> bool:
    """Whether a unit must never see a case: it, or what stands below or beside it, is the one complained about.

    Source: Letters-and-Visits Regulations 信访工作条例 (2022) art. 30 and 46.
    """
    if not target or aim == "matter":
        return False
    if aim == "misconduct":
        return bureau == target_bureau
    return unit == target or target in book_above


def unit_not_accused(turn: Turn) -> Said | None:
    """The unit complained about never receives the case, redacted or not (DESIGN §5, Aim)."""
    directory, case, unit = turn.book.directory, turn.case, str(turn.values["unit"])
    if conflicts(
        case.aim, case.target, unit, directory.above(unit), directory.bureau(case.target), directory.bureau(unit)
    ):
        return Said(
            "来信反映的就是这个单位或其工作人员，不能派给它。",
            "The letter complains about this unit or its staff; it cannot be sent there.",
        )
    return None


def assists_anew(turn: Turn) -> Said | None:
    """The unit that leads does not assist itself, and no unit is asked twice while it is at it."""
    unit = str(turn.values["unit"])
    if unit == turn.case.unit:
        return Said("这个单位就是承办单位。", "This unit is the one that has the case.")
    if any(o.kind == "joint" and o.state == "open" and o.unit == unit for o in turn.dossier.overlays):
        return Said("已经请这个单位协办，还没有反馈。", "This unit is assisting already and has not reported yet.")
    return None


def not_back_and_forth(turn: Turn) -> Said | None:
    """A unit that had the case and gave it up gets it again only by a supervisor's decision: no ping-pong."""
    unit, case = str(turn.values["unit"]), turn.case
    former = {a.unit for a in turn.dossier.assignments if a.until is not None}
    if unit in former and unit != case.unit and not turn.actor.has("supervisor"):
        return Said(
            "这件来信曾由这个单位承办，后来退出了；再派给它，请督查员指定。",
            "This unit had the letter and gave it up; only a supervisor may send it there again.",
        )
    return None


def objections_left(turn: Turn) -> Said | None:
    if turn.case.returns >= SECOND_OBJECTION:
        return SUPERVISOR_DESIGNATES
    return None


def may_designate(turn: Turn) -> Said | None:
    """Two units have said with cause that it is not theirs: the third time somebody who sees over both decides."""
    if turn.case.returns >= SECOND_OBJECTION and not turn.actor.has("supervisor"):
        return SUPERVISOR_DESIGNATES
    return None


def may_object(turn: Turn) -> Said | None:
    if turn.case.designated:
        return Said("本单是指定办理，不能再退。", "This case was designated to you; a second objection is not open.")
    return None


def may_pass_on(turn: Turn) -> Said | None:
    """A unit that already signed may pass a case on once, within two working days (DESIGN §5)."""
    if turn.case.designated or turn.case.passed_on:
        return Said("本单已转过一次或为指定办理。", "This case was passed on once already, or was designated.")
    since = turn.dossier.assignments[-1].since if turn.dossier.assignments else turn.now
    calendar = turn.book.calendar
    last = calendar.add_workdays(calendar.day_of(since), 2)
    if calendar.day_of(turn.now) > last:
        return Said("签收两个工作日后不能再转。", "Passing on is open only within two working days.")
    return None


def seen_latest(turn: Turn) -> Said | None:
    """What the citizen added after the screen was read must be confirmed before a reply goes on."""
    seen = turn.values.get("seen")
    if seen is not None and int(seen) < turn.case.last_message:
        return Said(
            "来信人刚刚又补充了内容，请先看一下，再提交。",
            "The citizen has just added something. Please read it, then submit again.",
        )
    return None


def not_the_handler(turn: Turn) -> Said | None:
    reply = turn.dossier.reply
    if reply is not None and turn.actor.person == reply.handler_person:
        return Said("拟稿人不能审签自己的答复。", "The person who drafted a reply cannot sign it.")
    return None


def not_handler_nor_signer(turn: Turn) -> Said | None:
    reply = turn.dossier.reply
    if reply is not None and turn.actor.person in (reply.handler_person, reply.signer_person):
        return Said("拟稿人和审签人不能审核这份答复。", "Whoever drafted or signed a reply cannot review it.")
    return None


def reviewer_is_independent(turn: Turn) -> Said | None:
    """The reviewer's bureau is not the answering one; the supervision desk's own replies go to its alternate."""
    directory, home, reply = turn.book.directory, turn.actor.home, turn.dossier.reply
    answering = {directory.bureau(turn.case.unit), reply.bureau if reply else ""} - {""}
    if home and directory.bureau(home) in answering:
        return Said("不能审核本单位的答复。", "A reply of one's own bureau is reviewed by somebody else.")
    return None


def second_reviewer(turn: Turn) -> Said | None:
    """After a dispute another reviewer decides."""
    dispute = turn.dossier.open("dispute")
    if dispute is not None and turn.actor.person == dispute.data.get("first"):
        return Said("这份答复有异议，须由另一位审核员复核。", "This verdict is disputed; another reviewer decides.")
    return None


def no_dispute_yet(turn: Turn) -> Said | None:
    reply = turn.dossier.reply
    if reply is None or reply.verdict != "unqualified" or reply.round != turn.case.round - 1:
        return Said("没有可以提出异议的审核意见。", "There is no verdict to dispute.")
    if any(o.kind == "dispute" for o in turn.dossier.overlays):
        return Said("异议只能提一次。", "A verdict can be disputed once.")
    return None


def second_person(kind: str) -> Guard:
    """Whoever asked for the overlay does not decide on it."""

    def guard(turn: Turn) -> Said | None:
        asked = turn.dossier.open(kind)
        if asked is not None and asked.opened_person == turn.actor.person:
            return Said("申请人不能自己批准。", "Whoever asked cannot decide on it.")
        return None

    return guard


def is_open(kind: str) -> Guard:
    def guard(turn: Turn) -> Said | None:
        if turn.dossier.open(kind) is None:
            return Said("没有待处理的申请。", "There is no open request.")
        return None

    return guard


def was_reported(turn: Turn) -> Said | None:
    """An assisting unit's report waits for the lead unit to accept it."""
    if not any(o.kind == "joint" and o.state == "reported" for o in turn.dossier.overlays):
        return Said("没有待确认的协办反馈。", "No assistant's report is waiting.")
    return None


def is_not_open(kind: str) -> Guard:
    def guard(turn: Turn) -> Said | None:
        if turn.dossier.open(kind) is not None:
            return Said("已经有一个申请在处理。", "A request of this kind is already open.")
        return None

    return guard


def never_before(kind: str) -> Guard:
    def guard(turn: Turn) -> Said | None:
        if any(o.kind == kind for o in turn.dossier.overlays):
            return Said("这一步只能做一次，已经做过了。", "This can be done once, and has been done.")
        return None

    return guard


def nothing_drafted(turn: Turn) -> Said | None:
    if any(r.round == turn.case.round for r in turn.dossier.replies):
        return Said("已经拟了答复，不能再转出。", "A reply has been drafted; the case can no longer be transferred.")
    return None


def not_merged(turn: Turn) -> Said | None:
    if turn.case.lead:
        return Said("这件来信已并入另一件。", "This case follows another one.")
    return None


def merged(turn: Turn) -> Said | None:
    if not turn.case.lead:
        return Said("这件来信没有并案。", "This case is not merged.")
    return None


def not_sealed(turn: Turn) -> Said | None:
    if turn.case.sealed:
        return Said("密件不能这样处理。", "A sealed case cannot be handled this way.")
    return None


def has_unit(turn: Turn) -> Said | None:
    """Only a unit can be urged or ordered; what waits at the reception desk is told to the desk's own roles."""
    if not turn.case.unit:
        return Said("来信还没有派到单位。", "The case is not with a unit yet.")
    return None


def order_levels(turn: Turn) -> Mapping[str, Mapping[str, str]]:
    """The levels of orders as the checklist in force names them, each harder than the one before."""
    return turn.book.checklist.reasons.get("orders", {})


def level_with(turn: Turn, mark: str) -> str:
    """The level that the checklist marks for a use (`listed`, `after_talk`, `after_returns`); empty where none is."""
    return next((code for code, row in order_levels(turn).items() if row.get(mark)), "")


def proposal_rises(turn: Turn) -> Said | None:
    """In one round each level is proposed once; a softer one does not follow a harder one."""
    ranks = {code: rank for rank, code in enumerate(order_levels(turn))}
    asked = ranks.get(str(turn.values["level"]), -1)
    before = [o for o in turn.dossier.overlays if o.kind == "proposal" and o.opened_at >= _round_began(turn)]
    if any(ranks.get(str(o.data["level"]), -1) >= asked for o in before):
        return Said("这一级已经建议过。", "This level has been proposed already.")
    return None


def _round_began(turn: Turn) -> datetime:
    starts = [c.ledger[0].at for c in turn.dossier.clocks if c.name == "main" and c.ledger]
    return max(starts, default=turn.case.received_at)


def order_to_list(turn: Turn) -> Overlay | None:
    """The newest order for the public list (挂牌督办) that no leader has released yet."""
    orders = (o for o in reversed(turn.dossier.overlays) if o.kind == "order" and o.state == "open")
    level = level_with(turn, "listed")
    return next((o for o in orders if o.data.get("level") == level and LISTED not in o.data), None)


def an_order_may_be_listed(turn: Turn) -> Said | None:
    """The public reads of a matter only: nothing of conduct, of hidden letters or of sealed ones."""
    if turn.case.sealed or turn.case.aim != "matter" or turn.case.level not in ("open", "private"):
        return Said("隐名、密件和反映人员的来信不能公开挂牌。", "Hidden or sealed letters are never listed publicly.")
    if order_to_list(turn) is None:
        return Said("没有待公开的挂牌督办件。", "No order waits to be listed.")
    return None


def citizen_can_be_called(turn: Turn) -> Said | None:
    if not turn.case.reachable:
        return Said("来信人没有留下可以回复的渠道。", "The citizen left no channel on which to answer.")
    return None


def nothing_waits(turn: Turn) -> Said | None:
    """`close` waits for requests, commitments, call-backs and orders."""
    waiting = [o for o in turn.dossier.overlays if o.state == "open" and o.kind in WAITED_FOR]
    if waiting:
        return Said("还有未了结的事项，不能办结。", "Something on this case is still open; it cannot be closed.")
    return None


_REQUESTS = ("reopen_request", "commitment", "order", "instruction", "call_back", "outcome", "unsolved", "appeal")
WAITED_FOR = frozenset({*_REQUESTS, "talk", "card_appeal", "exclusion", SECOND, LATER, DIFFERENCE})


def not_reopened_yet(turn: Turn) -> Said | None:
    if turn.case.reopened or any(o.kind == "reopen_request" for o in turn.dossier.overlays):
        return Said("每件来信可以申请重新办理一次，您已经申请过。", "A reopening can be asked for once per letter.")
    return None


def rating_is_open(turn: Turn) -> Said | None:
    clock = turn.dossier.clock("rating")
    if clock is None or clock.phase != "running" or (clock.due_at is not None and turn.now >= clock.due_at):
        return Said("评价期已过，谢谢您。", "The time for rating is over. Thank you.")
    return None


def kind_reopens(turn: Turn) -> Said | None:
    if not turn.kind.reopen:
        return Said("这类来信不能申请重新办理。", "Letters of this kind cannot be reopened.")
    return None


def result_fits(turn: Turn) -> Said | None:
    """A final reply names a result of its kind; one that refuses gives the reason as well."""
    code = str(turn.values.get("result") or "")
    if not turn.kind.results or turn.values.get("type") == "interim":
        return None
    result = turn.kind.result(code)
    if result is None:
        return Said("请选择办理结果。", "Please choose a result.")
    if result.needs_reason and not turn.values.get("reason"):
        return Said(f"选择“{result.zh}”时请写明理由。", f"“{result.en}” needs a reason.")
    return None


def interim_has_date(turn: Turn) -> Said | None:
    """An interim reply promises a date; without one it would be a way to stop the clock with nothing."""
    if turn.values.get("type") != "interim":
        return None
    promised = turn.values.get("promised")
    if not promised or date.fromisoformat(str(promised)) <= turn.book.calendar.day_of(turn.now):
        return Said("阶段性答复要写明以后的哪一天给出结果。", "An interim reply names a later day for the result.")
    return None


def no_personal_data(turn: Turn) -> Said | None:
    """A third person's data blocks a reply; the signer sees the reason of an override (DESIGN §9)."""
    if "Q12" in turn.findings and not turn.values.get("leak_reason"):
        return Said(
            "答复里有他人的个人信息，请删去；确需保留的，请写明理由。",
            "The reply contains personal data. Please remove it, or give the reason why it must stay.",
        )
    return None


def has_voice(turn: Turn) -> Said | None:
    if not any(o.kind == DICTATION for o in turn.dossier.overlays):
        return Said("来往里没有要听写的语音。", "Nothing on this case is to be listened to.")
    return None


def names_voice(turn: Turn) -> Said | None:
    of = int(turn.values["message"])
    if not any(o.kind == DICTATION and o.data.get("message") == of for o in turn.dossier.overlays):
        return Said(f"第{of}条来往没有语音，请核对。", f"Message {of} has no voice; please check.")
    return None


def titles_a_spoken_letter(turn: Turn) -> Said | None:
    if turn.values.get("title") and int(turn.values["message"]) != FIRST:
        return Said(
            "标题只能和来信本身的语音一起写；补充的语音没有标题。",
            "A title goes with the voice message of the letter itself; one that was added has none.",
        )
    return None


def has_foreign_words(turn: Turn) -> Said | None:
    if not any(o.kind == TRANSLATION for o in turn.dossier.overlays):
        return Said("来往里没有要翻译的话。", "Nothing on this case needs a translation.")
    return None


def names_foreign_words(turn: Turn) -> Said | None:
    of = int(turn.values["message"])
    if not any(o.kind == TRANSLATION and o.data.get("message") == of for o in turn.dossier.overlays):
        return Said(f"第{of}条来往不用翻译，请核对。", f"Message {of} needs no translation; please check.")
    return None


def within_revival(turn: Turn) -> Said | None:
    """A lapsed letter comes back with a supplement within 90 days."""
    if turn.case.closed_at is not None and turn.now - turn.case.closed_at > timedelta(days=90):
        return Said("时间已超过90天，请重新写信。", "More than 90 days have passed; please write a new letter.")
    return None


def lead_is_other(turn: Turn) -> Said | None:
    if str(turn.values.get("into", "")) in ("", turn.case.id, turn.case.number):
        return Said("请填写另一件来信的编号。", "Please give the number of another case.")
    return None


def rises_only(turn: Turn) -> Said | None:
    """Anyone may raise a level; only the citizen lowers it (DESIGN §10)."""
    order = ("open", "private", "confidential", "anonymous")
    to = str(turn.values.get("level", ""))
    if to not in order:
        return Said("没有这个保密等级。", "There is no such level.")
    if order.index(to) < order.index(turn.case.level) and turn.actor.kind != "citizen":
        return Said("保密等级只能由来信人调低。", "Only the citizen may lower the level.")
    return None


def aim_fits(turn: Turn) -> Said | None:
    aim = turn.values.get("aim")
    if aim and aim not in turn.kind.aims:
        return Said("这个类别没有这种反映对象。", "This kind does not have that aim.")
    return None
