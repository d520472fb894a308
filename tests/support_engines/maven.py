"""Gets the engines' jars once and keeps them in the user's cache."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
MAIN = {"elasticsearch": "ElasticNode", "opensearch": "OpenSearchNode"}
"""Engines without a command of their own in their jars, and our class that is one."""

DOWNLOADED = re.compile(r"Downloaded from \S+ \S+\.jar ")
STALL_SECONDS = 90.0
"""How long Maven may say nothing: a network that swallows packets is given up then."""

TAIL = 1500
Say = Callable[[str], None]


class UnavailableError(RuntimeError):
    """The engine cannot be had on this machine; the text says why."""


def cache() -> Path:
    """Return where jars are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "minhtin-engines"


def libraries(engine: str, say: Say = lambda _: None) -> Path:
    """Return the folder with the engine's jars and classes; download them if needed.

    Raises `UnavailableError`.
    """
    pom = (HERE / "poms" / f"{engine}.xml").read_bytes()
    main = HERE / "java" / f"{MAIN[engine]}.java" if engine in MAIN else None
    source = main.read_bytes() if main else b""
    stamp = hashlib.sha256(pom + source).hexdigest()[:12]
    done = cache() / f"{engine}-{stamp}"
    need("java")
    if done.exists():
        return done
    need("javac", "mvn")
    part = done.with_suffix(f".part{os.getpid()}")
    part.mkdir(parents=True)
    try:
        (part / "pom.xml").write_bytes(pom)
        run(part, say, "mvn", "-B", "dependency:copy-dependencies",
            "-DincludeScope=runtime", "-DoutputDirectory=.")  # fmt: skip
        if main:
            run(part, say, "javac", "-cp", "*", "-d", ".", str(main))
        with suppress(OSError):  # Another was faster.
            part.replace(done)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done


def need(*tools: str) -> None:
    """Raise `UnavailableError` when a program is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            raise UnavailableError(f"{tool} is missing (Java 17 and Maven are needed)")


def run(folder: Path, say: Say, *command: str, stall: float = STALL_SECONDS) -> None:
    """Run a program and tell how many jars it has got.

    Raises `UnavailableError` when it fails or says nothing for `stall` seconds.
    """
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        said = []
        with _given_up(process, stall) as still_there:
            got = 0
            for line in process.stdout or ():
                still_there()
                said.append(line)
                if DOWNLOADED.search(line):
                    got += 1
                    say(f"{got} jars")
    if process.returncode:
        why = f"failed ({process.returncode}), or said nothing for {stall:.0f} s"
        raise UnavailableError(f"{command[0]} {why}:\n{''.join(said)[-TAIL:]}")


@contextmanager
def _given_up(
    process: subprocess.Popen[str], stall: float
) -> Iterator[Callable[[], None]]:
    """Kill a program that is not said to be still there, or when we must end."""
    lives, over = threading.Event(), threading.Event()

    def watch() -> None:
        while lives.wait(stall) and not over.is_set():
            lives.clear()
        if not over.is_set():
            kill()

    def kill() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    lives.set()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lives.set
    except BaseException:
        kill()
        raise
    finally:
        over.set()
        lives.set()
        watcher.join()
