"""“How was this date counted?” in the reader's language: what happened to the clock, and each day of the count."""

import re
from collections.abc import Callable
from typing import Any

from channels.texts.catalog import N_, Lang, said
from hub.errors import Said
from hub.views import ClockView

LAST = N_("最迟这一天答复")
WORDS = {
    "收到当天不计": N_("收到当天不计"),
    "工作日": N_("工作日"),
    "自然日": N_("自然日"),
    "连续计时": N_("连续计时"),
    "周六": N_("周六"),
    "周日": N_("周日"),
    "元旦": N_("元旦"),
    "春节": N_("春节"),
    "清明节": N_("清明节"),
    "劳动节": N_("劳动节"),
    "端午节": N_("端午节"),
    "中秋节": N_("中秋节"),
    "国庆节": N_("国庆节"),
    "等来信人补充": N_("等来信人补充"),
    "等来信人回答": N_("等来信人回答"),
    "退单审核": N_("退单审核"),
    "督查室审核": N_("督查室审核"),
    "督查室复核": N_("督查室复核"),
}
"""Names of days and reasons that are said in either language; a local holiday stays as it is."""
_FORMS = (
    (r"逾期已记录，期限不再变动（(.+)）", N_("逾期已记录，期限不再变动（%(why)s）")),
    (r"顺延至此日（(.+)）", N_("顺延至此日（%(why)s）")),
    (r"期满日是(.+)，顺延", N_("期满日是%(why)s，顺延")),
    (r"暂停中：(.+)", N_("暂停中：%(why)s")),
    (r"暂停：(.+)", N_("暂停：%(why)s")),
    (r"(.+)，暂停：(.+)", N_("%(why)s，暂停：%(rest)s")),
    (r"(.+)，顺延", N_("%(why)s，顺延")),
    (r"(.+)（暂定）", N_("%(why)s（暂定）")),
    (r"(.+)调休上班", N_("%(why)s调休上班")),
)
"""Forms of a reason around the name of a day, outermost first; `rest` is a second part where there is one."""


def counted(clock: ClockView | None, lang: Lang) -> list[dict[str, Any]]:
    """Day, how-manieth counted day (0: not counted) and why, up to the last day in time; empty without a clock."""
    if clock is None:
        return []
    last = clock.day if clock.phase == "running" else None
    return [
        {
            "day": line.day,
            "n": line.count if line.counted else 0,
            "word": said(lang, LAST) if line.day == last else reason(line.why, lang),
        }
        for line in clock.lines
    ]


def steps(clock: ClockView | None, pick: Callable[[Said], str]) -> list[dict[str, Any]]:
    """What happened to the clock, one line each with its moment, in the language that `pick` chooses."""
    return [{"at": step.at, "word": pick(step.said)} for step in clock.steps] if clock else []


def reason(why: str, lang: Lang) -> str:
    """Why a day counts or not; a name that the catalogue does not know (a local holiday) stays as it is."""
    if why in WORDS:
        return said(lang, WORDS[why])
    for form, message in _FORMS:
        if found := re.fullmatch(form, why):
            parts = [reason(part, lang) for part in found.groups()]
            return said(lang, message, why=parts[0], rest=parts[-1])
    if "、" in why:  # two holidays that fall together
        return ("、" if lang == "zh" else " / ").join(reason(part, lang) for part in why.split("、"))
    return why
