"""A reader without JavaScript: opens pages, fills in what a form shows, presses a button, follows where it leads."""

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp

VOID = {"input", "br", "img", "meta", "link", "hr"}


@dataclass
class Form:
    """One form of a page: where it goes, what it holds."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area = self._select = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        it = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(it["action"]))
        if not self.forms or ("name" not in it and tag != "option"):
            return
        form = self.forms[-1]
        if tag == "input":
            form.names.add(it["name"])
            ticked = it.get("type") not in ("checkbox", "radio", "submit") or "checked" in it
            if ticked and it.get("type") != "file":
                form.fields.append((it["name"], it.get("value", "")))
        elif tag == "textarea":
            self._area, self._text = it["name"], []
            form.names.add(it["name"])
        elif tag == "select":
            self._select = it["name"]
            form.names.add(it["name"])
        elif tag == "option" and self._select and "selected" in it:
            form.fields.append((self._select, it["value"]))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # A browser drops the first line end after the opening tag (HTML, 4.10.11).
            self.forms[-1].fields.append((self._area, "".join(self._text).removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            self._select = ""


@dataclass
class Reader:
    """A browser tab without JavaScript."""

    client: aiohttp.ClientSession
    status: int = 0
    text: str = ""
    url: str = ""
    seen: list[str] = field(default_factory=list)
    """Every address that was asked for."""
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self, path: str, **more: Any) -> "Reader":
        return await self._go("GET", path, **more)

    async def press(self, go: str = "", *, action: str = "", files: Any = (), **values: Any) -> "Reader":
        """Fill in the form (the one that goes to `action`) and press the button `go`; None unticks a box."""
        form = self.form(action)
        data = aiohttp.FormData(quote_fields=False, default_to_multipart=bool(files))
        for name, value in form.fields:
            if name not in values:
                data.add_field(name, value)
        for name, value in values.items():
            if value is not None:
                data.add_field(name, value)
        if go:
            data.add_field("go", go)
        for name, content in files:
            data.add_field("files", io.BytesIO(content), filename=name, content_type="application/octet-stream")
        return await self._go("POST", form.action, data=data)

    def form(self, action: str = "") -> Form:
        parser = _Forms()
        parser.feed(self.text)
        return next(f for f in parser.forms if (f.action == action if action else "search" not in f.action))

    def value(self, name: str, action: str = "") -> str:
        """What an entry of the form holds."""
        return dict(self.form(action).fields).get(name, "")

    async def _go(self, method: str, path: str, **more: Any) -> "Reader":
        async with self.client.request(method, path, **more) as answer:
            self.status, self.text, self.url = answer.status, await answer.text(), str(answer.url)
            self.headers = dict(answer.headers)
            self.seen += [str(r.url) for r in (*answer.history, answer)]
            self.seen += [r.headers.get("Location", "") for r in answer.history]
        return self


WORDS = {
    "title": "楼道灯不亮",
    "body": "三号楼楼道的灯从上周起一直不亮，晚上看不见台阶，老人摔过一次。",
    "place": "塘前社区3号楼",
}


async def write_letter(reader: Reader, *, kind: str = "help", to: str = "send", **words: Any) -> Reader:
    """Go through the five steps with ordinary words; `words` change or add to them."""
    contact = {n: words.pop(n) for n in ("name", "phone", "email", "wish", "anonymous") if n in words}
    sharing = {n: words.pop(n) for n in ("publish", "surname") if n in words}
    await reader.open("/letters/new")
    await reader.press("next", kind=kind)
    await reader.press("next", **{**WORDS, **words})
    await reader.press("next", **contact)
    await reader.press("next", **sharing)
    return await reader.press("send") if to == "send" else reader
