"""The command line, and the composition root: what the hub is made of is opened, served and closed here."""

import asyncio
import math
import signal
import tomllib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
from aiohttp import web

from channels.outside import outside, secrets_of
from channels.web.api.routes import whole_document
from channels.web.app import make_app, make_runner
from channels.web.keys import Parts
from channels.web.passwords import hash_password
from channels.web.render import Site
from config import settings as process_settings
from config import starter
from config.settings import Settings
from hub import archive, calendar_editions, configure, coverage, demo, logs, officers, printed, rehearsal
from hub.clocks import LedgerEvent, due_at, due_day
from hub.console import JsonFlag, Stopped, command, lines_of, out, print_json, progress, text_of
from hub.daylines import explain
from hub.demo_world import Days
from hub.files import FileStore
from hub.followers import keep_following
from hub.importing import Way, import_letters
from hub.limits import parse_limit
from hub.moments import Clock, system_clock
from hub.office import Office
from hub.ports import Choose
from hub.privacy.vault import KeyRing
from hub.rulebook import Rulebook, read_rulebook
from hub.rulesets import asked_rule
from hub.storage import checking, editions
from hub.storage import settings as store_settings
from hub.storage.migrate import migrate as bring_schema
from hub.storage.store import open_store
from hub.timer import Timer
from hub.verify import verify as verify_store
from routing import commands, evaluating
from routing.danger import Dangers, read_dangers
from routing.models import Models
from routing.port import chooser
from routing.rules import read_rules
from supervision.checks import inspect
from supervision.patrol import sweep
from supervision.recount import foresee, recount

Folder = Annotated[Path, typer.Argument(help="By default the starter set.")]
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
config_app = typer.Typer(no_args_is_help=True, help="Rule sets: put files into force, or look whether they fit.")
officer_app = typer.Typer(no_args_is_help=True, help="Officers and their accounts.")
app.add_typer(config_app, name="config")
app.add_typer(officer_app, name="officer")
app.add_typer(evaluating.app, name="evaluate")


# The parts of the hub ---------------------------------------------------------------------------------------------


def settings_now() -> Settings:
    """The settings of this process, with the log set up as they say."""
    settings = process_settings.load()
    logs.set_up(settings.log.level, settings.log.format)
    return settings


def dangers() -> Dangers:
    """The danger words of the starter set."""
    return read_dangers(tomllib.loads((starter.HERE / "danger.toml").read_text("utf-8")))


def models_of(settings: Settings) -> Models:
    """The trained models of this hub; the starter model where none was trained."""
    return Models(settings.data.folder / "models")


def choose_of(settings: Settings) -> Choose:
    """Routing by the rules and by the model in force."""
    return chooser(dangers(), models_of(settings).in_force)


def has_store(settings: Settings) -> bool:
    return bool(settings.data.database_url) or (settings.data.folder / "minxin.db").exists()


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = system_clock, *, writes: bool = True) -> AsyncIterator[Office]:
    """The hub on its store; whatever fails while it opens, nothing stays open."""
    async with AsyncExitStack() as stack:
        store = await open_store(settings.data.url, clock=clock, writes=writes)
        stack.push_async_callback(store.close)
        keys = settings.data.folder / "keys.txt"
        if not keys.exists() and await store.read(checking.sealed):
            raise Stopped(f"缺少密钥文件 {keys}：请放回它的副本，新的打不开已存的内容。(Put the key file back.)")
        ring = KeyRing.create(keys)
        yield Office(store, ring, clock, choose_of(settings), inspect, FileStore(settings.data.folder / "files"))


async def must_have_rules(office: Office) -> None:
    """Raises Stopped where no rule set is in force yet."""
    if not await office.store.read(editions.numbers):
        raise Stopped("还没有规则：请先运行 config load 或 demo。(No rule sets yet: run `config load` or `demo`.)")


async def book_of(settings: Settings) -> Rulebook:
    """The rules in force, or those of the starter set where there is no store yet."""
    if has_store(settings):
        async with opened(settings, writes=False) as office:
            if await office.store.read(editions.numbers):
                return await office.book()
    content = configure.read_folder()
    return read_rulebook({family: (1, value) for family, value in content.items()}, {1: content["kinds"]})


# Serving ----------------------------------------------------------------------------------------------------------


@command(app, "serve")
async def serve() -> None:
    """Serve pages and API until SIGTERM or SIGINT, then finish what was begun."""
    settings = settings_now()
    log = structlog.get_logger("serve")
    stopping, ended = asyncio.Event(), {"sweep": system_clock()}
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with AsyncExitStack() as stack:  # closed in reverse: web, timer rounds, channels, store
        office = await stack.enter_async_context(opened(settings))
        await must_have_rules(office)
        if await office.store.read(store_settings.get, store_settings.DEMO):
            settings = demo.settings_of(settings)
        address = settings.server.public_url or f"http://{settings.server.host}:{settings.server.port}"
        secrets = secrets_of(settings, process_settings.secret)
        channels_open = await stack.enter_async_context(outside(office, settings, address, dangers(), secrets))
        await keep_rounds(stack, office, settings, ended)

        def age_of_sweep() -> float:
            return (system_clock() - ended["sweep"]).total_seconds()

        def serving() -> float:
            return math.inf if stopping.is_set() else 0.0

        ages = {"sweep": age_of_sweep, "serving": serving}
        place = (await office.book()).directory
        site = Site(f"{place.district}政民互动", f"{place.district_en} Citizen Desk", settings.demo)
        parts = Parts(site, channels_open.deliver, ages)
        runner = make_runner(make_app(office, settings, parts))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.server.host, settings.server.port).start()
        host, port = runner.addresses[0][:2]
        health = office.store.health()
        log.info("serving", address=f"{host}:{port}", engine=health.engine, version=health.version)
        if health.careful:
            log.warning("careful", careful=True, version=health.version)
        out.print(f"民信 Minxin: http://{host}:{port}{'  （演示 demo）' if settings.demo else ''}")
        await stopping.wait()
        log.info("stopping")


async def keep_rounds(stack: AsyncExitStack, office: Office, settings: Settings, ended: dict[str, datetime]) -> None:
    """Start the rounds of the hub: followers as the journal grows, sweep and recount now and at their interval."""

    async def round_of_clocks() -> None:
        await sweep(office, system_clock())
        ended["sweep"] = system_clock()

    async def round_of_calendar() -> None:
        await recount(office, system_clock())

    following = asyncio.create_task(keep_following(office), name="followers")
    stack.push_async_callback(_cancelled, following)
    timer = await stack.enter_async_context(Timer())
    timer.every(settings.timing.sweep_seconds, "sweep", round_of_clocks)
    timer.start("sweep", round_of_clocks)
    timer.every(settings.timing.sweep_seconds, "recount", round_of_calendar)
    timer.start("recount", round_of_calendar)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# The store --------------------------------------------------------------------------------------------------------


@command(app, "migrate")
async def migrate() -> None:
    """Bring the store to the schema of this program; makes the SQLite file if there is none."""
    settings = settings_now()
    settings.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = await bring_schema(settings.data.url, clock=system_clock)
    out.print(f"已应用：{'、'.join(names)}" if names else "数据库已是最新。(Up to date.)")


@command(app, "verify")
async def verify(as_json: JsonFlag = False) -> int:
    """Recompute chain, clocks, cases, figures and files; exit 1 when something does not hold."""
    async with opened(settings_now(), writes=False) as office:
        with progress("核对") as tell:
            report = await verify_store(office, lambda what, n: tell(n) if what == "cases" else None)
    print_json(asdict(report)) if as_json else printed.verified(report)
    return 1 if report.findings else 0


@command(app, "backup")
async def backup(file: Path) -> None:
    """Write one archive, restore it into a scratch place and verify it; keys are never part of it."""
    settings = settings_now()
    files = FileStore(settings.data.folder / "files")
    with progress("备份") as tell:
        manifest, report = await rehearsal.backup(settings.data.url, files, file, system_clock, lambda _, n: tell(n))
    printed.backed_up(file, manifest, report)


@command(app, "restore")
async def restore(file: Path, replace: Annotated[bool, typer.Option("--replace")] = False) -> None:
    """Build the store from an archive; nothing that waits is sent until `release`."""
    settings = settings_now()
    settings.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = FileStore(settings.data.folder / "files")
    manifest = await asyncio.to_thread(archive.read_into, file, settings.data.url, files, system_clock, replace=replace)
    printed.restored(manifest, settings.data.folder / "keys.txt")


@command(app, "release")
async def release() -> None:
    """Let what waits in the outbox be sent again after a restore."""
    async with opened(settings_now()) as office:
        lifted = await office.store.write(archive.release, office.clock())
    out.print("已恢复发送。(Released.)" if lifted else "没有停发的通知。(Nothing was held.)")


# Rule sets and officers -------------------------------------------------------------------------------------------


@command(config_app, "load")
async def config_load(
    folder: Folder = starter.HERE,
    forget: Annotated[bool, typer.Option("--forget", help="Drop calendar days the folder does not know.")] = False,
) -> None:
    """Check the rule sets of a folder and put those that changed into force as new editions."""
    content = configure.read_folder(folder)
    if faults := configure.check(content, read_rules):
        raise Stopped("\n".join(faults))
    async with opened(settings_now()) as office:
        load = partial(configure.load, forget=forget)
        numbers = await office.store.write(load, content, "console", office.clock())
    for family, number in numbers.items():
        out.print(f"{family}: {f'第 {number} 版' if number else '没有变化'}")


@command(config_app, "calendar")
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


@command(config_app, "check")
async def config_check(folder: Folder = starter.HERE, staffing: bool = False, as_json: JsonFlag = False) -> int:
    """Look whether the rule sets fit together; with --staffing whether every kind finds its people today."""
    if staffing:
        return await _staffing(as_json=as_json)
    faults = configure.check(configure.read_folder(folder), read_rules)
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


@officer_app.callback()
def _officer() -> None:
    """Officers and their accounts."""


@command(officer_app, "add")
async def officer_add(
    account: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[list[str], typer.Option(help="ROLE or ROLE@UNIT; may be given several times.")],
    password_file: Annotated[Path, typer.Option(help="A file whose first line is the password.")],
    home: Annotated[str, typer.Option(help="The unit the person works in; by default that of the first role.")] = "",
    same_person_as: Annotated[str, typer.Option(help="Another account of the same person.")] = "",
    no_otp: Annotated[bool, typer.Option("--no-otp", help="Without a second factor, where settings allow it.")] = False,
) -> None:
    """Add an officer; prints what an authenticator app needs, once."""
    settings = settings_now()
    lines = password_file.read_text("utf-8").splitlines() or [""]
    async with opened(settings) as office:
        await must_have_rules(office)
        is_demo = await office.store.read(store_settings.get, store_settings.DEMO)
        if no_otp and settings.staff.otp != "optional" and not is_demo:
            raise Stopped("设置里动态验证码是必需的（staff.otp）。(Settings require the second factor.)")
        grants = officers.grants_of(tuple(role), (await office.book()).directory)
        home = home or next((g.unit for g in grants if g.unit), "")
        asked = officers.Asked(account, name, tuple(role), lines[0], home, same_person_as)
        hashed = await asyncio.to_thread(hash_password, asked.password)
        new = officers.officer(asked, hashed, office.fresh_id(), office.clock(), otp=not no_otp)
        await office.store.write(officers.add, new, grants, same_person_as, "console")
    out.print(f"已添加 {account}（{name}）。")
    if uri := officers.otp_uri(new):
        out.print(f"动态验证码（只显示这一次）：{uri}")


# Letters ----------------------------------------------------------------------------------------------------------


@command(app, "import")
async def import_(
    file: Path,
    source: Annotated[str, typer.Option(help="Names the other system; a letter is known by source and id.")] = "",
    with_replies: Annotated[bool, typer.Option(help="Take the replies too, released at their own time.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Import JSON lines of {id,title,body,at,kind?,category?,due?,reply?,reply_time?}; run again, it goes on."""
    settings = settings_now()
    async with opened(settings) as office:
        await must_have_rules(office)
        way = Way(
            office, choose_of(settings), source or file.name.removesuffix(".gz").removesuffix(".jsonl"), with_replies
        )
        with lines_of(file) as lines, progress("导入") as tell:
            summary = await import_letters(way, lines, tell)
    print_json(summary.as_told()) if as_json else printed.imported(summary)
    return 1 if summary.refused and not summary.imported and not summary.known else 0


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


def store_now() -> AbstractAsyncContextManager[Office] | None:
    """The hub on its store for reading; None where there is no store yet."""
    settings = settings_now()
    return opened(settings, writes=False) if has_store(settings) else None


lent = commands.Lent(
    lambda: models_of(settings_now()), lambda: choose_of(settings_now()), lambda: book_of(settings_now()), store_now
)
commands.add_commands(app, lent)


# The demo district ------------------------------------------------------------------------------------------------


@command(app, "demo")
async def demo_(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there is a store.")] = False,
) -> None:
    """Fill an empty store with the demo district and ninety days of its letters."""
    settings = settings_now()
    settings.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.data.database_url or not has_store(settings):
        await bring_schema(settings.data.url, clock=system_clock)
    async with opened(settings, writes=False) as office:
        found = await office.store.read(demo.state)
    if if_empty and found in ("demo", "used"):
        return
    demo.make_room(settings.data.url, found, system_clock)
    days, password = Days(system_clock()), demo.new_password()
    async with opened(settings, days) as office, office.store.exclusive():
        with progress("演示") as tell:
            hashed = hash_password(password)
            made = await demo.make(office, days, hashed, sweep, lambda done, of: tell(done=done, of=of))
    printed.demo(made.officers, made.cases, password)


if __name__ == "__main__":
    app()
