"""A Bot API server of our own for tests: real HTTP, one bot, citizens who say, press and send, faults on demand."""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, web

Json = dict[str, Any]
TOKEN = "42:TEST-token"
ME = {"id": 42, "is_bot": True, "first_name": "民信", "username": "qinghe_bot"}
GROUP = -100500


def fault(code: int, text: str, **parameters: Any) -> web.Response:
    """An error as the Bot API answers it; put it into `faults[method]`."""
    body: Json = {"ok": False, "error_code": code, "description": text}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)


async def hang() -> web.Response:
    """An answer that never comes, after the request was acted upon."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits so long")


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class BotApi:
    """The bot's side is HTTP under `base`; the citizens' side are the methods below.

    `calls` holds every (method, parameters) received; `faults[method]` a queue of responses, or of coroutine functions
    that make one, used before the real answer. A fault of `hang` acts first, then stays silent.
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.updates: deque[Json] = deque()
        self.hook: Json | None = None
        self.ids, self.update_ids = itertools.count(1), itertools.count(900_000_001)
        self.messages: dict[tuple[int, int], Json] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.calls: list[tuple[str, Json]] = []
        self.acknowledged: dict[str, str | None] = {}
        self.shown: dict[tuple[str, str], Any] = {}
        self.undelivered: list[Json] = []
        self.blocked: set[int] = set()
        self.offsets: list[int] = []
        self.faults: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.base = ""
        self.patience = 30.0

    async def start(self) -> "BotApi":
        app = web.Application(client_max_size=60 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._http, self._news = ClientSession(), asyncio.Condition()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        await self._http.close()
        await self._runner.cleanup()

    async def __aenter__(self) -> "BotApi":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- the bot's side

    async def _handle(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return fault(401, "Unauthorized")
        name = request.match_info["method"]
        given = await self._parameters(request)
        self.calls.append((name, given))
        method: Callable[[Json], Any] | None = getattr(self, f"_{name.lower()}", None)
        planned = self.faults[name].popleft() if self.faults[name] else None
        if isinstance(planned, web.Response):
            return planned
        if method is None:
            return fault(404, "Not Found")
        result = await method(given)
        if planned is not None:
            answer: web.Response = await planned()
            return answer
        return result if isinstance(result, web.Response) else web.json_response({"ok": True, "result": result})

    async def _parameters(self, request: web.Request) -> Json:
        given: Json = dict(request.query)
        if request.content_type == "application/json" and request.can_read_body:
            given |= await request.json()
        elif request.can_read_body:
            for key, value in (await request.post()).items():
                is_file = isinstance(value, web.FileField)
                given[key] = (value.filename, value.content_type, value.file.read()) if is_file else value  # type: ignore[union-attr]
        if isinstance(given.get("reply_markup"), str):
            given["reply_markup"] = json.loads(given["reply_markup"])
        return given

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["path"].split("/")[-1]
        if request.match_info["token"] != self.token or key not in self.files:
            return fault(404, "Not Found")
        return web.Response(body=self.files[key][1])

    async def _getme(self, _: Json) -> Json:
        return ME

    async def _getupdates(self, given: Json) -> Any:
        if self.hook:
            return fault(409, "Conflict: can't use getUpdates method while webhook is active")
        end, offset = time.monotonic() + float(given.get("timeout") or 0), int(given.get("offset") or 0)
        self.offsets.append(offset)
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()  # the acknowledgement
        while not self.updates and (left := end - time.monotonic()) > 0:
            async with self._news:
                try:
                    await asyncio.wait_for(self._news.wait(), left)
                except TimeoutError:
                    break
        return list(self.updates)[: int(given.get("limit") or 100)]

    async def _setwebhook(self, given: Json) -> bool:
        self.hook = given if given.get("url") else None
        return True

    async def _deletewebhook(self, _: Json) -> bool:
        self.hook = None
        return True

    async def _setmycommands(self, given: Json) -> bool:
        self.shown["commands", given.get("language_code", "")] = json.loads(given["commands"])
        return True

    async def _setmydescription(self, given: Json) -> bool:
        self.shown["description", given.get("language_code", "")] = given.get("description")
        return True

    async def _setmyshortdescription(self, given: Json) -> bool:
        self.shown["short", given.get("language_code", "")] = given.get("short_description")
        return True

    async def _getwebhookinfo(self, _: Json) -> Json:
        url = self.hook["url"] if self.hook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    async def _answercallbackquery(self, given: Json) -> Any:
        self.acknowledged[given["callback_query_id"]] = given.get("text")
        return True

    async def _sendmessage(self, given: Json) -> Any:
        text = given.get("text", "")
        if not text.strip():
            return fault(400, "Bad Request: message text is empty")
        if _utf16(text) > 4096:
            return fault(400, "Bad Request: message is too long")
        return self._posted(given, text=text)

    async def _editmessagetext(self, given: Json) -> Any:
        message = self.messages.get((int(given["chat_id"]), int(given["message_id"])))
        if message is None:
            return fault(400, "Bad Request: message to edit not found")
        if message["text"] == given["text"] and message.get("reply_markup") == given.get("reply_markup"):
            return fault(400, "Bad Request: message is not modified: specified new message content is the same")
        message.pop("reply_markup", None)
        markup = {"reply_markup": given["reply_markup"]} if given.get("reply_markup") else {}
        message.update(text=given["text"], edit_date=int(time.time()), **markup)
        return message

    async def _senddocument(self, given: Json) -> Any:
        sent = given["document"]
        part = given[sent.removeprefix("attach://")] if isinstance(sent, str) else sent
        caption = {"caption": given["caption"]} if given.get("caption") else {}
        return self._posted(given, document=self.keep(*part), **caption)

    async def _sendphoto(self, given: Json) -> Any:
        sent = given["photo"]
        name, mime, content = given[sent.removeprefix("attach://")] if isinstance(sent, str) else sent
        if len(content) < 100:
            return fault(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        return self._posted(given, photo=[{**self.keep(name, mime, content), "width": 60, "height": 40}])

    async def _getfile(self, given: Json) -> Any:
        key = given["file_id"]
        if key not in self.files:
            return fault(400, "Bad Request: invalid file_id")
        size = len(self.files[key][1])
        if size > 20_000_000:
            return fault(400, "Bad Request: file is too big")
        return {"file_id": key, "file_unique_id": f"u{key}", "file_size": size, "file_path": f"documents/{key}"}

    def _posted(self, given: Json, **body: Any) -> Any:
        chat = int(given["chat_id"])
        if chat in self.blocked:
            return fault(403, "Forbidden: bot was blocked by the user")
        markup = given.get("reply_markup") or {}
        for button in (b for row in markup.get("inline_keyboard", ()) for b in row):
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                return fault(400, "Bad Request: BUTTON_DATA_INVALID")
        key = (chat, next(self.ids))
        shown = {"reply_markup": markup} if "inline_keyboard" in markup else {}
        self.messages[key] = {"message_id": key[1], "from": ME, "chat": _chat(chat), "date": int(time.time())}
        self.messages[key] |= body | shown
        return self.messages[key]

    # --- the citizens' side

    def keep(self, name: str, mime: str, data: bytes) -> Json:
        """Store a file and describe it as a document."""
        key = f"F{next(self.ids)}"
        self.files[key] = (name, data)
        described = {"file_id": key, "file_unique_id": f"u{key}", "file_size": len(data)}
        return described | {"file_name": name, "mime_type": mime}

    async def push(self, **body: Any) -> Json:
        """Deliver one update: into the queue of getUpdates, or to the webhook with three tries."""
        update = {"update_id": next(self.update_ids), **body}
        if self.hook is None:
            async with self._news:
                self.updates.append(update)
                self._news.notify_all()
            return update
        await self.redeliver(update)
        return update

    async def redeliver(self, update: Json) -> None:
        """Post an update to the webhook, again after a failure as Telegram does; what fails thrice is `undelivered`."""
        assert self.hook is not None
        secret = self.hook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        for pause in (0.0, 0.05, 0.1):
            await asyncio.sleep(pause)
            try:
                async with self._http.post(self.hook["url"], json=update, headers=headers) as answer:
                    if answer.status < 300:
                        return
            except ClientError:
                continue
        self.undelivered.append(update)

    def message(self, citizen: int, chat: int | None = None, **body: Any) -> Json:
        """A message as Telegram describes it, not yet delivered."""
        where = _chat(citizen if chat is None else chat)
        head = {"message_id": next(self.ids), "from": _citizen(citizen), "chat": where, "date": int(time.time())}
        return head | body

    async def say(self, citizen: int, text: str, chat: int | None = None) -> Json:
        command = {"type": "bot_command", "offset": 0, "length": _utf16(text.split()[0])} if text[:1] == "/" else None
        entities: Json = {"entities": [command]} if command else {}
        return await self.push(message=self.message(citizen, chat, text=text, **entities))

    async def edit(self, said: Json, text: str) -> Json:
        """Change a message that was said (the update that `say` returned)."""
        return await self.push(edited_message=said["message"] | {"text": text, "edit_date": int(time.time())})

    async def upload(self, citizen: int, name: str, mime: str, data: bytes, caption: str = "") -> Json:
        extra: Json = {"caption": caption} if caption else {}
        return await self.push(message=self.message(citizen, document=self.keep(name, mime, data), **extra))

    async def photo(self, citizen: int, data: bytes, caption: str = "") -> Json:
        """A photo in two sizes, the larger one last as Telegram lists them."""
        small, large = self.keep("", "", data[:10]), self.keep("", "", data)
        sizes = [
            {k: row[k] for k in ("file_id", "file_unique_id", "file_size")} | {"width": wide, "height": wide}
            for row, wide in ((small, 90), (large, 1280))
        ]
        extra: Json = {"caption": caption} if caption else {}
        return await self.push(message=self.message(citizen, photo=sizes, **extra))

    async def voice(self, citizen: int, data: bytes = b"OggS") -> Json:
        kept = self.keep("", "audio/ogg", data)
        return await self.push(message=self.message(citizen, voice=kept | {"duration": 3}))

    async def sticker(self, citizen: int) -> Json:
        body = {"file_id": "S1", "file_unique_id": "uS1", "type": "regular", "width": 512, "height": 512}
        body |= {"is_animated": False, "is_video": False}
        return await self.push(message=self.message(citizen, sticker=body))

    async def place(self, citizen: int, latitude: float, longitude: float) -> Json:
        where = {"latitude": latitude, "longitude": longitude}
        return await self.push(message=self.message(citizen, location=where))

    async def press(self, citizen: int, label: str) -> str:
        """Press the newest button in the chat whose words contain `label`; returns the press's id."""
        message, code = self._button(citizen, label)
        press = f"cb{next(self.ids)}"
        query = {"id": press, "from": _citizen(citizen), "chat_instance": "1", "message": message, "data": code}
        await self.push(callback_query=query)
        return press

    def _button(self, chat: int, label: str) -> tuple[Json, str]:
        for message in reversed(self.outbox(chat)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if label in button["text"]:
                        return message, button["callback_data"]
        raise AssertionError(f"no button {label} in chat {chat}")

    async def block(self, citizen: int) -> Json:
        """The citizen stops the bot: Telegram tells it, and sending answers 403."""
        self.blocked.add(citizen)
        member = {"user": ME, "status": "member"}
        gone = {"user": ME, "status": "kicked", "until_date": 0}
        change = {"chat": _chat(citizen), "from": _citizen(citizen), "date": int(time.time())}
        return await self.push(my_chat_member=change | {"old_chat_member": member, "new_chat_member": gone})

    def outbox(self, chat: int) -> list[Json]:
        """What the bot sent to a chat, oldest first."""
        return [message for (where, _), message in sorted(self.messages.items()) if where == chat]

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something is so, at most `patience` seconds, and return it."""
        end = time.monotonic() + self.patience
        while not (got := true()):
            assert time.monotonic() < end, "it did not come to pass"
            await asyncio.sleep(0.01)
        return got


def _citizen(number: int) -> Json:
    return {"id": number, "is_bot": False, "first_name": "张三", "language_code": "zh-hans"}


def _chat(number: int) -> Json:
    kind = {"type": "private", "first_name": "张三"} if number > 0 else {"type": "supergroup", "title": "业主群"}
    return {"id": number} | kind
