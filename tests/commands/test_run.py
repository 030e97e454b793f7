"""The command line as somebody uses it, on a place of its own; what is served is a real process."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

import run as program
from tests.hub.notices import COMING, whole

ROOT = Path(__file__).parents[2]
LETTER = {"id": "1", "title": "路灯不亮", "body": "门口的路灯坏了半个月，请问归谁修？", "at": "2025-03-05T09:12:00"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of a hub of its own; the log of this process is left as other tests know it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for name in [name for name in os.environ if name.startswith(("MINXIN", "PORT"))]:
        monkeypatch.delenv(name)
    yield {**os.environ, "MINXIN_DATA": str(tmp_path / "var"), "PORT": "0", "COLUMNS": "200"}
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def run(place: dict[str, str], *words: str) -> Result:
    """A command within this process: a process of its own takes seconds to begin."""
    return CliRunner().invoke(program.app, words, env=place)


def must(place: dict[str, str], *words: str) -> str:
    done = run(place, *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture
def hub(place: dict[str, str]) -> dict[str, str]:
    """A migrated hub with the starter rules."""
    must(place, "migrate")
    must(place, "config", "load")
    return place


def test_a_hub_is_set_up_filled_verified_and_moved(hub: dict[str, str], tmp_path: Path) -> None:
    letters = tmp_path / "letters.jsonl"
    letters.write_text(json.dumps(LETTER, ensure_ascii=False) + "\n坏的一行\n", encoding="utf-8")
    summary = json.loads(must(hub, "import", str(letters), "--json"))
    assert (summary["imported"], summary["refused"]) == (1, 1)
    (tmp_path / "password").write_text("a long password\n")
    added = must(
        hub, "officer", "add", "liu", "--name", "柳", "--role", "handler@urban", "--role", "clerk",
        "--password-file", str(tmp_path / "password"),
    )  # fmt: skip
    assert "otpauth://totp/" in added
    assert json.loads(must(hub, "verify", "--json"))["findings"] == []
    must(hub, "backup", str(tmp_path / "b.tar.gz"))

    other = {**hub, "MINXIN_DATA": str(tmp_path / "other")}
    must(other, "restore", str(tmp_path / "b.tar.gz"))
    missing = run(other, "verify")
    assert (missing.exit_code, "keys.txt" in missing.stderr) == (1, True)
    (tmp_path / "other" / "keys.txt").write_bytes((tmp_path / "var" / "keys.txt").read_bytes())
    (tmp_path / "other" / "keys.txt").chmod(0o600)
    assert json.loads(must(other, "verify", "--json"))["counts"]["cases"] == 1
    assert "Released" in must(other, "release")


def test_a_served_hub_answers_keeps_others_out_and_ends_when_told(hub: dict[str, str], tmp_path: Path) -> None:
    served = subprocess.Popen([sys.executable, "run.py", "serve"], cwd=ROOT, env=hub, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        address = served.stdout.readline().split()[2]
        for _ in range(100):
            with urlopen(f"{address}/healthz", timeout=10) as answer:
                if json.load(answer)["status"] == "ok":
                    break
            time.sleep(0.1)
        for words in (("migrate",), ("demo",), ("restore", "nothing.tar.gz", "--replace")):
            refused = run(hub, *words)
            assert refused.exit_code == 1
            assert refused.stderr.strip()
            assert "Traceback" not in refused.stderr
        must(hub, "backup", str(tmp_path / "beside.tar.gz"))
        must(hub, "verify")
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=30)
    assert served.returncode == 0


def test_a_year_of_the_calendar_is_looked_at_then_announced(hub: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_text(whole(COMING, 2027), encoding="utf-8")
    looked = json.loads(must(hub, "config", "calendar", str(file), "--dry-run", "--json"))
    assert (looked["published"], looked["edition"]) == (False, 1)
    assert {"2027-01-04", "2027-02-09"} <= set(looked["rest"])
    assert "第 2 版已生效" in must(hub, "config", "calendar", str(file))
    refused = run(hub, "config", "load")
    assert (refused.exit_code, "2027年的放假通知" in refused.stderr) == (1, True)
    day = ("config", "calendar", "--rest", "2027-07-20", "--name", "台风停工", "--source", "区防指3号")
    assert json.loads(must(hub, *day, "--json"))["rest"] == ["2027-07-20"]
    file.write_text(whole(COMING, 2027).replace("共9天", "共8天"), encoding="utf-8")
    wrong = run(hub, "config", "calendar", str(file), "--dry-run")
    assert (wrong.exit_code, "春节写的天数" in wrong.stderr) == (1, True)


def test_a_date_is_explained_day_by_day_without_any_store(place: dict[str, str]) -> None:
    told = json.loads(must(place, "due", "2026-02-13T10:00", "5wd", "--json"))
    assert told["last_day"] == "2026-02-27"
    assert sum(day["counted"] for day in told["days"]) == 5
    assert "春节" in must(place, "due", "2026-02-13T10:00", "5wd", "--explain")


def test_a_rule_of_law_gives_its_date_and_names_its_source(place: dict[str, str]) -> None:
    told = json.loads(must(place, "due", "2026-02-13T10:00", "--rule", "disclosure.answer", "--json"))
    assert (told["last_day"], told["rule"]["limit"]) == ("2026-03-19", "20wd")
    before = must(place, "due", "2019-05-14T10:00", "--rule", "disclosure.answer")
    assert "政府信息公开条例（2007）第二十四条" in before
    assert "art. 24" in before


def test_routing_says_why_without_any_store(place: dict[str, str]) -> None:
    told = json.loads(must(place, "route", "--text", "小区门口的路灯坏了半个月", "--kind", "complaint", "--json"))
    assert told["unit"] == "urban"
    assert told["record"]["reasons"]


def test_the_starter_rules_fit_and_an_empty_office_is_not_staffed(hub: dict[str, str]) -> None:
    must(hub, "config", "check")
    staffing = run(hub, "config", "check", "--staffing", "--json")
    assert staffing.exit_code == 1
    assert "intake" in json.loads(staffing.stdout)["missing"]


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("verify",),
        ("import", "nothing.jsonl"),
        ("due", "tomorrow", "5wd"),
        ("due", "2026-02-13", "5 days"),
        ("due", "2026-02-13"),
        ("due", "2026-02-13", "5wd", "--rule", "permits.decide"),
        ("due", "2026-02-13", "--rule", "permits.nothing"),
        ("due", "2004-06-30", "--rule", "permits.decide"),
        ("route", "--text", "路灯", "--kind", "lottery"),
        ("config", "load", "/nowhere"),
        ("config", "calendar", "--rest", "2026-07-20", "--work", "2026-07-21"),
        ("restore", "nothing.tar.gz"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_not_zero(place: dict[str, str], words: tuple[str, ...]) -> None:
    done = run(place, *words)
    assert done.exit_code == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
