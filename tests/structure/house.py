"""The program's own modules as syntax trees, for tests that hold the house rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).parents[2]
PARTS = ("config", "hub", "routing", "supervision", "channels", "bench")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the program."""

    path: str
    text: str
    tree: ast.Module

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def docstrings(self) -> set[int]:
        """Ids of constants that stand alone: captions and docstrings."""
        return {
            id(node.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }

    def strings(self) -> Iterator[ast.Constant]:
        """Every text the program uses, docstrings aside."""
        spoken = self.docstrings()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
                yield node

    def imports(self) -> Iterator[tuple[str, str]]:
        """Module and name of every import; the name is empty for `import module`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.module, alias.name) for alias in node.names)


def read(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(TOP).as_posix(), text, ast.parse(text))


@cache
def program() -> tuple[Module, ...]:
    """run.py and every module of the packages."""
    files = [path for part in PARTS for path in sorted((TOP / part).rglob("*.py"))]
    return tuple(read(path) for path in (TOP / "run.py", *files) if path.exists())


@cache
def its_tests() -> tuple[Module, ...]:
    return tuple(read(path) for path in sorted((TOP / "tests").rglob("*.py")))


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of everything a person wrote here: code, data, pages, docs."""
    kinds = {".py", ".toml", ".sql", ".md", ".html", ".css", ".js", ".lock", ".txt", ""}
    for part in (*PARTS, "tests", "docs", "deploy", ".ci"):
        for path in sorted((TOP / part).rglob("*")):
            if path.is_file() and path.suffix in kinds and "__pycache__" not in path.parts:
                yield path.relative_to(TOP).as_posix(), path.read_text("utf-8")
    for path in sorted(TOP.iterdir()):
        if path.is_file() and (path.suffix in kinds) and not path.name.startswith(".git"):
            yield path.name, path.read_text("utf-8")
