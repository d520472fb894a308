from collections import Counter

import pytest

from classifier.alike import similar_pairs, similar_within
from classifier.corpus_check import CORPUS
from classifier.evaluation import judge_rows
from classifier.guard_suites import (
    ALIKE,
    HONEST,
    Line,
    Part,
    Pool,
    SuiteFigures,
    behind,
    read_suite,
    read_suites,
    release_line,
    suite_figures,
    suite_name,
)
from classifier.linear import LinearClassifier
from classifier.metrics import Figure
from classifier.rows import Row
from domain.labels import Harm

FEWEST = 400
"""Posts that each suite was promised to hold."""


def every(name: str) -> list[Row]:
    return [row for part in Part for row in read_suite(CORPUS, name, part)]


def test_the_suites_are_large_enough_and_labelled_as_named() -> None:
    honest, alike = every(HONEST), every(ALIKE)
    assert min(len(honest), len(alike)) >= FEWEST
    assert not any(row.harm for row in honest)
    assert all(row.harm for row in alike)


@pytest.mark.parametrize("part", Part)
def test_each_part_holds_enough_of_every_harm(part: Part) -> None:
    rows = read_suite(CORPUS, ALIKE, part)
    assert len(rows) == len(read_suite(CORPUS, HONEST, part)) == 210
    for harm in Harm:
        assert sum(harm in row.harm for row in rows) >= 0.08 * len(rows), harm


@pytest.mark.parametrize("part", Pool.UNREAD.parts)
def test_the_final_parts_are_written_in_many_ways(part: Part) -> None:
    for name in (HONEST, ALIKE):
        rows = read_suite(CORPUS, name, part)
        written = Counter(row.register for row in rows)
        assert written["no_tone"] >= 0.15 * len(rows)
        assert written["teencode"] + written["typos"] >= 0.15 * len(rows)
        assert min(written["dialect"], written["formal"]) >= 10


def test_the_suites_are_cut_into_parts() -> None:
    ids = [row.id for row in every(ALIKE)]
    assert len(ids) == len(set(ids)) == 1470
    assert suite_name(ALIKE, Part.DEV) == "alike dev"


def test_the_parts_of_the_suites_share_no_near_copies() -> None:
    for name in (HONEST, ALIKE):
        dev, spent, *finals = (read_suite(CORPUS, name, part) for part in Part)
        assert not list(similar_pairs(dev, spent, 0.6))
        older = [*dev, *spent]
        for final in finals:
            assert not list(similar_pairs(final, older, 0.5))
            assert not list(similar_within(final, 0.5))
            older += final


def test_flags_are_counted_by_kind_and_label(judge: LinearClassifier) -> None:
    rows = [
        Row(id="1", text="gửi mã otp cho em", harm=(Harm.SCAM,), note="scam"),
        Row(id="2", text="trời đẹp", harm=(Harm.SCAM, Harm.PANIC), note="scam"),
        Row(id="3", text="ủy ban sửa đường đi", complaint=True, note="complain"),
    ]
    figures = suite_figures(rows, judge_rows(judge, rows))
    assert figures.flagged.value == 1 / 3
    assert figures.by_kind == {"complain": (0, 1), "scam": (1, 2)}
    assert figures.by_label == {"panic": (0, 1), "scam": (1, 2)}
    assert figures.complaints_found.value == 1


def figures(*, flagged: float, texts: int = 100) -> SuiteFigures:
    return SuiteFigures(
        texts=texts,
        flagged=Figure(value=flagged, low=0, high=1),
        by_kind={},
        by_label={},
        complaints_found=Figure(value=0, low=0, high=0),
    )


@pytest.mark.parametrize("pool", Pool)
def test_a_release_behind_the_line_is_told_how_far(pool: Pool) -> None:
    line = release_line(pool)
    assert line == Line(false_flags=0.02, recall=0.85)
    good = {
        f"honest {pool}": figures(flagged=0.02),
        f"alike {pool}": figures(flagged=1),
    }
    assert behind(line, good, pool) == []
    bad = {
        f"honest {pool}": figures(flagged=0.021),
        f"alike {pool}": figures(flagged=0.849),
    }
    assert behind(line, bad, pool) == [
        "honest posts flagged: 2.1%, at most 2% may be",
        "look-alikes found: 84.9%, at least 85% must be",
    ]


def test_a_pool_holds_its_parts_and_each_part_is_in_one() -> None:
    suites = read_suites(CORPUS)
    assert [p for pool in Pool for p in pool.parts] == list(Part)
    for file in (HONEST, ALIKE):
        for pool in Pool:
            pooled = [row.id for row in suites[suite_name(file, pool)]]
            parts = [suites[suite_name(file, part)] for part in pool.parts]
            assert pooled == [row.id for rows in parts for row in rows]
            assert len(pooled) >= FEWEST
