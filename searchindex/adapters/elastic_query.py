"""Our queries as the engine's clauses.

Nothing typed reaches a parser of the engine: words are terms of letters and digits,
keywords are whole values, and what has no meaning matches nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any

import msgspec

from searchindex.adapters.elastic_rows import instant, key
from searchindex.document import FieldKind
from searchindex.fields import is_kind, seconds
from searchindex.query import AllOf, AnyOf, DateRange, FieldIs, Node, Not, NumberRange
from searchindex.terms import Sought, Strictness, flat, ranks, sought, terms_of, wordy

Clause = Mapping[str, Any]

ALL: Clause = {"match_all": {}}
NONE: Clause = {"match_none": {}}
SHOWN: Clause = {"term": {"shown": True}}
LOOSE = Strictness()

MAX_LEAVES = 900
"""Conditions of a request. OpenSearch and older servers refuse more than 1,024."""

MAX_TERMS = 10_000
"""Values of one list of alternatives. Servers refuse more than 65,536."""


def found(node: Node | None) -> Clause:
    """Return the clause that holds for the findable documents that a query means."""
    clause = _clause(node or AllOf(()), LOOSE)
    return {"bool": {"filter": [SHOWN] if clause == ALL else [SHOWN, clause]}}


def everything(node: Node | None) -> bool:
    """Tell whether a query means all documents."""
    return _clause(node or AllOf(()), LOOSE) == ALL


def ranked(node: Node | None) -> Clause:
    """Return `found` with the rank of a document as its score.

    The best rank of those that a document meets counts, which is what `dis_max` does.
    A query so long that its ranks exceed what a server takes is not ranked.
    """
    base = found(node)
    wanted = AllOf(tuple(part for part in flat(node or AllOf(())) if wordy(part)))
    rated: list[Clause] = []
    seen: list[Clause] = []
    loose = _clause(wanted, LOOSE)
    for worth, how in ranks(wanted):
        clause = _clause(wanted, how)
        if clause in seen:
            continue
        seen.append(clause)
        # All that is found meets the loosest rank: it need not be looked at again.
        kept = ALL if clause == loose else clause
        rated.append({"constant_score": {"filter": kept, "boost": worth}})
    if leaves(base) + sum(leaves(rank) for rank in rated) > MAX_LEAVES:
        rated = [{"constant_score": {"filter": ALL, "boost": 1}}]
    return {"bool": {**base["bool"], "must": [{"dis_max": {"queries": rated}}]}}


def between(since: int, until: int) -> Clause:
    """Return the clause of a stretch of publication times, in seconds."""
    return {"range": {"published": {"gte": since, "lt": until}}}


def spanned(clause: Clause, *spans: tuple[datetime | None, datetime | None]) -> Clause:
    """Return the clause with a wider condition of dates that shards are chosen by.

    Servers leave a shard out whose dates lie elsewhere, but look at dates only and not
    at the numbers that `published` is held in. It is a day wider, so that nothing
    depends on it.
    """
    since = max((s for s, _ in spans if s is not None), default=None)
    until = min((u for _, u in spans if u is not None), default=None)
    bounds = {
        "gte": since and _apart(since, -1),
        "lt": until and _apart(until, 1),
    }
    given = {sign: instant(at) for sign, at in bounds.items() if at is not None}
    if not given:
        return clause
    inner = clause["bool"]
    wide = {"range": {"published_at": given}}
    return {"bool": {**inner, "filter": [*inner["filter"], wide]}}


def spans(node: Node | None) -> Iterator[tuple[datetime | None, datetime | None]]:
    """Yield the stretches of publication that every post found lies in."""
    for part in flat(node or AllOf(())):
        if isinstance(part, DateRange) and part.field == "published":
            yield part.since, part.until


def _apart(at: datetime, days: int) -> datetime | None:
    if not 1000 < at.year < 9000:  # noqa: PLR2004 - years written with four digits
        return None
    return at + timedelta(days=days)


def leaves(clause: object) -> int:
    """Return the number of conditions that a clause is made of."""
    return sum(1 for _ in _leaves(clause))


def _leaves(clause: object) -> Iterator[object]:
    if isinstance(clause, Mapping):
        inner = clause.get("bool") or clause.get("dis_max")
        inner = inner or clause.get("constant_score")
        if inner is None:
            yield clause
        else:
            for part in inner.values():
                yield from _leaves(part)
    elif isinstance(clause, Sequence) and not isinstance(clause, str):
        for part in clause:
            yield from _leaves(part)


def _clause(node: Node, how: Strictness) -> Clause:
    match node:
        case AllOf():
            return _all_of(flat(node), how)
        case AnyOf():
            return _any_of(list(_flat_any(node)), how)
        case Not():
            return _all_of([node], how)
        case DateRange():
            return _dates(node)
        case NumberRange():
            return _numbers(node)
        case _:
            return _leaf(node, how)


def _all_of(parts: Sequence[Node], how: Strictness) -> Clause:
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    for part in parts:
        if isinstance(part, Not) and isinstance(part.part, Not):
            wanted.extend(_conditions(_clause(part.part.part, LOOSE)))
        elif isinstance(part, Not):
            unwanted.extend(_alternatives(_clause(part.part, LOOSE)))
        else:
            wanted.extend(_conditions(_clause(part, how)))
    wanted = _unique(clause for clause in wanted if clause != ALL)
    unwanted = _unique(clause for clause in unwanted if clause != NONE)
    if NONE in wanted or ALL in unwanted:
        return NONE
    if len(wanted) == 1 and not unwanted:
        return wanted[0]
    if not wanted and not unwanted:
        return ALL
    held = {"filter": wanted, "must_not": unwanted}
    return {"bool": {name: clauses for name, clauses in held.items() if clauses}}


def _conditions(clause: Clause) -> Sequence[Clause]:
    """Return the conditions of a clause that is nothing but their conjunction."""
    inner = clause.get("bool", {})
    return inner["filter"] if list(inner) == ["filter"] else [clause]


def _alternatives(clause: Clause) -> Sequence[Clause]:
    """Return the alternatives of a clause that is nothing but these."""
    inner = clause.get("bool", {})
    return inner["should"] if list(inner) == ["should"] else [clause]


def _any_of(parts: Sequence[Node], how: Strictness) -> Clause:
    terms: dict[str, set[str]] = {}
    others: list[Clause] = []
    for part in parts:
        clause = _clause(part, how)
        for name, value in _single_terms(clause):
            terms.setdefault(name, set()).add(value)
        if not _single_terms(clause):
            others.append(clause)
    lists = [_values(name, values) for name, values in sorted(terms.items())]
    clauses = _unique(
        c for c in [*(c for some in lists for c in some), *others] if c != NONE
    )
    if ALL in clauses:
        return ALL
    return _either(clauses)


def _either(clauses: Sequence[Clause]) -> Clause:
    if not clauses:
        return NONE
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses}}


def _single_terms(clause: Clause) -> list[tuple[str, str]]:
    """Return (field, value) pairs of a clause that is one term or either of some."""
    if "term" in clause:
        return list(clause["term"].items())
    inner = clause.get("bool", {})
    if list(inner) == ["should"] and all("term" in c for c in inner["should"]):
        return [pair for c in inner["should"] for pair in c["term"].items()]
    return []


def _values(name: str, values: set[str]) -> list[Clause]:
    ordered = sorted(values)
    if len(ordered) == 1:
        return [{"term": {name: ordered[0]}}]
    return [
        {"terms": {name: ordered[at : at + MAX_TERMS]}}
        for at in range(0, len(ordered), MAX_TERMS)
    ]


def _flat_any(node: AnyOf) -> Iterator[Node]:
    # Servers bound how deep clauses lie in each other, so no level is without need.
    for part in node.parts:
        match part:
            case AnyOf():
                yield from _flat_any(part)
            case Not(AllOf(parts)):
                yield from _flat_any(AnyOf(tuple(Not(inner) for inner in parts)))
            case _:
                yield part


def _leaf(node: Node, how: Strictness) -> Clause:
    terms = terms_of(node)
    if terms is not None:
        if not terms.folded:
            return ALL
        return _every(_one_of(group) for group in sought(terms, how))
    if isinstance(node, FieldIs) and is_kind(node.field, FieldKind.KEYWORD):
        return {"term": {f"key.{node.field}": key(node.field, node.value)}}
    return NONE


def _one_of(group: Sequence[Sought]) -> Clause:
    """Return the clause of alternatives; words alone become one list a column."""
    if len(group) == 1:
        return _text(group[0])
    words: dict[str, set[str]] = {}
    for one in group:
        for column in _columns(one):
            words.setdefault(column, set()).update(one.words)
    return _either([c for name in words for c in _values(name, words[name])])


def _text(wanted: Sought) -> Clause:
    words, columns = list(wanted.words), _columns(wanted)
    if wanted.side_by_side and len(words) > 1:
        text = " ".join(words)
        return _either([{"match_phrase": {column: text}} for column in columns])
    return _every(
        _either([{"term": {column: word}} for column in columns])
        for word in dict.fromkeys(words)
    )


def _columns(wanted: Sought) -> list[str]:
    return [f"exact_{name}" if wanted.exact else name for name in wanted.columns]


def _every(clauses: Iterable[Clause]) -> Clause:
    kept = _unique(part for clause in clauses for part in _conditions(clause))
    return kept[0] if len(kept) == 1 else {"bool": {"filter": kept}}


def _dates(node: DateRange) -> Clause:
    if not is_kind(node.field, FieldKind.DATE):
        return NONE
    since = None if node.since is None else seconds(node.since)
    until = None if node.until is None else seconds(node.until)
    return _range(node.field, {"gte": since, "lt": until})


def _numbers(node: NumberRange) -> Clause:
    if not is_kind(node.field, FieldKind.NUMBER):
        return NONE
    low, high = node.low, node.high
    if low == inf or high == -inf:
        return NONE
    low = None if low == -inf else low
    high = None if high == inf else high
    return _range(node.field, {"gte": low, "lte": high})


def _range(name: str, bounds: Mapping[str, float | None]) -> Clause:
    given = {sign: value for sign, value in bounds.items() if value is not None}
    return {"range": {name: given}} if given else ALL


def _unique(clauses: Iterator[Clause]) -> list[Clause]:
    return list({msgspec.json.encode(clause): clause for clause in clauses}.values())
