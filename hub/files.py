"""Files of citizens: what a file really is, made harmless, and kept once under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import puremagic

from hub.errors import Refusal
from hub.files_inside import Broken, clean_image, clean_office, clean_pdf, clean_text, clean_voice

MOST_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 80

# Extension as given → (extension as kept, media type). What is not here is refused.
_TYPES: dict[str, tuple[str, str]] = {
    "jpg": ("jpg", "image/jpeg"),
    "jpeg": ("jpg", "image/jpeg"),
    "png": ("png", "image/png"),
    "webp": ("webp", "image/webp"),
    "pdf": ("pdf", "application/pdf"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "txt": ("txt", "text/plain; charset=utf-8"),
    "ogg": ("ogg", "audio/ogg"),
    "oga": ("ogg", "audio/ogg"),
    "opus": ("ogg", "audio/ogg"),
    "mp3": ("mp3", "audio/mpeg"),
}
_BY_CONTENT = {"jpg": {"jpg", "jpeg"}, "ogg": {"ogg", "oga", "opus"}, "mp3": {"mp3", "mpga"}}
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Refusal):
    """The file cannot be taken; the sentence says why and what would be."""

    code = "file_refused"


class NoSuchFile(LookupError):
    """No content is kept under this hash, or what is kept is no longer the same bytes."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that may be kept: `content` is what to store (already made harmless), `name` is fit to show.

    `traces` names what could still tell who made it (`author`: a document's own record of its writer that could not be
    taken out); such a file is not handed to a department in a confidential case before a person has looked.
    """

    name: str
    type: str
    media_type: str
    size: int
    sha256: str
    content: bytes
    traces: tuple[str, ...] = ()


def safe_name(name: str) -> str:
    """A file name fit to show: NFKC, without folders, controls, hidden or reserved characters, at most 80 characters.

    The extension stays the last part. The name may still tell who wrote (张三的照片.jpg): departments and the public
    see a neutral one, made by the caller (RELIABILITY S17).
    """
    plain = unicodedata.normalize("NFKC", name[:1000])
    plain = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "C")
    plain = _FORBIDDEN.sub("_", re.split(r"[/\\]", plain)[-1]).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        return plain[:LONGEST_NAME] or "材料"
    extension = extension[:12]
    return (stem[: LONGEST_NAME - len(extension) - 1].strip(" .") or "材料") + "." + extension


def _looks_like(data: bytes) -> set[str]:
    try:
        return {match.extension.lstrip(".") for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


def _known_type(shown: str, data: bytes) -> str:
    """The type on which name and content agree. Raises Refused."""
    _, dot, extension = shown.lower().rpartition(".")
    if not dot or extension not in _TYPES:
        raise Refused(
            "这种文件不能上传。可以上传：jpg、png、webp 图片，pdf、docx、xlsx、txt 文件，ogg、mp3 录音。",
            "Files of this kind cannot be taken. Send jpg, png, webp, pdf, docx, xlsx, txt, ogg or mp3.",
        )
    kept = _TYPES[extension][0]
    looks = set() if kept == "txt" else _looks_like(data)
    if kept != "txt" and not looks & _BY_CONTENT.get(kept, {kept}):
        raise Refused(
            f"文件内容与扩展名“.{extension}”不符，请检查后重新上传。",
            f"The content of the file is not what its ending “.{extension}” says. Please check it.",
        )
    return kept


def inspect(name: str, data: bytes) -> FileFacts:
    """What a file is by content and name together, with the bytes to keep. Raises Refused. Takes CPU: call on a thread.

    Images are drawn again, which drops EXIF, GPS and whatever was hidden behind them; documents lose their author and
    are refused with macros; text becomes UTF-8. How many files a letter may carry is the caller's rule.
    """
    if not data:
        raise Refused("文件是空的，请检查后重新上传。", "The file is empty. Please check it.")
    if len(data) > MOST_BYTES:
        raise Refused(
            "文件超过10MB，请压缩或拆分后上传。", "The file is larger than 10 MB. Please make it smaller or split it."
        )
    shown = safe_name(name)
    kept = _known_type(shown, data)
    traces: tuple[str, ...] = ()
    try:
        if kept in ("jpg", "png", "webp"):
            content = clean_image(kept, data)
        elif kept in ("docx", "xlsx"):
            content = clean_office(kept, data)
        elif kept == "pdf":
            content, traces = clean_pdf(data)
        elif kept == "txt":
            content = clean_text(data)
        else:
            content, traces = clean_voice(kept, data)
    except Broken as broken:
        raise Refused(broken.zh, broken.en) from None
    stem = shown.rpartition(".")[0]
    return FileFacts(
        f"{stem}.{kept}", kept, _TYPES[kept][1], len(content), hashlib.sha256(content).hexdigest(), content, traces
    )


def ending(media_type: str) -> str:
    """The ending of a file's name by its kept type: .pdf; empty for a type that is never kept."""
    return next((f".{kept}" for kept, type_ in _TYPES.values() if type_ == media_type), "")


@dataclass(frozen=True, slots=True)
class FileStore:
    """Immutable contents in a folder, each under its SHA-256; the names people gave are kept elsewhere."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where this content lies or would lie. Raises ValueError for anything but a lower-case hex SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("a content is named by its SHA-256 in hex")
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keeps the bytes and returns their SHA-256; they are on the disk by then. Twice the same is one file."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.path(sha256)
        if place.exists():
            return sha256
        shelf_is_new = not place.parent.exists()
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.folder / f".{sha256[:16]}.{secrets.token_hex(6)}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, place)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)
        if shelf_is_new:
            _sync_folder(self.folder)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of a content. Raises NoSuchFile, also where the disk gives back other bytes than were kept."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NoSuchFile(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NoSuchFile(f"{sha256} is damaged")
        return data


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
