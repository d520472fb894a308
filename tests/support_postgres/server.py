"""A PostgreSQL server of its own on loopback, that a test may kill and start again."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from support_postgres.places import ask, until

BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a test's own"
USER = "minhtin"


@contextmanager
def private_server() -> Iterator["Server"]:
    """Give a running server; it and its folder are gone afterwards."""
    with TemporaryDirectory(prefix="minhtin-postgres-") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Server:
    """One cluster in one folder; `start` may follow `kill`."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "server.log"
        self._port = _free_port()
        self._program: subprocess.Popen[bytes] | None = None
        self.url = (
            f"postgresql+psycopg://{USER}:{PASSWORD.replace(' ', '%20')}"
            f"@127.0.0.1:{self._port}/postgres"
        )
        folder.mkdir(parents=True, exist_ok=True)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        self._give_away(folder, secret)
        self._run(
            "initdb", "-D", str(self._data), "-U", USER, "-E", "UTF8",
            "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={secret}",
        )  # fmt: skip

    def start(self, *settings: str) -> None:
        """Start and wait until it answers."""
        options = [part for setting in settings for part in ("-c", setting)]
        command = [
            str(BINARIES / "postgres"), "-D", str(self._data), "-p", str(self._port),
            "-h", "127.0.0.1", "-k", "", *options,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            self._program = subprocess.Popen(
                [*_as_owner(), *command], stdout=log, stderr=log
            )
        until(self._answers, 60)

    def kill(self) -> None:
        """SIGKILL the server and what it started, as if the machine lost power."""
        assert self._program is not None
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for number in (pid, *map(int, children)):
            _kill(number)
        self._program.wait(30)
        self._program = None

    def stop(self) -> None:
        """Stop at once but in order: sessions are told, what was committed is kept."""
        if self._program is not None:
            self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
            self._program.wait(30)
            self._program = None

    def _answers(self) -> bool:
        from sqlalchemy.exc import OperationalError

        try:
            return bool(ask(self.url, "SELECT 1"))
        except OperationalError:
            return False

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*_as_owner(), str(BINARIES / program), *arguments],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    def _give_away(self, *paths: Path) -> None:
        if os.getuid() == 0:
            for path in paths:
                shutil.chown(path, "postgres", "postgres")


def _as_owner() -> list[str]:
    """Return how to start it: PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] * (
        os.getuid() == 0
    )


def _kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
