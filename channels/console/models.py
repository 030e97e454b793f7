"""Commands about what was learnt: `evaluate` tells how well it judges labelled files, `train` learns it anew."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.console import JsonFlag, Stopped, command, lines_of, out, print_json, progress
from routing import duplicate_figures
from supervision.scoring.model import CONCERNS, WEIGHTS, scorer, write
from supervision.scoring.training import FOLDS, train
from supervision.scoring.trial import Labelled, evaluate, labelled

evaluate_app = typer.Typer(no_args_is_help=True, help="How well the shipped models judge what was labelled by people.")
train_app = typer.Typer(no_args_is_help=True, help="Learn the shipped models anew from what was labelled by people.")

NAMES = {"mismatch": "答非所问", "boilerplate": "空话套话", "incomplete": "没有写完"}
File = Annotated[Path, typer.Argument(help="JSON lines of {title, body, reply, label, type?, letter_id?}; .gz too.")]


@command(evaluate_app, "replies")
async def evaluate_replies(file: File, as_json: JsonFlag = False) -> None:
    """Score every reply of a file and tell how well each kind of poor reply is told from the genuine ones."""
    rows = rows_of(file)
    with progress("评分", len(rows)) as tell:
        found = evaluate(rows, scorer(), tell)
    if as_json:
        print_json(found)
        return
    out.print(f"{found['n']}件，每件{found['ms_per_pair']}毫秒 (n, ms per pair)")
    out.print("AUC    5%误报时找出 (recall at 5 % false alarms)")
    for name, area in found["auc"].items():
        out.print(f"{area:.3f}  {found['recall_at_5pct'][name]:.3f}  {NAMES.get(name, '  ' + name)}")


@command(train_app, "replies")
async def train_replies(file: File) -> None:
    """Learn weights, rarity tables and limits from a file, and put them in the place of the shipped ones."""
    rows = rows_of(file)
    with progress("学习", FOLDS) as tell:
        learnt = train(rows, lambda _: tell(1))
    write(learnt, WEIGHTS)
    limits = "，".join(f"{NAMES[c]} {learnt.models[c].threshold:.3f}" for c in CONCERNS)
    out.print(f"已写入{WEIGHTS}。提示界限 (limits): {limits}")


def rows_of(file: Path) -> tuple[Labelled, ...]:
    """The rows of a file; raises Stopped where it is not what it should be, OSError where it cannot be read."""
    try:
        with lines_of(file) as lines:
            return labelled([_row(n, line) for n, line in enumerate(lines, 1)])
    except ValueError as fault:
        raise Stopped(f"{file.name}：{fault}") from fault


def _row(n: int, line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        raise ValueError(f"第{n}行不是一条JSON记录。(Row {n} is no JSON object.)") from None


@command(evaluate_app, "duplicates")
async def evaluate_duplicates(
    file: Annotated[Path, typer.Argument(help="JSON lines of {a, b, same}; `.gz` too.")],
    messages: Annotated[Path, typer.Option(help="JSON lines of {id, title, body}; `.gz` too.")],
    as_json: JsonFlag = False,
) -> None:
    """Measure how well likeness tells letters about one matter from letters about two."""
    with lines_of(file) as pairs, lines_of(messages) as letters:
        known = objects_of(letters, messages, ("id", "title"))
        found = duplicate_figures.measure(objects_of(pairs, file, ("a", "b", "same")), known)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name:10} {value:g}")


def objects_of(lines: Iterable[str], file: Path, needed: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
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
