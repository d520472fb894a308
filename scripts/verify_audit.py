"""Verifies an audit log of Minh Tin; needs Python 3.8 or newer and nothing else.

    python3 verify_audit.py LOG.jsonl [ANCHORS …]

LOG.jsonl is the whole log (`minhtin audit export`), ANCHORS are files with anchors,
whose signatures `verify_anchor.py` checks. It shares no code with the program: the
format is written down in docs/audit.md. Ends with 0 when all is as it was, else with 1.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

FIELDS = ("id", "at", "actor", "act", "subject", "detail", "previous")


def digest(row: dict) -> str:
    content = [row[name] for name in FIELDS]
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def anchors(paths: list) -> dict:
    found: dict = {}
    for path in paths:
        words = Path(path).read_text(encoding="utf-8").split()
        for at, word in enumerate(words):
            if word == "minhtin-audit-anchor":
                found.setdefault(int(words[at + 2]), set()).add(words[at + 3])
    return found


def problem(lines: Iterable, heads: dict) -> str:
    previous, count, agreed = "", 0, 0
    for row in map(json.loads, lines):
        if "id" not in row:
            continue
        if (row["id"], row["previous"]) != (count + 1, previous):
            return f"row {count + 1}: missing, moved or not linked to the one before"
        previous, count = digest(row), count + 1
        if row["digest"] != previous:
            return f"row {count}: its content was changed"
        if heads.pop(count, {previous}) != {previous}:
            return f"rows {agreed + 1} to {count}: rewritten after they were anchored"
        agreed = count
    return f"rows after {count} were cut off" if heads else ""


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as log:
        said = problem(log, anchors(sys.argv[2:]))
    print(said or "sound")
    sys.exit(bool(said))
