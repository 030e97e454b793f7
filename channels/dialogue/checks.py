"""Checks of what a person typed: each gives the value to keep, or a sentence that says what to do."""

import re
import unicodedata
from datetime import date, timedelta

from hub.errors import Said

_BLANKS = re.compile(r"[\s()（）\-—–.]+")
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?号?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_RELATIVE = {"今天": 0, "昨天": 1, "前天": 2, "today": 0, "yesterday": 1}
MOBILE_DIGITS = 11
"""Digits of a mobile number in China (numbering plan of MIIT): 1, then 3 to 9, then nine more."""


def check_phone(text: str) -> str | Said:
    """A mobile number (11 digits) or a landline (7 or 8 digits, or area code and number), as bare digits."""
    digits = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(?:\+?86|0086)(?=1\d{10}$|0?\d{10,11}$)", "", digits)
    if not re.fullmatch(r"\d+", digits):
        return Said(
            "电话里只能有数字，例如 13800000000 或 0571-88000000。",
            "A phone number has digits only, for example 13800000000 or 0571-88000000.",
        )
    if digits.startswith("1"):
        return _mobile(digits)
    if re.fullmatch(r"0\d{9,11}|[2-9]\d{6,7}", digits):
        return digits
    return Said(
        f"这个座机号码有{len(digits)}位。请写区号加号码，一共10到12位，例如 0571-88000000。",
        f"This landline has {len(digits)} digits. Please write area code and number, 10 to 12 digits in all, "
        "for example 0571-88000000.",
    )


def _mobile(digits: str) -> str | Said:
    off = len(digits) - MOBILE_DIGITS
    if off < 0:
        return Said(
            f"电话少了{-off}位：手机号是11位，这里有{len(digits)}位，请再看一下。",
            f"The number is {-off} digits short: a mobile number has 11, this one {len(digits)}. Please look again.",
        )
    if off > 0:
        return Said(
            f"电话多了{off}位：手机号是11位，这里有{len(digits)}位，请再看一下。",
            f"The number has {off} digits too many: a mobile number has 11, this one {len(digits)}. Please look again.",
        )
    if digits[1] < "3":
        return Said(
            "手机号的第二位应是3到9，请再看一下。",
            "The second digit of a mobile number is 3 to 9. Please look again.",
        )
    return digits


def check_number(text: str) -> str | Said:
    """A plain number, with or without thousands commas, as its digits."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if _NUMBER.fullmatch(digits) and len(digits) <= 15:
        return digits
    return Said("请只写数字，例如 3 或 12.5。", "Please write a number only, for example 3 or 12.5.")


def check_date(text: str, today: date) -> str | Said:
    """A day as YYYY-MM-DD; without a year it is the last such day up to today. 今天, 昨天 and 前天 are understood."""
    words = "".join(unicodedata.normalize("NFKC", text).lower().split())
    if words in _RELATIVE:
        return (today - timedelta(days=_RELATIVE[words])).isoformat()
    found = _DAY.fullmatch(words)
    if found:
        try:
            return _day(found[1], int(found[2]), int(found[3]), today).isoformat()
        except ValueError:
            pass
    return Said(
        f"请写日期，例如 {today.isoformat()}、{today.month}月{today.day}日，或者“昨天”。",
        f"Please write a date, for example {today.isoformat()} or “yesterday”.",
    )


def _day(year: str | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return date(int(year), month, day)
    for back in range(9):  # up to two leap days back, so that 29 February finds its year
        try:
            found = date(today.year - back, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no such day")


def check_length(text: str, least: int, most: int) -> str | Said:
    """The text if it has from `least` to `most` characters, blanks at the ends not counted."""
    words = text.strip()
    if not words:
        return Said("没有收到文字，请写几个字。", "There were no words. Please write a few.")
    if len("".join(words.split())) < least:
        return Said("这有点短，请再多写几个字，这样办理的人看得明白。", "This is very short. Please say a little more.")
    if len(words) > most:
        return Said(
            f"这里最多{most}个字，您写了{len(words)}个字，请缩短一些再发一次。",
            f"At most {most} characters fit here, you wrote {len(words)}. Please shorten it and send it again.",
        )
    return words
