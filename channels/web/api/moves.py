"""The fields of a move as JSON schema, from the machine's own declaration."""

from typing import Any

from channels.web.api.op import Told
from channels.web.api.shapes import Name
from hub.kinds import Kind
from hub.machines.machine import Move, MoveField
from hub.move import choices, fields_of
from hub.rulebook import Rulebook
from hub.submission import MOST_FILES


class MoveTold(Told):
    """A move: its code, its name, and what it takes beside `version`."""

    code: str
    name: Name
    fields: dict[str, Any]


def move_told(move: Move, book: Rulebook, kind: Kind) -> MoveTold:
    """A move with the schema of its fields."""
    return MoveTold(code=move.code, name=Name(zh=move.zh, en=move.en), fields=schema_of(move, book, kind))


def schema_of(move: Move, book: Rulebook, kind: Kind) -> dict[str, Any]:
    """An object schema (JSON Schema 2020-12) of the values that the move takes."""
    return {
        "type": "object",
        "properties": {field.name: _field(field, book, kind) for field in fields_of(move, kind)},
        "required": [field.name for field in fields_of(move, kind) if field.required],
        "additionalProperties": False,
    }


def _field(field: MoveField, book: Rulebook, kind: Kind) -> dict[str, Any]:
    said = {"title": field.zh, "description": field.en}
    match field.type:
        case "files":
            places = {"type": ["string", "integer"], "pattern": "^[0-9]{1,6}$", "minimum": 1}
            return {**said, "type": "array", "maxItems": MOST_FILES, "items": places}
        case "int":
            low, high = (1, 5) if field.name == "score" else (0, 10_000)
            return {**said, "type": "integer", "minimum": low, "maximum": high}
        case "bool":
            return {**said, "type": "boolean"}
        case "date":
            return {**said, "type": "string", "format": "date"}
        case "choice":
            return {**said, "type": "string", "enum": [code for code, _, _ in choices(field, book, kind)]}
        case "reasons":
            codes = [code for code, _, _ in choices(field, book, kind)]
            return {**said, "type": "array", "minItems": 1, "items": {"type": "string", "enum": codes}}
        case _:
            return {**said, "type": "string", "minLength": 1, "maxLength": field.most}
