"""Words that every channel says the same: the five plain words, clock names, and lines of a case's history."""

import json

from hub.errors import Said
from hub.journal import Line
from hub.machines.registry import MACHINES

WORDS: dict[str, Said] = {
    "submitted": Said("已提交", "Submitted"),
    "handling": Said("办理中", "Being handled"),
    "waiting": Said("待您补充", "Waiting for you"),
    "answered": Said("已答复", "Answered"),
    "closed": Said("已办结", "Closed"),
}
CLOCKS: dict[str, Said] = {
    "intake": Said("受理", "Intake"),
    "fix": Said("补充", "Supplement"),
    "dispatch": Said("派单", "Dispatch"),
    "sign": Said("签收", "Signing"),
    "main": Said("答复来信人", "Answer to the citizen"),
    "unit": Said("单位办理", "Handling at the unit"),
    "first_contact": Said("首次联系", "First contact"),
    "contest": Said("退单审核", "Objection"),
    "review": Said("审核", "Review"),
    "redo": Said("退回重办", "Handled again"),
    "rating": Said("评价", "Rating"),
    "reopen_request": Said("重新办理申请", "Request to reopen"),
    "publication": Said("公开审查", "Release check"),
    "appeal": Said("申诉", "Appeal"),
    "extension": Said("延期申请", "Request to extend"),
    "call_back": Said("回访", "Call back"),
    "call_later": Said("到期回访", "Call when the limit ends"),
    "outcome": Said("问来信人办好了没有", "Asked whether it was done"),
    "unsolved": Said("未解决待定", "Not solved: to decide"),
    "veto": Said("否决项预警", "Veto watch"),
    "urgent": Said("紧急件确认", "Urgent: acknowledgement"),
    "urging": Said("催办说明", "Reason for being late"),
    "proposal": Said("督办建议", "Proposed order"),
    "order": Said("督办", "Order"),
    "instruction": Said("批示", "Instruction"),
    "joint": Said("协办", "Joint work"),
    "shelved": Said("挂账", "Shelved case"),
    "commitment": Said("承诺", "Commitment"),
    "second_reading": Said("复读", "Second reading"),
    "later_reading": Said("补抽审读", "Later reading"),
    "difference": Said("审读分歧", "Readings that differ"),
    "talk": Said("约谈", "Talk"),
    "card_proposal": Said("拟发牌", "Proposed card"),
    "card_appeal": Said("发牌申诉", "Appeal against a card"),
    "exclusion": Said("剔除申请", "Exclusion asked"),
}
OTHER_LINES: dict[str, Said] = {
    "received": Said("收到来信", "Letter received"),
    "backdated": Said("补录：实际收到的时间早于登记", "Entered late: it came earlier than it was entered"),
    "opened": Said("由系统立件", "Opened by the hub"),
    "contact.shown": Said("查看了联系方式", "Contact data shown"),
    "reply.written": Said("写了一版答复", "A reply was written"),
    "reply.released": Said("答复发给来信人", "The reply went out"),
    "reply.followed": Said("随并案答复", "Answered with its lead"),
    "review.drawn": Said("抽中审核", "Drawn for review"),
    "review.not_drawn": Said("未抽中审核", "Not drawn for review"),
    "second.drawn": Said("抽中复读", "Drawn for a second reading"),
    "second.not_drawn": Said("未抽中复读", "Not drawn for a second reading"),
    "sample.drawn": Said("补抽审读", "A later sample was drawn"),
    "publication.suspend": Said("公开页暂停", "Public page rests"),
    "publication.released": Said("已公开", "Published"),
    "rated": Said("来信人评价", "Rated by the citizen"),
    "merged": Said("并案", "Merged"),
    "unmerged": Said("取消并案", "Unmerged"),
    "split": Said("拆分", "Split"),
    "clock.climbed": Said("时限提醒", "Limit reminder"),
    "clock.recounted": Said("时限按新的工作日历重算", "Limit counted again under the new calendar"),
    "shelved": Said("挂账", "Shelved"),
    "overlay.settled": Said("由系统了结", "Put away by the hub"),
    "card.released": Said("牌已公开", "The card is public"),
    "order.listed": Said("公开挂牌", "Listed publicly"),
    "ranks.released": Said("发布单位排名", "Ranks of units released"),
    "ranks.recalled": Said("撤回单位排名", "Ranks of units recalled"),
    "site.watched": Said("检查项预警", "Inspection watch"),
    "duty.called": Said("通知值班", "Called on duty"),
    "code.renewed": Said("核对身份后换了查询码", "A new query code was given after a check"),
    "code.refused": Said("要换查询码，身份没有核对上", "A new query code was asked for; the check failed"),
    "notice.again": Said("再发一次通知", "A notice was sent again"),
    "notice.failed": Said("一条通知没有送到", "A notice was not delivered"),
    "sweep.again": Said("出错的催办再试一次", "A step that failed is tried again"),
    "notice.unknown": Said("一条通知不知道有没有送到", "Whether a notice arrived is unknown"),
}
SITE_WATCHES: dict[str, Said] = {
    "site_publication": Said("来信公开", "Publication of letters"),
    "site_statistics": Said("统计更新", "Public figures"),
}
_NAMED = {"clock.climbed": "clock", "duty.called": "to"}
"""Lines that say what they are about, and the value that names it."""
IN_HANDS = Said("{unit}正在办理。", "{unit} is handling it.")


def clock_word(name: str) -> Said:
    """What a clock is called; the clock of a record (order#3) is called as the record is."""
    kind = name.partition("#")[0]
    return CLOCKS.get(kind, Said(kind, kind))


def state_word(machine: str, state: str) -> Said:
    """The office's word for a state."""
    s = MACHINES[machine].states[state]
    return Said(s.zh, s.en)


def move_words(code: str) -> Said:
    """The name of a move, whatever machine it belongs to; a word that is no move stands for itself."""
    for machine in MACHINES.values():
        if code in machine.moves:
            return Said(machine.moves[code].zh, machine.moves[code].en)
    return Said(code, code)


def line_words(line: Line) -> Said:
    """What one line of the journal says to an officer."""
    code = line.action.removeprefix("move.")
    if code != line.action and (said := move_words(code)) != Said(code, code):
        return said
    known = OTHER_LINES.get(line.action, Said(line.action, line.action))
    name = json.loads(line.data).get(_NAMED[line.action], "") if line.action in _NAMED else ""
    if not name:
        return known
    what = clock_word(str(name)) if line.action == "clock.climbed" else Said(str(name), str(name))
    return Said(f"{known.zh}：{what.zh}", f"{known.en}: {what.en}")
