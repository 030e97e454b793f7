"""Pages over HTTP, one connection to each serving process, asked in turn: the hub and its limits side by side."""

import random
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

WARM = 20


class Fetch(NamedTuple):
    """One row: the process that serves, whether the page is new each time, and the row whose speed it is held to."""

    name: str
    what: str
    kind: str
    beside: str = ""
    wanted: str = ""


SMALLEST, SAME = "bare list, small template", "bare list, the hub's template"
UNCACHED = "public list, uncached"
FETCHES = (
    Fetch(SMALLEST, "bare", "any"),
    Fetch(SAME, "bare-page", "any"),
    Fetch(UNCACHED, "site", "any", SAME, "≥ 0.50 of the bare list with the same body"),
    Fetch("… beside the small template", "site", "any", SMALLEST),
    Fetch("public list, cached", "site", "same", UNCACHED, "≥ 3.0 of uncached"),
    Fetch("public list, 304", "site", "known", UNCACHED, "≥ 3.5 of uncached"),
    Fetch("public case, uncached", "site", "case", "", "p50 ratio ≤ 1.3"),
)


class Caller:
    """One connection, kept open; reads whole answers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self._host = f"127.0.0.1:{port}"

    def get(self, path: str, etag: str = "") -> tuple[float, str]:
        """Milliseconds and ETag of one answer; raises RuntimeError for one that is neither 200 nor 304."""
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        begun = perf_counter()
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n{known}\r\n".encode())
        status = int(self._file.readline().split()[1])
        heads = {}
        while (line := self._file.readline()) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            heads[name.lower()] = value.strip()
        self._file.read(int(heads.get("content-length", "0")))
        took = (perf_counter() - begun) * 1000
        if status not in (200, 304) or (status == 304) != bool(etag):
            raise RuntimeError(f"{path} answered {status}")
        return took, heads.get("etag", "")

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()


def fetched(folder: Path, paths: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each row; `paths` are pages of the list that nobody asked for before."""
    times: dict[str, list[float]] = {fetch.name: [] for fetch in FETCHES}
    order = random.Random(len(paths))
    with ExitStack() as stack:
        callers = {what: _started(what, folder, stack) for what in ("bare", "bare-page", "site")}
        warm = paths[:WARM]
        for turn, path in enumerate([*warm, *paths]):
            known = callers["site"].get("/results")[1]
            rows = list(FETCHES)
            order.shuffle(rows)
            for n, fetch in enumerate(rows):
                fresh = f"{path}&nr={turn}.{n}" if fetch.what == "site" else path
                case = f"{path.replace('?older=', '/')}?nr={turn}.{n}"
                asked = {"any": fresh, "same": "/results", "known": "/results", "case": case}[fetch.kind]
                took, _ = callers[fetch.what].get(asked, known if fetch.kind == "known" else "")
                if turn >= len(warm):
                    times[fetch.name].append(took)
    return times


def _started(what: str, folder: Path, stack: ExitStack) -> Caller:
    command = [sys.executable, "-m", "bench.serve", what, str(folder)]
    server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    assert server.stdout is not None
    stack.callback(server.stdout.read)  # it tells its processor time as it goes
    stack.callback(server.terminate)
    caller = Caller(int(server.stdout.readline()))
    stack.callback(caller.close)
    return caller
