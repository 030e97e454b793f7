"""Which room of the house may hold what: SQL, states, the web server and client, and the loading of settings."""

import ast
import re

from hub.machines.registry import MACHINES
from tests.structure.house import Module, program

SQL = re.compile(
    r"\b(?:SELECT\s+.+\s+FROM|INSERT\s+INTO\s+\w+|UPDATE\s+\w+\s+SET|DELETE\s+FROM\s+\w+|CREATE\s+(?:TABLE|INDEX))\b",
    re.S,
)
STATES = frozenset(state for machine in MACHINES.values() for state in machine.states)
ROOMS_OF_STATES = ("hub/machines/", "config/", "bench/")

# `state` of something that is no case: outbox rows, replies, overlays, dialogue sessions, clocks.
OTHER_STATES = {
    "waiting": "an outbox row that waits to be sent",
    "drafted": "a reply version as its handler wrote it",
    "stopped": "a clock that ended without being met",
    "published": "a page that is live",
}


def test_sql_stands_only_in_storage() -> None:
    found = [
        f"{m.path}:{text.lineno}"
        for m in program()
        if not m.path.startswith(("hub/storage/", "bench/"))
        for text in m.strings()
        if SQL.search(str(text.value))
    ]
    assert not found


def test_no_code_outside_the_machines_names_a_state() -> None:
    found = [
        f"{m.path}:{line} {state}"
        for m in program()
        if not m.path.startswith(ROOMS_OF_STATES)
        for line, state in _states_named(m)
        if state not in OTHER_STATES
    ]
    assert not found, f"ask the machine (hub/machines) instead: {found}"


def test_no_sql_names_a_state_of_a_case() -> None:
    named = re.compile(r"\bc?\.?state\s*(?:=|<>|!=|IN\s*\()\s*'(\w+)'")
    found = [
        f"{m.path}:{text.lineno} {state}"
        for m in program()
        if m.path.startswith("hub/storage/")
        for text in m.strings()
        for state in named.findall(str(text.value))
        if state in STATES and state not in OTHER_STATES
    ]
    assert not found


def _states_named(module: Module) -> list[tuple[int, str]]:
    """Constants that are compared with, or given to, something called state."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare) and any(_is_state(side) for side in (node.left, *node.comparators)):
            found += _constants(node)
        elif isinstance(node, ast.keyword) and node.arg in ("state", "states", "to"):
            found += _constants(node.value)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_state(target) for target in targets):
                found += _constants(node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "state":
                    found += _constants(value)
    return found


def _is_state(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ("state", "case_state")
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in ("state", "case_state")
    return isinstance(node, ast.Name) and node.id in ("state", "states")


def _constants(node: ast.AST) -> list[tuple[int, str]]:
    return [(n.lineno, n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value in STATES]


def test_the_web_server_stands_in_web_and_run_alone() -> None:
    served = [
        m.path
        for m in program()
        if not m.path.startswith(("channels/web/", "bench/")) and m.path != "run.py"
        if any((module, name) == ("aiohttp", "web") or module.startswith("aiohttp.web") for module, name in m.imports())
    ]
    assert not served


def test_the_web_client_stands_only_in_channels_that_call_out() -> None:
    calling = [
        f"{m.path}:{node.lineno}"
        for m in program()
        if not m.path.startswith(("channels/telegram/", "channels/sms", "channels/webhooks", "bench/"))
        for node in ast.walk(m.tree)
        if isinstance(node, ast.Attribute | ast.Name)
        if (node.attr if isinstance(node, ast.Attribute) else node.id) == "ClientSession"
    ]
    assert not calling


OPENS_CONTACT = {
    "hub/contact.py": "shows it to an officer, with an entry of who and why",
    "hub/office.py": "opens what the others here ask for",
    "hub/own_words.py": "redacts a text by what it knows of its writer",
    "hub/publishing.py": "finds the writer's name in what would be published",
    "hub/renewal.py": "compares what somebody at the counter says, and shows nothing",
    "channels/courier.py": "sends a notice there",
    "channels/webhooks/receipts.py": "compares where a report of delivery comes from",
    "channels/inbound.py": "opens what a channel sent, before it is a case",
}


def test_contact_data_is_opened_in_known_places_and_shown_by_the_one_that_logs_it() -> None:
    opening = re.compile(r"(?<!def )(?:office\.(?:contact|opened)|open_sealed|vault\.read)\(")
    found = {m.path for m in program() if not m.path.startswith("bench/") if opening.search(m.text)}
    assert found - {"hub/privacy/vault.py", "hub/storage/vault.py"} == OPENS_CONTACT.keys()


def test_settings_are_loaded_where_the_program_is_put_together() -> None:
    loading = [
        m.path
        for m in program()
        if not m.path.startswith(("config/", "bench/")) and m.path != "run.py"
        if {("config.settings", "load"), ("config.settings", "secret")} & set(m.imports())
    ]
    assert not loading


def test_nobody_imports_the_composition_root() -> None:
    assert not [m.path for m in program() if any(module == "run" for module, _ in m.imports())]


def test_imports_stand_at_the_top_of_the_file() -> None:
    inside = [
        f"{m.path}:{node.lineno}"
        for m in program()
        if m.path != "run.py"
        for function in m.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside
