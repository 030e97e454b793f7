"""What can be set, with types and defaults; load() refuses what it does not know, and reads secrets from files."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

HERE = Path(__file__).parent


class BadSettings(Exception):
    """A setting cannot be taken; the sentence names it. The program does not start."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Part):
    """Where pages and API are served."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool = False


class Data(_Part):
    """Where the hub keeps its things; `database_url` empty means SQLite in the folder."""

    folder: Path = Path("var")
    database_url: str = ""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite://{(self.folder / 'minxin.db').resolve()}"


class Staff(_Part):
    """How officers sign in; times in minutes."""

    otp: Literal["required", "optional"] = "required"
    idle_minutes: int = Field(60, ge=5)
    session_minutes: int = Field(720, ge=10)


class Limits(_Part):
    """How much one address may do, and how large things may be (bytes)."""

    letters_per_hour: int = Field(30, ge=1)
    lookups_per_quarter: int = Field(20, ge=1)
    lookups_everywhere_per_quarter: int = Field(2000, ge=1)
    sign_ins_per_quarter: int = Field(10, ge=1)
    body_bytes: int = Field(1 << 20, ge=1 << 16)
    upload_bytes: int = Field(50 << 20, ge=1 << 20)


class Telegram(_Part):
    """The Telegram bot; off without a token. `carry` says how much text a foreign messenger may carry (PIPL art. 36).

    `link`: receipts, states, buttons and links; `letters`: citizens may also write their letters in the chat; `full`:
    questions and answers are written there too.
    """

    mode: Literal["off", "polling", "webhook"] = "off"
    token_file: Path | None = None
    secret_file: Path | None = None
    path: str = "bot"
    api_base: str = "https://api.telegram.org"
    carry: Literal["link", "letters", "full"] = "link"


class Sms(_Part):
    """The text-message gateway, reached by a signed webhook; without one, calls become tasks 电话告知.

    `replies` says that it posts answers and delivery receipts to /channels/webhooks/sms.
    """

    gateway_url: str = ""
    secret_file: Path | None = None
    replies: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> "Sms":
        if self.replies and not self.gateway_url:
            raise ValueError("sms.replies needs sms.gateway_url: what is said in answer goes out there")
        return self


CHANNELS = frozenset({"web", "chat", "telegram", "mail", "counter", "phone", "paper", "sms", "api", "desk", "import"})
"""Channels the hub has itself; no gateway may be called so."""


class Gateway(_Part):
    """One messenger or gateway that speaks signed JSON (docs/adapters.md). `carry` says how much text goes out."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,19}$")
    url: str = Field(pattern=r"^https?://[^\s@]+$")
    secret_file: Path
    lang: Literal["zh", "en"] = "zh"
    carry: Literal["link", "full"] = "link"
    carrier: str = Field("", max_length=20)
    most_characters: int = Field(2000, ge=70, le=20_000)
    file_origins: tuple[Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")], ...] = ()

    @model_validator(mode="after")
    def _has_a_name_of_its_own(self) -> "Gateway":
        if self.name in CHANNELS or self.name == "page":
            raise ValueError(f"{self.name} is the name of a channel the hub has already")
        return self


class Mail(_Part):
    """The mailbox of the hub; `send` mails notices, `both` also takes letters. `carry` says how much text goes out."""

    mode: Literal["off", "send", "both"] = "off"
    address: str = ""
    plus_addresses: bool = True
    carry: Literal["link", "full"] = "full"
    smtp_host: str = ""
    smtp_port: int = Field(465, ge=1, le=65535)
    smtp_tls: Literal["tls", "starttls", "none"] = "tls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    imap_host: str = ""
    imap_port: int = Field(993, ge=1, le=65535)
    imap_tls: Literal["tls", "starttls", "none"] = "tls"
    imap_user: str = ""
    imap_password_file: Path | None = None
    folder: str = Field("INBOX", pattern=r"^[A-Za-z0-9_./-]{1,60}$")
    done_folder: str = Field("Minxin", pattern=r"^[A-Za-z0-9_./-]{1,60}$")
    ca_file: Path | None = None
    poll_seconds: float = Field(30.0, gt=0)
    most_bytes: int = Field(20 << 20, ge=1 << 16, le=64 << 20)
    per_sender_per_quarter: int = Field(10, ge=1)
    kind: str = "consult"

    @model_validator(mode="after")
    def _is_whole(self) -> "Mail":
        needed = {"send": ("address", "smtp_host"), "both": ("address", "smtp_host", "imap_host", "imap_user")}
        missing = [name for name in needed.get(self.mode, ()) if not getattr(self, name)]
        if missing:
            raise ValueError(f"mail.mode = {self.mode} needs {', '.join(missing)}")
        if self.address and not re.fullmatch(r"[A-Za-z0-9._-]{1,24}@[A-Za-z0-9.-]{1,190}", self.address):
            raise ValueError("mail.address must be a plain address with at most 24 characters before the @")
        if self.folder == self.done_folder:
            raise ValueError("mail.done_folder must be another one than mail.folder")
        return self


class Timing(_Part):
    """How often the hub looks at its clocks, boxes and followers, in seconds."""

    sweep_seconds: float = Field(5.0, gt=0)
    outbox_seconds: float = Field(1.0, gt=0)
    outbox_lease_seconds: float = Field(60.0, gt=0)


class Log(_Part):
    """What is written down about the running program, never about people."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(_Part):
    """All settings of one process; each part of the program receives its own slice."""

    server: Server = Server()
    data: Data = Data()
    staff: Staff = Staff()
    limits: Limits = Limits()
    telegram: Telegram = Telegram()
    sms: Sms = Sms()
    gateways: tuple[Gateway, ...] = ()
    mail: Mail = Mail()
    timing: Timing = Timing()
    log: Log = Log()
    demo: bool = False

    @model_validator(mode="after")
    def _names_each_gateway_once(self) -> "Settings":
        if len({gateway.name for gateway in self.gateways}) < len(self.gateways):
            raise ValueError("two gateways have the same name")
        return self


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file over the defaults, then the environment (PORT, MINXIN_DATA, MINXIN_DATABASE_URL).

    Raises BadSettings with a sentence for an unknown key, a wrong type, or a file that cannot be read.
    """
    path = path or (Path(environ["MINXIN_CONFIG"]) if environ.get("MINXIN_CONFIG") else HERE / "default.toml")
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise BadSettings(f"设置文件读不了：{path}（{fault}）。The settings file cannot be read.") from fault
    for name, part, key in (
        ("PORT", "server", "port"),
        ("MINXIN_HOST", "server", "host"),
        ("MINXIN_DATA", "data", "folder"),
        ("MINXIN_DATABASE_URL", "data", "database_url"),
    ):
        if environ.get(name):
            content.setdefault(part, {})[key] = environ[name]
    try:
        return Settings.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise BadSettings(f"设置 {place} 不对：{first['msg']}（{path}）。Setting {place} cannot be taken.") from fault


def secret(path: Path | None, what: str) -> str:
    """A secret from its file; raises BadSettings when it is missing, empty, or readable by everybody."""
    if path is None:
        raise BadSettings(f"没有设置{what}的文件。No file is set for {what}.")
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8").strip()
    except OSError as fault:
        raise BadSettings(f"读不了{what}：{path}。The file of {what} cannot be read.") from fault
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(f"{path} 别人也能读，请改成 0600。Make {path} readable by its owner alone (0600).")
    if not text:
        raise BadSettings(f"{path} 是空的。{path} is empty.")
    return text
