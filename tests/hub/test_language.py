"""Whether a text is in English: what must be translated, and what only looks so."""

import pytest

from hub.language import is_english


@pytest.mark.parametrize(
    "text",
    [
        "The lamp at our gate is dark. When will it be repaired?",
        "The lamp in 塘前社区3栋 is dark, and 12345 did not answer me for two days.",
    ],
)
def test_an_english_letter_may_name_chinese_places(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OK, thank you",
        "皖B12345号车停在消防通道上，车主微信abcdefg1234567，打了好几次电话都不来挪，请管一管。",
        "我家的路由器型号是TP-LINK Archer AX6000，运营商说小区光纤没有接好，要报修。",
        "1234567890 1234567890 1234567890",
    ],
)
def test_a_chinese_letter_with_latin_letters_in_it_stays_one(text: str) -> None:
    assert not is_english(text)
