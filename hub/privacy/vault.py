"""The vault: what is known of a person lies sealed under a key of its own case, and those keys under the key ring."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.privacy.marks import digits_of
from hub.privacy.randomness import draw

KEY_BYTES = 32
NONCE_BYTES = 12  # 96 bits, as NIST SP 800-38D asks for random nonces
SEAL_VERSION = "1"
_BLANKS = re.compile(r"\s+")
_SHORTEST = NONCE_BYTES + 16


class CannotOpen(Exception):
    """What lies in the vault cannot be opened: the key is gone or another one, or the text was changed or moved."""

    code = "cannot_open"
    zh = "加密内容无法打开：密钥已销毁或不符，或者内容被改动过。"
    en = "The sealed content cannot be opened: its key is destroyed or another one, or it was changed or moved."

    def __init__(self) -> None:
        super().__init__(self.en)


class BadKeyFile(Exception):
    """The key file cannot be used; the sentence tells the operator what to do."""

    code = "bad_key_file"

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _data(text: str) -> bytes:
    """The bytes behind base64url text in its one canonical form; CannotOpen for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen from None
    if _text(data) != text:
        raise CannotOpen
    return data


def _bound(*parts: str) -> bytes:
    """The associated data: each part with its length before it, so that no two lists of parts read the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _close(key: bytes, plain: bytes, bound: bytes) -> str:
    nonce = draw(NONCE_BYTES)
    return _text(nonce + AESGCM(key).encrypt(nonce, plain, bound))


def _open(key: bytes, sealed: str, bound: bytes) -> bytes:
    data = _data(sealed)
    if len(data) < _SHORTEST:
        raise CannotOpen
    try:
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound)
    except InvalidTag:
        raise CannotOpen from None


def new_case_key() -> bytes:
    """A fresh random key for one case; drawn before the deed, since a deed may run twice."""
    return draw(KEY_BYTES)


def seal(case_key: bytes, case_id: str, name: str, text: str) -> str:
    """The text as `1.<base64url>`, AES-256-GCM, bound to the case, the field name and the version.

    Draws a nonce, so it is called before the deed. The same text sealed twice reads differently.
    """
    return f"{SEAL_VERSION}.{_close(case_key, text.encode(), _bound('field', case_id, name, SEAL_VERSION))}"


def open_sealed(case_key: bytes, case_id: str, name: str, sealed: str) -> str:
    """The text that was sealed for this field of this case. Raises CannotOpen."""
    version, dot, body = sealed.partition(".")
    if version != SEAL_VERSION or not dot:
        raise CannotOpen
    return _open(case_key, body, _bound("field", case_id, name, version)).decode()


def normal(kind: str, value: str) -> str:
    """A value as it is compared: phone = digits without +86; email = lower case; anything else NFKC without blanks."""
    plain = unicodedata.normalize("NFKC", value)
    if kind == "phone":
        return digits_of("".join(str(unicodedata.decimal(sign)) for sign in plain if sign.isdecimal()))
    dense = _BLANKS.sub("", plain)
    return dense if kind == "name" else dense.lower()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that never lie in the database: versions that wrap case keys, one to search by, one for query codes.

    The highest version wraps; the older ones still unwrap. `search_key` and `code_key` do not rotate with them, or
    every hash and every receipt given out would change. The keys are kept out of `repr`, so out of logs.
    """

    versions: Mapping[int, bytes] = field(repr=False)
    search_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        keys = (*self.versions.values(), self.search_key, self.code_key)
        if not self.versions or min(self.versions) < 1 or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key ring needs versions from 1 up, and keys of {KEY_BYTES} bytes")

    @property
    def newest(self) -> int:
        """The version that wraps."""
        return max(self.versions)

    def wrap(self, case_id: str, case_key: bytes) -> str:
        """The case key as `version.<base64url>`, to be kept in the database; bound to the case. Draws a nonce."""
        version = self.newest
        bound = _bound("case key", case_id, str(version))
        return f"{version}.{_close(self.versions[version], case_key, bound)}"

    def unwrap(self, case_id: str, wrapped: str) -> bytes:
        """The case key. Raises CannotOpen, also where the version has left the ring."""
        version, _, body = wrapped.partition(".")
        if not (version.isascii() and version.isdigit() and len(version) < 10 and str(int(version)) == version):
            raise CannotOpen
        key = self.versions.get(int(version))
        if key is None:
            raise CannotOpen
        return _open(key, body, _bound("case key", case_id, version))

    def rewrap(self, case_id: str, wrapped: str) -> str:
        """The same case key under the newest version; as it is where that is so already. Raises CannotOpen."""
        case_key = self.unwrap(case_id, wrapped)
        if wrapped.startswith(f"{self.newest}."):
            return wrapped
        return self.wrap(case_id, case_key)

    def with_new_version(self) -> KeyRing:
        """The ring with one more version, which wraps from now on; `write` it before anything is wrapped by it."""
        return KeyRing({**self.versions, self.newest + 1: new_case_key()}, self.search_key, self.code_key)

    @staticmethod
    def fresh() -> KeyRing:
        """A new ring that lies nowhere yet."""
        return KeyRing({1: new_case_key()}, new_case_key(), new_case_key())

    def write(self, path: Path) -> None:
        """Writes the ring over the file, whole or not at all, readable by its owner alone."""
        part = _write_beside(path, self._lines())
        os.replace(part, path)
        _sync_folder(path.parent)

    @staticmethod
    def create(path: Path) -> KeyRing:
        """The ring of this file; where there is none yet, a new one, written with mode 0600. Raises BadKeyFile."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = _write_beside(path, KeyRing.fresh()._lines())
            try:
                os.link(part, path)  # refuses to replace: of two that start at once, one ring stays
                _sync_folder(path.parent)
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return KeyRing.load(path)

    @staticmethod
    def load(path: Path) -> KeyRing:
        """The ring of a file with lines `1:<base64>`, `search:<base64>`, `codes:<base64>`. Raises BadKeyFile."""
        keys: dict[str, bytes] = {}
        for line in _private_text(path).splitlines():
            name, _, value = line.strip().partition(":")
            if not name or name.startswith("#"):
                continue
            try:
                keys[name] = base64.b64decode(value, validate=True)
            except binascii.Error:
                keys[name] = b""
            if len(keys[name]) != KEY_BYTES or not (name in ("search", "codes") or _is_version(name)):
                raise BadKeyFile(
                    f"密钥文件 {path} 的“{name[:12]}”一行不是有效的密钥。",
                    f"The line “{name[:12]}” of the key file {path} is not a key (version:base64 of 32 bytes).",
                )
        versions = {int(name): key for name, key in keys.items() if _is_version(name)}
        if not versions or "search" not in keys or "codes" not in keys:
            raise BadKeyFile(
                f"密钥文件 {path} 不完整：需要版本行、search 行和 codes 行。请从备份恢复，不要新建。",
                f"The key file {path} is incomplete: it needs a version line, a search line and a codes line. "
                "Restore it from its copy; a new one cannot open what is stored.",
            )
        return KeyRing(versions, keys["search"], keys["codes"])

    def _lines(self) -> str:
        named = {**{str(version): key for version, key in sorted(self.versions.items())}}
        named |= {"search": self.search_key, "codes": self.code_key}
        return "".join(f"{name}:{base64.b64encode(key).decode('ascii')}\n" for name, key in named.items())


def keyed_hash(ring: KeyRing, kind: str, value: str) -> str:
    """HMAC-SHA-256 (hex) of a value, for equality search: a plain hash of a phone number could be guessed.

    Equal values of one kind hash alike however they are written (`normal`); the kind keeps a phone from matching
    a name.
    """
    # not hmac.digest: it gives the interpreter away to the store's thread, and waits a hundred times as long to be back
    return hmac.new(ring.search_key, _bound(kind, normal(kind, value)), "sha256").hexdigest()


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdigit() and 0 < len(name) < 10 and int(name) > 0


def _private_text(path: Path) -> str:
    """The text of a file that its owner alone may read. Raises BadKeyFile."""
    try:
        with path.open(encoding="ascii") as file:
            facts = os.fstat(file.fileno())
            if stat.S_IMODE(facts.st_mode) & 0o077:
                raise BadKeyFile(
                    f"密钥文件 {path} 可以被其他用户读取，已拒绝使用。请执行 chmod 600 {path}。",
                    f"The key file {path} can be read by other users and is refused. Run: chmod 600 {path}",
                )
            return file.read(1_000_000)
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeyFile(
            f"密钥文件 {path} 无法读取。", f"The key file {path} cannot be read ({type(error).__name__})."
        ) from None


def _write_beside(path: Path, lines: str) -> Path:
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    return part


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
