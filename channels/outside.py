"""The world outside: bot, mail, gateways and courier opened together in the order in which they must close."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from channels import talks
from channels.conversing import Setting as ChatSetting
from channels.courier import Courier, Outlet, Policy, courier
from channels.inbound import channel_seal
from channels.mail.fetching import ImapAccess
from channels.mail.mailbox import MailChannel, mailbox
from channels.mail.mailbox import Tempo as MailTempo
from channels.mail.sending import MOST_ATTACHED, SmtpAccess
from channels.mail.worker import Setting as MailSetting
from channels.parcels import Form
from channels.sms.gateway import gateway
from channels.sms.worker import Setting as TextSetting
from channels.sms.worker import Worker as TextWorker
from channels.telegram.bot import Access, TelegramBot, bot
from channels.telegram.sending import CAPABILITIES
from channels.telegram.worker import Setting
from channels.web.chat.channel import ChatChannel, chat
from channels.web.chat.worker import setting_of
from channels.webhooks.gate import Gate
from channels.webhooks.opening import Access as HookAccess
from channels.webhooks.opening import webhook
from config.settings import Mail, Settings
from hub.office import Office
from routing.danger import Dangers


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the channels prove themselves with, read from files by the composition root; empty where unused."""

    token: str = field(default="", repr=False)
    hook: str = field(default="", repr=False)
    sms: str = field(default="", repr=False)
    smtp: str = field(default="", repr=False)
    imap: str = field(default="", repr=False)
    gateways: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Outside:
    """The channels at work."""

    courier: Courier
    telegram: TelegramBot | None
    mail: MailChannel | None = None
    chat: ChatChannel | None = None
    gates: Mapping[str, Gate] = field(default_factory=dict)

    @property
    def deliver(self) -> Callable[[str, str, bytes], Awaitable[int]] | None:
        """What the webhook's route calls with path, secret header and body; None while the bot is off."""
        return self.telegram.deliver if self.telegram else None


@asynccontextmanager
async def outside(
    office: Office, settings: Settings, site: str, dangers: Dangers, secrets: Secrets
) -> AsyncIterator[Outside]:
    """Open the channels of the settings; left in reverse: first nothing new is taken, then the last answers go out."""
    given, timing = settings.telegram, settings.timing
    access = Access(given.mode, secrets.token, secrets.hook, given.path, given.api_base)
    outlets: dict[str, Outlet] = {}
    async with AsyncExitStack() as stack:
        talk = await stack.enter_async_context(chat(office, setting_of(site, dangers)))
        outlets["chat"] = Outlet(talk.sender, talk.seal, "full", talk.pulse, keyed=True)
        telegram = await stack.enter_async_context(bot(office, access, Setting(site, given.carry, dangers)))
        if telegram is not None:
            most = CAPABILITIES["upload_bytes"]
            outlets["telegram"] = Outlet(telegram.sender, telegram.seal, pulse=telegram.pulse, attaches=most)
        smtp, imap = await mail_access(office, settings.mail, secrets)
        about = MailSetting(
            site, settings.mail.address, settings.mail.kind, settings.mail.per_sender_per_quarter, dangers
        )
        tempo = MailTempo(settings.mail.poll_seconds)
        mail = await stack.enter_async_context(mailbox(office, smtp, imap, about, tempo))
        if mail is not None:
            carried: Form = "full" if settings.mail.carry == "full" else "short"
            outlets["mail"] = Outlet(mail.sender, mail.seal, carried, mail.pulse, attaches=MOST_ATTACHED)
        gates = await open_gates(stack, office, settings, outlets, (site, dangers, secrets))
        form: Form = "full" if given.carry == "full" else "short"
        policy = Policy(site, form, timing.outbox_seconds, timing.outbox_lease_seconds)
        post = await stack.enter_async_context(courier(office, outlets, policy))
        await stack.enter_async_context(talks.watched(office))
        if telegram is not None:
            telegram.wakes(post.wake)
            await stack.enter_async_context(telegram.at_work(site))
        if mail is not None:
            mail.wakes(post.wake)
            await stack.enter_async_context(mail.at_work())
        for gate in gates.values():
            gate.wakes(post.wake)
            await stack.enter_async_context(gate.at_work())
        yield Outside(post, telegram, mail, talk, gates)


async def open_gates(
    stack: AsyncExitStack,
    office: Office,
    settings: Settings,
    outlets: dict[str, Outlet],
    about: tuple[str, Dangers, Secrets],
) -> dict[str, Gate]:
    """Open the gateways of the settings, each a way out among the outlets and, where it answers, a gate by its name."""
    site, dangers, secrets = about
    gates: dict[str, Gate] = {}
    sms = await stack.enter_async_context(gateway(settings.sms.gateway_url, secrets.sms, office.clock))
    if sms is not None and settings.sms.replies:
        seal = await channel_seal(office, "sms")
        worker = TextWorker(office, seal, TextSetting(site, dangers))
        gates["sms"] = Gate(office, seal, "sms", secrets.sms, worker)
        outlets["sms"] = Outlet(sms, seal, pulse=gates["sms"].pulse, keyed=True)
    elif sms is not None:
        outlets["sms"] = Outlet(sms, keyed=True)
    for given in settings.gateways:
        full = given.carry == "full"
        setting = ChatSetting(given.name, site, full, dangers, given.carrier, given.lang)
        access = HookAccess(given.url, secrets.gateways[given.name], given.most_characters, given.file_origins)
        hook = await stack.enter_async_context(webhook(office, access, setting))
        outlets[given.name] = Outlet(
            hook.sender, hook.gate.seal, "full" if full else "short", hook.gate.pulse, keyed=True
        )
        gates[given.name] = hook.gate
    return gates


async def mail_access(office: Office, given: Mail, secrets: Secrets) -> tuple[SmtpAccess | None, ImapAccess | None]:
    """How the mail servers are reached; None for what is off. Raises OSError where the authority's file is missing."""
    if given.mode == "off":
        return None, None
    directory = (await office.book()).directory
    trust = ssl.create_default_context(cafile=given.ca_file)
    name = f"{directory.district}政民互动"
    at = (given.smtp_host, given.smtp_port, given.smtp_tls, given.smtp_user, secrets.smtp)
    smtp = SmtpAccess(given.address, name, *at, given.plus_addresses, trust)
    if given.mode == "send":
        return smtp, None
    box = (given.imap_host, given.imap_port, given.imap_tls, given.imap_user, secrets.imap)
    return smtp, ImapAccess(*box, given.folder, given.done_folder, given.most_bytes, trust)


def secrets_of(settings: Settings, read: Callable[[Path | None, str], str]) -> Secrets:
    """The secrets of the channels that are on, each read from its own file; raises what `read` raises."""
    telegram, sms, mail = settings.telegram, settings.sms, settings.mail
    return Secrets(
        token=read(telegram.token_file, "Telegram机器人的token") if telegram.mode != "off" else "",
        hook=read(telegram.secret_file, "Telegram回调的密钥") if telegram.mode == "webhook" else "",
        sms=read(sms.secret_file, "短信网关的密钥") if sms.gateway_url else "",
        smtp=read(mail.smtp_password_file, "SMTP密码") if mail.mode != "off" and mail.smtp_user else "",
        imap=read(mail.imap_password_file, "IMAP密码") if mail.mode == "both" else "",
        gateways={g.name: read(g.secret_file, f"网关{g.name}的密钥") for g in settings.gateways},
    )
