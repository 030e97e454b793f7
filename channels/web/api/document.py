"""The OpenAPI 3.1 document, written from the very declarations that bind the operations."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from channels.web.api.op import KEY_HEADER, MOST_KEY, PREFIX, Op, Told
from channels.web.errors import PROBLEM
from channels.web.public.attached import ACCEPT
from hub.submission import MOST_FILES

REF = "#/components/schemas/{model}"
Mode = Literal["validation", "serialization"]
Refs = Mapping[tuple[type[BaseModel], Mode], Any]
UPLOAD: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "minItems": 1,
            "maxItems": MOST_FILES,
            "description": f"Each with its file name; {ACCEPT}.",
        }
    },
    "required": ["files"],
    "additionalProperties": False,
}
"""The form of every operation that takes files."""
_NAMES = re.compile(r"\{(\w+)\}")
SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of POST /session."},
    "query": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Query <code>`: the twelve digits of the receipt.",
    },
}
WORDS: Mapping[int, str] = {
    200: "OK",
    201: "Created",
    204: "Done",
    400: "Not readable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not there for the caller",
    409: "Not possible now",
    410: "No longer readable",
    413: "Too large",
    415: "Not of the type that is taken",
    422: "Some fields cannot be taken",
    429: "Too many attempts",
    503: "Busy, try again",
}


class Wrong(Told):
    """One field that cannot be taken, and why."""

    field: str
    zh: str
    en: str


class Problem(Told):
    """What went wrong (RFC 9457), in both languages; `code` is stable, sentences are not."""

    type: str
    title: str
    title_zh: str
    status: int
    detail: str
    detail_zh: str
    code: str
    errors: list[Wrong] = []


def document(ops: Iterable[Op], title: str = "民信 Minxin", version: str = "1") -> dict[str, Any]:
    """The whole document."""
    ops = tuple(ops)
    schemas, refs = _schemas(ops)
    paths: dict[str, dict[str, Any]] = {}
    for op in ops:
        paths.setdefault(PREFIX + op.path, {})[op.method.lower()] = _operation(op, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": dict(SECURITY)},
    }


def _schemas(ops: tuple[Op, ...]) -> tuple[dict[str, Any], Refs]:
    """All models at once, so that one that is used in two places has one name."""
    given = {op.body for op in ops if op.body}
    told = {op.out for op in ops if op.out} | {Problem}
    inputs: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in given]
    outputs: list[tuple[type[BaseModel], Mode]] = [(model, "serialization") for model in told]
    wanted = sorted(inputs + outputs, key=lambda pair: (pair[0].__name__, pair[1]))
    refs, whole = TypeAdapter.json_schemas(
        [(model, mode, TypeAdapter(model)) for model, mode in wanted], ref_template=REF
    )
    return whole.get("$defs", {}), refs


def _operation(op: Op, refs: Refs) -> dict[str, Any]:
    parts = [p for p in op.path.split("/") if p and p[0] != "{"]
    said: dict[str, Any] = {
        "operationId": "_".join((op.method.lower(), *parts)).replace(".", "_")
        + ("_one" if op.path.endswith("}") else ""),
        "summary": op.summary,
        "parameters": _parameters(op),
        "responses": _responses(op, refs),
        "security": [] if op.auth == "none" else [{op.auth: []}],
    }
    if op.upload:
        said["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD}}}
    if op.body is not None:
        said["requestBody"] = {
            "required": not op.bare,
            "content": {"application/json": {"schema": refs[op.body, "validation"]}},
        }
    return said


def _parameters(op: Op) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"},
        }
        for name in _NAMES.findall(op.path)
    ]
    if op.query is not None:
        schema = op.query.model_json_schema()
        found += [
            {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": rule}
            for name, rule in schema.get("properties", {}).items()
        ]
    if op.keyed:
        key = {"type": "string", "maxLength": MOST_KEY, "pattern": "^[!-~]+$"}
        found.append({"name": KEY_HEADER, "in": "header", "required": False, "schema": key})
    return found


def _responses(op: Op, refs: Refs) -> dict[str, Any]:
    good: dict[str, Any] = {"description": WORDS[op.status]}
    if op.stream:
        good["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif op.out is not None:
        good["content"] = {"application/json": {"schema": refs[op.out, "serialization"]}}
    problem = {PROBLEM: {"schema": refs[Problem, "serialization"]}}
    answers: dict[str, Any] = {str(op.status): good}
    for status in sorted(statuses(op)):
        answers[str(status)] = {"description": WORDS[status], "content": problem}
        if status == 429:
            answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def statuses(op: Op) -> set[int]:
    """Every status of a refusal that this operation may answer with."""
    found = {400, 422, 429, 503, *op.faults}
    if op.method not in ("GET", "HEAD"):
        found |= {403, 413, 415}
    if op.auth == "query":
        found |= {401, 404}
    if op.auth == "bearer":
        found |= {401, 403}
    if "{" in op.path:
        found.add(404)
    return found
