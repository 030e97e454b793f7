"""Long polling for places without a public address: an update is acknowledged only after it was kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter

from channels.telegram.sending import classify
from channels.telegram.updates import ALLOWED_UPDATES

Keep = Callable[[int, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How polling waits, in seconds: `hold` is the long poll; failures wait from `least` to `most`, doubling.

    `conflict` is the wait after a 409: another process polls with this token, or a webhook is set.
    """

    hold: int = 25
    least: float = 1.0
    most: float = 60.0
    conflict: float = 30.0


async def poll(bot: Bot, keep: Keep, stop: asyncio.Event, pace: Pace = Pace()) -> None:
    """Fetch updates until `stop` is set, handing each to `keep` as (update id, its JSON).

    The offset, which is the acknowledgement, moves past an update only after `keep` returned; where it raises, the
    update and those after it come again. Nothing is raised out of here but cancellation.
    """
    log = structlog.get_logger("telegram.polling")
    offset, failures = 0, 0
    while not stop.is_set():
        try:
            updates = await _until(stop, _fetch(bot, offset, pace.hold))
            for update in updates or ():
                offset = await _kept(update, keep, offset)
            failures = 0
        except Exception as fault:
            failures += 1
            wait = _wait(fault, failures, pace)
            if failures == 1:
                log.warning("polling waits", error=type(fault).__name__, seconds=wait)
            await _until(stop, asyncio.sleep(wait))


async def _fetch(bot: Bot, offset: int, hold: int) -> list[dict[str, Any]]:
    """getUpdates as plain JSON, so that an update this version cannot read is still kept."""
    query = {"timeout": hold, "limit": 100, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
    address = f"{bot.base_url}/getUpdates?{urlencode(query | ({'offset': offset} if offset else {}))}"
    answer = await bot.request.post(address, read_timeout=hold + 10)
    return answer if isinstance(answer, list) else []


async def _kept(update: dict[str, Any], keep: Keep, offset: int) -> int:
    number = update["update_id"]
    await keep(number, json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode())
    # ids may start again at a lower number after a quiet week, so the next offset is not a maximum
    return int(number) + 1


async def _until(stop: asyncio.Event, work: Awaitable[Any]) -> Any:
    """The work's result, or None as soon as `stop` is set; what is under way then is given up unacknowledged."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, stopped):
            each.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


def _wait(fault: Exception, failures: int, pace: Pace) -> float:
    if isinstance(fault, Conflict):
        return pace.conflict
    if isinstance(fault, RetryAfter):
        return classify(fault).wait
    if isinstance(fault, InvalidToken | EndPointNotFound):
        return pace.most
    return min(pace.most, pace.least * 2.0 ** min(failures - 1, 16))
