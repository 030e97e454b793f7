"""Idle readers of the chat: memory each, time until all have heard, and what is left when they go.

`python -m bench.readers --readers 10000` serves the chat in one process and holds the streams in another.
"""

import argparse
import asyncio
import gc
import json
import multiprocessing
import resource
import secrets
import sys
import tempfile
import tomllib
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from aiohttp import web

from bench.serve import CONFIG, open_office
from channels.message import OutboundMessage
from channels.web.app import make_app, make_runner
from channels.web.chat.channel import chat
from channels.web.chat.pages import address_of
from channels.web.chat.worker import setting_of
from channels.web.keys import Parts
from config.settings import Server, Settings
from routing.danger import read_dangers

AT_ONCE = 200
"""Streams that are being opened at one moment; more would overrun the queue of new connections."""
DANGERS = read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8")))


def resident() -> int:
    """Resident memory of this process in bytes (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


async def hold(port: int, cookies: list[str], told: Connection) -> None:
    """Open a stream for each cookie, tell when all stand, and when each has heard a line; then leave at once."""
    gate, writers, heard = asyncio.Semaphore(AT_ONCE), [], asyncio.Queue[None]()

    async def read(cookie: str) -> None:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            head = f"GET /chat/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: chat={cookie}\r\n\r\n"
            writer.write(head.encode())
            await reader.readuntil(b"retry: 2000")
        opened.put_nowait(None)
        try:
            await reader.readuntil(b"event: line")
            heard.put_nowait(None)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    opened = asyncio.Queue[None]()
    tasks = [asyncio.create_task(read(cookie)) for cookie in cookies]
    for queue, word in ((opened, "open"), (heard, "heard")):
        for _ in cookies:
            await queue.get()
        told.send(word)
    for writer in writers:
        writer.close()
    await asyncio.gather(*tasks, return_exceptions=True)


def readers(port: int, cookies: list[str], told: Connection) -> None:
    """The process of the readers."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(cookies) + 200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    asyncio.run(hold(port, cookies, told))


async def word_of(told: Connection, word: str) -> None:
    """Wait until the readers say so."""
    said = await asyncio.to_thread(told.recv)
    if said != word:
        raise RuntimeError(f"{word} was awaited, {said} came")


async def measure(count: int, folder: Path) -> dict[str, Any]:
    """Serve, let `count` browsers wait, speak to each, let them go; the figures."""
    office = await open_office(folder)
    async with chat(office, setting_of("http://127.0.0.1", DANGERS)) as channel:
        app = make_app(office, Settings(server=Server(port=0)), replace(Parts(), chat=channel))
        runner = make_runner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        port, cookies = runner.addresses[0][1], [secrets.token_urlsafe(32) for _ in range(count)]
        gc.collect()
        tasks, memory = len(asyncio.all_tasks()), resident()
        ours, theirs = multiprocessing.Pipe()
        other = multiprocessing.get_context("spawn").Process(target=readers, args=(port, cookies, theirs))
        other.start()
        begun = perf_counter()
        await word_of(ours, "open")
        opened = perf_counter() - begun
        gc.collect()
        each = (resident() - memory) / count
        begun = perf_counter()
        await say_to_all(channel.sender.send, app, cookies)
        await word_of(ours, "heard")
        reached = perf_counter() - begun
        begun = perf_counter()
        await asyncio.to_thread(other.join)
        while len(channel.readers) or len(asyncio.all_tasks()) > tasks:
            if perf_counter() - begun > 60:
                break
            await asyncio.sleep(0.05)
        found = {
            "readers": count,
            "opened_s": round(opened, 1),
            "kib_each": round(each / 1024, 1),
            "all_reached_s": round(reached, 2),
            "gone_s": round(perf_counter() - begun, 1),
            "readers_left": len(channel.readers),
            "tasks_left": len(asyncio.all_tasks()) - tasks,
        }
        await runner.cleanup()
    await office.store.close()
    return found


async def say_to_all(send: Any, app: web.Application, cookies: list[str]) -> None:
    """One durable line into every chat, as the courier would."""
    message, room = OutboundMessage("您好，有新的答复。"), asyncio.Semaphore(64)

    async def one(cookie: str) -> None:
        async with room:
            await send(address_of(app, cookie), message, f"bench:{cookie}")

    await asyncio.gather(*(one(cookie) for cookie in cookies))


def main() -> None:
    """Print the figures as one line of JSON; exit 1 where a reader or task is left."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--readers", type=int, default=10_000)
    count = asked.parse_args().readers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count + 200:
        sys.exit(f"{count} readers need {count + 200} open files; this machine allows {hard}: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 200), hard))
    with tempfile.TemporaryDirectory() as name:
        found = asyncio.run(measure(count, Path(name)))
    print(json.dumps(found))
    sys.exit(1 if found["readers_left"] or found["tasks_left"] > 0 else 0)


if __name__ == "__main__":
    main()
