"""Everything a person reads exists in Chinese and in English."""

from babel.messages.pofile import read_po

from channels.texts.catalog import ENGLISH, english, missing, said, translator, unused, used


def test_every_message_has_an_english_translation() -> None:
    assert not missing(), "run: python -m channels.texts.catalog"


def test_nothing_is_translated_that_no_page_shows() -> None:
    assert not unused()


def test_no_message_is_translated_twice() -> None:
    ids = [line for line in ENGLISH.read_text(encoding="utf-8").splitlines() if line.startswith('msgid "')]
    assert sorted(ids) == sorted(set(ids))


def test_a_translation_fills_the_same_gaps_as_its_message() -> None:
    with ENGLISH.open("rb") as file:
        wrong = {m.id: [str(e) for e in errors] for m, errors in read_po(file, locale="en").check()}
    gaps = {chinese for chinese, words in english().items() if chinese.count("%(") != words.count("%(")}
    assert not wrong
    assert not gaps


def test_messages_are_found_in_templates_and_in_python() -> None:
    places = used()
    assert any("components/shell.html" in place for place in places["长辈版"])
    assert any("render.py" in place for place in places["快到期"])


def test_a_message_without_english_stays_visible_in_chinese() -> None:
    assert translator("en")("没有人翻译过的话") == "没有人翻译过的话"


def test_a_message_is_filled_in_the_readers_language() -> None:
    assert said("zh", "%(n)s天前", n=3) == "3天前"
    assert said("en", "%(n)s天前", n=3) == "3 days ago"
