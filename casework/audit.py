"""The audit chain: each row's digest covers its content and the digest before it.

Pure functions. A row that is changed, removed, inserted or moved breaks the chain from
there on; a cut tail is seen against the head, which is kept apart.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from casework.model import AuditCheck, AuditRow

LONGEST = 300
"""Characters of a text in `detail`; longer ones are kept as their hash only, so that no
text of a post gets into the log that is never deleted. Shorter loses search queries."""


def digest(row: AuditRow, previous: str) -> str:
    """Return SHA-256 over the canonical JSON of the row's content and `previous`."""
    content = [
        row.id,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.act,
        row.subject,
        row.detail,
        previous,
    ]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def verify(rows: Iterable[AuditRow], head: tuple[int, str] | None) -> AuditCheck:
    """Check the rows, oldest first, from the first on, and that they end at `head`.

    `head` is the number of rows and the last digest as kept apart; None when the log
    is new.
    """
    previous, count = "", 0
    for row in rows:
        problem = _problem(row, count + 1, previous)
        if problem:
            return AuditCheck(
                rows=count, sound=False, first_bad=row.id, problem=problem
            )
        previous, count = row.digest, count + 1
    expected = head or (0, "")
    if (count, previous) != expected:
        return AuditCheck(
            rows=count,
            sound=False,
            first_bad=count + 1,
            problem=f"Nhật ký phải có {expected[0]} dòng nhưng chỉ khớp {count} dòng.",
        )
    return AuditCheck(rows=count, sound=True)


def _problem(row: AuditRow, expected_id: int, previous: str) -> str:
    if row.id != expected_id:
        return f"Thiếu dòng {expected_id}: dòng đã bị xoá hoặc đổi chỗ."
    if row.previous != previous:
        return f"Dòng {row.id} không nối với dòng trước."
    if row.digest != digest(row, previous):
        return f"Nội dung dòng {row.id} đã bị sửa."
    return ""


def canonical(value: object) -> str:
    """Return JSON with sorted keys and no spaces: the same value, the same text.

    Raises `ValueError` or `TypeError` for what JSON cannot hold.
    """
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def fingerprint(text: str) -> str:
    """Return a hash that stands for a text in the log; empty for no text."""
    if not text:
        return ""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def storable(text: str) -> str:
    """Return the text as every database gives it back: no NUL, no lone surrogates."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass")
    return whole.decode("utf-16", "replace")


def without_texts(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the detail as plain JSON values with long texts replaced by hashes."""
    return {str(key): _short(value) for key, value in detail.items()}


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str():
            known = value.encode(errors="replace").decode()
            return known if len(known) <= LONGEST else fingerprint(known)
        case Mapping():
            return without_texts(value)
        case list() | tuple() | set() | frozenset():
            return [_short(part) for part in value]
        case float() if not math.isfinite(value):
            return str(value)
        case bool() | int() | float() | None:
            return value
        case _:
            return _short(str(value))
