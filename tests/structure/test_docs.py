"""The docs speak of what exists: files, functions, commands of make, and the captions in the README's tree."""

import ast
import re
from pathlib import Path

from tests.structure.house import TOP, read

DOCS = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").rglob("*.md"))]
FILE = re.compile(
    r"`((?:config|hub|channels|routing|supervision|tests|docs|bench|deploy)/[\w./-]*|run\.py|requirements\.lock)`"
)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
NAMED = re.compile(r"`([\w/]+\.py)`\s+`([\w.]+)`")


def test_docs_name_only_files_that_exist() -> None:
    missing = [
        f"{page.relative_to(TOP)}: {name}"
        for page in DOCS
        for name in FILE.findall(page.read_text("utf-8"))
        if not (TOP / name).exists()
    ]
    assert not missing


def test_links_between_docs_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {link}"
        for page in DOCS
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not broken


def test_the_walk_names_only_functions_that_exist() -> None:
    found = [pair for page in DOCS for pair in NAMED.findall(page.read_text("utf-8"))]
    assert len(found) > 25
    assert not [f"{path} {name}" for path, name in found if name not in _defined(TOP / path)]


def _defined(path: Path) -> set[str]:
    """Names of functions, classes and methods (as Class.method)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}.{f.name}" for f in node.body if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return names


def test_the_tree_in_the_readme_is_made_of_captions() -> None:
    rows = re.findall(r"^\| `([\w/]+\.py)` \| (.+) \|$", (TOP / "README.md").read_text("utf-8"), re.M)
    assert len(rows) > 20
    for path, words in rows:
        caption = (ast.get_docstring(read(TOP / path).tree) or "").split("\n\n")[0].replace("\n", " ")
        assert words == caption, path


def test_the_readme_names_only_targets_that_make_has() -> None:
    named = set(re.findall(r"`make ([\w-]+)`", (TOP / "README.md").read_text("utf-8")))
    targets = set(re.findall(r"^([\w-]+):", (TOP / "Makefile").read_text("utf-8"), re.M))
    assert named <= targets
