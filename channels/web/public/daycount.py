"""“How was this date counted?” as rows of a table, in the reader's language."""

import re
from typing import Any

from channels.texts.catalog import N_, Lang, said
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
}
TAILS = {"调休上班": N_("调休上班"), "（暂定）": N_("（暂定）"), "，顺延": N_("，顺延")}
_WORD = f"(?:{'|'.join(WORDS)})"
_PARTS = re.compile(f"^(?P<words>{_WORD}(?:、{_WORD})*)(?P<tails>(?:{'|'.join(map(re.escape, TAILS))})*)$")
_TAIL = re.compile("|".join(map(re.escape, TAILS)))


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


def reason(why: str, lang: Lang) -> str:
    """Why a day counts or not; a name that the catalogue does not know (a local holiday) stays as it is."""
    parts = _PARTS.match(why)
    if parts is None:
        return why
    tails = "".join(said(lang, TAILS[tail]) for tail in _TAIL.findall(parts["tails"]))
    return ("、" if lang == "zh" else " / ").join(said(lang, WORDS[w]) for w in parts["words"].split("、")) + tails
