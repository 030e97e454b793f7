"""Commands that learn: `train` topics or the scores of replies; `model` lists models and says which is in force."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from channels.console.judging import NAMES, pairs_of
from channels.console.opening import book_of, has_store, models_of, opened, settings_now
from config.settings import Settings
from hub.console import JsonFlag, Stopped, command, err, lines_of, out, print_json, progress
from hub.moments import system_clock, to_text
from hub.storage import taught
from routing.choose import pointing
from routing.examples import Example, Pointing, example, learned, rows_of
from routing.models import Models
from routing.rules import read_rules
from supervision.scoring.model import CONCERNS, WEIGHTS, write

Files = Annotated[list[Path] | None, typer.Argument(help="Labelled letters or replies, JSON lines; `.gz` too.")]
app = typer.Typer()
model_app = typer.Typer(no_args_is_help=True, help="Trained models: what there are, which is in force, roll back.")


@command(app, "train")
async def train(
    files: Files = None,
    what: Annotated[Literal["routing", "replies"], typer.Option(help="What is learnt.")] = "routing",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Train and report, keep nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Learn routing from labelled files, imported letters with a topic and dispatchers' corrections, and use it.

    Without files the model that was trained last learns on from the letters here, and is only replaced by a better one.
    `--what replies` learns the scores of replies from one labelled file, and writes them over the shipped ones.
    """
    if what == "replies":
        _train_replies(files or [])
        return
    training, adapting, settings = _library("routing.training"), _library("routing.adapting"), settings_now()
    models = models_of(settings)
    book = await book_of(settings)
    pointed = pointing(book.directory, read_rules(book.rules, book.directory))
    examples = [e for file in files or () for e in _of_file(file, pointed)]
    examples += await _of_store(settings, models, pointed)
    now = to_text(system_clock())
    with progress("训练", training.FOLDS + 1) as tell:
        if files:
            made = training.train(examples, models.next_name(), now, models.in_force().units, tell)
        else:
            made = adapting.adapt(models.unmoved(), examples, models.next_name(), now, tell)
    if not dry_run:
        models.keep(made.model, made.card)
        if better := _better(made.card):
            models.use(made.model.name)
    print_json(made.card) if as_json else _print_card(made.card)
    if not dry_run and not better:
        err.print("没有比现用的好，已存但没有启用；要用请运行 model use。(Kept, not in force: no better.)")


def _better(card: Any) -> bool:
    """Whether a model that goes on from another one judges the letters here better than that did."""
    return "before" not in card or bool(card["figures"]["accuracy"] > card["before"]["accuracy"])


def _library(name: str) -> Any:
    """A module that learns; its library is large, and loaded only here."""
    try:
        return import_module(name)
    except ImportError:
        raise Stopped("训练需要 scikit-learn：pip install scikit-learn。(Training needs scikit-learn.)") from None


def _of_file(file: Path, pointed: Pointing) -> list[Example]:
    with lines_of(file) as lines:
        return [found for row in rows_of(lines, file.name) if (found := example(row, pointed))]


async def _of_store(settings: Settings, models: Models, pointed: Pointing) -> list[Example]:
    """What the letters of the store teach; nothing where there is no store yet."""
    if not has_store(settings):
        return []
    model, found, after = models.in_force(), list[Example](), ""
    async with opened(settings, writes=False) as office:
        streets = {unit.code for unit in (await office.book()).directory.units.values() if unit.areas}
        while letters := await office.store.read(taught.page, after, room="heavy"):
            found += [e for letter in letters if (e := learned(letter, model, streets, pointed))]
            after = letters[-1].id
    return found


def _train_replies(files: list[Path]) -> None:
    if len(files) != 1:
        raise Stopped("请给一个答复样本文件。(Give one file of labelled replies.)")
    learning, rows = _library("supervision.scoring.training"), pairs_of(files[0])
    with progress("学习", learning.FOLDS) as tell:
        learnt = learning.train(rows, lambda _: tell(1))
    write(learnt, WEIGHTS)
    limits = "，".join(f"{NAMES[c]} {learnt.models[c].threshold:.3f}" for c in CONCERNS)
    out.print(f"已写入{WEIGHTS}。提示界限 (limits): {limits}")


@command(model_app, "list")
async def list_models(as_json: JsonFlag = False) -> None:
    """List the models with their figures; the one in force is marked."""
    models = models_of(settings_now())
    chosen = models.chosen()
    rows: list[dict[str, Any]] = [{"name": n, "in_force": n == chosen, "card": models.card(n)} for n in models.names()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        found = row["card"]["figures"]
        mark = "*" if row["in_force"] else " "
        out.print(f"{mark} {row['name']}  {row['card']['trained_at']}  macro-F1 {found['macro_f1']}")


@command(model_app, "use")
async def use_model(name: str) -> None:
    """Put a model into force, also one from before; a running hub takes it with the next letter."""
    models_of(settings_now()).use(name)
    out.print(f"{name} 已生效。(In force.)")


def _print_card(card: Any) -> None:
    found = card["figures"]
    out.print(f"{card['name']}  {sum(card['letters'].values())} 封  {card['by']}")
    out.print(f"macro-F1 {found['macro_f1']}  accuracy {found['accuracy']}  ece {found['ece']}")
    if before := card.get("before"):
        out.print(f"此前 {before['name']} (before): macro-F1 {before['macro_f1']}  accuracy {before['accuracy']}")
    for label, row in found["per_class"].items():
        out.print(f"  {label}  P {row['precision']}  R {row['recall']}  F1 {row['f1']}  n {row['n']}")
