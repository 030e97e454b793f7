"""Finds the part of an address that leads to a door: everything below the street."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from hub.privacy.folding import Shadow
from hub.privacy.marks import Known, Mark

_NUMBER = r"(?:[a-z]?\d{1,5}(?:-\d{1,4})?[a-z]?|[a-z]|[一二三四五六七八九十百]{1,4})"
_UNITS = r"(?:号楼|号院|栋|幢|座|单元|门洞|门|弄|楼|层|#|-)"
_DOOR = (
    r"(?:号房|(?<=\d{3})号(?!线|楼|院|文|令|电梯|机)|室|房(?!子|屋|产|价|款|贷|东)|(?<=\\d{3})户(?!型|主|籍|口|数|人))"
)
_NOT_A_ROOM = r"(?![\d.]|年|月|日|元|块|平|米|㎡|m|人|户|%|万|多|余|个|层|点|时|路|号线|号|栋|幢|座|楼|套|亩|辆|吨|-)"

# 2栋1单元301室, b栋206房, 5栋2101, 3号楼2-501: building first, room last.
_HOME = re.compile(
    rf"{_NUMBER}(?:号楼|栋|幢|座|单元|#) ?(?:,?{_NUMBER}{_UNITS} ?){{0,3}}"
    rf"(?:,?[a-z]?\d{{1,5}}(?:-\d{{1,4}})?{_DOOR}|(?<!,)\d{{3,4}}{_NOT_A_ROOM})"
)
# 12号1504房, 12-2-1504室: a door without the word for its building.
_DOOR_ALONE = re.compile(r"(?<![\d-])\d{1,4}(?:号|-)(?:\d{1,2}-)?\d{3,4}(?:号房|室|房(?!子|屋|产|价|款|贷|东))")
_ROOM_COUNT = re.compile(r"[栋幢座]\d+户$")  # 30栋600户 counts, it leads to nobody
_VILLAGE_DOOR = re.compile(rf"(?<=[村庄屯寨])(?:{_NUMBER}组)?\d{{1,4}}号(?!线|文|令|公路|国道|楼)")

_LIVES = re.compile(
    r"家住|家庭(?:住址|地址)|住址|现住(?:址|地)?|(?:我|本人)们?(?:现|目前)?(?:居住|住|租住)(?:在|于)?|居住[在于]|户籍(?:所在)?地(?:址)?|户口(?:在|所在地)"
    r"|(?:联系|通讯|通信|收货|收件|邮寄|房屋)地址|地址[:：]|我家(?:的)?(?:住址|地址)?(?:在|住|位于)|房屋坐落"
)
_RUN = re.compile(r"[: ：为是在于]{0,2}([\u4e00-\u9fffa-z0-9# \-()（）]{2,60})")
_ABOVE = re.compile(r"街道|大道|[镇乡路街区县市](?!号)|社区|村(?!民|委)")
_ASCII = re.compile(r"[a-z\d]")
_OFFICE = re.compile(r"局|政府|大厅|委员会|法院|公司|中心")
_BELOW = re.compile(
    rf"(?:{_NUMBER}(?:号楼|号院|栋|幢|座|单元|门|弄|楼|层|室|房|户|#|号(?!线)|组|-)-?)+(?:\d{{1,4}}{_NOT_A_ROOM})?"
)


def _homes(plain: str) -> Iterator[Mark]:
    for found in _HOME.finditer(plain):
        if not _ROOM_COUNT.search(found[0]):
            yield Mark(found.start(), found.end(), "address", True)
    for found in _DOOR_ALONE.finditer(plain):
        yield Mark(found.start(), found.end(), "address", True)
    for found in _VILLAGE_DOOR.finditer(plain):
        yield Mark(found.start(), found.end(), "address", True)


def _lived_in(plain: str) -> Iterator[Mark]:
    """After 家住 and the like: from behind the last street, town or village to the last number of the address."""
    labels = list(_LIVES.finditer(plain))
    for label, following in zip_longest(labels, labels[1:]):
        if following and following.start() < label.end() + 4:
            continue  # 我家住址: the last of the labels leads the address
        run = _RUN.match(plain, label.end())
        if run is None:
            continue
        last = None
        for last in _BELOW.finditer(plain, run.start(1), run.end(1)):
            if last.end() - last.start() > 1:
                break
        if last is None or (len(last[0]) < 4 and not _ASCII.search(last[0])):
            continue  # nothing, or no more than 六楼, 同一栋
        start = run.start(1)
        for above in _ABOVE.finditer(plain, start, last.start()):
            start = above.end()
        if label[0].startswith("地址") and _OFFICE.search(plain, start, last.start()):
            continue
        while start < last.start() and plain[start] in " ()（）-":
            start += 1
        if last.start() - start > 16:
            start = last.start()
        yield Mark(start, last.end(), "address", True)


def find_addresses(shadow: Shadow, known: Known) -> Iterator[Mark]:
    """Doors and homes, places as in the shadow; the addresses of offices in the directory stay."""
    plain = shadow.plain
    for rule in (_homes, _lived_in):
        for mark in rule(plain):
            if not known.directory.covers(plain, mark.start, mark.end):
                yield mark
