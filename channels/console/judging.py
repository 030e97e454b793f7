"""Commands that measure on labelled files how well the hub judges: `evaluate routing`, `replies`, `duplicates`."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.console.opening import book_of, choose_of, settings_now
from hub.console import JsonFlag, Stopped, command, lines_of, out, print_json, progress
from hub.ports import Choose, Matter
from hub.rulebook import Rulebook
from routing import duplicate_figures
from routing.evaluation import figures
from routing.examples import parts_of, rows_of
from routing.model import Judgement
from routing.rules import read_rules
from supervision.scoring.model import scorer
from supervision.scoring.trial import Labelled, evaluate, labelled

MEASURED_KIND = "consult"
"""Labelled letters are routed as this kind: open or private, about a matter."""
NAMES = {"mismatch": "答非所问", "boilerplate": "空话套话", "incomplete": "没有写完"}
Replies = Annotated[Path, typer.Argument(help="JSON lines of {title, body, reply, label, type?, letter_id?}; .gz too.")]
app = typer.Typer(no_args_is_help=True, help="Measure on judged examples how well the hub judges.")


@command(app, "routing")
async def evaluate_routing(
    file: Annotated[Path, typer.Argument(help="JSON lines of {text | title, body; label}; `.gz` too.")],
    as_json: JsonFlag = False,
) -> None:
    """Route labelled letters as the hub would today, and say how often the topic is right and how often sure."""
    settings = settings_now()
    with lines_of(file) as lines:
        rows = [row for row in rows_of(lines, file.name) if row.get("label")]
    if not rows:
        raise Stopped(f"{file.name} 里没有带 label 的信。(No row has a label.)")
    found = measure(rows, choose_of(settings), await book_of(settings))
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name != "per_class":
            out.print(f"{name:22} {value:g}")
    for label, row in found["per_class"].items():
        out.print(f"  {label}  P {row['precision']}  R {row['recall']}  F1 {row['f1']}  n {row['n']}")


def measure(rows: list[Any], choose: Choose, book: Rulebook) -> dict[str, Any]:
    """The figures of the live `choose` on labelled rows; `coverage` is what it would dispatch without a person.

    A letter whose words point to somebody's conduct always waits for a person: `doubted` is the share of these,
    `coverage_undoubted` the coverage among the others.
    """
    kind = book.kinds[MEASURED_KIND]
    matters = [Matter(kind.code, "matter", *parts_of(row), "", "", {}, "private", True, False) for row in rows]
    choose(matters[0], kind, book)
    began = time.thread_time()
    chosen = [choose(matter, kind, book) for matter in matters]
    spent = time.thread_time() - began
    labels = [str(row["label"]) for row in rows]
    judged = [_judged(c.record, c.category) for c in chosen]
    found = figures(labels, judged, read_rules(book.rules, book.directory).sure.needed(kind.code))
    doubted = sum(c.aim != "matter" for c in chosen)
    out_by_itself = [c.category == label for c, label in zip(chosen, labels, strict=True) if c.sure]
    return found | {
        "topic_coverage": found["coverage"],
        "topic_precision": found["precision_at_coverage"],
        "coverage": round(len(out_by_itself) / len(rows), 4),
        "coverage_undoubted": round(len(out_by_itself) / max(1, len(rows) - doubted), 4),
        "doubted": round(doubted / len(rows), 4),
        "precision_at_coverage": round(sum(out_by_itself) / max(1, len(out_by_itself)), 4),
        "us_per_letter": round(spent / len(rows) * 1e6, 1),
    }


def _judged(record: Any, category: str) -> Judgement:
    topics = tuple((str(topic), float(chance)) for topic, chance in record.get("topics", ()))
    return Judgement(topics or ((category, 0.0),), (), "", float(record.get("known", 1.0)))


@command(app, "replies")
async def evaluate_replies(file: Replies, as_json: JsonFlag = False) -> None:
    """Score every reply of a file and tell how well each kind of poor reply is told from the genuine ones."""
    rows = pairs_of(file)
    with progress("评分", len(rows)) as tell:
        found = evaluate(rows, scorer(), tell)
    if as_json:
        print_json(found)
        return
    out.print(f"{found['n']}件，每件{found['ms_per_pair']}毫秒 (n, ms per pair)")
    out.print("AUC    5%误报时找出 (recall at 5 % false alarms)")
    for name, area in found["auc"].items():
        out.print(f"{area:.3f}  {found['recall_at_5pct'][name]:.3f}  {NAMES.get(name, '  ' + name)}")


def pairs_of(file: Path) -> tuple[Labelled, ...]:
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


@command(app, "duplicates")
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
