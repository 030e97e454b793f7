"""Nothing that shows a person is left in a masked text, and nothing public is taken out of it."""

from __future__ import annotations

import re

import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.masking import Directory, Known, Mark, find, mask, merge, redact
from hub.privacy.numbers import card_number_holds, id_number_holds

WORDS_AROUND = st.text(alphabet="请问的了路灯坏修一下，。；：！ \n😀𠮷好", max_size=30)
MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
SAID = str.maketrans("0123456789", "零幺二三四五六七八九")


@st.composite
def written_phones(draw: st.DrawFn) -> tuple[str, str]:
    """A mobile number and one of the ways in which people write it."""
    phone = draw(MOBILE)
    joint = draw(st.sampled_from(["", " ", "-", "—", "\u200b", ".", "　"]))
    parts = [phone[:3], phone[3:7], phone[7:]]
    written = draw(st.sampled_from(["", "+86 ", "86", "0086-"])) + joint.join(parts)
    return phone, written.translate(draw(st.sampled_from([{}, FULL_WIDTH, SAID])))


def identity_numbers() -> st.SearchStrategy[str]:
    def drawn(seed: int) -> str:
        fake = Faker("zh_CN")
        fake.seed_instance(seed)
        return str(fake.ssn())

    return st.integers(0, 10**9).map(drawn)


def plain_digits(text: str) -> str:
    said = {ord(sign): str(digit) for digit, sign in enumerate("零幺二三四五六七八九")}
    full = {ord(sign): str(digit) for digit, sign in enumerate("０１２３４５６７８９")}
    return re.sub(r"\D", "", text.translate(said | full))


@given(WORDS_AROUND, written_phones(), WORDS_AROUND)
def test_no_telephone_is_left_however_it_is_written(before: str, phone: tuple[str, str], after: str) -> None:
    text = f"{before}电话{phone[1]}，{after}"
    for hidden in (mask(text, find(text)), redact(text, find(text))):
        assert phone[0] not in plain_digits(hidden)
        assert phone[0][3:7] + phone[0][7:] not in plain_digits(hidden)


@given(WORDS_AROUND, identity_numbers(), WORDS_AROUND, st.booleans())
def test_no_identity_number_is_left(before: str, number: str, after: str, full: bool) -> None:
    assert id_number_holds(number)
    written = number.translate(FULL_WIDTH) if full else f"{number[:6]} {number[6:14]} {number[14:]}"
    text = f"{before}身份证号{written}。{after}"
    marks = find(text)
    assert any(mark.kind == "id_number" and mark.sure for mark in marks)
    assert number[6:14] not in plain_digits(mask(text, marks))


@given(WORDS_AROUND, st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}@[a-z0-9]{1,12}\.(com|cn|gov\.cn)", fullmatch=True))
def test_no_mail_address_is_left(before: str, address: str) -> None:
    text = f"{before}邮箱：{address}，谢谢"
    assert address not in mask(text, find(text))
    assert "@" not in redact(text, find(text))


@given(
    st.text(
        alphabet="请我叫王小明欧阳建国先生女士电话住在3栋2单元501室138001３８-一三八 ，。\n😀\u200b@a.b湘A",
        max_size=120,
    )
)
def test_what_is_masked_stays_as_it_is_when_masked_again(text: str) -> None:
    for write in (mask, redact, lambda words, marks: mask(words, marks, surname=True)):
        once = write(text, find(text))
        assert write(once, find(once)) == once


@given(st.text(max_size=300))
def test_marks_stand_in_order_apart_and_inside_the_text(text: str) -> None:
    done = 0
    for mark in find(text):
        assert done <= mark.start < mark.end <= len(text)
        done = mark.end


@given(st.text(alphabet="😀𠮷👨\u200d👩\u200d👧\u200b\ufeff龘", max_size=20), MOBILE)
def test_places_are_right_among_emoji_rare_letters_and_hidden_ones(before: str, phone: str) -> None:
    text = f"{before}电话{phone[:5]}\u200b{phone[5:]}{before}"
    (found,) = find(text)
    assert text[found.start : found.end] == f"{phone[:5]}\u200b{phone[5:]}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫王小明，电话13812345678。", "我叫某某，电话138****5678。"),
        ("请与黄先生联系", "请与某先生联系"),
        ("联系人:李晓红138-1234-5678", "联系人:某某138****5678"),
        ("座机0731-88888888、88886666", "座机0731-****、****"),
        ("家住幸福路99号3栋501，漏水", "家住幸福路****，漏水"),
        ("桂花小区6栋2单元301室漏水", "桂花小区****漏水"),
        ("车牌湘A12345乱停", "车牌湘*****乱停"),
        ("QQ号123456789", "QQ号****"),
        ("微信：abc_12345", "微信：****"),
        ("卡号6222021001116245702", "卡号****"),
        ("此致敬礼！\n赵小兵\n2017年8月27日", "此致敬礼！\n某某\n2017年8月27日"),
        ("手机壹叁捌一二三四五六七八", "手机138****5678"),
        ("手机①③⑧①②③④⑤⑥⑦⑧", "手机138****5678"),
        ("两个号1380013800013912345678", "两个号138****8000139****5678"),
        ("护照E12345678丢了", "护照****丢了"),
        ("手机l38oo123456", "手机138****3456"),
    ],
)
def test_the_masked_text_reads_as_offices_write_it(text: str, shown: str) -> None:
    assert mask(text, find(text)) == shown


def test_the_surname_is_shown_only_with_consent() -> None:
    text = "我叫欧阳小明，"
    assert mask(text, find(text)) == "我叫某某，"
    assert mask(text, find(text), surname=True) == "我叫欧阳某某，"


@pytest.mark.parametrize(
    "text",
    [
        "我是高中生，安全第一。",
        "本人向贵局反映，曾多次投诉。",
        "尊敬的市长先生：您好！",
        "财字[2020]345号文件，临政办函〔2020〕12号",
        "30栋600户共1234567元，单价12345元",
        "地铁2号线6月30号开工，8栋2号电梯坏了",
        "举报热线12345，客服4008123123",
        "我妻子上班，女儿高考，父亲安全。",
        "微信支付1500元，QQ音乐",
        "周局长、李书记您好！",
        "编号20180316号，2019-10-16至2019-11-16",
    ],
)
def test_words_that_show_nobody_are_left_alone(text: str) -> None:
    assert find(text) == ()


DIRECTORY = Directory.of(
    numbers=["0731-85001234", "13900001111"],
    words=["李为民", "临江区信访局", "向阳路88号3栋201室", "info@linjiang.gov.cn"],
)


@given(WORDS_AROUND, WORDS_AROUND)
def test_entries_of_the_directory_are_never_marked(before: str, after: str) -> None:
    text = (
        f"{before}。请致电0731-85001234或139 0000 1111，电话85001234，联系人：李为民，"
        f"地址：向阳路88号3栋201室，邮箱info@linjiang.gov.cn。{after}"
    )
    assert find(text, Known(DIRECTORY)) == ()


def test_the_writer_is_marked_everywhere_even_where_the_directory_has_the_same_words() -> None:
    known = Known(DIRECTORY, names=("李为民",), phones=("0731-85001234",), places=("桂花苑",))
    text = "在桂花苑见到李 为 民，就是李先生，电话85001234 或 0731 8500 1234"
    hidden = redact(text, find(text, known))
    assert hidden.startswith("在〔门牌〕见到〔姓名〕，就是〔姓名〕先生")
    assert "1234" not in hidden


@given(MOBILE, MOBILE, st.sampled_from(["王明", "欧阳小明", "李建国"]), st.sampled_from(["赵云", "司马相如", "张三"]))
def test_two_writers_leave_the_same_redacted_letter(one: str, two: str, name: str, other: str) -> None:
    letters = [
        redact(text, find(text, Known(names=(who,), phones=(phone,))))
        for who, phone in ((name, one), (other, two))
        for text in [f"我叫{who}，电话{phone}，邻居太吵。{who}"]
    ]
    assert letters[0] == letters[1]


def test_a_person_named_once_is_hidden_throughout_the_letter() -> None:
    text = "投诉人：王大勇，请查。昨天王大勇来电。"
    assert mask(text, find(text)) == "投诉人：某某，请查。昨天某某来电。"


def test_a_mark_that_may_be_wrong_asks_a_person_to_look() -> None:
    (wrong_check,) = find("身份证430102199003071230")
    assert (wrong_check.kind, wrong_check.sure) == ("id_number", False)
    (father,) = find("我父亲李国华现年80岁")
    assert (father.kind, father.sure) == ("name", False)


def test_a_person_adds_marks_and_lifts_only_the_machines() -> None:
    text = "张老板的电话13812345678"
    auto = find(text)
    added = Mark(0, 3, "name", False)
    assert merge(auto, [added]) == (Mark(0, 3, "name", True), *auto)
    assert merge(auto, [added], lifted=[*auto, added]) == (Mark(0, 3, "name", True),)


def test_marks_that_overlap_become_one_over_both() -> None:
    assert merge([Mark(0, 5, "phone"), Mark(3, 9, "name", False)]) == (Mark(0, 9, "name", False),)
    assert merge([Mark(0, 11, "phone"), Mark(0, 18, "email")]) == (Mark(0, 18, "email", True),)


def test_a_mark_outside_the_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside"):
        mask("短", [Mark(0, 5, "name")])


def test_the_check_digits_of_the_standards() -> None:
    assert id_number_holds("11010519491231002X")  # the example of GB 11643-1999
    assert not id_number_holds("110105194912310021")
    assert card_number_holds("4111111111111111")
    assert not card_number_holds("4111111111111112")


@pytest.mark.parametrize(
    "hostile", ["1", "1 ", "一", "3栋", "a@", "王先生", "住址", "我叫", "张三、", "村1组", "微信a"]
)
def test_a_long_hostile_text_is_read_to_its_end(hostile: str) -> None:
    text = hostile * (30_000 // len(hostile)) + "。电话13812345678"
    assert mask(text, find(text)).endswith("电话138****5678")
