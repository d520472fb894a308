"""The page on the audit log says what the program writes."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from casework.audit import digest
from casework.model import AuditFault, AuditRow
from ui.wording import wording

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
PACKAGES = ("casework", "jobs", "ui", "wiring", "cli", "crawlers", "intake")
LEAVE_ROWS = {
    "_note", "_trace", "_trace_decision", "_trace_refused", "record", "record_allowed",
    "trace_model",
}  # fmt: skip
ACT = r"[a-z_]+(?:\.[a-z_]+)+"


def test_the_example_is_as_the_program_hashes_it() -> None:
    (line,) = re.findall(r"^\[1,.*\]$", PAGE, re.MULTILINE)
    number, at, actor, act, subject, detail, previous = json.loads(line)
    row = AuditRow(
        id=number,
        at=datetime.fromisoformat(at).astimezone(UTC),
        actor=actor,
        act=act,
        subject=subject,
        detail=detail,
    )
    made = digest(row, previous)
    assert made == hashlib.sha256(line.encode()).hexdigest()
    assert f"`{made}`" in PAGE


def test_every_fault_is_explained() -> None:
    assert [fault for fault in AuditFault if f"| `{fault}` |" not in PAGE] == []


def named_acts() -> set[str]:
    """Return the acts in the table of the page."""
    table = PAGE[PAGE.index("| act | rows | order |") : PAGE.index("## Keeping it")]
    named: set[str] = set()
    for line in table.splitlines()[2:]:
        cells = line.split("|")
        if len(cells) > 2:
            named |= set(re.findall(r"`([a-z_.-]+)`", cells[2]))
    return named


def written_acts() -> Iterator[str]:
    """Yield what calls that leave a row pass as the act, where it is a plain text."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                told = [word.value for word in call.keywords if word.arg == "told"]
                given = [*call.args[1:3], *told] if name in LEAVE_ROWS else told
                for value in given:
                    text = getattr(value, "value", "")
                    if isinstance(text, str) and re.fullmatch(ACT, text):
                        yield text


def test_every_act_that_is_written_is_in_the_page() -> None:
    found = set(written_acts())
    assert len(found) > 25
    assert found - named_acts() == set()


def test_every_act_of_the_page_has_words_and_the_other_way_round() -> None:
    named = named_acts()
    for language in ("vi", "en"):
        known = wording(language).section("audit_act")
        assert set(known) == named
        assert len(set(known.values())) == len(known)
