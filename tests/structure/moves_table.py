"""Draws docs/moves.md from the machines: which role may make which move in which state. Run it to write the page."""

from pathlib import Path

from hub.machines.machine import Machine, Move
from hub.machines.registry import MACHINES

PAGE = Path(__file__).parents[2] / "docs" / "moves.md"
HEAD = """# Every move of every machine

Drawn from the machines by `python -m tests.structure.moves_table`; a test holds this page to the code.
A cell names who may make the move in that state; where it leads stands in the column `to` (`=` stays, `@back` returns
to the state the case came from). Guards stand in `hub/machines/guards.py`.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_machine(machine) for machine in MACHINES.values())


def _machine(machine: Machine) -> str:
    lines = [f"\n## {machine.code}\n", "| state | 状态 | citizen reads | time of |", "|---|---|---|---|"]
    lines += [f"| {s.code} | {s.zh} | {s.word} | {s.holder} |" for s in machine.states.values()]
    lines += ["", "| move | 操作 | from | to | who | values |", "|---|---|---|---|---|---|"]
    lines += [_move(machine, move) for move in machine.moves.values()]
    lines += ["", f"| role | {' | '.join(machine.states)} |", "|---|" + "---|" * len(machine.states)]
    roles = sorted({role for move in machine.moves.values() for role in move.who})
    lines += [_role(machine, role) for role in roles]
    return "\n".join(lines) + "\n"


def _move(machine: Machine, move: Move) -> str:
    to = move.to if isinstance(move.to, str) else move.to.__name__
    origin = [code for code in machine.states if code in move.frm]
    values = [f.name if f.required else f"{f.name}?" for f in move.fields]
    cells = (move.code, move.zh, " ".join(origin), to, " ".join(move.who), " ".join(values))
    return f"| {' | '.join(cells)} |"


def _role(machine: Machine, role: str) -> str:
    cells = (
        " ".join(m.code for m in machine.moves.values() if role in m.who and state in m.frm) or "–"
        for state in machine.states
    )
    return f"| {role} | {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
