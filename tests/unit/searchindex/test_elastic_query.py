"""Queries as clauses: what is typed is a value and never syntax."""

from datetime import UTC, date, datetime
from math import inf

import pytest

from searchindex.adapters.elastic_query import (
    ALL,
    MAX_LEAVES,
    NONE,
    everything,
    found,
    leaves,
    ranked,
)
from searchindex.parse import parse
from searchindex.query import (
    AllOf,
    AnyOf,
    DateRange,
    FieldIs,
    Not,
    NumberRange,
    Phrase,
    Words,
)


def inner(node):
    """Return the clauses beside the one for findable documents."""
    first, *rest = found(node)["bool"]["filter"]
    assert first == {"term": {"shown": True}}
    return rest[0] if rest else ALL


def depth(clause) -> int:
    if isinstance(clause, dict):
        return max((("bool" in clause) + depth(v) for v in clause.values()), default=0)
    if isinstance(clause, list | tuple):
        return max((depth(part) for part in clause), default=0)
    return 0


def test_words_are_sought_in_title_or_text_without_marks():
    either = [{"term": {"title": "lu"}}, {"term": {"text": "lu"}}]
    assert inner(Words("Lũ")) == {"bool": {"should": either}}


def test_a_phrase_is_sought_side_by_side():
    wanted = [{"match_phrase": {c: "cau nam rom"}} for c in ("title", "text")]
    assert inner(Phrase("Cầu Nậm-Rốm")) == {"bool": {"should": wanted}}
    assert inner(FieldIs("title", "a b", phrase=True)) == {
        "match_phrase": {"title": "a b"}
    }


def test_keywords_are_compared_as_a_whole():
    assert inner(FieldIs("outlet", "BÁO Ví dụ")) == {
        "term": {"key.outlet": "bao vi du"}
    }
    assert inner(FieldIs("id", "FB:1")) == {"term": {"key.id": "FB:1"}}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (None, ALL),
        (AllOf(()), ALL),
        (Words("!?"), ALL),
        (NumberRange("revision", None, None), ALL),
        (NumberRange("revision", -inf, inf), ALL),
        (NumberRange("revision", inf, None), NONE),
        (NumberRange("title", 1, None), NONE),
        (DateRange("title", None, None), NONE),
        (AnyOf(()), NONE),
        (FieldIs("nosuch", "x"), NONE),
        (AllOf((Words("a"), AnyOf(()))), NONE),
        (Not(AllOf(())), NONE),
        (Not(AnyOf(())), ALL),
        (AnyOf((Words("a"), Words(""))), ALL),
    ],
)
def test_nodes_that_mean_all_or_none(node, expected):
    assert inner(node) == expected
    assert everything(node) is (expected is ALL)


def test_ranges():
    since = datetime(1, 1, 1, 0, 1, tzinfo=UTC)
    only = DateRange("published", since, None)
    assert inner(only) == {"range": {"published": {"gte": 60}}}
    assert inner(NumberRange("urgency", 0.5, inf)) == {
        "range": {"urgency": {"gte": 0.5}}
    }


def test_what_is_unwanted_lies_beside_what_is_wanted():
    clause = inner(parse("mưa -(lũ OR bão)", today=date(2026, 11, 23)).node)
    assert list(clause["bool"]) == ["filter", "must_not"]
    unwanted = clause["bool"]["must_not"]
    assert {"terms": {"title": ["bao", "lu"]}} in unwanted
    assert {"terms": {"text": ["bao", "lu"]}} in unwanted


def test_thousands_of_alternatives_are_a_few_lists():
    many = AnyOf(tuple(FieldIs("id", str(n)) for n in range(25_000)))
    lists = inner(many)["bool"]["should"]
    assert [len(c["terms"]["key.id"]) for c in lists] == [10_000, 10_000, 5_000]


def test_half_a_character_and_long_values_are_values_too():
    for value in ("\ud800", "x" * 100_000, "a\x00b"):
        (sought,) = inner(FieldIs("source", value))["term"].values()
        assert len(sought) <= 256
        sought.encode()


def test_the_best_rank_of_a_document_counts():
    clause = ranked(parse('"sạt lở" published:2026', today=date(2026, 11, 23)).node)
    (best,) = clause["bool"]["must"]
    boosts = [q["constant_score"]["boost"] for q in best["dis_max"]["queries"]]
    assert boosts == [10, 9, 7, 6, 4, 3, 2]
    assert best["dis_max"]["queries"][-1]["constant_score"]["filter"] == ALL
    assert "range" not in str(best)


def test_a_query_without_words_has_one_rank():
    (best,) = ranked(FieldIs("queue", "press"))["bool"]["must"]
    (only,) = best["dis_max"]["queries"]
    assert only["constant_score"] == {"filter": ALL, "boost": 10}


def test_what_can_be_typed_stays_within_the_bounds_of_servers():
    def nest(n):
        return "x" if n == 0 else f"(a{n} OR (b{n} -({nest(n - 1)} c{n})))"

    for text in (nest(30), " ".join(f"(a{n} OR b{n} c)" for n in range(200))):
        node = parse(text, today=date(2026, 11, 23)).node
        for clause in (found(node), ranked(node)):
            assert leaves(clause) <= MAX_LEAVES
            assert depth(clause) <= 20
