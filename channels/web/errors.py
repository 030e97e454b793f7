"""The only table from what went wrong to a status, and the answer that says so: a page, or problem+json (RFC 9457)."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

from channels.file_links import LinkOver
from channels.web.keys import REQUEST_ID
from channels.web.render import page, view_of
from channels.webhooks.signing import Unsigned
from hub.errors import Forbidden, Invalid, KeyReused, NotFound, NotNow, Overtaken, Refusal, Said, TooMany
from hub.files import Refused
from hub.privacy.vault import CannotOpen
from hub.privacy.words import NotText
from hub.storage.errors import Collided, Held, QuestionTooSlow, StoreBusy, Unavailable

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"
API = "/api/"
PROGRAMS = (API, "/channels/webhooks/")
"""Below these nobody reads pages: what goes wrong is a problem document."""
STATUS: Mapping[type[Exception], int] = {
    Invalid: 422,
    NotText: 422,
    Refused: 422,
    KeyReused: 422,
    NotFound: 404,
    Forbidden: 403,
    NotNow: 409,
    Overtaken: 409,
    TooMany: 429,
    Unsigned: 401,
    CannotOpen: 410,
    LinkOver: 410,
    StoreBusy: 503,
    Unavailable: 503,
    QuestionTooSlow: 503,
    Collided: 503,
    Held: 503,
    TimeoutError: 503,
}
RETRY_SECONDS = 5


class NotSignedIn(Refusal):
    """Nobody is signed in, or the sign-in is over."""

    code = "not_signed_in"

    def __init__(self, zh: str = "请先登录。", en: str = "Please sign in first.") -> None:
        super().__init__(zh, en)


class Foreign(Refusal):
    """A request that another site made, or a form whose token is missing or too old."""

    code = "foreign_request"

    def __init__(self) -> None:
        super().__init__(
            "这个页面放得太久了，没有提交成功。请返回，刷新页面后再提交一次，写好的内容会留在您的设备上。",
            "This page was open for too long and nothing was sent. Go back, reload it and send again.",
        )


class Malformed(Refusal):
    """The bytes of the request cannot be read as what they claim to be."""

    code = "malformed"

    def __init__(
        self, zh: str = "请求的内容无法识别。", en: str = "The request cannot be read as what it claims to be."
    ) -> None:
        super().__init__(zh, en)


HTTP_WORDS: Mapping[int, tuple[str, Said]] = {
    400: ("malformed", Said("请求的内容无法识别。", "The request cannot be understood.")),
    404: ("not_found", Said("没有找到这个页面。请核对地址。", "There is no such page. Please check the address.")),
    405: ("method_not_allowed", Said("这个地址不能这样使用。", "This address cannot be used in this way.")),
    408: (
        "too_slow",
        Said("网络太慢，内容没有传完，请再试一次。", "The content did not arrive in time. Please try again."),
    ),
    413: (
        "too_large",
        Said("内容太大了，请删掉一些，或把图片缩小。", "This is too large. Please send less, or smaller pictures."),
    ),
    415: ("wrong_media_type", Said("不支持这种内容格式。", "This content type is not supported.")),
    500: (
        "unexpected",
        Said(
            "系统出了点问题，我们已经记下来了。您写的内容没有丢，请稍后再试。",
            "Something went wrong on our side; it has been recorded. Please try again shortly.",
        ),
    ),
    503: ("busy", Said("系统正忙，请过几秒再试一次。", "The system is busy. Please try again in a few seconds.")),
}
TITLES: Mapping[int, Said] = {
    400: Said("请求有误", "Bad request"),
    401: Said("请先登录", "Please sign in"),
    403: Said("不能这样做", "Not allowed"),
    404: Said("没有找到", "Not found"),
    405: Said("不能这样使用", "Method not allowed"),
    408: Said("网络太慢", "Too slow"),
    409: Said("情况有变化", "Things have changed"),
    410: Said("内容已不可读", "No longer readable"),
    413: Said("内容太大", "Too large"),
    415: Said("格式不支持", "Unsupported content type"),
    422: Said("有几处需要再看一下", "Some fields need another look"),
    429: Said("请稍等一会儿", "Too many attempts"),
    500: Said("系统出了点问题", "Something went wrong"),
    503: Said("系统正忙", "The system is busy"),
}


TITLES_BY_CODE: Mapping[str, Said] = {
    "unsigned": Said("签名没有通过", "Signature refused"),
    "link_over": Said("下载链接已过期", "This link is over"),
}
"""Where the status alone would say something else: a program cannot sign in, and the file of an old link is there."""


def status_of(fault: BaseException) -> int:
    """The status of a fault; 500 for one that nobody foresaw."""
    if isinstance(fault, NotSignedIn):
        return 401
    if isinstance(fault, Foreign):
        return 403
    if isinstance(fault, Malformed):
        return 400
    for kind in type(fault).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 409 if isinstance(fault, Refusal) else 500


def answer(request: web.Request, fault: Exception) -> web.StreamResponse:
    """The answer to a request that failed; logs what nobody foresaw, without any value."""
    if isinstance(fault, web.HTTPException):
        return _http(request, fault)
    status = status_of(fault)
    if status == 500:
        log.error("unexpected", error=type(fault).__name__, where=_where(fault))
    elif status == 503:
        log.warning("busy", error=type(fault).__name__)
    code, said = _words(fault, status)
    response = _shaped(request, status, code, said, getattr(fault, "fields", None))
    if isinstance(fault, TooMany):
        response.headers["Retry-After"] = str(fault.wait)
    elif status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    elif status == 401 and request.path.startswith(API):
        response.headers["WWW-Authenticate"] = "Query" if code == "no_query_code" else "Bearer"
    return response


def _http(request: web.Request, fault: web.HTTPException) -> web.StreamResponse:
    """aiohttp's own answers: redirections as they are, everything else in our words."""
    if fault.status < 400:
        return _redirection(fault)
    code, said = HTTP_WORDS.get(fault.status, HTTP_WORDS[400 if fault.status < 500 else 500])
    response = _shaped(request, fault.status, code, said, None)
    if "Allow" in fault.headers:
        response.headers["Allow"] = fault.headers["Allow"]
    if fault.status == 413:
        response.force_close()
    return response


def _redirection(fault: web.HTTPException) -> web.Response:
    """The same answer as a plain response, cookies included: aiohttp wants exceptions raised, and we have caught it."""
    kept = {name: value for name, value in fault.headers.items() if name in ("Location", "Cache-Control")}
    response = web.Response(status=fault.status, headers=kept)
    response.cookies.update(fault.cookies)
    return response


def _words(fault: Exception, status: int) -> tuple[str, Said]:
    if isinstance(fault, Refusal):
        return fault.code, fault.said
    if isinstance(fault, CannotOpen):
        return fault.code, Said(fault.zh, fault.en)
    return HTTP_WORDS[status if status in HTTP_WORDS else 500]


def _shaped(
    request: web.Request, status: int, code: str, said: Said, fields: Mapping[str, Said] | None
) -> web.Response:
    title = TITLES_BY_CODE.get(code) or TITLES.get(status, TITLES[500])
    if request.path.startswith(PROGRAMS):
        return problem(status, code, title, said, fields)
    return page(
        request,
        "error.html",
        status=status,
        title=title[0 if view_of(request).lang == "zh" else 1],
        sentence=said[0 if view_of(request).lang == "zh" else 1],
        lines=[f[0 if view_of(request).lang == "zh" else 1] for f in (fields or {}).values()],
        request_id=request.get(REQUEST_ID, "") if status >= 500 else "",
    )


def problem(
    status: int, code: str, title: Said, detail: Said, fields: Mapping[str, Said] | None = None
) -> web.Response:
    """A problem document: type, title, status, detail, our code, both languages, and one line for each wrong field."""
    body: dict[str, Any] = {
        "type": f"urn:minxin:problem:{code}",
        "title": title.en,
        "status": status,
        "detail": detail.en,
        "detail_zh": detail.zh,
        "title_zh": title.zh,
        "code": code,
    }
    if fields:
        body["errors"] = [{"field": name, "en": said.en, "zh": said.zh} for name, said in fields.items()]
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type=PROBLEM, headers={"Cache-Control": "no-store"})


def _where(fault: BaseException) -> str:
    """File and line of the innermost frame: enough to find the fault, nothing of what it held."""
    trace = fault.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
