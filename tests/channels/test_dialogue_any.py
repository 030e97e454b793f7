"""Whatever is sent, in whatever order: nothing raises, nothing given is lost, everything said fits the messenger."""

from dataclasses import replace
from datetime import date
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.dialogue import (
    Attachment,
    Done,
    Filed,
    Input,
    LetterLine,
    Letters,
    Outcome,
    Session,
    Status,
    after,
    new_session,
    next_turn,
    session_from_json,
    session_to_json,
)
from channels.dialogue.checks import check_date, check_number, check_phone
from channels.dialogue.commands import WORDS
from channels.dialogue.lengths import split_text, units
from channels.dialogue.texts import TEXTS
from hub.errors import Invalid, NotFound, Said
from hub.submission import headline
from tests.talking import LAMP, Citizen, at_summary, facts

LINES = tuple(LetterLine(f"2026-00123{n}", "题" * 90, "办理中", "In progress") for n in range(3))
OUTCOMES: tuple[Outcome, ...] = (
    NotFound(),
    Invalid({"body": Said("内容太短。", "Too short."), "fields.who": Said("请写是谁。", "Who?")}),
    Filed("2026-001239", "384920175663", date(2027, 1, 4), "https://x.example/t"),
    Status(LINES[0], reply="已修好。" * 1500, question="哪里？", open=("add", "rate", "reopen", "withdraw", "answer")),
    Letters(LINES),
    Done("https://x.example/t"),
)
TYPED = st.one_of(
    st.sampled_from([f"/{name}" for name in WORDS] + [word for words in WORDS.values() for word in words]),
    st.sampled_from(
        ["1", "2", "3", "5", "★★", "是", "跳过", "确认", "13800000000", "2026-001231", "2026-001231 384920175663"]
    ),
    st.sampled_from(["楼道着火了，有人被困", "路灯坏了三天，老人摔倒", "补充" * 3000, "😀" * 4000, "昨天", "区城管局"]),
    st.text(max_size=60),
)
FILES = st.builds(
    Attachment,
    name=st.text(max_size=200),
    ref=st.just("F1"),
    mime=st.just("image/jpeg"),
    size=st.sampled_from([0, 10, 30_000_000]),
)
PRESSED = st.one_of(
    st.integers(0, 40),
    st.sampled_from(["go", "again", "cmd:new", "cmd:nothing", "a0:kind:consult", "e0:text", "ok0", "see:2026-001231"]),
    st.sampled_from(["rate:2026-001230", "s:score:5", "s:words:", "lang:en", "answer:2026-001230", "drop0"]),
    st.text(max_size=64),
)
ACTIONS = st.one_of(
    st.tuples(st.just("text"), TYPED),
    st.tuples(st.just("press"), PRESSED),
    st.tuples(st.just("press"), st.integers(0, 40)),
    st.tuples(st.sampled_from(["file", "voice"]), st.one_of(st.none(), FILES)),
    st.tuples(st.sampled_from(["sticker", "unknown"]), st.none()),
    st.tuples(st.just("edit"), TYPED),
)
KNOWN = replace(facts(), letters=LINES)
STARTS = {
    "new": new_session(),
    "english": new_session("en"),
    "written": Citizen().says_("/new").presses("建议").says_(LAMP).session,
    "summary": at_summary().session,
    "summary in English": at_summary("en").session,
    "rating": Citizen(KNOWN, at_summary().session).says_("/rate 2026-001231").session,
    "rated": Citizen(KNOWN, at_summary().session).says_("/rate 2026-001231").says_("2").says_("3").session,
    "adding": Citizen(KNOWN, at_summary().session).says_("/add 2026-001231").session,
    "of other questions": Session(flow=0, step="text", answers={"text": LAMP, "files": "?"}, revision=3),
}


def _input(at: int, action: tuple[str, object], shown: list[str]) -> Input:
    what, value = action
    if what == "press":
        code = shown[value % len(shown)] if isinstance(value, int) and shown else str(value)
        return Input("button", f"c{at}", code)
    if what == "edit":
        return Input("text", str(max(0, at - 1)), str(value), edited=True)
    if what in ("file", "voice"):
        return Input(what, str(at), "说明", value if isinstance(value, Attachment) else None)  # type: ignore[arg-type]
    return Input(what, str(at), str(value or ""))  # type: ignore[arg-type]


def _letter(session: Session) -> dict[str, object]:
    return {key: value for key, value in session.answers.items() if key not in ("aside", "resume", "heard", "sent")}


@settings(max_examples=300, deadline=None)
@given(
    actions=st.lists(ACTIONS, min_size=1, max_size=25),
    outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=5),
    carry=st.sampled_from(["all", "all", "all", "receipts"]),
    start=st.sampled_from(sorted(STARTS)),
)
def test_no_conversation_raises_or_loses_what_was_given(
    actions: list[tuple[str, object]], outcomes: list[Outcome], carry: str, start: str
) -> None:
    known = replace(KNOWN, carry=carry)  # type: ignore[arg-type]
    session, shown = STARTS[start], list[str]()
    cancelled = {TEXTS["cancelled"].zh, TEXTS["cancelled"].en}
    for at, action in enumerate(actions):
        turn = next_turn(session, _input(at, action, shown), known)
        says = turn.says
        dropped = bool(says) and any(say.text in cancelled for say in says)
        assert says or turn.wish is not None or action[0] == "edit"  # a change that changes no word is no news
        _nothing_lost(session, turn.session, dropped)
        assert turn.session.revision == session.revision + 1
        session = turn.session
        if turn.wish is not None:
            outcome = outcomes[at % len(outcomes)]
            told = after(session, turn.wish, outcome, known)
            if isinstance(outcome, NotFound | Invalid):
                assert _letter(told.session) == _letter(session)
                assert told.session.step == session.step
            says, session = (*says, *told.says), told.session
        for say in says:
            assert 0 < units(say.text) <= 4096
            assert all(1 <= len(b.code.encode()) <= 64 and b.label for row in say.buttons for b in row)
        shown = [b.code for say in says for row in say.buttons for b in row] or shown
        assert session_from_json(session_to_json(session)) == session


def _nothing_lost(before: Session, now: Session, dropped: bool) -> None:
    if dropped or before.flow != now.flow:
        return
    old, new = _letter(before), _letter(now)
    assert set(old) <= set(new)
    files, kept = old.get("files", []), new.get("files", [])
    assert isinstance(files, list)
    assert isinstance(kept, list)
    assert kept[: len(files)] == files or kept == []  # the button that deletes what was sent


def test_every_sentence_exists_in_both_languages_with_the_same_blanks() -> None:
    for key, said in TEXTS.items():
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in said]
        assert said.zh.strip(), key
        assert said.en.strip(), key
        assert names[0] == names[1], key
        assert "！" not in said.zh, key
        assert "!" not in said.en, key


@given(st.text(alphabet=st.sampled_from("路灯坏了。，\n a😀b. "), max_size=400), st.integers(2, 50))
def test_cut_text_loses_nothing_but_blanks(text: str, most: int) -> None:
    parts = split_text(text, most)
    assert all(0 < units(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_text_is_cut_at_the_end_of_a_sentence() -> None:
    assert split_text("路灯坏了。已经报修。明天来人修。", 12) == ("路灯坏了。已经报修。", "明天来人修。")
    assert split_text("第一段话在这里\n\n第二段话", 12) == ("第一段话在这里", "第二段话")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026年11月2日", "2026-11-02"),
        ("11月2日", "2026-11-02"),
        ("12/1", "2025-12-01"),
        ("昨天", "2026-11-22"),
        ("2月29日", "2024-02-29"),
    ],
)
def test_dates_are_understood_as_people_write_them(typed: str, kept: str) -> None:
    assert check_date(typed, date(2026, 11, 23)) == kept


def test_what_is_no_date_number_or_phone_gets_a_helpful_sentence() -> None:
    for refused in (check_date("13月40日", date(2026, 11, 23)), check_number("三个"), check_phone("没电话")):
        assert isinstance(refused, Said)
        assert "例如" in refused.zh
        assert "example" in refused.en


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 138 0000 0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("0571-8800 0000", "057188000000"),
        ("88000000", "88000000"),
        ("010－12345678", "01012345678"),
    ],
)
def test_phones_are_taken_in_any_spelling(typed: str, kept: str) -> None:
    assert check_phone(typed) == kept


def test_a_title_is_made_of_the_first_sentence() -> None:
    assert headline("路灯坏了！已经三天。") == "路灯坏了"
    assert headline("标题行\n正文") == "标题行"
    assert headline("很" * 40) == "很" * 29 + "…"
    assert headline("Where can I renew my residence permit, and which papers do I bring along?") == (
        "Where can I renew my residence permit, and which papers do…"
    )
