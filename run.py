"""The command line, and the hub as it is served: what it is made of is opened, runs in rounds, and is closed here."""

import asyncio
import gc
import math
import signal
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated

import structlog
import typer
from aiohttp import web

from channels.console import bulletins, judging, learning, letters, officers, rulesets, store
from channels.console.opening import dangers, has_store, models_of, must_have_rules, opened, settings_now
from channels.outside import outside, secrets_of
from channels.web.app import make_app, make_runner
from channels.web.keys import Parts
from channels.web.passwords import hash_password
from channels.web.render import Site
from config import settings as process_settings
from config.settings import Settings
from hub import demo, printed
from hub.console import command, out, progress
from hub.demo_world import Days
from hub.ending import stopped
from hub.followers import keep_following
from hub.moments import system_clock
from hub.office import Office
from hub.storage import settings as store_settings
from hub.storage.migrate import migrate as bring_schema
from hub.timer import Timer
from routing import monitor, topics
from supervision.bulletins.demo import release_old
from supervision.patrol import sweep
from supervision.recount import recount

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(store.app)
app.add_typer(letters.app)
app.add_typer(bulletins.app)
app.add_typer(rulesets.app, name="config")
app.add_typer(officers.app, name="officer")
app.add_typer(learning.app)
app.add_typer(learning.model_app, name="model")
app.add_typer(judging.app, name="evaluate")


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
        courier = channels_open.courier
        parts = Parts(
            site=site,
            telegram=channels_open.deliver,
            chat=channels_open.chat,
            ages=ages,
            pulses=courier.pulses,
            preview=courier.would_send,
            gates=channels_open.gates,
        )
        runner = make_runner(make_app(office, settings, parts))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.server.host, settings.server.port).start()
        gc.collect()
        gc.freeze()  # what the hub is made of stays: looking through it again stopped all pages for a tenth of a second
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

    watching = monitor.follower(models_of(settings).card_in_force)
    following = asyncio.create_task(keep_following(office, (*topics.FOLLOWERS, watching)), name="followers")
    stack.push_async_callback(stopped, following)
    timer = await stack.enter_async_context(Timer())
    timer.every(settings.timing.sweep_seconds, "sweep", round_of_clocks)
    timer.start("sweep", round_of_clocks)
    timer.every(settings.timing.sweep_seconds, "recount", round_of_calendar)
    timer.start("recount", round_of_calendar)


async def demo_round(office: Office, now: datetime) -> None:
    """One round of the demo's days: the sweep, and what supervision and a leader do with the bulletins it drew up."""
    await sweep(office, now)
    await release_old(office, now)


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
            made = await demo.make(office, days, hashed, demo_round, lambda done, of: tell(done=done, of=of))
    printed.demo(made.officers, made.cases, password)


if __name__ == "__main__":
    app()
