"""Routing rules in a file: the same checks, and every fault with its line."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hub.units import Directory
from routing.rules import RuleSet, Unfit, read_rules


def read_rules_of(
    file: Path, content: Mapping[str, Any], directory: Directory, kinds: Collection[str] | None = None
) -> RuleSet:
    """Build the rules that were read from a file; raises Unfit with the line of the rule that is at fault."""
    try:
        return read_rules(content, directory, kinds)
    except Unfit as fault:
        line = _line_of(file, fault.rule)
        if not line:
            raise
        raise Unfit(f"{file.name} 第{line}行，{fault.said.zh}", f"line {line}, {fault.said.en}", fault.rule) from fault


def _line_of(file: Path, code: str) -> int:
    """The last line that gives a rule this code: of two of one name the second is the one too many; 0: none."""
    lines = file.read_text("utf-8").splitlines()
    found = [n for n, line in enumerate(lines, 1) if line.replace(" ", "").startswith(f'code="{code}"')]
    return found[-1] if found and code else 0
