"""An officer's browser for tests: open a page, fill in a form that stands on it, press a button."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp

from tests.channels.web_site import RunningSite


@dataclass
class PageForm:
    """One form as it stands on a page: where it goes and what it would send untouched."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._select = self._area = ""
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(of.get("action", "")))
        if not self.forms or not (of.get("name") or tag == "option"):
            return
        fields = self.forms[-1].fields
        if tag == "input" and (of.get("type") not in ("checkbox", "radio") or "checked" in of):
            fields.append((of["name"], of.get("value", "")))
        elif tag == "select":
            self._select, self._chosen = of["name"], None
        elif tag == "option" and self._select and (self._chosen is None or "selected" in of):
            self._chosen = of.get("value", "")
        elif tag == "textarea":
            self._area = of["name"]
            fields.append((self._area, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.forms[-1].fields.append((self._select, self._chosen or ""))
            self._select = ""
        elif tag == "textarea" and self._area:
            name, text = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, text.removeprefix("\n"))
            self._area = ""


@dataclass
class Page:
    """A page that came back."""

    client: aiohttp.ClientSession
    status: int
    html: str
    url: str

    def form(self, action: str) -> PageForm:
        """The first form of the page that goes to an address ending in `action`."""
        parser = _Forms()
        parser.feed(self.html)
        found = [f for f in parser.forms if f.action.partition("#")[0].endswith(action)]
        assert found, f"no form to {action} among {[f.action for f in parser.forms]}\n"
        return found[0]

    def offers(self, action: str) -> bool:
        """Whether such a form stands on the page."""
        parser = _Forms()
        parser.feed(self.html)
        return any(f.action.endswith(action) for f in parser.forms)

    async def press(self, action: str, **values: str | list[str]) -> "Page":
        """Send the form with some fields filled in; `__` in a name is a hyphen."""
        form = self.form(action)
        given = {name.replace("__", "-"): value for name, value in values.items()}
        sent = [(n, v) for n, v in form.fields if n not in given]
        for name, value in given.items():
            sent += [(name, v) for v in (value if isinstance(value, list) else [value])]
        async with self.client.post(form.action, data=sent) as answer:
            return Page(self.client, answer.status, await answer.text(), str(answer.url))


async def sit_down(site: RunningSite, account: str) -> aiohttp.ClientSession:
    """A signed-in browser."""
    return await site.desk(account)


async def see(client: aiohttp.ClientSession, path: str) -> Page:
    """Open a page."""
    async with client.get(path) as answer:
        return Page(client, answer.status, await answer.text(), str(answer.url))
