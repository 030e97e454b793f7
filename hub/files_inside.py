"""The inside of a file made harmless: images drawn again, documents without author and macros, text in UTF-8."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 25_000_000
MOST_PIXELS_OF_A_PHOTO = 120_000_000  # a baseline JPEG is read at a fraction of its size, so large photos cost little
LONGEST_SIDE = 4096
MOST_PARTS = 2_000
MOST_UNPACKED = 60 * 1024 * 1024
MOST_RATIO = 200
_SMALL_PART = 64 * 1024

_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_EMPTY_PROPERTIES = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
_ACTIVE_PART = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|embeddings/|\.(?:bin|exe|dll|js|vbs|jar|zip)$")
_PRINTER = re.compile(r"^(?:xl|word)/printersettings/printersettings\d+\.bin$")
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch|RichMedia)(?![A-Za-z0-9])")
_PDF_AUTHOR = re.compile(rb"/(?:Author|Creator|Producer|Title|Subject|Keywords)\s*[(<]|<\?xpacket|/Metadata|/ObjStm")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


class Broken(Exception):
    """The inside of the file is damaged, hostile, or of a kind that is not taken."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def _damaged() -> Broken:
    return Broken(
        "文件已损坏或无法读取，请重新保存后上传。", "The file is damaged or cannot be read. Please save it again."
    )


def _active() -> Broken:
    return Broken(
        "文件中含有宏、脚本或嵌入的程序，不能上传。请另存为普通文档或PDF。",
        "The file holds macros, scripts or embedded objects. Please save it as a plain document.",
    )


def _too_big() -> Broken:
    return Broken(
        "文件展开后太大，无法处理。请缩小图片或拆分文档。", "The file unpacks to too much. Please make it smaller."
    )


def clean_image(kind: str, data: bytes) -> bytes:
    """The picture drawn again, upright, its first frame alone, at most 4096 pixels a side, without any metadata."""
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as picture:
            photo = kind == "jpg" and "progressive" not in picture.info
            if picture.width * picture.height > (MOST_PIXELS_OF_A_PHOTO if photo else MOST_PIXELS):
                raise _too_big()
            if photo:
                picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_big() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, zlib.error):
        raise _damaged() from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _drawn(kind, upright)


def _drawn(kind: str, picture: Image.Image) -> bytes:
    """The bytes of a picture of which only the pixels are left."""
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    bare = picture.convert("RGBA" if clear and kind != "jpg" else "L" if picture.mode in ("1", "L") else "RGB")
    bare.info = {}
    out = io.BytesIO()
    if kind == "jpg":
        bare.save(out, "JPEG", quality=88, optimize=True)
    elif kind == "png":
        bare.save(out, "PNG")
    else:
        bare.save(out, "WEBP", quality=88)
    return out.getvalue()


def _parts(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The parts of a document that may stay. Raises Broken."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _too_big()
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise _damaged()
    for part in parts:
        name = part.filename.lower()
        if part.flag_bits & 1 or "\\" in name or name.startswith("/") or ".." in name.split("/"):
            raise _damaged()
        if part.file_size > _SMALL_PART and part.file_size > MOST_RATIO * max(1, part.compress_size):
            raise _too_big()
        if _ACTIVE_PART.search(name) and not _PRINTER.match(name):
            raise _active()
        if not part.is_dir():
            yield part


def clean_office(kind: str, data: bytes) -> bytes:
    """The document packed anew: the same parts without the record of its author; macros and objects are refused."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            parts = list(_parts(archive))
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or _MAIN_PART[kind] not in names:
                raise _damaged()
            for part in parts:
                body = _EMPTY_PROPERTIES.get(part.filename) or archive.read(part)
                if part.filename == "[Content_Types].xml" and b"macroenabled" in body.lower():
                    raise _active()
                if part.filename.endswith(".rels") and b"attachedTemplate" in body and b"External" in body:
                    raise _active()
                packed.writestr(zipfile.ZipInfo(part.filename), body, zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error):
        raise _damaged() from None
    return out.getvalue()


def clean_pdf(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The document as it came (a changed byte would void the signature of an electronic invoice), and its traces."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1024:]:
        raise _damaged()
    if _ACTIVE_PDF.search(data):
        raise _active()
    return data, ("author",) if _PDF_AUTHOR.search(data) else ()


def clean_text(data: bytes) -> bytes:
    """The text as UTF-8, whether it came as UTF-8, UTF-16 with its mark, or GB 18030."""
    codes = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            break
        return text.encode("utf-8")
    raise Broken(
        "这不是文本文件，或者编码无法识别。请另存为UTF-8文本。", "This is no text file, or in an unknown encoding."
    )


def clean_voice(kind: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The recording without its ID3 tags (mp3); the comment inside an ogg stream stays and is told as a trace."""
    if kind == "ogg":
        if not data.startswith(b"OggS"):
            raise _damaged()
        return data, ("author",)
    if data.startswith(b"ID3") and len(data) > 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size :]
    if data[-128:-125] == b"TAG":
        data = data[:-128]
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        raise _damaged()
    return data, ()
