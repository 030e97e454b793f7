"""The load: so many connections of plain sockets post letters for so many seconds; prints one JSON line."""

import argparse
import asyncio
import json
import random
from time import perf_counter

from bench.figures import percentile

WORDS = (
    "小区路灯不亮晚上老人出门看不见台阶物业说归街道管街道说归城管打电话也没有人来请问什么时候能修好垃圾堆在楼道口"
    "好几天没有人清理夏天味道很大孩子放学要绕着走公交站牌被挡住看不清时间表希望尽快处理并且告诉我们一个准日子谢谢"
)


def letter(rng: random.Random, n: int) -> bytes:
    """One POST of a complaint of 200 characters, with its own key."""
    body = "".join(rng.choice(WORDS) for _ in range(200))
    given = {
        "kind": "complaint",
        "title": "路灯坏了没人修",
        "body": body,
        "contact": {"name": "李小满", "phone": f"139{n % 10**8:08d}", "email": ""},
        "publish_consent": True,
        "show_surname": False,
        "anonymous": False,
    }
    content = json.dumps(given, ensure_ascii=False).encode()
    head = (
        "POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: bench-{rng.getrandbits(64):016x}-{n}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
    await reader.readexactly(length)
    return int(lines[0].split()[1])


async def caller(port: int, seed: int, until: float, took: list[float], wrong: dict[int, int]) -> None:
    """One connection that posts letters one after the other."""
    rng, n = random.Random(seed), 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while perf_counter() < until:
        sent = letter(rng, seed * 100_000 + n)
        begun = perf_counter()
        writer.write(sent)
        status = await answer(reader)
        took.append((perf_counter() - begun) * 1000)
        if status != 201:
            wrong[status] = wrong.get(status, 0) + 1
        n += 1
    writer.close()


async def load(port: int, connections: int, seconds: float, seed: int) -> dict[str, object]:
    """Letters, seconds, and the milliseconds that callers waited."""
    took: list[float] = []
    wrong: dict[int, int] = {}
    begun = perf_counter()
    until = begun + seconds
    await asyncio.gather(*(caller(port, seed * 1000 + i, until, took, wrong) for i in range(connections)))
    lasted = perf_counter() - begun
    return {
        "letters": len(took) - sum(wrong.values()),
        "seconds": lasted,
        "p50": percentile(took, 0.5),
        "p99": percentile(took, 0.99),
        "wrong": wrong,
    }


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("port", type=int)
    asked.add_argument("--connections", type=int, default=64)
    asked.add_argument("--seconds", type=float, default=5.0)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    print(json.dumps(asyncio.run(load(told.port, told.connections, told.seconds, told.seed))))
