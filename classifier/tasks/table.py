"""Labelled files as an office has them: CSV, TSV or JSONL, any names of columns."""

import csv
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from domain.errors import NotFoundError, QuarantineError
from domain.post import MAX_TEXT

_WIDEST = 16 * 1024 * 1024
"""Characters of one CSV field; Python's own bound (128 Ki) stops at long articles, and
without any an unclosed quotation mark swallows the rest of a file unnoticed."""

_LONGEST_LINE = 4 * _WIDEST
"""Characters of a line: several of the widest fields. Without an end a file of one line
is read whole before anything is said."""

_HALF = re.compile("[\ud800-\udfff]")


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
    """The examples of a file, and how many rows had no label, no text, or were cut."""

    examples: Sequence[Example]
    unlabelled: int
    empty: int
    cut: int = 0

    def counts(self) -> Counter[str]:
        """Count examples by label."""
        return Counter(example.label for example in self.examples)


def read_table(path: Path, wanted: Wanted) -> Table:
    """Read a file. Rows without a label are left out, rows without a text kept.

    Texts are cut at MAX_TEXT, as posts are.

    Raises NotFoundError for a file, column or renamed label that is not there,
    QuarantineError where the file is not what its name says or holds no labelled text.
    """
    examples: list[Example] = []
    unlabelled = cut = 0
    renamed: set[str] = set()
    try:
        for number, row in enumerate(_rows(path, wanted), start=1):
            example = _example(number, row, wanted)
            renamed.add(_word(row.get(wanted.label)))
            if not example.label:
                unlabelled += 1
                continue
            cut += len(example.text) > MAX_TEXT
            examples.append(replace(example, text=example.text[:MAX_TEXT]))
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except OSError as error:
        raise NotFoundError(f"{path} cannot be opened: {error.strerror}.") from error
    except (
        UnicodeError,
        csv.Error,
        ValueError,
        RecursionError,
    ) as error:
        raise QuarantineError(
            f"{path} cannot be read: {error}.",
            reason="unreadable",
            hint="Give UTF-8: .csv, .tsv, or .jsonl with one object a line.",
        ) from error
    _check_renamed(path, wanted, renamed)
    empty = sum(not example.text.strip() for example in examples)
    if empty == len(examples):
        raise QuarantineError(
            f"{path} holds no text with a label in columns "
            f"“{wanted.text}” and “{wanted.label}”.",
            reason="empty",
        )
    return Table(examples, unlabelled, empty, cut)


def _check_renamed(path: Path, wanted: Wanted, there: Collection[str]) -> None:
    for name in wanted.renamed:
        if name not in there:
            raise NotFoundError(
                f"{path} has no label “{name}”.",
                hint="Mend --map theirs=ours, or leave that pair out.",
            )


def _rows(path: Path, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise QuarantineError(f"{path} is no file.", reason="unreadable")
    # Lines are split at \n alone: texts may hold other line separators.
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
            yield from _objects(path, _lines(file), wanted)
        else:
            separator = "\t" if path.suffix.lower() == ".tsv" else ","
            yield from _records(path, _lines(file), wanted, separator)


def _lines(file: TextIO) -> Iterator[str]:
    """Yield lines; a file that holds none is not read whole. Raises ValueError."""
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"a line is longer than {_LONGEST_LINE:,} characters")
        yield line


def _objects(
    path: Path, file: Iterator[str], wanted: Wanted
) -> Iterator[Mapping[str, Any]]:
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
    path: Path, file: Iterator[str], wanted: Wanted, separator: str
) -> Iterator[Mapping[str, Any]]:
    before = csv.field_size_limit(_WIDEST)
    try:
        reader = csv.DictReader(file, delimiter=separator)
        if not reader.fieldnames:
            raise QuarantineError(
                f"{path} is empty.",
                reason="empty",
                hint="Its first line names the columns.",
            )
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
        if there.count(name) > 1:
            raise QuarantineError(
                f"{path} has several columns “{name}”.",
                reason="columns",
                hint="Give each column its own name.",
            )


def _example(number: int, row: Mapping[str, Any], wanted: Wanted) -> Example:
    label = _word(row.get(wanted.label))
    parts = (_word(row.get(name)) for name in (wanted.title, wanted.text) if name)
    example = Example(
        row=number,
        text="\n".join(part for part in parts if part),
        label=wanted.renamed.get(label, label),
        source=_word(row.get(wanted.source)) if wanted.source else "",
        time=_word(row.get(wanted.time)) if wanted.time else "",
    )
    for part in (example.text, example.label, example.source, example.time):
        _check_whole(number, part)
    return example


def _check_whole(number: int, part: str) -> None:
    """Refuse half a surrogate pair, which JSON can write and no file or report can."""
    if not part.isascii() and _HALF.search(part):
        raise QuarantineError(
            f"Row {number} holds half a character (a lone surrogate).",
            reason="unreadable",
            hint="Write the file anew as UTF-8.",
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
