"""Sending over real HTTP: parts, buttons, documents, downloads, and what each error means."""

import re
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from channels.dialogue import Button, Say
from channels.telegram.downloads import TooLarge, fetch
from channels.telegram.request import AiohttpRequest, open_bot
from channels.telegram.sending import (
    Document,
    OutboundMessage,
    SentInPart,
    acknowledge,
    classify,
    outbound,
    send,
)
from channels.telegram.webhook import deliver_to, fetch_ourselves
from tests.bot_api import TOKEN, BotApi, fault, hang

LI = 1001
ROW = ((Button("补充", "add:2026-001234"), Button("评价", "rate:2026-001234")),)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with open_bot(TOKEN, api=api.base, read_seconds=0.5) as opened:
        yield opened


async def failure(bot: Bot, message: OutboundMessage | None = None) -> BaseException:
    with pytest.raises((TelegramError, SentInPart)) as raised:
        await send(bot, str(LI), message or OutboundMessage("您好"))
    return raised.value


async def test_a_message_with_buttons_arrives_and_its_id_comes_back(api: BotApi, bot: Bot) -> None:
    sent = await send(bot, str(LI), outbound(Say("您的信已收到。", ROW)))
    (message,) = api.outbox(LI)
    assert (str(message["message_id"]), message["text"]) == (sent, "您的信已收到。")
    assert message["reply_markup"]["inline_keyboard"][0][1] == {"text": "评价", "callback_data": "rate:2026-001234"}


async def test_opening_the_bot_asks_telegram_nothing(api: BotApi, bot: Bot) -> None:
    assert bot.token == TOKEN
    assert api.calls == []


async def test_a_long_answer_goes_out_in_parts_with_buttons_under_the_last(api: BotApi, bot: Bot) -> None:
    text = "路灯已经修好，感谢您的来信😀。" * 700
    first = await send(bot, str(LI), OutboundMessage(text, ROW))
    parts = api.outbox(LI)
    assert len(parts) > 2
    assert str(parts[0]["message_id"]) == first
    assert "".join(part["text"] for part in parts) == text
    assert all(part["text"].endswith("。") for part in parts)
    assert ["reply_markup" in part for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_when_a_later_part_fails_only_the_rest_is_sent_again(api: BotApi, bot: Bot) -> None:
    text = "路灯已经修好。" * 1000
    api.faults["sendMessage"].extend([None, fault(429, "Too Many Requests: retry after 7", retry_after=7)])
    error = await failure(bot, OutboundMessage(text, ROW))
    assert isinstance(error, SentInPart)
    assert (classify(error).kind, classify(error).wait) == ("wait", 7.0)
    await send(bot, str(LI), error.rest)
    assert "".join(part["text"] for part in api.outbox(LI)) == text
    assert "reply_markup" in api.outbox(LI)[-1]


async def test_a_message_can_take_the_place_of_another(api: BotApi, bot: Bot) -> None:
    sent = await send(bot, str(LI), OutboundMessage("办理中", ROW))
    again = OutboundMessage("已答复", (), replaces=sent)
    assert await send(bot, str(LI), again) == sent
    assert [m["text"] for m in api.outbox(LI)] == ["已答复"]
    assert classify(await failure(bot, again)).kind == "done"
    assert classify(await failure(bot, OutboundMessage("x", replaces="77"))).kind == "permanent"


async def test_files_follow_the_words_and_arrive_whole_under_their_chinese_names(api: BotApi, bot: Bot) -> None:
    content = bytes(range(256)) * 900
    pdf, photo = Document("答复书.pdf", content, "application/pdf"), Document("现场.jpg", content, "image/jpeg")
    sent = await send(bot, str(LI), OutboundMessage("答复", ROW, (pdf, photo)))
    words, document, picture = api.outbox(LI)
    assert sent == str(words["message_id"])
    assert "reply_markup" in words
    assert document["document"]["file_name"] == "答复书.pdf"
    assert await fetch(bot, document["document"]["file_id"]) == content
    assert await fetch(bot, picture["photo"][0]["file_id"]) == content


async def test_a_picture_that_cannot_be_drawn_goes_as_a_file(api: BotApi, bot: Bot) -> None:
    await send(bot, str(LI), OutboundMessage("答复", (), (Document("一长条.png", b"x" * 20, "image/png"),)))
    assert [m.get("document", {}).get("file_name") for m in api.outbox(LI)] == [None, "一长条.png"]


async def test_where_a_file_fails_only_what_did_not_arrive_remains(api: BotApi, bot: Bot) -> None:
    one, two = (Document(f"{n}.pdf", b"%PDF", "application/pdf") for n in "12")
    api.faults["sendDocument"].append(fault(429, "Too Many Requests", retry_after=3))
    with pytest.raises(SentInPart) as half:
        await send(bot, str(LI), OutboundMessage("答复", ROW, (one, two)))
    assert half.value.first == str(api.outbox(LI)[0]["message_id"])
    assert (half.value.rest.text, half.value.rest.buttons, half.value.rest.documents) == ("", (), (one, two))
    assert (classify(half.value).kind, classify(half.value).wait) == ("wait", 3.0)
    await send(bot, str(LI), half.value.rest)
    assert [m.get("document", {}).get("file_name") for m in api.outbox(LI)] == [None, "1.pdf", "2.pdf"]


async def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(api: BotApi, bot: Bot) -> None:
    kept = api.keep("a.bin", "application/octet-stream", b"x" * 5000)
    with pytest.raises(TooLarge) as refused:
        await fetch(bot, kept["file_id"], most=4000)
    assert "网页上传" in refused.value.zh
    with pytest.raises(BadRequest):
        await fetch(bot, "F999")


async def test_a_pressed_button_is_acknowledged_and_an_old_press_is_no_error(api: BotApi, bot: Bot) -> None:
    await acknowledge(bot, "cb1", "好的")
    assert api.acknowledged == {"cb1": "好的"}
    api.faults["answerCallbackQuery"].append(fault(400, "Bad Request: query is too old"))
    await acknowledge(bot, "cb2")


@pytest.mark.parametrize(
    ("code", "text", "more", "kind"),
    [
        (429, "Too Many Requests: retry after 9", {"retry_after": 9}, "wait"),
        (403, "Forbidden: bot was blocked by the user", {}, "unreachable"),
        (400, "Bad Request: chat not found", {}, "permanent"),
        (400, "Bad Request: can't parse entities", {}, "permanent"),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100777}, "moved"),
        (401, "Unauthorized", {}, "alarm"),
        (404, "Not Found", {}, "alarm"),
        (409, "Conflict: terminated by other getUpdates request", {}, "transient"),
        (500, "Internal Server Error", {}, "transient"),
        (502, "Bad Gateway", {}, "transient"),
    ],
)
async def test_each_answer_of_telegram_has_its_meaning(
    api: BotApi, bot: Bot, code: int, text: str, more: dict[str, int], kind: str
) -> None:
    api.faults["sendMessage"].append(fault(code, text, **more))
    outcome = classify(await failure(bot))
    assert outcome.kind == kind
    assert outcome.wait == more.get("retry_after", 0)
    assert outcome.moved == str(more.get("migrate_to_chat_id", ""))


async def test_silence_after_the_request_is_ambiguous_because_it_may_have_arrived(api: BotApi, bot: Bot) -> None:
    api.faults["sendMessage"].append(hang)
    assert classify(await failure(bot)).kind == "ambiguous"
    assert [m["text"] for m in api.outbox(LI)] == ["您好"]


async def test_nobody_listening_is_transient_and_the_sentence_holds_no_token() -> None:
    api = await BotApi().start()
    await api.stop()
    async with open_bot(TOKEN, api=api.base) as bot:
        error = await failure(bot)
    assert classify(error).kind == "transient"
    assert not isinstance(error, TimedOut)
    assert not re.search("TEST-token", f"{error!r} {error.__cause__!r}")


async def test_an_answer_that_is_no_json_is_transient(api: BotApi, bot: Bot) -> None:
    api.faults["sendMessage"].append(fault(503, "x").__class__(text="<html>", status=503))
    assert classify(await failure(bot)).kind == "transient"


async def test_a_request_before_opening_and_after_closing_says_so() -> None:
    request = AiohttpRequest()
    with pytest.raises(NetworkError, match="not open"):
        await request.do_request("http://127.0.0.1:9/", "POST")
    await request.initialize()
    await request.shutdown()
    await request.shutdown()


async def test_someone_who_blocked_the_bot_is_unreachable(api: BotApi, bot: Bot) -> None:
    await api.block(LI)
    assert classify(await failure(bot)).kind == "unreachable"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RetryAfter(3), "wait"),
        (Forbidden("x"), "unreachable"),
        (BadRequest("x"), "permanent"),
        (BadRequest("Message is not modified"), "done"),
        (TimedOut(), "ambiguous"),
        (NetworkError("x"), "transient"),
        (InvalidToken(), "alarm"),
        (ChatMigrated(-5), "moved"),
        (Conflict("x"), "transient"),
        (OSError("x"), "transient"),
    ],
)
def test_subclasses_are_asked_before_their_parents(error: Exception, kind: str) -> None:
    assert classify(error).kind == kind


async def test_webhook_is_set_with_its_secret_and_drops_nothing(api: BotApi, bot: Bot) -> None:
    await deliver_to(bot, "https://qinghe.example/channels/telegram/x", "s3cret")
    assert api.hook is not None
    assert api.hook["secret_token"] == "s3cret"
    assert "callback_query" in api.hook["allowed_updates"]
    assert str(api.hook.get("drop_pending_updates", "false")).lower() == "false"
    await fetch_ourselves(bot)
    assert api.hook is None
