"""Finds the names of persons by context: a label before, a form of address after, a signature, the writer's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.privacy.folding import Shadow, squeeze
from hub.privacy.marks import Known, Mark
from hub.privacy.surnames import AFTER, DOUBLE, EVERYDAY, NOT_GIVEN, NOT_LAST, SOON_AFTER, SURNAMES, WORDS

_LABEL = re.compile(
    r"(?P<told>我(?:的)?名?字?叫做?|我名|本人(?:姓名|名叫|叫)|名叫|名字叫?做?[是为:]|真名|姓名[:为是 ]"
    r"|姓名(?=[\u4e00-\u9fff]{2,4}[,，。;；\s\d])"
    r"|(?:联系|举报|投诉|申请|反映|求助|控告|报告|上访|信访|申诉|来信|写信|留言|建议|执笔|负责"
    r"|法|当事|受害|委托|收件|收款|签名|代理|诉求)人[:：]"
    r"|(?:署名|落款|签名|户名|执笔|法定代表人|法人代表|法人)[:：]|(?:反映|申请|投诉|举报|求助)者[:：])"
    r"|(?P<kin>妻子|丈夫|父亲|母亲|儿子|女儿|爱人|老公|老婆|哥哥|弟弟|姐姐|妹妹|爸爸|妈妈|配偶|岳父|岳母|公公|婆婆"
    r"|(?:联系|举报|投诉|申请|反映|求助|控告)人|法人代表|法定代表人|法人|邻居|业主|户主|村民|居民|房东|职工)"
    r"|(?P<self>我是|本人|我系)"
)
_STEP_OVER = re.compile(r"[ :：为是系叫]{0,2}")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]")
_ADDRESS_FORM = re.compile(r"先生|女士|小姐|阿姨|大爷|大妈|大姐|大哥|师傅|同志")
_POST = re.compile(r"[长记任席员师理局会]$")  # 主任李明同志: an official by name and post
_ABOUT = re.compile(
    r"[,，(（、 :：]{0,2}(?:[男女](?=性|汉|[^\u4e00-\u9fff]|$)|身份证|电话|手机|联系电话|tel"
    r"|\+?(?:86)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4})"
)
_LINE_END = re.compile(
    r"(?:^|[\n。！!；;，,”\"：:）)]|敬上|此致|敬礼|谢谢您?|感谢) *"
    r"(?P<name>[\u4e00-\u9fff](?: ?[\u4e00-\u9fff]){1,3})[\s,，。]*"
    r"(?P<date>(?:\d{4} ?[年./\-] ?\d{1,2} ?[月./\-] ?\d{1,2} ?日?)?)[\s。\"”]*$"
)
_ROW = re.compile(r"(?:\d{0,2}[\u4e00-\u9fff]{2,4}[、 ]){2,}\d{0,2}[\u4e00-\u9fff]{2,4}")
_ONE_OF_ROW = re.compile(r"[\u4e00-\u9fff]{2,4}")
_TOLD = re.compile(r"[\d男女]")
_MOST_NAMES = 64  # of one letter, looked for again; keeps a hostile text linear
_NO_PERSON = frozenset(("南郭", "空姐", "雷锋"))


def _surname_length(plain: str, at: int) -> int:
    """How many letters of surname stand here: 2, 1 or 0."""
    if plain[at : at + 2] in DOUBLE:
        return 2
    return int(plain[at : at + 1] in SURNAMES)


def _is_name(name: str, surname: int) -> bool:
    """Whether these letters can be a name at all."""
    given = name[surname:]
    return (
        bool(given)
        and all(_HAN.match(letter) and letter not in NOT_GIVEN for letter in given)
        and (surname == 2 or name[:2] not in WORDS)
    )


def _ends_here(plain: str, at: int) -> bool:
    """Whether the phrase ends here: no letter follows."""
    following = plain[at : at + 1]
    return not following or not _HAN.match(following)


def _name_after(plain: str, at: int, trust: int) -> Mark | None:
    """The name that begins here, or None.

    Trust 2: a label said that a name follows. 1: a relation (妻子) that a name often follows. 0: only where the phrase
    ends behind it (我是王小明，). Only trust 2 gives a sure mark.
    """
    surname = _surname_length(plain, at)
    everyday = surname == 1 and plain[at] in EVERYDAY
    if not surname or (everyday and trust < 2):
        return None
    two, one = at + surname + 2, at + surname + 1
    names = [(end, plain[at:end]) for end in (two, one) if end <= len(plain) and _is_name(plain[at:end], surname)]
    for end, name in names:
        if _ends_here(plain, end):
            return None if trust < 2 and name[-1] in NOT_LAST else Mark(at, end, "name", trust == 2)
    if not trust:
        return None
    for end, name in names:
        if plain[end] in (SOON_AFTER if everyday else AFTER) and (trust == 2 or name[-1] not in NOT_LAST):
            return Mark(at, end, "name", trust == 2)
    if trust == 2 and names and not everyday:
        return Mark(at, names[0][0], "name", False)
    return None


def _labelled(plain: str) -> Iterator[Mark]:
    for found in _LABEL.finditer(plain):
        at = found.end()
        step = _STEP_OVER.match(plain, at)
        if step and (found["told"] or found["kin"]):
            at = step.end()
        mark = _name_after(plain, at, 2 if found["told"] else int(bool(found["kin"])))
        if mark:
            yield mark


def _addressed(plain: str) -> Iterator[Mark]:
    """张女士, 赵大海先生: the longest reading back from the form of address that begins with a surname."""
    for found in _ADDRESS_FORM.finditer(plain):
        end = found.start()
        comrade = found[0] in ("同志", "师傅")
        for length in (4, 3, 2, 1):
            at = end - length
            surname = _surname_length(plain, at) if at >= 0 else 0
            if not surname or length < surname or length > surname + 2 or (comrade and length == surname):
                continue
            name = plain[at:end]
            if name in _NO_PERSON or (length > 1 and (plain[at] in EVERYDAY or not _is_name(name, surname))):
                if length > surname:
                    continue
            elif length == 1 and (plain[at] in EVERYDAY or plain[max(0, at - 1) : end] in _NO_PERSON):
                continue
            if comrade and _POST.search(plain, max(0, at - 1), at):
                break
            doubtful = comrade or (length > surname and at > 0 and bool(_HAN.match(plain[at - 1])))
            yield Mark(at, end, "name", not doubtful)
            break


def _described(plain: str) -> Iterator[Mark]:
    """A name at the head of its phrase with 男, 身份证, 电话 or a telephone right behind it."""
    for found in _ABOUT.finditer(plain):
        end = found.start()
        for length in (4, 3, 2):
            at = end - length
            if at < 0 or (at > 0 and _HAN.match(plain[at - 1])):
                continue
            surname = _surname_length(plain, at)
            name = plain[at:end]
            everyday = surname == 1 and plain[at] in EVERYDAY and not _TOLD.search(found[0])
            if surname and length <= surname + 2 and _is_name(name, surname) and name[-1] not in NOT_LAST:
                if not everyday:
                    yield Mark(at, end, "name", plain[at] not in EVERYDAY)
                break


def _signed(plain: str) -> Iterator[Mark]:
    """The signature: a name alone at the end of the text, before the date if there is one."""
    tail = max(0, len(plain) - 60)
    found = _LINE_END.search(plain[tail:])
    if found is None:
        return
    name = found["name"].replace(" ", "")
    surname = _surname_length(name, 0)
    if surname and len(name) <= surname + 2 and _is_name(name, surname) and (found["date"] or name[0] not in EVERYDAY):
        certain = bool(found["date"]) or found[0].startswith("\n")
        yield Mark(tail + found.start("name"), tail + found.end("name"), "name", certain and name[-1] not in NOT_LAST)


def _listed(plain: str) -> Iterator[Mark]:
    """A row of names (张三、李四、王五): three or more one after the other, else they may be any words."""
    for row in _ROW.finditer(plain):
        names: list[Mark] = []
        for one in (*_ONE_OF_ROW.finditer(plain, row.start(), row.end()), None):
            surname = _surname_length(one[0], 0) if one else 0
            if one and surname and len(one[0]) <= surname + 2 and _is_name(one[0], surname):
                names.append(Mark(one.start(), one.end(), "name", False))
                continue
            if sum(plain[mark.start] not in EVERYDAY for mark in names) > 2:
                yield from names
            names = []


def _again(plain: str, found: list[Mark], known: Known) -> Iterator[Mark]:
    """The same names where nothing announces them: a person named once is hidden throughout the letter."""
    seen = {mark.start for mark in found}
    names: dict[str, bool] = {}
    for mark in found:
        if mark.end - mark.start > 1:
            name = plain[mark.start : mark.end]
            names[name] = names.get(name, False) or (mark.sure and len(name) > 2)
    for name, sure in list(names.items())[:_MOST_NAMES]:
        at = plain.find(name)
        while at >= 0:
            if at not in seen and not known.directory.covers(plain, at, at + len(name)):
                yield Mark(at, at + len(name), "name", sure)
            at = plain.find(name, at + len(name))


def _own(plain: str, known: Known) -> Iterator[Mark]:
    """The writer's names and places wherever they stand, also with blanks between the letters."""
    words = known.own_words()
    if not words:
        return
    dense, places = squeeze(plain)
    for word, kind in words:
        at = dense.find(word)
        while at >= 0:
            yield Mark(places[at], places[at + len(word) - 1] + 1, kind, True)
            at = dense.find(word, at + len(word))
        if kind == "name":
            surname = word[: _surname_length(word, 0)] or word[0]
            for found in re.finditer(re.escape(surname) + r" ?(?=先生|女士|小姐|某|同志|姓)", plain):
                yield Mark(found.start(), found.start() + len(surname), "name", True)


def find_names(shadow: Shadow, known: Known) -> Iterator[Mark]:
    """Names of persons, places as in the shadow; named officials and unit names of the directory stay."""
    plain = shadow.plain
    found: list[Mark] = []
    for rule in (_labelled, _addressed, _described, _listed, _signed):
        for mark in rule(plain):
            if not known.directory.covers(plain, mark.start, mark.end):
                found.append(mark)
    yield from found
    yield from _again(plain, found, known)
    yield from _own(plain, known)
