"""Finds telephones, identity numbers, bank cards, plates, mail addresses and chat accounts in a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.privacy.folding import Shadow
from hub.privacy.marks import Kind, Known, Mark, digits_of

# A number as it is written: digits with up to two blanks, dashes, dots or the like between them. One pass, no way back.
_WRITTEN = re.compile(r"\+?\(?\d(?:[ \-_.·~()]{0,2}\d)*(?:[ \-]?x(?![a-z0-9]))?")
_NUMERAL = re.compile(r"[\dx]")

_ID_18 = re.compile(
    r"[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]"
)  # province, birthday, order, check
_ID_15 = re.compile(r"[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_MOBILE = re.compile(r"(?:00)?(?:86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")
_CARD = re.compile(r"(?:62|4\d|5[1-5]|35|3[47]|60|9[4-9])\d{13,17}")

_BEFORE_CARD = re.compile(r"(?:卡号|账号|帐号|账户|帐户|银行卡|存折)[^\d。；，\n]{0,8}$")
_BEFORE_ID = re.compile(r"(?:身份证|证件号|护照|通行证|社保号|驾驶证|军官证)[^\d。；，\n]{0,8}$")
_BEFORE_LINE = re.compile(
    r"(?:电话|座机|手机|联系方式|固话|致电|拨打|热线|tel)[^\d。；\n]{0,6}$|0\d{2,3}[ -]?\d{7,8}[、,和或/ ]{1,2}$"
)

_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][a-hj-np-z][ ·•.\-]?"
    r"(?=[a-z]{0,3}\d)[a-hj-np-z0-9]{4,5}[a-hj-np-z0-9挂学警港澳](?![a-z0-9])"
)
_PASSPORT = re.compile(r"(?:护照|通行证)(?:号码|号)?[:为是 ]{0,2}([a-z]{1,2}\d{7,8})(?!\d)")
_CHAT = re.compile(
    r"(?:qq|扣扣|企鹅号|微信|威信|薇信|v信|wechat|vx|wx)(群)?(?P<sign>号码|账号|帐号|id|同号|号)?"
    r"(?P<colon>[ :是为加.]{0,3})"
    r"(?P<account>[a-z][a-z0-9_\-]{5,19}|[1-9]\d{4,11})(?![a-z0-9_\-])(?! ?(?:元|块|万|人|个|年|月|天|次|微信|公众号))"
)
_URL = re.compile(r"(?:https?://|www\.)[a-z0-9._~:/?#\[\]@!$&'()*+,;=%\-]+")
_LOCAL_BACKWARDS = re.compile(r"[a-z0-9._%+\-]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63})*")
_MAIL_HOUSES = frozenset(("qq", "163", "126", "139", "189", "sina", "sohu", "gmail", "hotmail", "outlook", "foxmail"))

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number_holds(number: str) -> bool:
    """Whether the eighteenth character is the right check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17].lower()


def card_number_holds(number: str) -> bool:
    """Whether the last digit is the right check digit of a bank card (Luhn, ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


class _Written:
    """One written number: its characters without the joints, where each stood, and where its groups begin and end."""

    __slots__ = ("bare", "ends", "places", "starts")

    def __init__(self, plain: str, start: int, end: int) -> None:
        stretch = plain[start:end]
        self.places = [start + found.start() for found in _NUMERAL.finditer(stretch)]
        self.bare = "".join(plain[place] for place in self.places)
        self.starts = {0}
        self.ends = {len(self.bare)}
        for index in range(1, len(self.places)):
            if self.places[index] != self.places[index - 1] + 1:
                self.starts.add(index)
                self.ends.add(index)

    def is_one(self, start: int, end: int) -> bool:
        """Whether one number is written in such groups: up to five, or digit by digit (not 1-2-3-401 1-2-3-402)."""
        groups = sum(place in self.starts for place in range(start, end))
        return groups <= 5 or groups == end - start

    def mark(self, start: int, end: int, kind: Kind, sure: bool = True) -> Mark:
        return Mark(self.places[start], self.places[end - 1] + 1, kind, sure)


def _at(number: _Written, start: int) -> tuple[int, int, Kind, bool] | None:
    """What begins at this group of the number: (start, end, kind, sure), or None."""
    bare, ends = number.bare, number.ends
    found = _ID_18.match(bare, start)
    if found and found.end() in ends:
        return start, found.end(), "id_number", id_number_holds(found[0])
    found = _MOBILE.match(bare, start)
    if found and found.end() in ends:
        return found.start(1), found.end(1), "phone", True
    for end in range(start + 15, min(start + 19, len(bare)) + 1):
        if end in ends and _CARD.fullmatch(bare, start, end) and card_number_holds(bare[start:end]):
            return start, end, "bank_card", True
    found = _ID_15.match(bare, start)
    if found and found.end() in ends:
        return start, found.end(), "id_number", False
    for end in (start + 12, start + 11, start + 10):
        if end in ends and _LANDLINE.fullmatch(bare, start, end):
            return start, end, "landline", True
    return None


def _inside(number: _Written, start: int, end: int, before: str) -> Iterator[Mark]:
    """What an unbroken group may hide that is none of the known numbers as a whole."""
    length = end - start
    bare = number.bare
    if length % 11 == 0 and length > 11 and all(bare[i] == "1" and bare[i + 1] > "2" for i in range(start, end, 11)):
        yield from (number.mark(place, place + 11, "phone") for place in range(start, end, 11))
    elif 5 < length < 24 and _BEFORE_ID.search(before):
        yield number.mark(start, end, "id_number", False)
    elif 8 < length < 24 and _BEFORE_CARD.search(before):
        yield number.mark(start, end, "bank_card", False)
    elif 11 < length <= 14:
        if _MOBILE.fullmatch(bare, start, start + 11):
            yield number.mark(start, start + 11, "phone", False)
        elif _MOBILE.fullmatch(bare, end - 11, end):
            yield number.mark(end - 11, end, "phone", False)
    elif length in (7, 8) and bare[start] in "2345678" and _BEFORE_LINE.search(before):
        yield number.mark(start, end, "landline", False)
    elif length >= 15:
        yield number.mark(start, end, "bank_card", False)


def _read(number: _Written, plain: str) -> Iterator[Mark]:
    """Everything one written number holds, from left to right, never reading a digit into two marks."""
    starts = sorted(number.starts)
    ends = [*starts[1:], len(number.bare)]
    done = 0
    for start, end in zip(starts, ends, strict=True):
        if start < done:
            continue
        if len(number.bare) - start < 6:
            return
        found = _at(number, start)
        if found and number.is_one(found[0], found[1]):
            done = found[1]
            yield number.mark(*found)
        elif end - start > 5:
            place = number.places[start]
            yield from _inside(number, start, end, plain[max(0, place - 16) : place])


def _is_public(mark: Mark, plain: str, known: Known) -> bool:
    digits = digits_of(plain[mark.start : mark.end])
    return known.directory.has_number(digits) or _SERVICE.fullmatch(digits) is not None


def _own_digits(phone: str) -> tuple[str, ...]:
    """The writer's number as it is looked for; a landline also without its area code (010 and 02x are short)."""
    digits = digits_of(phone)
    if _LANDLINE.fullmatch(digits):
        return digits, digits[3 if digits[1] in "12" else 4 :]
    return (digits,) if len(digits) > 5 else ()


def _own(number: _Written, own: tuple[str, ...]) -> Iterator[Mark]:
    for digits in own:
        place = number.bare.find(digits)
        while place >= 0:
            yield number.mark(place, place + len(digits), "phone")
            place = number.bare.find(digits, place + len(digits))


def find_numbers(shadow: Shadow, known: Known) -> Iterator[Mark]:
    """Telephones, identity numbers and cards, places as in the shadow; said digits (一三八) in a second pass."""
    plain = shadow.plain
    own = tuple(digits for phone in known.phones for digits in _own_digits(phone))
    urls = [found.span() for found in _URL.finditer(plain)] if "://" in plain or "www." in plain else []
    spoken = shadow.spoken()
    for line in (plain,) if spoken == plain else (plain, spoken):
        for found in _WRITTEN.finditer(line):
            if found.end() - found.start() < 6:
                continue
            number = _Written(line, *found.span())
            yield from _own(number, own)
            for mark in _read(number, plain):
                loose = mark.kind in ("bank_card", "landline") or not mark.sure
                if loose and (line is not plain or any(a <= mark.start < b for a, b in urls)):
                    continue
                if not _is_public(mark, line, known):
                    yield mark


def _mail_at(plain: str, sign: int) -> Mark | None:
    """The mail address around one @, or None where nothing stands before it (an @ of a chat)."""
    left = sign - 1 if plain[sign - 1 : sign] == " " else sign
    local = _LOCAL_BACKWARDS.match(plain[max(0, left - 64) : left][::-1])
    domain = _DOMAIN.match(plain, sign + 2 if plain[sign + 1 : sign + 2] == " " else sign + 1)
    if local is None or domain is None:
        return None
    name = domain[0].rstrip("-.")
    if "." not in name and name not in _MAIL_HOUSES:
        return None
    return Mark(left - len(local[0]), domain.start() + len(name), "email", True)


def find_accounts(shadow: Shadow, known: Known) -> Iterator[Mark]:
    """Mail addresses, plates, passports and chat accounts, places as in the shadow."""
    plain = shadow.plain
    sign = plain.find("@")
    while sign >= 0:
        mail = _mail_at(plain, sign)
        if mail and plain[mail.start : mail.end] not in known.directory.words:
            yield mail
        sign = plain.find("@", sign + 1)
    for found in _PLATE.finditer(plain):
        yield Mark(found.start(), found.end(), "plate")
    for found in _PASSPORT.finditer(plain):
        yield Mark(found.start(1), found.end(1), "id_number")
    for found in _CHAT.finditer(plain):
        told = bool(found["sign"] or ":" in found["colon"])
        yield Mark(found.start("account"), found.end("account"), "qq_wechat", told)
