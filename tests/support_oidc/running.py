"""Starts the provider, and tells it how to behave."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from support_oidc.__main__ import CLIENT, SECRET

TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 60.0

__all__ = ["CLIENT", "SECRET", "Running", "running"]


@dataclass(frozen=True, slots=True)
class Running:
    issuer: str

    def tell(self, **said: Any) -> dict[str, Any]:
        """Set how it behaves from now on; return what it has seen."""
        answer = httpx.post(f"{self.issuer}/control", json=said, trust_env=False)
        found: dict[str, Any] = answer.json()
        return found

    def sign_in(self, address: str, name: str) -> str:
        """Sign in there as a browser would; return the address it leads back to."""
        answer = httpx.post(address, data={"name": name}, trust_env=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


@contextmanager
def running(port: int, callback: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "support_oidc", str(port), callback],
        cwd=TESTS,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(TESTS)},
    )
    provider = Running(f"http://127.0.0.1:{port}")
    try:
        _wait(provider, process)
        yield provider
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(provider: Running, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the provider ended with {process.returncode}")
        try:
            httpx.get(f"{provider.issuer}/keys", timeout=5, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the provider did not answer")
