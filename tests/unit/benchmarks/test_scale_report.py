"""The page is made of the figures, and the runbook keeps what is not the table."""

import random
from itertools import pairwise

from benchmarks.engines.watch import spread
from benchmarks.scale_measure import curve
from benchmarks.scale_posts import Mix, PostMaker, every
from benchmarks.scale_report import number, size, table, with_sizing
from domain.labels import PostKind


def test_figures_have_three_digits_that_mean_something() -> None:
    said = [number(value) for value in (12345.6, 99.44, 1.234, 0.01234, None)]
    assert said == ["12,346", "99.4", "1.23", "0.0123", "–"]
    assert [size(v) for v in (0.5, 20, 1500, 2.5e6)] == [
        "500 MB",
        "20.0 GB",
        "1.50 TB",
        "2.50 PB",
    ]


def test_a_table_is_markdown() -> None:
    assert table(["a", "b"], [["x", 1]]) == ["| a | b |", "|---|---:|", "| x | 1 |", ""]


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    text = "before\n<!-- sizing -->\nold\n<!-- sizing: end -->\nafter\n"
    new = with_sizing(text, table(["a"], [["1"]]))
    assert new.startswith("before\n<!-- sizing -->\n")
    assert new.endswith("| 1 |\n<!-- sizing: end -->\nafter\n")
    assert "old" not in new
    assert with_sizing(new, table(["a"], [["1"]])) == new
    assert with_sizing("no markers", []) == "no markers"


def test_made_posts_have_the_shares_asked_for() -> None:
    made = PostMaker("tỉnh Điện Biên").make(1000, Mix(), "x")
    ours = [one for one in made if one.passes]
    articles = [one for one in made if one.post.kind is PostKind.ARTICLE]
    assert len(ours) == len(articles) == 100
    assert sum(one.passes for one in articles) == 10
    assert all("tỉnh Điện Biên" in one.post.text for one in ours)
    assert len({one.post.text for one in made}) > 990


def test_the_same_seed_makes_the_same_posts() -> None:
    first, second = (PostMaker("X", seed=4).make(20, Mix(), "x") for _ in range(2))
    assert first == second


def test_a_share_is_spread_evenly() -> None:
    chosen = [n for n in range(100) if every(n, 0.1)]
    assert len(chosen) == 10
    assert {b - a for a, b in pairwise(chosen)} <= {9, 10, 11}


def test_spreads() -> None:
    chance = random.Random(1)
    values = [chance.random() for _ in range(1000)]
    assert spread([0.5]) == {}
    assert 0.45 < spread(values)["p50"] < 0.55
    assert curve(values) == sorted(curve(values))
    assert len(curve(values)) == 21
