"""Serves the console on a free port of loopback, in a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(folder: str, port: str, *settings: str) -> None:
    """Serve a fresh world; run as `python -m e2e.serving FOLDER PORT [NAME=VALUE …]`.

    With settings (named as in the environment) the world is on the stores that they
    name, else on files in the folder.
    """
    from domain.clock import ManualClock
    from e2e.console_world import NOW, stores_of, world
    from ui.server import serve
    from wiring.settings import load_settings

    named = dict(setting.split("=", 1) for setting in settings)
    stores = stores_of(load_settings(named, home=Path(folder))) if named else None
    context = world(Path(folder), ManualClock(NOW), stores)
    serve(context, "127.0.0.1", int(port))


@contextmanager
def console(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start a console on the stores of `settings`; give its address."""
    port = free_port()
    log = (folder / "console.log").open("w")
    named = [f"{name}={value}" for name, value in (settings or {}).items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "e2e.serving", str(folder), str(port), *named],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the console ended with {process.returncode}")
        try:
            if httpx.get(f"{address}/healthz", timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the console did not answer")


if __name__ == "__main__":
    main(*sys.argv[1:])
