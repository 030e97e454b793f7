"""The values that moves take, named once: forms, API schema and journal draw on the same declarations."""

from hub.machines.machine import MoveField as F

REASON = F("reason", "longtext", "理由", "Reason")
REASON_OPTIONAL = F("reason", "longtext", "理由", "Reason", required=False)
SEEN = F("seen", "int", "已读到第几条", "Last message seen", required=False)
UNIT = F("unit", "unit", "单位", "Unit")
UNIT_OPTIONAL = F("unit", "unit", "建议单位", "Suggested unit", required=False)
CAUSE = F(
    "cause",
    "choice",
    "为什么不派给建议的单位",
    "Why not the suggested unit",
    required=False,
    options="correction",
)
OFFICER = F("officer", "officer", "承办人", "Officer")
OFFICER_OPTIONAL = F("officer", "officer", "承办人", "Officer", required=False)
TEXT = F("text", "longtext", "内容", "Text", most=3000)
FILES = F("files", "files", "附件", "Files", required=False)
VOICE = F("voice", "bool", "含语音", "With a voice message", required=False)
COMMENT = F("comment", "longtext", "意见", "Comment", required=False)
GRADE = F("grade", "choice", "级别", "Grade", options="grades")
GRADE_OPTIONAL = F("grade", "choice", "级别", "Grade", required=False, options="grades")
QUESTION = F("question", "longtext", "请来信人补充什么", "What the citizen should add", most=500)

DRAFT = (
    F("body", "longtext", "给来信人的答复", "Reply to the citizen", most=5000),
    F("handling", "longtext", "办理情况（内部）", "Handling (internal)", required=False, most=5000),
    F("type", "choice", "答复类型", "Type of reply", required=False, options="reply_types"),
    F("delivery", "choice", "答复方式", "How it is delivered", required=False, options="deliveries"),
    F("result", "choice", "办理结果", "Result", required=False, options="results"),
    F("reason", "longtext", "结果理由", "Reason of the result", required=False),
    F("promised", "date", "承诺日期", "Promised day", required=False, ahead=True),
    F("translated", "longtext", "英文答复", "The reply in English", required=False, most=5000),
    F("leak_reason", "text", "保留个人信息的理由", "Why personal data must stay", required=False, most=200),
    FILES,
    SEEN,
)

CHOICES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "reply_types": (
        ("final", "办结答复", "Final reply"),
        ("interim", "阶段性答复", "Interim reply"),
        ("explanation", "解释说明", "Explanation"),
    ),
    "deliveries": (
        ("page", "网上（来信人的渠道）", "On the citizen's channel"),
        ("phone", "电话", "By phone"),
        ("in_person", "当面", "In person"),
        ("post", "邮寄", "By post"),
    ),
    "readings": (("qualified", "合格", "Fit"), ("unqualified", "不合格", "Unfit")),
    "solved": (("yes", "解决了", "Yes"), ("partly", "部分解决", "Partly"), ("no", "没解决", "No")),
    "done": (("yes", "办好了", "Yes"), ("partly", "办了一部分", "Partly"), ("no", "没有办", "No")),
    "call_result": (
        ("reached", "已联系上", "Reached"),
        ("no_answer", "无人接听", "No answer"),
        ("refused", "不愿接受回访", "Does not want to be asked"),
        ("wrong_number", "号码有误", "Wrong number"),
    ),
    "contact_how": (
        ("phone", "电话", "Phone"),
        ("visit", "见面", "Visit"),
        ("message", "消息", "Message"),
    ),
    "contact_result": (
        ("reached", "已联系上", "Reached"),
        ("no_answer", "无人接听", "No answer"),
        ("wrong_number", "号码有误", "Wrong number"),
    ),
    "contact_whom": (
        ("writer", "来信人本人", "The writer"),
        ("family", "家人", "Family"),
        ("agent", "代理人或代表", "Agent or representative"),
        ("other", "其他人", "Somebody else"),
    ),
    "levels": (
        ("open", "公开", "Open"),
        ("private", "一般保密", "Private"),
        ("confidential", "隐名办理", "Confidential"),
        ("anonymous", "匿名", "Anonymous"),
    ),
    "aims": (
        ("matter", "反映问题", "A matter"),
        ("service", "反映服务态度作风", "How staff behaved"),
        ("misconduct", "检举控告", "Misconduct"),
    ),
}
"""Choices that belong to the machine; results, reject reasons and the like come from kind and checklist."""
