"""A PostgreSQL on loopback that asks for a password (SCRAM)."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from support_engines.maven import UnavailableError
from support_engines.node import Node, free_port, prepare

OLDEST = 15
OWNER = "postgres"
"""Who runs it where we are root: PostgreSQL refuses to."""

USER, PASSWORD = "minhtin", "a test's own"
WAIT_SECONDS = 5.0


def binaries() -> Path:
    """Return where the newest PostgreSQL of this machine is.

    Raises `UnavailableError`.
    """
    found = [
        (int(path.parents[1].name), path.parent)
        for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")
        if path.parents[1].name.isdecimal()
    ]
    number, folder = max(found, default=(0, Path()))
    if number < OLDEST:
        raise UnavailableError(
            f"PostgreSQL {OLDEST} or newer is missing (Debian's package postgresql)"
        )
    return folder


class PostgresNode(Node):
    """`url` is where it answers. For root, in a folder that `OWNER` may pass to."""

    name = "postgres"
    stop_signal = signal.SIGINT  # Ends the sessions; SIGTERM would wait for them.

    def __init__(
        self, folder: Path, port: int | None = None, *, private: bool = True
    ) -> None:
        super().__init__(folder, private=private)
        self._binaries = binaries()
        self.version = _version(self._binaries)
        self.port = port or free_port()
        self.url = (
            f"postgresql+psycopg://{USER}:{quote(PASSWORD)}"
            f"@127.0.0.1:{self.port}/postgres"
        )
        self._data = folder / "data"
        if not self._data.exists():
            self._make()

    def command(self) -> list[str]:
        return [
            str(self._binaries / "postgres"), "-D", str(self._data),
            "-p", str(self.port), "-h", "127.0.0.1", "-k", "",
        ]  # fmt: skip

    def as_owner(self) -> list[str]:
        if os.getuid() != 0:
            return []
        return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"]

    def answers(self) -> bool:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=self.port, user=USER, password=PASSWORD,
                dbname="postgres", connect_timeout=int(WAIT_SECONDS),
            ) as connection:  # fmt: skip
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def kill(self) -> None:
        """SIGKILL it and what it started, as when the machine loses power.

        A session that outlives its server keeps the next one from starting.
        """
        try:
            sessions = psutil.Process(self.pid).children() if self._process else []
        except psutil.NoSuchProcess:
            sessions = []
        super().kill()
        for one in sessions:
            one.kill() if one.is_running() else None
        psutil.wait_procs(sessions, WAIT_SECONDS)

    def _make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if os.getuid() == 0:
            for path in (self.folder, secret):
                shutil.chown(path, OWNER, OWNER)
        prepare(
            [
                *self.as_owner(), str(self._binaries / "initdb"), "-D", str(self._data),
                "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256",
                f"--pwfile={secret}",
            ],
            self.folder,
        )  # fmt: skip


def _version(folder: Path) -> str:
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\d+\.\d+", said)
    return found.group() if found else said.strip()
