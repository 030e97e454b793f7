"""A file is what its content and its name agree on, and is kept without what it hid."""

from __future__ import annotations

import hashlib
import io
import os
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.files import MOST_BYTES, FileStore, NoSuchFile, Refused, inspect, safe_name

MP3_FRAMES = b"\xff\xfb\x90\x64" + bytes(413)
OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(40)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def located_photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CANARY-MAKER"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif, comment=b"CANARY-COMMENT", icc_profile=b"CANARY-PROFILE")


def document(kind: str = "docx", more: dict[str, bytes] | None = None) -> bytes:
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    parts = {"[Content_Types].xml": b"<Types/>", main: b"<body/>", "docProps/core.xml": b"<creator>CANARY</creator>"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {**parts, **(more or {})}.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.jpg", picture("JPEG"), "jpg"),
        ("A.JPEG", picture("JPEG"), "jpg"),
        ("a.png", picture("PNG"), "png"),
        ("a.webp", picture("WEBP"), "webp"),
        ("a.pdf", PDF, "pdf"),
        ("a.docx", document("docx"), "docx"),
        ("a.xlsx", document("xlsx"), "xlsx"),
        ("a.txt", "你好".encode("gb18030"), "txt"),
        ("a.ogg", OGG, "ogg"),
        ("a.mp3", MP3_FRAMES, "mp3"),
        ("a.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x06CANARY" + MP3_FRAMES, "mp3"),
        ("a．ｊｐｇ", picture("JPEG"), "jpg"),
        ("a.jp\u200bg", picture("JPEG"), "jpg"),
    ],
)
def test_the_kinds_that_are_taken(name: str, data: bytes, kind: str) -> None:
    facts = inspect(name, data)
    assert facts.type == kind
    assert facts.name == f"a.{kind}" or facts.name == f"A.{kind}"
    assert facts.sha256 == hashlib.sha256(facts.content).hexdigest()
    assert facts.size == len(facts.content)
    assert b"CANARY" not in facts.content


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", picture("PNG")),
        ("a.png", PDF),
        ("a.pdf", picture("JPEG")),
        ("a.pdf", b"<html>" + PDF),
        ("a.pdf", PDF.replace(b"<<>>", b"<</JavaScript(x)>>", 1)),
        ("a.docx", document("xlsx")),
        ("a.docx", b"PK\x03\x04" + bytes(60)),
        ("a.exe", b"MZ" + bytes(100)),
        ("a.svg", b"<svg onload='x'/>"),
        ("a.html", b"<!DOCTYPE html>"),
        ("a.php", b"<?php"),
        ("a.jpg.php", picture("JPEG")),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(50)),
        ("a.jpg", picture("JPEG")[:300]),
        ("a.txt", b"MZ\x00\x01\x02"),
        ("a.mp3", b"ID3" + bytes(20)),
        ("jpg", picture("JPEG")),
        ("", picture("JPEG")),
        ("a.jpg", b""),
        ("a.txt", b"a" * (MOST_BYTES + 1)),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        inspect(name, data)
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_a_photo_is_kept_without_place_maker_comment_and_hidden_page(kind: str) -> None:
    source = located_photo()
    if kind != "jpg":
        out = io.BytesIO()
        with Image.open(io.BytesIO(source)) as photo:
            photo.save(out, {"png": "PNG", "webp": "WEBP"}[kind], exif=photo.getexif(), icc_profile=b"CANARY")
        source = out.getvalue()
    kept = inspect(f"a.{kind}", source + b"<script>CANARY</script>").content
    assert b"CANARY" not in kept
    with Image.open(io.BytesIO(kept)) as photo:
        assert photo.size == (30, 40)  # turned upright as the camera meant it
        assert dict(photo.getexif()) == {}
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(photo.info)


def test_a_clear_background_stays_clear() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (5, 5), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(inspect("a.png", out.getvalue()).content)) as kept:
        assert kept.mode == "RGBA"


def test_a_large_photo_is_made_smaller_and_a_picture_bomb_refused() -> None:
    with Image.open(io.BytesIO(inspect("a.jpg", picture("JPEG", (5000, 100))).content)) as kept:
        assert max(kept.size) <= 4096
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(Refused, match="unpacks"):
        inspect("a.png", bomb.getvalue())


@pytest.mark.parametrize(
    "more",
    [
        {"word/vbaProject.bin": b"x"},
        {"word/embeddings/oleObject1.bin": b"x"},
        {"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"},
        {"word/_rels/settings.xml.rels": b"attachedTemplate TargetMode=External"},
        {"../../etc/passwd": b"x"},
        {"word/media/bomb.xml": bytes(30_000_000)},
        {f"word/{n}.xml": b"" for n in range(2001)},
    ],
)
def test_documents_with_macros_objects_or_bombs_are_refused(more: dict[str, bytes]) -> None:
    with pytest.raises(Refused):
        inspect("a.docx", document(more=more))


def test_a_document_loses_its_author_and_keeps_its_words() -> None:
    content = inspect("a.docx", document()).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("word/document.xml") == b"<body/>"
        assert b"CANARY" not in archive.read("docProps/core.xml")


def test_a_pdf_that_names_its_author_is_told() -> None:
    assert inspect("a.pdf", PDF).traces == ()
    named = PDF.replace(b"<<>>", b"<</Author (x)>>", 1)
    assert inspect("a.pdf", named).traces == ("author",)
    assert inspect("a.pdf", named).content == named


def test_damaged_files_are_refused_and_never_fall_over() -> None:
    rng = random.Random(7)
    sources = [
        ("a.jpg", located_photo()),
        ("a.png", picture("PNG")),
        ("a.webp", picture("WEBP")),
        ("a.docx", document()),
    ]
    for _ in range(60):
        for name, data in sources:
            harmed = bytearray(data)
            for _ in range(rng.randint(1, 8)):
                harmed[rng.randrange(len(harmed))] = rng.randrange(256)
            try:
                facts = inspect(name, bytes(harmed[: rng.randint(20, len(harmed))]))
            except Refused:
                continue
            assert facts.content


@given(st.text(max_size=120))
def test_a_name_is_safe_to_show(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= 80
    assert not set(shown) & set('/\\<>:"|?*\x00\r\n\u202e\u200b')
    assert not shown.startswith(".")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\letters\\照片.jpg", "照片.jpg"),
        ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
        ("．．／x．ｊｐｇ", "x.jpg"),
        (" .htaccess", "htaccess"),
        ("", "材料"),
        ("长" * 200 + ".docx", "长" * 75 + ".docx"),
    ],
)
def test_a_hostile_name_becomes_a_plain_one(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_content_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    sha256 = store.put(b"hello")
    assert store.put(b"hello") == sha256 == hashlib.sha256(b"hello").hexdigest()
    assert store.get(sha256) == b"hello"
    assert store.path(sha256).stat().st_mode & 0o777 == 0o600
    assert [name for _, _, names in os.walk(tmp_path) for name in names] == [sha256]


def test_content_that_is_gone_or_changed_is_not_given_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    sha256 = store.put(b"hello")
    store.path(sha256).write_bytes(b"hullo")
    with pytest.raises(NoSuchFile, match="damaged"):
        store.get(sha256)
    store.path(sha256).unlink()
    with pytest.raises(NoSuchFile):
        store.get(sha256)


@pytest.mark.parametrize("name", ["../x", "A" * 64, "a" * 63, "", "a" * 64 + "\n"])
def test_only_a_hash_names_a_content(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FileStore(tmp_path).path(name)
