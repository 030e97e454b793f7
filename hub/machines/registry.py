"""The machines of the hub by name; a new family of kinds is one more value here."""

from collections.abc import Mapping

from hub.machines.letter import LETTER
from hub.machines.machine import Machine
from hub.machines.publication import PUBLICATION

MACHINES: Mapping[str, Machine] = {m.code: m for m in (LETTER, PUBLICATION)}
