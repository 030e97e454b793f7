"""Commands of routing: ask where a letter would go, train a model, list, use and roll back, and measure."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from hub import printed
from hub.console import JsonFlag, Stopped, command, lines_of, out, print_json, progress
from hub.moments import system_clock, to_text
from hub.office import Office
from hub.ports import Choose, Matter
from hub.rulebook import Rulebook
from hub.storage import taught
from routing import evaluating
from routing.evaluation import figures
from routing.examples import Example, example, learned, parts_of, rows_of
from routing.model import Judgement
from routing.models import Models
from routing.rules import read_rules

MEASURED_KIND = "consult"
"""Labelled letters are routed as this kind: open or private, about a matter."""

model_app = typer.Typer(no_args_is_help=True, help="Trained models: what there are, which is in force, roll back.")


@dataclass(frozen=True, slots=True)
class Lent:
    """What the composition root lends to these commands, each asked for when it is needed."""

    models: Callable[[], Models]
    choose: Callable[[], Choose]
    book: Callable[[], Awaitable[Rulebook]]
    office: Callable[[], AbstractAsyncContextManager[Office] | None]


def add_commands(app: typer.Typer, lent: Lent) -> None:
    """Put `route`, `train`, `model` and `evaluate routing` on the command line."""
    _add_route(app, lent)
    app.add_typer(model_app, name="model")
    _add_train(app, lent)
    _add_model(lent)
    _add_evaluate(lent)


def _add_route(app: typer.Typer, lent: Lent) -> None:
    @command(app, "route")
    async def route(
        text: Annotated[str, typer.Option(help="What a letter says.")],
        kind: Annotated[str, typer.Option()] = "consult",
        as_json: JsonFlag = False,
    ) -> None:
        """Say which unit a letter would go to, and why."""
        book = await lent.book()
        if kind not in book.kinds:
            raise Stopped(f"没有类别 {kind}，可用：{'、'.join(book.kinds)}。(No such kind.)")
        level = book.kinds[kind].level[book.kinds[kind].aims[0]]
        matter = Matter(kind, book.kinds[kind].aims[0], "", text, "", "", {}, level, True, False)
        chosen = lent.choose()(matter, book.kinds[kind], book)
        print_json(asdict(chosen)) if as_json else printed.routed(chosen, book)


def _add_train(app: typer.Typer, lent: Lent) -> None:
    @command(app, "train")
    async def train(
        files: Annotated[list[Path] | None, typer.Argument(help="Labelled letters, JSON lines; `.gz` too.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Train and report, keep nothing.")] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Train on labelled files, imported letters with a topic and dispatchers' corrections; put it into force."""
        try:
            training = import_module("routing.training")  # its library is an extra, and slow to load
        except ImportError:
            raise Stopped("训练需要 scikit-learn：pip install scikit-learn。(Training needs scikit-learn.)") from None
        models = lent.models()
        examples = [e for file in files or () for e in _of_file(file)]
        examples += await _of_store(lent, models)
        now = to_text(system_clock())
        with progress("训练", training.FOLDS + 1) as tell:
            made = training.train(examples, models.next_name(), now, models.in_force().units, tell)
        if not dry_run:
            models.keep(made.model, made.card)
            models.use(made.model.name)
        print_json(made.card) if as_json else _print_card(made.card)


def _of_file(file: Path) -> list[Example]:
    with lines_of(file) as lines:
        return [found for row in rows_of(lines, file.name) if (found := example(row))]


async def _of_store(lent: Lent, models: Models) -> list[Example]:
    """What the letters of the store teach; nothing where there is no store yet."""
    opened = lent.office()
    if opened is None:
        return []
    model, found = models.in_force(), list[Example]()
    async with opened as office:
        streets = {unit.code for unit in (await office.book()).directory.units.values() if unit.areas}
        after = ""
        while letters := await office.store.read(taught.page, after, room="heavy"):
            found += [e for letter in letters if (e := learned(letter, model, streets))]
            after = letters[-1].id
    return found


def _add_model(lent: Lent) -> None:
    @command(model_app, "list")
    async def list_(as_json: JsonFlag = False) -> None:
        """List the models with their figures; the one in force is marked."""
        models = lent.models()
        chosen = models.chosen()
        rows: list[dict[str, Any]] = [
            {"name": n, "in_force": n == chosen, "card": models.card(n)} for n in models.names()
        ]
        if as_json:
            print_json(rows)
            return
        for row in rows:
            found = row["card"]["figures"]
            mark = "*" if row["in_force"] else " "
            out.print(f"{mark} {row['name']}  {row['card']['trained_at']}  macro-F1 {found['macro_f1']}")

    @command(model_app, "use")
    async def use(name: str) -> None:
        """Put a model into force, also one from before; a running hub takes it with the next letter."""
        lent.models().use(name)
        out.print(f"{name} 已生效。(In force.)")


def _add_evaluate(lent: Lent) -> None:
    @command(evaluating.app, "routing")
    async def routing(
        file: Annotated[Path, typer.Argument(help="JSON lines of {text | title, body; label}; `.gz` too.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Route labelled letters as the hub would today, and say how often the topic is right and how often sure."""
        with lines_of(file) as lines:
            rows = [row for row in rows_of(lines, file.name) if row.get("label")]
        if not rows:
            raise Stopped(f"{file.name} 里没有带 label 的信。(No row has a label.)")
        found = measure(rows, lent.choose(), await lent.book())
        if as_json:
            print_json(found)
            return
        for name, value in found.items():
            if name != "per_class":
                out.print(f"{name:22} {value:g}")
        for label, row in found["per_class"].items():
            out.print(f"  {label}  P {row['precision']}  R {row['recall']}  F1 {row['f1']}  n {row['n']}")


def measure(rows: list[Any], choose: Choose, book: Rulebook) -> dict[str, Any]:
    """The figures of the live `choose` on labelled rows; `coverage` is what it would dispatch without a person."""
    kind = book.kinds[MEASURED_KIND]
    matters = [Matter(kind.code, "matter", *parts_of(row), "", "", {}, "private", True, False) for row in rows]
    choose(matters[0], kind, book)
    began = time.thread_time()
    chosen = [choose(matter, kind, book) for matter in matters]
    spent = time.thread_time() - began
    labels = [str(row["label"]) for row in rows]
    judged = [_judged(c.record, c.category) for c in chosen]
    found = figures(labels, judged, read_rules(book.rules, book.directory).sure.needed(kind.code))
    out_by_itself = [c.category == label for c, label in zip(chosen, labels, strict=True) if c.sure]
    return found | {
        "topic_coverage": found["coverage"],
        "topic_precision": found["precision_at_coverage"],
        "coverage": round(len(out_by_itself) / len(rows), 4),
        "precision_at_coverage": round(sum(out_by_itself) / max(1, len(out_by_itself)), 4),
        "us_per_letter": round(spent / len(rows) * 1e6, 1),
    }


def _judged(record: Any, category: str) -> Judgement:
    topics = tuple((str(topic), float(chance)) for topic, chance in record.get("topics", ()))
    return Judgement(topics or ((category, 0.0),), (), "")


def _print_card(card: Any) -> None:
    found = card["figures"]
    out.print(f"{card['name']}  {sum(card['letters'].values())} 封  {card['by']}")
    out.print(f"macro-F1 {found['macro_f1']}  accuracy {found['accuracy']}  ece {found['ece']}")
    for label, row in found["per_class"].items():
        out.print(f"  {label}  P {row['precision']}  R {row['recall']}  F1 {row['f1']}  n {row['n']}")
