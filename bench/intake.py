"""Intake beside its limit, alternately in one run, durable: `python -m bench.intake` prints the ratios."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.figures import fdatasync_ms, table


class Run(NamedTuple):
    """One way, one round."""

    rps: float
    p50: float
    p99: float
    cpu_us: float


def run(what: str, told: argparse.Namespace, seed: int, *, alone: bool = False) -> Run:
    """Start one serving process, load it from another, stop it; raises RuntimeError where a letter was refused."""
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        command = [sys.executable, "-m", "bench.serve", what, folder, *(["--alone"] if alone else [])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"{what} did not start")
            try:
                _load(port, told, seed, min(1.0, told.seconds))
                found = _load(port, told, seed + 500, told.seconds)
            finally:
                server.terminate()
            cpu = float(server.stdout.readline())
    if found["wrong"]:
        raise RuntimeError(f"{what} answered {found['wrong']}")
    letters = found["letters"]
    return Run(letters / found["seconds"], found["p50"], found["p99"], cpu / (letters * _warmed(told)) * 1e6)


def _warmed(told: argparse.Namespace) -> float:
    """The warm-up is part of the processor time: letters counted up by its share of the seconds."""
    return float(1 + min(1.0, told.seconds) / told.seconds)


def _load(port: str, told: argparse.Namespace, seed: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", port, "--connections", str(told.connections)]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def main(told: argparse.Namespace) -> None:
    ways = {"limit": ("limit", False), "hub": (told.at, False), "hub, one commit a letter": (told.at, True)}
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    middle_ms, worst_ms = fdatasync_ms(Path(told.folder or tempfile.gettempdir()))
    print(f"fdatasync of 4 KiB: median {middle_ms:.2f} ms, p99 {worst_ms:.2f} ms")
    for turn in range(told.rounds):
        for name, (what, alone) in ways.items():
            runs[name].append(run(what, told, turn + 1, alone=alone))
    middle = {name: Run(*(median(column) for column in zip(*rows, strict=True))) for name, rows in runs.items()}
    head = ("way", "letters/s", "p50 ms", "p99 ms", "CPU us a letter")
    print(table(head, [(n, *(f"{value:.1f}" for value in row)) for n, row in middle.items()]))
    hub, limit, single = middle["hub"], middle["limit"], middle["hub, one commit a letter"]
    print(f"hub / limit: letters {hub.rps / limit.rps:.2f} (wanted >= 0.40), p99 {hub.p99 / limit.p99:.2f} (<= 3)")
    print(f"hub / limit: CPU a letter {hub.cpu_us / limit.cpu_us:.2f} (wanted <= 2.5)")
    print(f"hub / its one-commit switch: letters {hub.rps / single.rps:.2f} (wanted >= 4)")


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--at", choices=("api", "office"), default="api")
    asked.add_argument("--connections", type=int, default=64)
    asked.add_argument("--seconds", type=float, default=5.0)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--folder", default=None)
    main(asked.parse_args())
