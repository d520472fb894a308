"""Rows of CSV, JSON Lines and XLSX files, with their line numbers."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import PurePath

from openpyxl import load_workbook

from domain.errors import QuarantineError
from extraction.charset import decode

Row = Mapping[str, str]

_SNIFFED = 4096
_SEPARATORS = ",;\t|"
_MOST_CELLS = 200
"""Cells read of an XLSX row; a broken sheet may claim 16,384 in each."""


def rows_of(body: bytes, name: str) -> Iterator[tuple[int, Row | str]]:
    """Yield (line number, row) in the way that the file's name tells.

    A text instead of a row is the reason why it could not be read. Line numbers count
    from 1, the head included.
    Raises `QuarantineError` for a file that is none of the three.
    """
    kind = PurePath(name).suffix.lower()
    if kind == ".csv":
        return _csv(decode(body))
    if kind in {".jsonl", ".ndjson", ".json"}:
        return _jsonl(body)
    if kind == ".xlsx":
        return _xlsx(body)
    raise QuarantineError(
        f"{PurePath(name).name} is not CSV, JSON Lines or XLSX.",
        reason="file_kind",
        hint="Name it .csv, .jsonl or .xlsx by what it is.",
    )


def _csv(text: str) -> Iterator[tuple[int, Row | str]]:
    head = text[:_SNIFFED].split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    names: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield line, f"unreadable: {error}"
            continue
        if cells is None:
            return
        if not names:
            names = [cell.strip() for cell in cells]
        elif any(cell.strip() for cell in cells):
            yield line, _row(names, cells)


def _jsonl(body: bytes) -> Iterator[tuple[int, Row | str]]:
    for line, text in enumerate(body.split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            value = json.loads(decode(text))
        except (ValueError, RecursionError) as error:
            yield line, f"not JSON: {error}"
            continue
        if isinstance(value, dict):
            yield line, {str(key): _cell(cell) for key, cell in value.items()}
        else:
            yield line, "not a JSON object"


def _xlsx(body: bytes) -> Iterator[tuple[int, Row | str]]:
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_col=_MOST_CELLS)
        first = next(iter(rows), ())
    except Exception as error:
        raise QuarantineError(
            f"The workbook cannot be read: {error}", reason="file_kind"
        ) from error
    names = [_cell(cell).strip() for cell in first]
    for line, cells in enumerate(rows, start=2):
        if any(cell is not None for cell in cells):
            yield line, _row(names, [_cell(cell) for cell in cells])
    book.close()


def _row(names: list[str], cells: list[str]) -> Row | str:
    if len(cells) > len(names) and any(
        c.strip() for c in islice(cells, len(names), None)
    ):
        return f"has {len(cells)} cells, the head has {len(names)}"
    padded = chain(cells, [""] * len(names))
    return {name: cell for name, cell in zip(names, padded, strict=False) if name}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else str(value)
