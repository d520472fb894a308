"""The two scripts that the image adds: secrets from files, and how a process is."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, start_http_server

from pipeline.metrics import StepMetrics

DEPLOY = Path(__file__).parents[3] / "deploy"
PROBE = DEPLOY / "probe.py"


def ask(*arguments: str, probe: Path = PROBE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, probe, *arguments], capture_output=True, text=True, check=False
    )


@contextmanager
def figures() -> Iterator[tuple[StepMetrics, str]]:
    registry = CollectorRegistry()
    metrics = StepMetrics("worker", registry)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        yield metrics, str(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_process_that_answers_is_alive_and_ready() -> None:
    with figures() as (metrics, port):
        metrics.batch(3, {}, 0.1)
        assert ask("alive", port).returncode == 0
        assert ask("ready", port).returncode == 0


def test_one_that_waits_for_a_store_is_alive_but_not_ready() -> None:
    with figures() as (metrics, port):
        metrics.waiting()
        assert ask("alive", port).returncode == 0
        said = ask("ready", port)
        assert (said.returncode, said.stderr) == (1, "waits for a store\n")
        metrics.batch(1, {}, 0.1)
        assert ask("ready", port).returncode == 0


class _Hangs(BaseHTTPRequestHandler):
    released = threading.Event()

    def do_GET(self) -> None:
        self.released.wait(20)


def test_one_that_does_not_answer_is_dead() -> None:
    with HTTPServer(("127.0.0.1", 0), _Hangs) as server:
        port = str(server.server_port)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        hung = ask("alive", port)
        _Hangs.released.set()
        thread.join()
    assert hung.returncode == 1
    assert "no answer" in hung.stderr
    assert ask("alive", port).returncode == 1


def crawler(folder: Path, script: str) -> Path:
    """Put a probe beside an entrypoint that answers as told."""
    (folder / "probe.py").write_bytes(PROBE.read_bytes())
    entry = folder / "entrypoint.sh"
    entry.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    entry.chmod(0o755)
    return folder / "probe.py"


def listed(*ages: timedelta | None, enabled: bool = True) -> str:
    now = datetime.now(UTC)
    rows = [
        {"enabled": enabled, "last_visit": age and (now - age).isoformat()}
        for age in ages
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    return f"cat <<'ROWS'\n{text}\nROWS"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (listed(timedelta(days=9), timedelta(minutes=5)), 0),
        (listed(timedelta(days=9), timedelta(hours=4)), 1),
        (listed(timedelta(days=9), None, None), 1),
        (listed(None), 0),  # new: nothing was due yet
        (listed(timedelta(days=9), enabled=False), 0),
        ("exit 4", 0),  # casework out of reach: no restart mends that
    ],
    ids=["visited", "silent", "one_silent", "new", "paused", "out_of_reach"],
)
def test_a_crawler_is_alive_while_it_visits(
    tmp_path: Path, script: str, code: int
) -> None:
    probe = crawler(tmp_path, script)
    assert ask("crawls", "10800", probe=probe).returncode == code


def test_the_crawlers_probe_reads_what_the_command_prints(tmp_path: Path) -> None:
    command = f'exec {Path(sys.executable).with_name("minhtin")} "$@"'
    probe = crawler(tmp_path, f"export MINHTIN_HOME={tmp_path}/home\n{command}")
    said = ask("crawls", "10800", probe=probe)
    assert (said.returncode, said.stderr) == (0, "")


def test_secrets_in_files_become_settings(tmp_path: Path) -> None:
    secrets, programs = tmp_path / "secrets", tmp_path / "bin"
    secrets.mkdir()
    programs.mkdir()
    (secrets / "minhtin_search_password").write_text("a b$c'\"\n", encoding="utf-8")
    (secrets / "postgres_password").write_text("not ours", encoding="utf-8")
    fake = programs / "minhtin"
    fake.write_text('#!/bin/sh\necho "$@"\nenv\n', encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "entrypoint.sh", "worker", "--until-idle"],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "SECRETS_FOLDER": str(secrets),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "worker --until-idle"
    assert "MINHTIN_SEARCH_PASSWORD=a b$c'\"" in lines
    assert "not ours" not in done.stdout


def test_without_secrets_the_command_runs_all_the_same(tmp_path: Path) -> None:
    fake = tmp_path / "minhtin"
    fake.write_text("#!/bin/sh\nexit 7\n", encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "entrypoint.sh"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "SECRETS_FOLDER": "/nowhere"},
        check=False,
    )
    assert done.returncode == 7
