"""The page on security names what is there: tests, and every number of the standard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[^`]+\.py)::(\w+)`")
NUMBER = re.compile(r"V(\d+\.\d+)\.(\d+)(?:–V\1\.(\d+))?")
REASONS = ("Not applicable: ", "Open: ", "Document: ")

REQUIRED = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""Sections of ASVS 5.0.0 → how many requirements of levels 1 and 2 each begins with;
those of level 3 always follow."""

DONE_BEYOND = {"1.2.10", "6.3.8"}
"""Of level 3, and yet on the page."""


def rows() -> Iterator[tuple[str, str, str]]:
    for line in PAGE.splitlines():
        if line.startswith("| V"):
            _, numbers, holds, shown, _ = line.split("|")
            yield numbers.strip(), holds.strip(), shown.strip()


def named(numbers: str) -> Iterator[str]:
    for section, first, last in NUMBER.findall(numbers):
        for at in range(int(first), int(last or first) + 1):
            yield f"{section}.{at}"


def test_every_requirement_of_levels_one_and_two_has_one_line() -> None:
    found = [number for numbers, _, _ in rows() for number in named(numbers)]
    wanted = {f"{s}.{at}" for s, n in REQUIRED.items() for at in range(1, n + 1)}
    assert sorted(set(found)) == sorted(found), "a number stands twice"
    assert set(found) == wanted | DONE_BEYOND


def test_a_line_has_a_test_or_a_reason() -> None:
    for numbers, holds, shown in rows():
        assert TEST.search(shown) or shown.startswith(REASONS), numbers
        assert holds or shown.startswith(REASONS), numbers
        assert not shown.startswith("Document: ") or "](" in shown, numbers


def test_every_chapter_has_its_part() -> None:
    parts = re.findall(r"^## V(\d+) ", PAGE, re.MULTILINE)
    assert [int(part) for part in parts] == list(range(1, 18))
    part = "0"
    for line in PAGE.splitlines():
        if heading := re.match(r"## V(\d+) ", line):
            part = heading[1]
        if line.startswith("| V"):
            assert {s.split(".")[0] for s, _, _ in NUMBER.findall(line)} == {part}


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(PAGE))))
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^ *(?:async )?def {name}\(", text, re.MULTILINE)


@pytest.mark.parametrize(
    "lock", sorted(p.name for p in ROOT.glob("requirements*.lock"))
)
def test_every_library_is_pinned_by_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [
        line for line in text.splitlines() if line and not line.lstrip().startswith("#")
    ]
    assert lines
    for line in lines:
        assert re.match(r"[\w.\[\],-]+==\S+ ", line), line[:60]
        assert "--hash=sha256:" in line, line[:60]
