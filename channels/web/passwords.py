"""Passwords of officers: argon2id in a small pool of threads, with the same work for accounts that do not exist."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

THREADS = 2
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id, 19 MiB, two passes: the floor of the OWASP password storage sheet (RELIABILITY 25)."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(password)


class Passwords:
    """Checks passwords a few at a time, so that a flood of sign-ins takes neither memory nor the loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._nobody = hash_password(secrets.token_hex(16))

    async def fits(self, kept: str, password: str) -> bool:
        """Whether the password is the kept one; an empty `kept` costs the same work and never fits."""
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._pool, _fits, kept or self._nobody, password)
        return fits and kept != ""

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _fits(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False
