"""One operation of the API: the decorator binds a function to its route and documents it from the same declaration."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Generic, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from channels.web.errors import Malformed
from channels.web.forms import query
from channels.web.keys import Route, Who
from hub.errors import Invalid, Said
from hub.privacy.words import clean

PREFIX = "/api/v1"
DEEPEST = 10
LARGEST = 2**31 - 1
KEY_HEADER = "Idempotency-Key"
MOST_KEY = 128
Auth = Literal["none", "query", "bearer"]


class Given(BaseModel):
    """What a caller sends: unknown fields are refused, and a number is not taken for a text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """What we answer: every field is chosen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Body = TypeVar("Body")
Query = TypeVar("Query")


@dataclass(frozen=True, slots=True)
class Call(Generic[Body, Query]):
    """One call as its operation sees it: the request, and body and query as they were declared."""

    request: web.Request
    body: Body
    query: Query

    @property
    def number(self) -> str:
        """The number of the case in the path, as cases are numbered."""
        return self.request.match_info["number"].strip().upper()

    @property
    def key(self) -> str:
        """The Idempotency-Key, empty where none was sent. Raises Invalid for one that is too long or not plain."""
        key = self.request.headers.get(KEY_HEADER, "").strip()
        if len(key) > MOST_KEY or not (key.isascii() and key.isprintable()):
            raise Invalid(
                {KEY_HEADER: Said("提交凭证最多128个英文字符。", "A key has at most 128 printable ASCII characters.")}
            )
        return key


@dataclass(frozen=True, slots=True)
class Op:
    """An operation with everything its document says of it."""

    method: str
    path: str
    summary: str
    call: Callable[[Call[Any, Any]], Awaitable[Any]]
    who: Who
    auth: Auth
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    out: type[BaseModel] | None
    keyed: bool
    stream: bool
    bare: bool
    upload: bool
    faults: tuple[int, ...]

    @property
    def route(self) -> Route:
        """This operation as a line of the table of routes."""
        return Route(self.method, PREFIX + self.path, self.handle, self.who, upload=self.upload, stream=self.stream)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Read what was declared, run the operation, write what was declared."""
        body = None
        if self.body is not None:
            body = read_body({} if self.bare and not await request.read() else await _json(request), self.body)
        asked = read_query(request, self.query) if self.query is not None else None
        answer = await self.call(Call(request, body, asked))
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(
            text=answer.model_dump_json(by_alias=True) if isinstance(answer, BaseModel) else json.dumps(answer),
            status=self.status,
            content_type="application/json",
        )


def op(
    method: str,
    path: str,
    summary: str,
    *,
    who: Who = "public",
    auth: Auth = "none",
    status: int = 200,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    out: type[BaseModel] | None = None,
    keyed: bool = False,
    stream: bool = False,
    bare: bool = False,
    upload: bool = False,
    faults: tuple[int, ...] = (),
) -> Callable[[Callable[[Call[Any, Any]], Awaitable[Any]]], Op]:
    """Declare an operation.

    `keyed`: takes an Idempotency-Key; `bare`: the body may be left out; `upload`: the body is a form with `files`;
    `stream`: answers without end; `faults`: statuses beside those that every operation of its sort may answer with.
    """

    def bound(call: Callable[[Call[Any, Any]], Awaitable[Any]]) -> Op:
        return Op(method, path, summary, call, who, auth, status, body, query, out, keyed, stream, bare, upload, faults)

    return bound


# ---- reading ---------------------------------------------------------------------------------------------------------


async def _json(request: web.Request) -> Any:
    """The body as JSON with clean text; 415 for another type, Malformed for what is no JSON or too deep."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        data = _DECODER.decode((await request.read()).decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed("内容不是有效的 JSON。", "The body is not valid JSON.") from None
    return _tidy(data, DEEPEST)


def _number(text: str) -> int | float:
    """A number as JSON Schema sees it: 5.0 is an integer. Raises ValueError for one that no computer holds."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) <= LARGEST else value


def _no_number(text: str) -> Any:
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_no_number)


def _tidy(data: Any, depth: int) -> Any:
    """Every text of the value made fit to be stored; raises NotText, and Malformed below the deepest level."""
    if depth < 0:
        raise Malformed("内容嵌套太深。", "The body is nested too deeply.")
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [_tidy(item, depth - 1) for item in data]
    if isinstance(data, dict):
        return {clean(name): _tidy(value, depth - 1) for name, value in data.items()}
    return data


def read_body(data: Any, model: type[BaseModel]) -> BaseModel:
    """The body as declared; raises Invalid naming every field that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise Invalid(_wrong(fault)) from None


def read_query(request: web.Request, model: type[BaseModel]) -> BaseModel:
    """The query as declared, each name at most once; raises Invalid."""
    given = query(request)
    try:
        twice = next((name for name in given if len(given.getall(name)) > 1), None)
        if twice is not None:
            raise Invalid({twice: Said("这一项只能写一次。", "This may be given once only.")})
        return model.model_validate_strings(dict(given))
    except ValidationError as fault:
        raise Invalid(_wrong(fault)) from None


NO_SUCH_FIELD = Said("没有这一项。", "There is no such field.")
_SAID: Mapping[str, Said] = {
    "missing": Said("这一项必须填写。", "This field is required."),
    "extra_forbidden": NO_SUCH_FIELD,
    "string_too_long": Said("太长了，请删掉一些。", "This is too long."),
    "string_too_short": Said("这一项不能是空的。", "This must not be empty."),
    "literal_error": Said("请从列出的值里选一个。", "Please choose one of the listed values."),
}


def _wrong(fault: ValidationError) -> dict[str, Said]:
    """Field path → sentence; never the value that was sent."""
    wrong: dict[str, Said] = {}
    for line in fault.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in line["loc"])[:200] or "body"
        wrong.setdefault(
            name, _SAID.get(line["type"], Said("这一项填得不对，请再看一下。", "This cannot be taken as it is."))
        )
    return wrong
