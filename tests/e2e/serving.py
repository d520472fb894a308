"""Serves the console on a free port of loopback, in a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from ui.provider import Provider

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(folder: str, port: str, *settings: str) -> None:
    """Serve a fresh world; run as `python -m e2e.serving FOLDER PORT [NAME=VALUE …]`.

    With settings (named as in the environment) the world is on the stores that they
    name, else on files in the folder. `HOSTILE=yes` fills it with attempts to harm.
    """
    from domain.clock import ManualClock
    from e2e.console_world import NOW, stores_of, world
    from e2e.hostile_world import with_strangers_words
    from ui.server import serve
    from wiring.settings import load_settings

    named = dict(setting.split("=", 1) for setting in settings)
    issuer, harmed = named.pop("PROVIDER", ""), named.pop("HOSTILE", "")
    stores = stores_of(load_settings(named, home=Path(folder))) if named else None
    context = world(Path(folder), ManualClock(NOW), stores)
    if harmed:
        context = with_strangers_words(context)
    if issuer:
        context = replace(context, sign_on=provider_at(issuer, port))
    serve(context, "127.0.0.1", int(port))


def provider_at(issuer: str, port: str) -> "Provider":
    """Return the provider of `support_oidc` as a console on that port knows it."""
    from domain.clock import SystemClock
    from domain.labels import Role
    from support_oidc.running import CLIENT, SECRET
    from ui.provider import Provider, ProviderTerms

    terms = ProviderTerms(
        issuer=issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        public_url=f"http://127.0.0.1:{port}",
        roles=(("mt-analyst", Role.ANALYST),),
        role_claim="realm_access.roles",
        label="Đăng nhập qua tỉnh",
    )
    return Provider(terms, SystemClock())


@contextmanager
def console(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    port: int = 0,
    provider: str = "",
) -> Iterator[str]:
    """Start a console on the stores of `settings`; give its address.

    `provider` is the issuer of a single sign-on that it offers.
    """
    port = port or free_port()
    log = (folder / "console.log").open("w")
    named = [f"{name}={value}" for name, value in (settings or {}).items()]
    if provider:
        named.append(f"PROVIDER={provider}")
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
