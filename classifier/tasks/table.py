"""Labelled files as an office has them: CSV, TSV or JSONL, any names of columns."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from domain.errors import NotFoundError, QuarantineError

_WIDEST = 16 * 1024 * 1024
"""Characters of one CSV field; Python's own bound (128 Ki) stops at long articles, and
without any an unclosed quotation mark swallows the rest of a file unnoticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which columns to read, and what labels are to be called (`renamed`)."""

    text: str
    label: str
    title: str = ""
    source: str = ""
    time: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """Return the columns that must be there."""
        every = (self.text, self.label, self.title, self.source, self.time)
        return [name for name in every if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text; `row` counts from 1 and leaves a head line out."""

    row: int
    text: str
    label: str
    source: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The examples of a file, and how many rows had no label or no text."""

    examples: Sequence[Example]
    unlabelled: int
    empty: int

    def counts(self) -> Counter[str]:
        """Count examples by label."""
        return Counter(example.label for example in self.examples)


def read_table(path: Path, wanted: Wanted) -> Table:
    """Read a file. Rows without a label are left out, rows without a text kept.

    Raises NotFoundError for a file or column that is not there, QuarantineError where
    the file is not what its name says or holds no labelled text.
    """
    examples: list[Example] = []
    unlabelled = 0
    try:
        for number, row in enumerate(_rows(path, wanted), start=1):
            example = _example(number, row, wanted)
            if example.label:
                examples.append(example)
            else:
                unlabelled += 1
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except OSError as error:
        raise NotFoundError(f"{path} cannot be opened: {error.strerror}.") from error
    except (
        UnicodeDecodeError,
        csv.Error,
        json.JSONDecodeError,
        RecursionError,
    ) as error:
        raise QuarantineError(
            f"{path} cannot be read: {error}.",
            reason="unreadable",
            hint="Give UTF-8: .csv, .tsv, or .jsonl with one object a line.",
        ) from error
    empty = sum(not example.text.strip() for example in examples)
    if empty == len(examples):
        raise QuarantineError(
            f"{path} holds no text with a label in columns "
            f"“{wanted.text}” and “{wanted.label}”.",
            reason="empty",
        )
    return Table(examples, unlabelled, empty)


def _rows(path: Path, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    # Lines are split at \n alone: texts may hold other line separators.
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
            yield from _objects(path, file, wanted)
        else:
            separator = "\t" if path.suffix.lower() == ".tsv" else ","
            yield from _records(path, file, wanted, separator)


def _objects(path: Path, file: TextIO, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise QuarantineError(
                f"Line {number} of {path} is no JSON object.", reason="unreadable"
            )
        if number == 1:
            _check(path, wanted, list(row))
        yield row


def _records(
    path: Path, file: TextIO, wanted: Wanted, separator: str
) -> Iterator[Mapping[str, Any]]:
    before = csv.field_size_limit(_WIDEST)
    try:
        reader = csv.DictReader(file, delimiter=separator)
        _check(path, wanted, list(reader.fieldnames or ()))
        yield from reader
    finally:
        csv.field_size_limit(before)


def _check(path: Path, wanted: Wanted, there: Sequence[str]) -> None:
    for name in wanted.columns():
        if name not in there:
            raise NotFoundError(
                f"{path} has no column “{name}”.",
                hint=f"It has: {', '.join(there) or 'none'}.",
            )


def _example(number: int, row: Mapping[str, Any], wanted: Wanted) -> Example:
    label = _word(row.get(wanted.label))
    parts = (_word(row.get(name)) for name in (wanted.title, wanted.text) if name)
    return Example(
        row=number,
        text="\n".join(part for part in parts if part),
        label=wanted.renamed.get(label, label),
        source=_word(row.get(wanted.source)) if wanted.source else "",
        time=_word(row.get(wanted.time)) if wanted.time else "",
    )


def _word(value: object) -> str:
    """Return a cell as text; 1.0 and 1 are the same label, as are true and “true”."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case str():
            return value.strip("\r\n\t ")
        case _:
            return str(value)


def renaming(pairs: Sequence[str]) -> dict[str, str]:
    """Read `a=b` pairs: what the file calls a, the model calls b."""
    renamed = {}
    for pair in pairs:
        before, sign, after = pair.partition("=")
        if not sign or not before.strip() or not after.strip():
            raise QuarantineError(
                f"“{pair}” is no pair of labels.",
                reason="mapping",
                hint="Write --map theirs=ours.",
            )
        renamed[before.strip()] = after.strip()
    return renamed
