"""evaluate: what the program guesses, measured on a file of what a person said."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.console import JsonFlag, Stopped, command, lines_of, out, print_json
from routing import duplicate_figures

app = typer.Typer(no_args_is_help=True, help="Measure on judged examples how well the hub guesses.")


@app.callback()
def _evaluate() -> None:
    """Measure on judged examples how well the hub guesses."""


@command(app, "duplicates")
async def duplicates(
    file: Annotated[Path, typer.Argument(help="JSON lines of {a, b, same}; `.gz` too.")],
    messages: Annotated[Path, typer.Option(help="JSON lines of {id, title, body}; `.gz` too.")],
    as_json: JsonFlag = False,
) -> None:
    """Measure how well likeness tells letters about one matter from letters about two."""
    with lines_of(file) as pairs, lines_of(messages) as letters:
        known = _rows(letters, messages, ("id", "title"))
        found = duplicate_figures.measure(_rows(pairs, file, ("a", "b", "same")), known)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name:10} {value:g}")


def _rows(lines: Iterable[str], file: Path, needed: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The objects of a file; raises Stopped with the line of one that cannot be read or lacks a field."""
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or any(name not in row for name in needed):
            named = "、".join(needed)
            raise Stopped(
                f"{file.name} 第{n}行：应是含 {named} 的JSON对象。(Line {n}: a JSON object with these fields.)"
            )
        yield row
