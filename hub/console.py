"""The console: commands that end with an exit code and, when something stops them, with one sentence."""

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import IO, Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from config.settings import BadSettings
from hub.archive import BadArchive
from hub.errors import Invalid, Refusal
from hub.privacy.vault import BadKeyFile
from hub.rehearsal import NotVerified
from hub.storage.errors import StoreError

P = ParamSpec("P")
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


class Stopped(Exception):
    """The command cannot go on; the sentence says why and what to do."""


def command(
    group: typer.Typer, name: str
) -> Callable[[Callable[P, Coroutine[Any, Any, int | None]]], Callable[P, None]]:
    """Make a coroutine a command: it answers with its exit code; whatever stops it is told on standard error."""

    def made(run: Callable[P, Coroutine[Any, Any, int | None]]) -> Callable[P, None]:
        @wraps(run)
        def outer(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                code = asyncio.run(run(*args, **kwargs)) or 0
            except KeyboardInterrupt:
                code = 130
            except Exception as fault:
                sentence = sentence_of(fault)
                if sentence is None:
                    raise
                err.print(sentence)
                code = 1
            raise typer.Exit(code)

        group.command(name)(outer)
        return outer

    return made


def sentence_of(fault: Exception) -> str | None:
    """What a person is told of a fault; None for one that nobody foresaw."""
    if isinstance(fault, Invalid):
        return "\n".join(f"{name}: {said.zh}({said.en})" for name, said in fault.fields.items())
    if isinstance(fault, Refusal | BadKeyFile):
        return f"{fault.zh}({fault.en})"
    if isinstance(fault, NotVerified):
        return "\n".join((str(fault), *(f"{f.check}  {f.at}  {f.what}" for f in fault.findings[:20])))
    if isinstance(fault, StoreError | BadSettings | Stopped | BadArchive | ValueError):
        return str(fault) or type(fault).__name__
    if isinstance(fault, OSError):
        return f"{fault.strerror or type(fault).__name__}：{fault.filename or ''}"
    return None


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error while something long runs; call what it yields with how much more is done.

    `done` and `of` set the bar to a place instead. Nothing is drawn where nobody looks.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def tell(more: int = 0, *, done: int | None = None, of: int | None = None) -> None:
            if of is not None:
                bar.update(task, completed=done, total=of)
            else:
                bar.update(task, advance=more)

        yield tell


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    typer.echo(text)


def text_of(file: Path) -> str:
    """The whole of a text file; raises Stopped where it is no UTF-8."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Stopped(f"{file} 不是UTF-8文本，请另存为UTF-8。(Save the file as UTF-8.)") from None


@contextmanager
def lines_of(file: Path) -> Iterator[Iterator[str]]:
    """The lines of a text file, `.gz` too; bytes that are no UTF-8 are shown as such and refused with their line."""
    packed = file.suffix == ".gz"
    with file.open("rb") as raw, _unpacked(raw, packed=packed) as plain:
        yield (line.decode("utf-8", "surrogateescape") for line in plain)


def _unpacked(raw: IO[bytes], *, packed: bool) -> AbstractContextManager[Iterable[bytes]]:
    return gzip.GzipFile(fileobj=raw) if packed else nullcontext(raw)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
