"""The world outside: bot, gateway and courier opened together in the order in which they must close."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from channels.courier import Courier, Outlet, Policy, courier
from channels.letters import Form
from channels.sms.gateway import gateway
from channels.telegram.bot import Access, TelegramBot, bot
from channels.telegram.worker import Setting
from config.settings import Settings
from hub.office import Office
from routing.danger import Dangers


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the channels prove themselves with, read from files by the composition root; empty where unused."""

    token: str = field(default="", repr=False)
    hook: str = field(default="", repr=False)
    sms: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Outside:
    """The channels at work."""

    courier: Courier
    telegram: TelegramBot | None

    @property
    def deliver(self) -> Callable[[str, str, bytes], Awaitable[int]] | None:
        """What the webhook's route calls with path, secret header and body; None while the bot is off."""
        return self.telegram.deliver if self.telegram else None

    async def health(self) -> Mapping[str, object]:
        """Each channel's own health; the site is ready without them."""
        found: dict[str, object] = {"courier": await self.courier.health()}
        if self.telegram is not None:
            found["telegram"] = await self.telegram.health()
        return found


@asynccontextmanager
async def outside(
    office: Office, settings: Settings, site: str, dangers: Dangers, secrets: Secrets
) -> AsyncIterator[Outside]:
    """Open the channels of the settings; left in reverse: first nothing new is taken, then the last answers go out."""
    given, timing = settings.telegram, settings.timing
    access = Access(given.mode, secrets.token, secrets.hook, given.path, given.api_base)
    outlets: dict[str, Outlet] = {}
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(bot(office, access, Setting(site, given.carry, dangers)))
        if telegram is not None:
            outlets["telegram"] = Outlet(telegram.sender, telegram.seal)
        sms = await stack.enter_async_context(gateway(settings.sms.gateway_url, secrets.sms, office.clock))
        if sms is not None:
            outlets["sms"] = Outlet(sms)
        form: Form = "full" if given.carry == "full" else "short"
        policy = Policy(site, form, timing.outbox_seconds, timing.outbox_lease_seconds)
        post = await stack.enter_async_context(courier(office, outlets, policy))
        if telegram is not None:
            telegram.wakes(post.wake)
            await stack.enter_async_context(telegram.at_work(site))
        yield Outside(post, telegram)
