"""What is sealed opens with its own key, at its own place, unchanged, and in no other way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.vault import BadKeyFile, CannotOpen, KeyRing, keyed_hash, new_case_key, open_sealed, seal

KEY = new_case_key()
RING = KeyRing.fresh()
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_sealed_opens_again(case_id: str, name: str, text: str) -> None:
    assert open_sealed(KEY, case_id, name, seal(KEY, case_id, name, text)) == text


@given(TEXTS, st.integers(0, 10_000), st.permutations("AZaz09-_.=é "))
def test_a_changed_letter_anywhere_keeps_it_shut(text: str, place: int, letters: list[str]) -> None:
    sealed = seal(KEY, "case", "phone", text)
    place %= len(sealed)
    letter = letters[0] if letters[0] != sealed[place] else letters[1]
    with pytest.raises(CannotOpen):
        open_sealed(KEY, "case", "phone", sealed[:place] + letter + sealed[place + 1 :])


@given(TEXTS)
def test_what_was_never_sealed_does_not_open(anything: str) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(KEY, "case", "phone", anything)
    with pytest.raises(CannotOpen):
        RING.unwrap("case", anything)


@pytest.mark.parametrize(
    ("key", "case_id", "name"),
    [(KEY, "other", "phone"), (KEY, "case", "name"), (new_case_key(), "case", "phone"), (KEY, "casep", "hone")],
    ids=["other case", "other field", "other key", "shifted"],
)
def test_moved_to_another_case_field_or_key_it_stays_shut(key: bytes, case_id: str, name: str) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(key, case_id, name, seal(KEY, "case", "phone", "13812345678"))


def test_the_same_text_sealed_twice_reads_differently() -> None:
    assert seal(KEY, "case", "name", "王小明") != seal(KEY, "case", "name", "王小明")


def test_a_case_key_unwraps_for_its_case_alone() -> None:
    wrapped = RING.wrap("case", KEY)
    assert RING.unwrap("case", wrapped) == KEY
    with pytest.raises(CannotOpen):
        RING.unwrap("other", wrapped)
    with pytest.raises(CannotOpen):
        KeyRing.fresh().unwrap("case", wrapped)


def test_rotation_wraps_anew_and_lets_the_old_version_go() -> None:
    old = RING.wrap("case", KEY)
    ring = RING.with_new_version()
    new = ring.rewrap("case", old)
    assert new.startswith("2.")
    assert ring.unwrap("case", old) == ring.unwrap("case", new) == KEY
    assert ring.rewrap("case", new) == new
    later = KeyRing({2: ring.versions[2]}, ring.search_key, ring.code_key)
    assert later.unwrap("case", new) == KEY
    with pytest.raises(CannotOpen):
        later.unwrap("case", old)


def test_a_version_cannot_be_passed_off_as_another() -> None:
    key = RING.versions[1]
    twins = KeyRing({1: key, 2: key}, RING.search_key, RING.code_key)
    with pytest.raises(CannotOpen):
        twins.unwrap("case", "1" + twins.wrap("case", KEY)[1:])


def test_no_key_shows_where_a_ring_is_printed() -> None:
    assert repr(RING) == "KeyRing()"


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("phone", "+86 138-1234-5678", "１３８１２３４５６７８"),
        ("phone", "0086 13812345678", "(138)1234 5678"),
        ("email", " Wang.X@QQ.com", "wang.x@qq.com"),
        ("name", "王 小明", "王\u3000小明"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
    ],
)
def test_a_value_is_found_however_it_was_written(kind: str, one: str, two: str) -> None:
    assert keyed_hash(RING, kind, one) == keyed_hash(RING, kind, two)


def test_the_hash_depends_on_kind_value_and_key_and_outlives_rotation() -> None:
    found = keyed_hash(RING, "phone", "13812345678")
    assert found != keyed_hash(RING, "name", "13812345678")
    assert found != keyed_hash(RING, "phone", "13812345679")
    assert found != keyed_hash(KeyRing.fresh(), "phone", "13812345678")
    assert found == keyed_hash(RING.with_new_version(), "phone", "13812345678")


def test_a_ring_is_created_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring"
    ring = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.create(path) == ring == KeyRing.load(path)
    assert os.listdir(path.parent) == ["ring"]


def test_a_rotated_ring_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = KeyRing.create(path).with_new_version()
    ring.write(path)
    assert KeyRing.load(path) == ring
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o400)
    assert KeyRing.load(path) == ring


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "ring"
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(BadKeyFile, match="chmod 600") as refused:
        KeyRing.load(path)
    assert "chmod 600" in refused.value.zh


@pytest.mark.parametrize("lines", ["", "1:abc\n", "1:%s\n", "0:%s\nsearch:%s\ncodes:%s\n", "nonsense", "é:1"])
def test_a_key_file_that_is_not_whole_is_refused(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "ring"
    path.write_text(lines.replace("%s", "A" * 43 + "="), encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(BadKeyFile):
        KeyRing.load(path)


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKeyFile):
        KeyRing.load(tmp_path / "none")
