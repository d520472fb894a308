"""Our queries as FTS5 expressions, and as SQL where FTS5 has no word for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from searchindex.document import FieldKind
from searchindex.fields import TIE_BITS, comparable, is_kind, seconds
from searchindex.query import AllOf, AnyOf, DateRange, FieldIs, Node, Not, NumberRange
from searchindex.terms import Sought, Strictness, flat, sought, terms_of, wordy

EVERY = "kall"
"""The word in `keys` of every document."""

_ALL = f'keys:"{EVERY}"'
_NONE = 'keys:"knone"'
LOOSE = Strictness()
MAX_SLOT = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, taken apart: text and keywords, a stretch of slots, and SQL."""

    text: Node
    low: int = 0
    high: int = MAX_SLOT
    where: str = ""
    values: tuple[object, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether all documents match."""
        whole = self.low <= 0 and self.high >= MAX_SLOT and not self.where
        return whole and expression(self.text) == _ALL

    def between(self, since: datetime, until: datetime) -> "Plan":
        """Return the plan for a stretch of publication times only."""
        low = max(self.low, seconds(since) << TIE_BITS)
        high = min(self.high, (seconds(until) << TIE_BITS) - 1)
        return replace(self, low=low, high=high)


def plan(query: Node | None) -> Plan:
    """Return how to find what the query means."""
    texts: list[Node] = []
    low, high = 0, MAX_SLOT
    wheres: list[str] = []
    values: list[object] = []
    for part in flat(query or AllOf(())):
        if isinstance(part, DateRange) and part.field == "published":
            since, until = _bounds(part)
            low = max(low, since << TIE_BITS)
            high = min(high, (until << TIE_BITS) - 1)
        elif wordy(part):
            texts.append(part)
        else:
            wheres.append(_condition(part, values))
    where = "".join(f" AND {clause}" for clause in wheres)
    return Plan(AllOf(tuple(texts)), low, high, where, tuple(values))


def expression(node: Node, how: Strictness = LOOSE) -> str:
    """Return the FTS5 expression of a query without ranges.

    Words are quoted and hold letters and digits only, so nothing typed is syntax.
    """
    match node:
        case AllOf(parts):
            return _all_of(flat(AllOf(parts)), how)
        case AnyOf(parts):
            found = list(dict.fromkeys(expression(part, how) for part in parts))
            return _joined("OR", found) if found else _NONE
        case Not(part):
            return f"({_ALL} NOT {expression(part)})"
        case _:
            return _leaf(node, how)


@lru_cache(maxsize=65_536)
def key_word(name: str, value: str) -> str:
    """Return the word that stands for a keyword's comparable value."""
    raw = f"{name}\0{value}".encode("utf-8", "surrogatepass")
    return f"k{blake2b(raw, digest_size=8).hexdigest()}"


def as_exact(words: Sequence[str]) -> list[str]:
    """Return exact forms as the table keeps them, unlike any folded form.

    FTS5 has one list of rows for a word in all columns: without the sign, seeking the
    exact `muong` would walk all rows that hold `mường`.
    """
    return [f"ˣ{word}" for word in words]


def pair_word(queue: str, status: str) -> str:
    """Return the word for a post in a queue with a status: the desk's own filter."""
    return key_word("queue+status", f"{queue}\0{status}")


def _all_of(parts: Sequence[Node], how: Strictness) -> str:
    wanted = [expression(p, how) for p in _paired(parts) if not isinstance(p, Not)]
    wanted = [text for text in dict.fromkeys(wanted) if text != _ALL] or [_ALL]
    unwanted = [expression(part.part) for part in parts if isinstance(part, Not)]
    found = _joined("AND", wanted)
    return f"({found} NOT {_joined('OR', unwanted)})" if unwanted else found


def _paired(parts: Sequence[Node]) -> list[Node]:
    """Replace one queue and one status by the word that both share."""
    found = {
        name: [p for p in parts if isinstance(p, FieldIs) and p.field == name]
        for name in ("queue", "status")
    }
    if any(len(same) != 1 for same in found.values()):
        return list(parts)
    queue, status = found["queue"][0], found["status"][0]
    rest = [p for p in parts if p is not queue and p is not status]
    values = comparable("queue", queue.value), comparable("status", status.value)
    return [*rest, FieldIs("queue+status", "\0".join(values))]


def _leaf(node: Node, how: Strictness) -> str:
    terms = terms_of(node)
    if terms is not None:
        if not terms.folded:
            return _ALL
        groups = (
            _joined("OR", list(dict.fromkeys(_text(one) for one in group)))
            for group in sought(terms, how)
        )
        return _joined("AND", list(dict.fromkeys(groups)))
    if not isinstance(node, FieldIs):
        return _NONE
    if node.field == "queue+status":
        return f'keys:"{key_word(node.field, node.value)}"'
    if is_kind(node.field, FieldKind.KEYWORD):
        return f'keys:"{key_word(node.field, comparable(node.field, node.value))}"'
    return _NONE


def _text(wanted: Sought) -> str:
    words = as_exact(wanted.words) if wanted.exact else wanted.words
    names = (f"exact_{c}" if wanted.exact else c for c in wanted.columns)
    if wanted.side_by_side:
        text = f'"{" ".join(words)}"'
    else:
        text = _joined("AND", [f'"{word}"' for word in dict.fromkeys(words)])
    return f"{{{' '.join(names)}}}:{text}"


def _joined(operator: str, parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    # FTS5 bounds the depth of a chain, so a long one becomes a tree.
    if len(parts) > 2:  # noqa: PLR2004 - a pair is where the halving ends
        half = len(parts) // 2
        parts = (_joined(operator, parts[:half]), _joined(operator, parts[half:]))
    return f"({f' {operator} '.join(parts)})"


def _condition(node: Node, values: list[object]) -> str:
    if wordy(node):
        values.append(expression(node))
        # The plus keeps the planner from walking this instead of the outer match.
        return "+f.slot IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
    match node:
        case AllOf(parts):
            return f"({' AND '.join(_condition(p, values) for p in parts) or '1'})"
        case AnyOf(parts):
            return f"({' OR '.join(_condition(p, values) for p in parts) or '0'})"
        case Not(part):
            return f"(NOT {_condition(part, values)})"
        case _:
            return _range(node, values)


def _range(node: Node, values: list[object]) -> str:
    match node:
        case DateRange():
            return _dates(node, values)
        case NumberRange():
            return _numbers(node, values)
        case _:
            return "0"


def _dates(node: DateRange, values: list[object]) -> str:
    if not is_kind(node.field, FieldKind.DATE):
        return "0"
    since, until = _bounds(node)
    values += [since, until]
    column = "f.fetched" if node.field == "fetched" else f"(f.slot >> {TIE_BITS})"
    return f"({column} >= ? AND {column} < ?)"


def _numbers(node: NumberRange, values: list[object]) -> str:
    if not is_kind(node.field, FieldKind.NUMBER):
        return "0"
    clauses = []
    for sign, bound in ((">=", node.low), ("<=", node.high)):
        if bound is not None:
            values.append(float(bound))
            clauses.append(f"f.{node.field} {sign} ?")
    return f"({' AND '.join(clauses) or '1'})"


def _bounds(node: DateRange) -> tuple[int, int]:
    since = 0 if node.since is None else seconds(node.since)
    last = MAX_SLOT >> TIE_BITS
    return since, last + 1 if node.until is None else seconds(node.until)
