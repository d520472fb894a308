"""Sections of `docs/quality.md`, each between its own marks."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "quality.md"
_Z = 1.96
"""Standard normal deviate of a 95 % interval."""


def wilson(right: int, of: int) -> str:
    """Return a rate with its 95 % Wilson interval."""
    if not of:
        return "none"
    rate, square = right / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    spread = _Z * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    spread /= 1 + square / of
    low, high = max(0.0, middle - spread), min(1.0, middle + spread)
    return f"{rate:.3f} ({low:.3f} to {high:.3f})"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [" | ".join(head), "|".join("---" for _ in head)]
    lines += [" | ".join(map(str, row)) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def write_section(
    name: str, title: str, *parts: str, page: Path = PAGE, module: str = ""
) -> None:
    """Put a section into the page in place of its last writing, or at the end.

    `module` writes it; without one it is the module of that name.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    made = f"`python -m benchmarks.{module or name}`"
    text = "\n\n".join((begin, f"## {title}", f"Written by {made}.", *parts, end))
    old = page.read_text("utf-8")
    if begin in old and end in old:
        head, rest = old.split(begin, 1)
        new = head + text + rest.split(end, 1)[1]
    else:
        new = old.rstrip() + "\n\n" + text + "\n"
    page.write_text(new, "utf-8")


def write_head(text: str, page: Path = PAGE) -> None:
    """Put what the classifier's measurement says before the sections."""
    old = page.read_text("utf-8") if page.exists() else ""
    place = old.find("<!-- ")
    rest = "\n\n" + old[place:] if place >= 0 else "\n"
    page.write_text(text.rstrip() + rest, "utf-8")
