"""Model files: numbered, never changed, one of them in force by a pointer that is swapped in one step."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import starter
from routing.model import Model, packed, read_model

STARTER = starter.HERE / "model"
"""The model that ships with the project: weights and card, no sentence of anybody."""
_NAME = re.compile(r"model-(\d{4})")


@dataclass
class Models:
    """The models of a hub's folder; the starter model is in force until another one is chosen."""

    folder: Path
    _kept: tuple[tuple[int, int], Model] | None = None

    def in_force(self) -> Model:
        """The model in force; read again only when another one was put into force, by this process or any other.

        Whether that happened is asked for each letter: the pointer is a new file each time it is written.
        """
        now = self._pointer()
        if self._kept is None or self._kept[0] != now:
            self._kept = now, read_model(self._file(self.chosen(), "bin").read_bytes())
        return self._kept[1]

    def unmoved(self) -> Model:
        """The model in force as it was before it learnt from letters here: learning on begins there each time."""
        card = self.card_in_force()
        while "before" in card:
            card = self.card(card["before"]["name"])
        return read_model(self._file(str(card["name"]), "bin").read_bytes())

    def _pointer(self) -> tuple[int, int]:
        """What tells one writing of the pointer from the next; zeros where nothing was ever chosen."""
        try:
            seen = (self.folder / "in-force").stat()
        except FileNotFoundError:
            return 0, 0
        return seen.st_ino, seen.st_mtime_ns

    def chosen(self) -> str:
        """The name of the model in force."""
        try:
            name = (self.folder / "in-force").read_text("ascii").strip()
        except FileNotFoundError:
            return "starter"
        return name if self._file(name, "bin").exists() else "starter"

    def names(self) -> tuple[str, ...]:
        """All that there are, the oldest first."""
        found = sorted(p.stem for p in self.folder.glob("model-*.bin") if _NAME.fullmatch(p.stem))
        return ("starter", *found)

    def next_name(self) -> str:
        """The name that the next model gets."""
        return f"model-{max((int(name[6:]) for name in self.names()[1:]), default=0) + 1:04d}"

    def card(self, name: str) -> Mapping[str, Any]:
        """What a model was made from and how good it was; raises ValueError for a name that is none."""
        if name not in self.names():
            raise ValueError(f"没有模型 {name}，可用：{'、'.join(self.names())}。(No such model.)")
        card: Mapping[str, Any] = json.loads(self._file(name, "json").read_text("utf-8"))
        return card

    def card_in_force(self) -> Mapping[str, Any]:
        """The card of the model in force."""
        return self.card(self.chosen())

    def keep(self, model: Model, card: Mapping[str, Any]) -> None:
        """Write a model and its card; neither is ever written again."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _whole(self._file(model.name, "json"), json.dumps(card, ensure_ascii=False, indent=1).encode())
        _whole(self._file(model.name, "bin"), packed(model))

    def use(self, name: str) -> None:
        """Put a model into force, a newer one or one from before; raises ValueError where it is none or damaged."""
        self.card(name)
        read_model(self._file(name, "bin").read_bytes())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _whole(self.folder / "in-force", name.encode())

    def _file(self, name: str, ending: str) -> Path:
        return (STARTER if name == "starter" else self.folder) / f"{name}.{ending}"


def _whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever opens it finds the old or the new content, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
