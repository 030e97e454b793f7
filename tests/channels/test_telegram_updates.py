"""What Telegram sends is understood, and what nobody understands is at least named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.dialogue import Input
from channels.telegram.updates import (
    InboundEvent,
    Unreadable,
    glance,
    parse,
    webhook_secret_ok,
)
from tests.bot_api import GROUP, BotApi

LI = 1001


@pytest.fixture
async def api() -> Any:
    async with BotApi() as server:
        yield server


async def test_words_of_a_citizen_become_a_text_with_the_message_id(api: BotApi) -> None:
    update = await api.say(LI, "路灯坏了😀")
    event = parse(json.dumps(update).encode())
    assert event == InboundEvent(
        "telegram",
        str(update["update_id"]),
        str(LI),
        "input",
        Input("text", str(update["message"]["message_id"]), "路灯坏了😀"),
    )


async def test_a_group_is_recognised(api: BotApi) -> None:
    event = parse(await api.say(LI, "/status", chat=GROUP))
    assert event.input is not None
    assert (event.chat, event.input.private) == (str(GROUP), False)


async def test_an_edited_message_keeps_its_id_and_is_marked(api: BotApi) -> None:
    said = await api.say(LI, "路灯坏了")
    event = parse(await api.edit(said, "路灯坏了三天"))
    assert event.input == Input("text", str(said["message"]["message_id"]), "路灯坏了三天", edited=True)


async def test_the_largest_size_of_a_photo_is_taken_with_its_caption(api: BotApi) -> None:
    update = await api.photo(LI, b"\xff\xd8" * 50, "坏了的灯")
    event = parse(update)
    assert event.input is not None
    assert event.input.file is not None
    assert (event.input.kind, event.input.text) == ("file", "坏了的灯")
    assert event.input.file.ref == update["message"]["photo"][1]["file_id"]
    assert (event.input.file.mime, event.input.file.size) == ("image/jpeg", 100)


async def test_a_document_keeps_its_chinese_name(api: BotApi) -> None:
    event = parse(await api.upload(LI, "情况说明.pdf", "application/pdf", b"%PDF"))
    assert event.input is not None
    assert event.input.file is not None
    assert (event.input.file.name, event.input.file.mime) == ("情况说明.pdf", "application/pdf")


async def test_voice_sticker_and_place_are_told_apart(api: BotApi) -> None:
    voice, sticker, place = (
        parse(await api.voice(LI)),
        parse(await api.sticker(LI)),
        parse(await api.place(LI, 30.2, 120)),
    )
    assert [e.input.kind for e in (voice, sticker, place) if e.input] == ["voice", "sticker", "text"]
    assert place.input is not None
    assert place.input.text == "30.20000, 120.00000"
    assert voice.input is not None
    assert voice.input.file is not None
    assert voice.input.file.mime == "audio/ogg"


async def test_blocking_the_bot_is_told_and_asks_for_no_answer(api: BotApi) -> None:
    event = parse(await api.block(LI))
    assert (event.kind, event.chat, event.input) == ("blocked", str(LI), None)


async def test_a_message_of_a_kind_not_known_is_an_unknown_input(api: BotApi) -> None:
    event = parse(await api.push(message=api.message(LI, hologram={"colour": "blue"})))
    assert event.input is not None
    assert event.input.kind == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"chat": {"id": LI, "type": "private"}, "date": "yesterday"}},
        {"message": {"chat": {"id": LI, "type": "private"}, "message_id": 1, "date": 1, "photo": "none"}},
    ],
)
def test_a_message_that_cannot_be_read_is_an_unknown_input_of_its_chat(body: dict[str, Any]) -> None:
    event = parse({"update_id": 5, **body})
    assert (event.event_id, event.chat) == ("5", str(LI))
    assert event.input is not None
    assert event.input.kind == "unknown"


@pytest.mark.parametrize("body", [{}, {"poll": {"id": "1"}}, {"message": None}, {"callback_query": {}}, {"message": 3}])
def test_an_update_that_belongs_to_no_chat_is_ignored(body: dict[str, Any]) -> None:
    assert parse({"update_id": 5, **body}) == InboundEvent("telegram", "5", "", "ignored")


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"{}", b'{"update_id":"7"}', b'{"update_id":true}', b"\xff\xfe", b"7"]
)
def test_what_is_no_update_is_refused_in_clear_words(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="the body is no"):
        glance(raw)
    with pytest.raises(Unreadable):
        parse(raw)


def test_the_id_is_read_without_reading_the_rest() -> None:
    assert glance(b'{"update_id": 900, "message": {"chat": "?"}}') == ("900", "", "", "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["chat", "id", "type", "from", "text", "message_id", "date", "photo", "data", "voice"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]), JSON)
def test_no_update_with_an_id_ever_raises(name: str, body: Any) -> None:
    event = parse({"update_id": 1, name: body})
    assert (event.kind == "input") == (event.input is not None)
    lane = glance(json.dumps({"update_id": 1, name: body}).encode()).chat
    assert not lane or event.chat in ("", lane), "a chat is worked off in the lane in which it was kept"


def test_the_webhook_secret_must_be_the_same_and_never_empty() -> None:
    assert webhook_secret_ok("s3cret", "s3cret")
    for header, secret in (
        (None, "s3cret"),
        ("", "s3cret"),
        ("S3cret", "s3cret"),
        ("密", "s3cret"),
        ("", ""),
        (None, ""),
    ):
        assert not webhook_secret_ok(header, secret)
