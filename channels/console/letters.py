"""Commands about letters: bring them in, ask where one would go and when an answer is due."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from channels.console.opening import book_of, choose_of, must_have_rules, opened, settings_now
from channels.web.api.routes import whole_document
from hub import printed
from hub.clocks import LedgerEvent, due_at, due_day
from hub.console import JsonFlag, Stopped, command, lines_of, print_json, progress
from hub.daylines import explain
from hub.importing import Way, import_letters
from hub.limits import parse_limit
from hub.ports import Matter
from hub.rulesets import asked_rule

app = typer.Typer()


@command(app, "import")
async def import_(
    file: Path,
    source: Annotated[str, typer.Option(help="Names the other system; a letter is known by source and id.")] = "",
    with_replies: Annotated[bool, typer.Option(help="Take the replies too, released at their own time.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Import JSON lines of {id,title,body,at,kind?,category?,due?,reply?,reply_time?}; run again, it goes on."""
    settings = settings_now()
    choose = choose_of(settings)
    async with opened(settings) as office:
        await must_have_rules(office)
        way = Way(office, choose, source or file.name.removesuffix(".gz").removesuffix(".jsonl"), with_replies)
        with lines_of(file) as lines, progress("导入") as tell:
            summary = await import_letters(way, lines, tell)
    print_json(summary.as_told()) if as_json else printed.imported(summary)
    return 1 if summary.refused and not summary.imported and not summary.known else 0


@command(app, "route")
async def route(
    text: Annotated[str, typer.Option(help="What a letter says.")],
    kind: Annotated[str, typer.Option()] = "consult",
    as_json: JsonFlag = False,
) -> None:
    """Say which unit a letter would go to, and why."""
    book = await book_of(settings_now())
    if kind not in book.kinds:
        raise Stopped(f"没有类别 {kind}，可用：{'、'.join(book.kinds)}。(No such kind.)")
    level = book.kinds[kind].level[book.kinds[kind].aims[0]]
    matter = Matter(kind, book.kinds[kind].aims[0], "", text, "", "", {}, level, True, False)
    chosen = choose_of(settings_now())(matter, book.kinds[kind], book)
    print_json(asdict(chosen)) if as_json else printed.routed(chosen, book)


@command(app, "due")
async def due(
    start: str,
    limit: Annotated[str, typer.Argument()] = "",
    rule: Annotated[str, typer.Option(help="A rule instead of a limit, e.g. disclosure.answer.")] = "",
    explained: Annotated[bool, typer.Option("--explain")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say when a limit ends: due 2026-02-13T10:00 5wd (also 5cd, 24h, 4sh), or by a rule with its legal source.

    `--rule permits.decide` takes the version of the rule that is in force on the day the count begins.
    """
    book = await book_of(settings_now())
    calendar = book.calendar
    if bool(limit) == bool(rule):
        raise Stopped("请写时限（如 5wd）或 --rule 规则，两者取一。(Give either a limit or --rule.)")
    try:
        begun = datetime.fromisoformat(start)
    except ValueError:
        raise Stopped(f"看不懂时间“{start}”，请写成 2026-02-13T10:00。(Like 2026-02-13T10:00.)") from None
    begun = begun.replace(tzinfo=calendar.zone) if begun.tzinfo is None else begun
    ruled = asked_rule(rule, calendar.day_of(begun), book.rule_sets) if rule else None
    ledger = (LedgerEvent(begun, "start", ruled.clock.limit if ruled else parse_limit(limit)),)
    moment = due_at(ledger, calendar)
    assert moment is not None
    lines = explain(ledger, calendar)
    found = {"due_at": moment, "last_day": str(due_day(moment, calendar)), "days": [asdict(d) for d in lines]}
    if as_json:
        print_json(found | ({"rule": ruled.as_told()} if ruled else {}))
        return
    printed.due(moment, lines if explained else (), calendar)
    if ruled:
        printed.rule(ruled)


@command(app, "openapi")
async def openapi() -> None:
    """Print the OpenAPI document of /api/v1."""
    print_json(whole_document())
