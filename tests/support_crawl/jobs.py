"""Starts crawl jobs and reads what they say."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

JOB = Path(__file__).with_name("job.py")
ROOT = JOB.parents[2]
Said = list[dict[str, Any]]


def run_job(job: dict[str, Any], *, seconds: float = 120) -> Said:
    """Run a job to its end and return its lines."""
    done = subprocess.run(
        [sys.executable, str(JOB)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def said(lines: Said, kind: str) -> Said:
    return [line for line in lines if line["say"] == kind]


def only(lines: Said, kind: str) -> dict[str, Any]:
    found = said(lines, kind)
    assert len(found) == 1, found
    return found[0]
