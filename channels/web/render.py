"""Pages from templates: the reader's language and mode, dates in words, asset addresses, and the guarding headers."""

import gzip
import hashlib
import io
import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import segno
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from channels.texts.catalog import LANGUAGES, N_, Lang, translator
from channels.web.saying import TRANSLATOR, Saying
from hub.moments import Clock, system_clock

HERE = Path(__file__).resolve().parent
LOCAL = ZoneInfo("Asia/Shanghai")
YEAR = 365 * 24 * 3600
Scheme = Literal["auto", "light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("auto", "light", "dark")

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
)
"""What every answer of the site carries; the policy forbids inline script and style."""


# ---- who reads -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """How this reader wants pages: language, elder mode, colours; `here` is the address the switches come back to."""

    lang: Lang = "zh"
    elder: bool = False
    scheme: Scheme = "auto"
    here: str = "/"

    def switch(self, name: str, value: str) -> str:
        """The address of this page with `lang` or `mode` set to `value`: a plain link, works without JavaScript."""
        path, _, query = self.here.partition("?")
        kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in ("lang", "mode")]
        path = "/" + path.lstrip("/\\")  # "//host" would leave the site
        return f"{path}?{'&'.join([*kept, f'{name}={value}'])}"

    @property
    def mode(self) -> str:
        """The cookie `mode`: `elder` or `plain`, a dot, then `auto`, `light` or `dark`."""
        return f"{'elder' if self.elder else 'plain'}.{self.scheme}"

    @property
    def key(self) -> str:
        """What a cache of rendered pages must keep apart besides the address."""
        return f"{self.lang}.{self.mode}"

    def after(self, wish: str) -> "View":
        """This view with one word of `?mode=` applied (elder, plain, auto, light, dark); other words change nothing."""
        if wish in ("elder", "plain"):
            return replace(self, elder=wish == "elder")
        return replace(self, scheme=wish) if wish in SCHEMES else self


def view_of(request: web.Request) -> View:
    """Read `?lang=` and `?mode=`, then the cookies of those names, then Accept-Language; Chinese if all are silent."""
    view = View(lang=_language(request), here=request.path_qs)
    for wish in (*request.cookies.get("mode", "").split("."), request.query.get("mode", "")):
        view = view.after(wish)
    return view


def _language(request: web.Request) -> Lang:
    for wish in (request.query.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    ranked = []
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        ranked.append((float(weight) if weight.replace(".", "", 1).isdigit() else 1.0, tag[:2].lower()))
    known = [(-weight, place, lang) for place, (weight, lang) in enumerate(ranked) if lang in LANGUAGES]
    return min(known)[2] if known else "zh"


# ---- words on the page -----------------------------------------------------------------------------------------------


class Lamp(NamedTuple):
    """A clock's lamp: the shape drawn and the word beside it, so that colour is never the only sign."""

    name: str
    shape: str
    word: str


LAMPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "green": ("circle", N_("按时")),
        "amber": ("triangle", N_("快到期")),
        "red": ("square", N_("已超期")),
        "paused": ("ring", N_("暂停计时")),
        "black": ("diamond", N_("长期未结")),
    }
)


def lamp(lang: Lang, state: str) -> Lamp:
    """The lamp of a state (green, amber, red, paused, black). Raises KeyError for any other word."""
    shape, word = LAMPS[state]
    return Lamp(state, shape, translator(lang)(word))


def local(value: datetime | str) -> datetime:
    """A moment (aware, or stored text with its Z) in the district's time."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(LOCAL)


def local_date(value: date | str) -> date:
    """The district's calendar day of a date, a moment, or the stored text of either."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-12-01") else datetime.fromisoformat(value)
    return local(value).date() if isinstance(value, datetime) else value


def day(lang: Lang, now: Callable[[], datetime], value: date | str, weekday: bool = True) -> str:
    """2026-12-01 → 12月1日（星期二） / Tue 1 Dec; with the year when it is not this one."""
    the_day = local_date(value)
    other_year = the_day.year != local(now()).year
    if lang == "zh":
        year = f"{the_day.year}年" if other_year else ""
        name = f"（星期{'一二三四五六日'[the_day.weekday()]}）" if weekday else ""
        return f"{year}{the_day.month}月{the_day.day}日{name}"
    name = f"{the_day:%a} " if weekday else ""
    return f"{name}{the_day.day} {the_day:%b}{f' {the_day.year}' if other_year else ''}"


def due(lang: Lang, now: Callable[[], datetime], value: datetime | str) -> str:
    """The last day that is still in time, of a `due_at` that is the first instant that is late."""
    return day(lang, now, local(value) - timedelta(microseconds=1))


def moment(lang: Lang, now: Callable[[], datetime], value: datetime | str) -> str:
    """A moment in local time: 12月1日 14:05 / 1 Dec 14:05."""
    return f"{day(lang, now, value, weekday=False)} {local(value):%H:%M}"


def ago(lang: Lang, now: Callable[[], datetime], value: datetime | str) -> str:
    """How long ago: 刚刚, 5分钟前, 3小时前, 昨天, 4天前; the day itself when a week or more has passed."""
    say, then, present = translator(lang), local(value), local(now())
    minutes, days = int((present - then).total_seconds() // 60), (present.date() - then.date()).days
    if minutes < 1:
        return say(N_("刚刚"))
    if minutes < 60:
        return say(N_("%(n)s分钟前")) % {"n": minutes}
    if days == 0:
        return say(N_("%(n)s小时前")) % {"n": minutes // 60}
    if days == 1:
        return say(N_("昨天"))
    return say(N_("%(n)s天前")) % {"n": days} if days < 7 else day(lang, now, then, weekday=False)


def workdays(lang: Lang, count: int) -> str:
    """3 → 3个工作日 / 3 working days."""
    if lang == "zh":
        return f"{count}个工作日"
    return f"{count} working day{'' if count == 1 else 's'}"


def spell_code(code: str) -> str:
    """A query code in threes, as it is read aloud: 384 920 175 663."""
    return " ".join(code[i : i + 3] for i in range(0, len(code), 3))


def percent(share: float | None, places: int = 1) -> str:
    """0.973 → 97.3%; nothing measured reads as a dash."""
    return "—" if share is None else f"{share * 100:.{places}f}%"


def paragraphs(text: str, lit: Sequence[str] = ()) -> Markup:
    """Plain text as escaped paragraphs: an empty line parts them, a single one breaks; nothing in it becomes a link.

    Words that stand in `lit` are marked wherever they stand.
    """
    marked = _marking(lit)
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup("<p>%s</p>") % Markup("<br>").join(marked(line) for line in block.strip("\n").split("\n"))
        for block in blocks
    )


def _marking(lit: Sequence[str]) -> Callable[[str], Markup]:
    """What escapes a line, with the words to light up in <mark>; the longest first where they overlap."""
    words = sorted(
        {line.strip() for quote in lit for line in quote.splitlines() if line.strip()}, key=len, reverse=True
    )
    if not words:
        return escape
    cut = re.compile("(" + "|".join(map(re.escape, words)) + ")")

    def marked(line: str) -> Markup:
        parts = enumerate(cut.split(line))
        return Markup("").join(Markup("<mark>%s</mark>") % part if n % 2 else escape(part) for n, part in parts)

    return marked


def options(rows: Iterable[tuple[object, object]], chosen: object) -> Markup:
    """The lines of a select: rows of (value, label), one of them chosen."""
    return _options(tuple((str(code), str(word)) for code, word in rows), str(chosen))


@lru_cache(maxsize=256)
def _options(rows: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    """Kept because the same list of units stands on most pages, and is long."""
    line = Markup('<option value="%s"%s>%s</option>\n')
    return Markup("").join(line % (code, " selected" if code == chosen else "", word) for code, word in rows)


def said(lang: Lang, thing: Any, part: str = "") -> str:
    """The name of a kind, unit or field in the reader's language: its `zh` or `en`, or `about_zh` for part "about"."""
    name = f"{part}_{lang}" if part else lang
    return str(thing[name] if isinstance(thing, Mapping) else getattr(thing, name))


def qr(address: str) -> Markup:
    """A QR code as inline SVG, sized by the style sheet, dark on light in every mode."""
    out = io.BytesIO()
    code = segno.make(address, error="m")
    code.save(out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2, dark="#1b2733", light="#ffffff")
    return Markup(out.getvalue().decode())  # noqa: S704 - segno draws paths; the address is not in the markup


# ---- assets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file in memory, plain and gzipped, under an address that changes with its content."""

    address: str
    body: bytes
    zipped: bytes
    content_type: str


def load_assets(folder: Path = HERE / "static") -> Mapping[str, Asset]:
    """Read the static folder once: name → asset, its address carrying the first ten digits of its SHA-256."""
    assets = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        body, name = path.read_bytes(), path.relative_to(folder).as_posix()
        stem, dot, ending = name.rpartition(".")
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        address = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:10]}{dot}{ending}"
        assets[name] = Asset(address, body, gzip.compress(body, mtime=0), content_type)
    return MappingProxyType(assets)


def asset_routes(assets: Mapping[str, Asset]) -> list[web.RouteDef]:
    """One route for all assets; they may be kept for a year because another content has another address."""
    by_address = {asset.address: asset for asset in assets.values()}

    async def serve(request: web.Request) -> web.Response:
        asset = by_address.get(request.path)
        if asset is None:
            raise web.HTTPNotFound
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = web.Response(body=asset.zipped if zipped else asset.body, content_type=asset.content_type)
        response.headers.update(SECURITY_HEADERS)
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return [web.get("/static/{name:.+}", serve)]


# ---- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Site:
    """What every page says about the place: the platform's name in both languages, and whether it is a demo."""

    zh: str = "区政民互动"
    en: str = "District Citizen Desk"
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The templates in each language, and the assets they name: made once at start, never changed."""

    environments: Mapping[Lang, Environment]
    assets: Mapping[str, Asset]


LOOK: web.AppKey[Look] = web.AppKey("look", Look)


def make_look(*, site: Site | None = None, now: Clock = system_clock) -> Look:
    """Everything a page needs; `now` is the clock that "3 days ago" and the year of a date are told by."""
    assets = load_assets()
    addresses = {name: asset.address for name, asset in assets.items()}
    environments = {
        lang: make_environment(lang, site=site or Site(), now=now, addresses=addresses) for lang in LANGUAGES
    }
    return Look(MappingProxyType(environments), assets)


def make_environment(
    lang: Lang, *, site: Site, now: Callable[[], datetime], addresses: Mapping[str, str], templates: Path | None = None
) -> Environment:
    """The templates in one language. One environment each, because macros imported without context know no request."""
    env = Environment(
        loader=FileSystemLoader(templates or HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", Saying],
    )
    say = translator(lang)
    env.policies |= {"ext.i18n.trimmed": True, TRANSLATOR: say}
    env.install_gettext_callables(say, lambda one, many, n: say(many), newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(lang=lang, site=site, qr=qr, asset=addresses.__getitem__, today=lambda: local(now()).date())
    env.filters.update({f.__name__: partial(f, lang, now) for f in (day, due, moment, ago)})
    env.filters.update({f.__name__: partial(f, lang) for f in (workdays, said)})
    env.filters.update({f.__name__: f for f in (spell_code, percent, paragraphs, options)})
    env.filters["lamp"] = {state: lamp(lang, state) for state in LAMPS}.__getitem__
    return env


def render(look: Look, view: View, template: str, **values: Any) -> str:
    """One template as text, for pages, caches (key: address and `view.key`) and tests."""
    return look.environments[view.lang].get_template(template).render(view=view, **values)


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """The answer to a request for a page: rendered for this reader, guarded, remembering a switch just used."""
    view = view_of(request)
    response = web.Response(
        text=render(request.app[LOOK], view, template, **values), status=status, content_type="text/html"
    )
    response.headers.update(SECURITY_HEADERS)
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.headers["Cache-Control"] = "no-store" if status != 200 else "private, no-cache"
    response.headers["Content-Language"] = "zh-CN" if view.lang == "zh" else "en"
    for name, value in (("lang", view.lang), ("mode", view.mode)):
        if name in request.query:
            response.set_cookie(name, value, max_age=YEAR, path="/", samesite="Lax", httponly=True)
    return response
