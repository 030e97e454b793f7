"""The engine's own schema with one plain table, so that the contract is tested without the domain."""

import shutil
from pathlib import Path

import pytest

from hub.storage.schema import STEPS

LETTERS = """
CREATE TABLE letters (
    id        TEXT   PRIMARY KEY,
    title     TEXT   NOT NULL CHECK (title <> ''),
    version   BIGINT NOT NULL,
    owner     TEXT,
    body_blob BYTEA,
    weight    DOUBLE PRECISION
);
"""


@pytest.fixture(scope="session")
def steps_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steps")
    for path in STEPS.glob("0001_*"):
        shutil.copy(path, folder)
    (folder / "0002_letters.sql").write_text(LETTERS)
    return folder
