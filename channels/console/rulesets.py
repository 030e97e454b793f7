"""Commands about rule sets: put files into force, announce the calendar, look whether all fits."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.console.opening import must_have_rules, opened, settings_now
from config import starter
from hub import calendar_editions, configure, coverage, printed
from hub.console import JsonFlag, Stopped, command, out, print_json, text_of
from routing.rules_file import read_rules_of
from supervision.bulletins.kinds import FAMILY, read_bulletins
from supervision.recount import foresee

Folder = Annotated[Path, typer.Argument(help="By default the starter set.")]
app = typer.Typer(no_args_is_help=True, help="Rule sets: put files into force, or look whether they fit.")


@command(app, "load")
async def config_load(
    folder: Folder = starter.HERE,
    forget: Annotated[
        bool, typer.Option("--forget", help="Drop what the page changed and the folder does not know.")
    ] = False,
) -> None:
    """Check the rule sets of a folder and put those that changed into force as new editions."""
    content = configure.read_folder(folder)
    if faults := faults_of(folder, content):
        raise Stopped("\n".join(faults))
    async with opened(settings_now()) as office:
        load = partial(configure.load, forget=forget)
        numbers = await office.store.write(load, content, "console", office.clock())
    for family, number in numbers.items():
        out.print(f"{family}: {f'第 {number} 版' if number else '没有变化'}")


@command(app, "calendar")
async def config_calendar(
    file: Annotated[Path | None, typer.Argument(help="The State Council's notice as text, UTF-8.")] = None,
    rest: Annotated[str, typer.Option(help="A day that the district makes a day of rest: 2026-07-20.")] = "",
    work: Annotated[str, typer.Option(help="A day that the district makes a working day.")] = "",
    take_back: Annotated[str, typer.Option(help="A day whose own arrangement is taken back.")] = "",
    name: Annotated[str, typer.Option(help="What the day is called.")] = "",
    source: Annotated[str, typer.Option(help="The document it rests on.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would move.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Announce a year from its notice, or set or take back one day; tell which dates of open cases move."""
    ways = {"notice": file, "rest": rest, "work": work, "take_back": take_back}
    if len(given := [way for way, value in ways.items() if value]) != 1:
        raise Stopped("请给一份通知的文件，或 --rest、--work、--take-back 中的一个。(A file, or one of these options.)")
    text = text_of(file) if file else ""
    what = given[0] if given[0] in ("notice", "take_back") else "day"
    asked = calendar_editions.Asked(what, text, rest or work or take_back, "yes" if work else "no", name, source)
    async with opened(settings_now(), writes=not dry_run) as office:
        await must_have_rules(office)
        number, content = await office.store.read(calendar_editions.in_force)
        today = (await office.book()).calendar.day_of(office.clock())
        change = calendar_editions.changed(content, asked, today)
        ahead = await foresee(office, change.content, office.clock())
        if not dry_run:
            number = await office.store.write(calendar_editions.publish, change, number, "console", office.clock())
    told = {"edition": number, "published": not dry_run, **asdict(ahead)}
    print_json(told) if as_json else printed.calendar(ahead, number, published=not dry_run)


@command(app, "check")
async def config_check(folder: Folder = starter.HERE, staffing: bool = False, as_json: JsonFlag = False) -> int:
    """Look whether the rule sets fit together; with --staffing whether every kind finds its people today."""
    if staffing:
        return await _staffing(as_json=as_json)
    faults = faults_of(folder, configure.read_folder(folder))
    print_json({"faults": faults}) if as_json else printed.checked(faults)
    return 1 if faults else 0


async def _staffing(*, as_json: bool) -> int:
    async with opened(settings_now(), writes=False) as office:
        await must_have_rules(office)
        people, book = await office.store.read(coverage.present, office.clock()), await office.book()
        on_duty = await office.store.read(coverage.unknown_on_duty, book)
    ways, missing = coverage.ways(people, book), coverage.unheld_desks(people)
    found = {"missing": missing, "on_duty": on_duty, "ways": [asdict(way) for way in ways]}
    print_json(found) if as_json else printed.staffed(ways, missing, on_duty)
    return 1 if missing or on_duty or any(way.stuck for way in ways) else 0


def faults_of(folder: Path, content: dict[str, Any]) -> list[str]:
    """Every fault of the rule sets of a folder, those of the routing rules with their line."""
    faults = configure.check(content, partial(read_rules_of, folder / "rules.toml"))
    try:
        read_bulletins(content["texts"][FAMILY])
    except ValueError as fault:
        faults.append(str(fault))
    return faults
