"""The house rules that every module keeps: a caption, a size, plain names, no clock of its own, nothing unfinished."""

import ast
import re
from functools import cache

import pytest

from hub.logs import ALLOWED
from tests.structure.house import Function, Module, its_tests, program, texts

MOST_LINES, MOST_FUNCTION_LINES, MOST_ARGUMENTS = 450, 70, 8
ILL_NAMED = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
UNFINISHED = re.compile(r"(?:#|//|--|/\*)\s*(?:TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b|\b(?:TO" + r"DO|FIX" + r"ME)[:(]")
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:wo" + r"rk|home/\w+|Users/\w+)/\w|\.lib" + r"rary\b|/op" + r"t/pypi|/ro" + r"ot/\."
)
DECLARATIONS = {
    "channels/web/api/op.py": "op declares one line of the API's table; every part is named, most are left out"
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
CAN_FAIL = {"raises", "warns", "fail", "timeout", "validate_response"}
TIME_KEEPER = "hub/moments.py"


def test_every_module_begins_with_a_caption_of_one_sentence() -> None:
    assert not [module.path for module in (*program(), *its_tests()) if not _has_caption(module)]


def _has_caption(module: Module) -> bool:
    caption = (ast.get_docstring(module.tree) or "").split("\n\n")[0].strip()
    return len(caption) > 10 and caption[-1] in ".。?:"


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    assert not [f"{m.path}: {n}" for m in program() if (n := len(m.text.splitlines())) > MOST_LINES]


def test_no_function_is_longer_than_a_page() -> None:
    assert not [
        f"{m.path}:{f.lineno} {f.name}: {lines}"
        for m in program()
        for f in m.functions()
        if (lines := (f.end_lineno or 0) - f.lineno + 1) > MOST_FUNCTION_LINES
    ]


def test_no_function_wants_more_arguments_than_a_reader_remembers() -> None:
    assert not [
        f"{m.path}:{f.lineno} {f.name}: {count}"
        for m in program()
        for f in m.functions()
        if not _is_command(f)
        and not (m.path in DECLARATIONS and f.name == "op")
        and (count := _arguments(f)) > MOST_ARGUMENTS
    ]


def _arguments(function: Function) -> int:
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def _is_command(function: Function) -> bool:
    """A command's arguments are its options on the command line, which DESIGN §11 names."""
    marks = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return any(isinstance(mark, ast.expr) and _last_name(mark) in ("command", "callback") for mark in marks)


def test_modules_are_named_after_what_they_are_about() -> None:
    assert not [m.path for m in program() if m.path.removesuffix(".py").rpartition("/")[2] in ILL_NAMED]


def test_nothing_is_left_unfinished() -> None:
    assert not [path for path, text in texts() if UNFINISHED.search(text)]


def test_no_path_of_a_machine_stands_in_the_project() -> None:
    assert not [path for path, text in texts() if MACHINE_PATH.search(text)]


def test_the_lock_files_name_no_registry() -> None:
    assert not [path for path, text in texts() if path.endswith(".lock") and "://" in text]


def test_only_one_module_asks_the_computer_for_the_time() -> None:
    found = [
        f"{m.path}:{node.lineno}"
        for m in program()
        if m.path != TIME_KEEPER
        for node in m.walk(ast.Attribute)
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in CLOCKS
    ]
    assert not found, f"take hub.moments.Clock as an argument: {found}"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_every_field_of_a_log_line_is_one_that_is_kept() -> None:
    levels = {"debug", "info", "warning", "error", "critical", "exception"}
    assert not [
        f"{module.path}:{call.lineno} {field.arg}"
        for module in program()
        for call in module.walk(ast.Call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in levels
        if call.args and isinstance(call.args[0], ast.Constant)
        for field in call.keywords
        if field.arg and field.arg not in ALLOWED
    ]


def test_a_deed_draws_no_random_number() -> None:
    drawing, engines = {"random", "secrets", "uuid"}, ("hub/storage/postgres", "hub/storage/sqlite")
    deeds = [m for m in program() if m.path.startswith("hub/storage/") and not m.path.startswith(engines)]
    assert not [m.path for m in deeds if drawing & {name for name, _ in m.imports()}]


def test_every_test_can_fail() -> None:
    assert not [
        f"{module.path}:{function.lineno} {function.name}"
        for module in its_tests()
        for function in module.functions()
        if function.name.startswith("test_") and not _can_fail(function)
    ]


@cache
def _helping() -> dict[str, Function]:
    """Functions of the tests that are no tests, by name."""
    return {f.name: f for m in its_tests() for f in m.functions() if not f.name.startswith("test_")}


def _can_fail(function: Function) -> bool:
    """It asserts, expects an error, waits under a limit, or calls a function of the tests that does."""
    own = _helping()
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        asserts, calls = _inside(waiting.pop())
        if asserts or calls & CAN_FAIL:
            return True
        waiting += [own[name] for name in (calls & set(own)) - seen]
        seen |= calls
    return False


@cache
def _inside(function: Function) -> tuple[bool, frozenset[str]]:
    """Whether it asserts, and the names that it calls."""
    nodes = list(ast.walk(function))
    calls = frozenset(_last_name(node.func) for node in nodes if isinstance(node, ast.Call))
    return any(isinstance(node, ast.Assert) for node in nodes), calls


@pytest.mark.parametrize("text", ["TO" + "DO: later", "see /wo" + "rk/main"])
def test_the_searches_find_what_they_look_for(text: str) -> None:
    assert UNFINISHED.search(text) or MACHINE_PATH.search(text)
