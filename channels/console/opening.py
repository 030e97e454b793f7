"""How the hub is opened: settings, store, keys, routing and checks put together into one office."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from config import settings as process_settings
from config import starter
from config.settings import Settings
from hub import configure, logs
from hub.console import Stopped
from hub.files import FileStore
from hub.moments import Clock, system_clock
from hub.office import Office
from hub.ports import Choose
from hub.privacy.vault import KeyRing
from hub.rulebook import Rulebook, read_rulebook
from hub.storage import checking, editions
from hub.storage.store import open_store
from routing.danger import Dangers, read_dangers
from routing.models import Models
from routing.port import chooser
from routing.unfailing import unfailing
from supervision.checks import inspect


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
    """Routing by the rules and by the model in force; where it fails, a person decides."""
    known = dangers()
    return unfailing(chooser(known, models_of(settings).in_force), known)


def has_store(settings: Settings) -> bool:
    """Whether there is a store already."""
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
