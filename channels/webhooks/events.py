"""What a gateway posts: text, a choice, a file, or what became of a message; a wrong field is refused by its name."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from channels.dialogue.lengths import tidy
from hub.errors import Invalid, Said

MOST_TEXT = 20_000
"""Characters of one event's text; the conversation says itself how much a letter may hold."""
_Id = Annotated[str, Field(pattern=r"^[!-~]{1,100}$", description="The gateway's own id of this event, new for each.")]
_Chat = Annotated[
    str,
    Field(pattern=r"^[!-~]{1,128}$", description="Who speaks: the user's id at the gateway, or the phone number."),
]
_Text = Annotated[str, Field(max_length=MOST_TEXT)]
_Lang = Annotated[Literal["zh", "en"] | None, Field(description="The user's language, where the gateway knows it.")]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    id: _Id


class Text(_Event):
    """The citizen wrote something."""

    event: Literal["text"]
    chat: _Chat
    text: Annotated[_Text, Field(min_length=1)]
    lang: _Lang = None


class Choice(_Event):
    """The citizen took one of the buttons; `code` is the one that was sent with it."""

    event: Literal["choice"]
    chat: _Chat
    code: Annotated[str, Field(min_length=1, max_length=64)]
    lang: _Lang = None


class File(_Event):
    """The citizen sent a photo or a document; `text` is what stood below it."""

    event: Literal["file"]
    chat: _Chat
    url: Annotated[str, Field(max_length=2000, description="Fetched once, from one of the gateway's file_origins.")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(pattern=r"^[!-~]{3,100}$")] = "application/octet-stream"
    text: _Text = ""
    lang: _Lang = None


class Delivery(_Event):
    """What became of a message that the hub posted; `key` is the one it came with. The first report stands."""

    event: Literal["delivery"]
    key: Annotated[str, Field(pattern=r"^[!-~]{1,300}$")]
    status: Literal["delivered", "failed"]


Event = Text | Choice | File | Delivery
READER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])

_FORMS = {
    "missing": Said("缺少字段“{field}”。", "The field “{field}” is missing."),
    "extra_forbidden": Said("没有“{field}”这个字段。", "There is no field “{field}”."),
    "string_too_long": Said("“{field}”最多{most}个字符。", "“{field}” may have at most {most} characters."),
    "string_too_short": Said("“{field}”不能是空的。", "“{field}” must not be empty."),
    "string_type": Said("“{field}”要写成字符串。", "“{field}” must be a string."),
}
_OTHER = Said("“{field}”的格式不对。", "“{field}” is not of the form that the schema gives.")
_NO_KIND = Said("“event”要写text、choice、file或delivery。", "“event” must be one of text, choice, file and delivery.")
_NO_JSON = Said("请求体要是一个JSON对象，UTF-8编码。", "The body must be one JSON object in UTF-8.")


def read_event(raw: bytes) -> Event:
    """The event; raises Invalid naming every field that is wrong, and why."""
    try:
        given = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Invalid({"body": _NO_JSON})
    for name in ("text", "name"):  # what a person wrote; signs that no keyboard makes are dropped, not refused
        if isinstance(given.get(name), str):
            given[name] = tidy(given[name])
    try:
        return READER.validate_python(given)
    except ValidationError as fault:
        raise Invalid(dict(_said(error) for error in fault.errors(include_url=False))) from None


def _said(error: Any) -> tuple[str, Said]:
    if error["type"].startswith("union_tag"):
        return "event", _NO_KIND
    field = str(error["loc"][-1])[:60]
    form = _FORMS.get(error["type"], _OTHER)
    fill = {"field": field, "most": error.get("ctx", {}).get("max_length", "")}
    return field, Said(form.zh.format(**fill), form.en.format(**fill))
