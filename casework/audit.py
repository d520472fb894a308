"""The audit chain: each row's digest covers its content and the digest before it.

Pure functions. A row that is changed, removed, inserted or moved breaks the chain from
there on; a cut tail is seen against the head, which is kept apart. Whoever may write
the database can still write a whole new chain with a head that fits: that is seen
against heads that were signed and taken elsewhere (`casework.anchors`).
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, Protocol, TypeVar

from casework.faults import found
from casework.model import AuditCheck, AuditFault, AuditRow
from casework.rows import AuditEntry

L = TypeVar("L", AuditRow, AuditEntry)

LONGEST = 300
"""Characters of a text in `detail`; longer ones are kept as their hash only, so that no
text of a post gets into the log that is never deleted. Shorter loses search queries."""


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


class KnownHead(Protocol):
    """A head of the chain as somebody else remembers it."""

    @property
    def rows(self) -> int:
        """How many rows the chain had."""
        ...

    @property
    def digest(self) -> str:
        """The digest of its last row then."""
        ...


def digest(row: AuditRow, previous: str) -> str:
    """Return SHA-256 over the canonical JSON of the row's content and `previous`."""
    return _hashed(row, canonical(row.detail), previous)


def stored_digest(entry: AuditEntry, previous: str) -> str:
    """Return the same of a stored row, whose `detail` is taken letter by letter.

    Another spelling of the same detail, or a key that stands there twice, would show a
    reader of the table something else than what was recorded: it has another digest.
    """
    return _hashed(entry, entry.detail, previous)


def _hashed(row: AuditRow | AuditEntry, detail: str, previous: str) -> str:
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    plain = canonical([row.id, at, row.actor, row.act, row.subject])
    text = f"{plain[:-1]},{detail},{canonical(previous)}]"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def verify(
    rows: Iterable[L],
    head: tuple[int, str] | None,
    known: Sequence[KnownHead] = (),
    *,
    made: Callable[[L, str], str],
) -> AuditCheck:
    """Check the rows, oldest first, from the first on, and that they end at `head`.

    `head` is the number of rows and the last digest as kept apart; None when the log
    is new. `known` are heads of former times, whose signatures were checked; each must
    be met on the way. `made` gives the digest that a row should have behind another.
    Memory does not grow with the number of rows.
    """
    previous, count, agreed, met = "", 0, 0, 0
    waiting = iter(sorted(known, key=lambda one: one.rows))
    expected = next(waiting, None)
    for row in rows:
        fault = _fault(row, count + 1, previous, made)
        if fault:
            return found(fault, rows=count, row=row.id, agreed=agreed, met=met)
        previous, count = row.digest, count + 1
        while expected is not None and expected.rows <= count:
            if (expected.rows, expected.digest) != (count, previous):
                fault = AuditFault.REWRITTEN
                return found(fault, rows=count, row=agreed + 1, agreed=agreed, met=met)
            agreed, met, expected = count, met + 1, next(waiting, None)
    if expected is not None:
        return found(
            AuditFault.CUT, rows=count, row=count + 1, agreed=agreed, met=met,
            expected=expected.rows,
        )  # fmt: skip
    rows_kept, last = head or (0, "")
    if (count, previous) != (rows_kept, last):
        return found(
            AuditFault.TAIL, rows=count, row=count + 1, agreed=agreed, met=met,
            expected=rows_kept,
        )  # fmt: skip
    return AuditCheck(rows=count, sound=True, head=previous, agreed=agreed, anchors=met)


def _fault(
    row: L, expected_id: int, previous: str, made: Callable[[L, str], str]
) -> AuditFault | None:
    if row.id != expected_id:
        return AuditFault.MISSING
    if row.previous != previous:
        return AuditFault.UNLINKED
    if row.digest != made(row, previous):
        return AuditFault.CHANGED
    return None


def counted(rows: Iterable[L], tell: Callable[[int], None], every: int) -> Iterator[L]:
    """Pass rows on and tell how many went by, now and then."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % every == 0:
            tell(number)


def canonical(value: object) -> str:
    """Return JSON with sorted keys and no spaces: the same value, the same text.

    Raises `ValueError` or `TypeError` for what JSON cannot hold.
    """
    return _ENCODER.encode(value)


def parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read what `canonical` wrote. Raises `ValueError` for any other spelling."""
    value = json.loads(text)
    if canonical(value) != text:
        raise ValueError("not in its canonical form")
    return value


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


_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Return a name as lists show it: on one line, turning no neighbours round."""
    return " ".join(_TURNING.sub("", storable(text)).split())


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
