"""The arithmetic of sizes: it grows as it should, and nothing is forgotten."""

from dataclasses import replace

import pytest

from benchmarks.scale_plan import (
    HOURS,
    Assumptions,
    Figures,
    Plan,
    PostBytes,
    Prices,
    Retention,
    overload,
    plan,
    shared_out,
    weakest,
)
from benchmarks.scale_traffic import PostClass, mean_work

KEPT = Retention(
    log=7,
    stopped=7,
    passed_comment=30,
    passed_article=730,
    flagged=180,
    evidence=90,
)


def kind(name: str, milliseconds: float, *, passes: bool) -> PostClass:
    return PostClass(
        name=name,
        share=1.0,
        passes=passes,
        worker_quantiles=(milliseconds / 2000, milliseconds * 3 / 2000),
        indexer=0.0002,
        indexed=1.0 if passes else 0.02,
    )


CLASSES = [
    kind("comment, past the gate", 10, passes=True),
    kind("comment, stopped", 0.1, passes=False),
    kind("article, past the gate", 100, passes=True),
    kind("article, stopped", 1, passes=False),
]
FIGURES = Figures(
    classes={one.name: one for one in CLASSES},
    weights={
        one.name: PostBytes(event=1000, analysis=2000, capture=40_000)
        for one in CLASSES
    },
    packed=0.25,
    overhead=1.0,
    indexer_overhead=1.0,
    commit_seconds=0.005,
    batch_seconds=0.03,
    bulk_seconds=0.02,
    document_seconds=0.001,
    search_cpu=0.002,
    log_cpu=0.0001,
    index_bytes=5000,
    join_seconds=3.0,
)


def made(rate: float = 1000.0, **assumed: float) -> Plan:
    assumptions = replace(Assumptions(), **assumed)  # type: ignore[arg-type]
    return plan("x", rate, FIGURES, retention=KEPT, assumed=assumptions)


def test_the_day_has_its_mean() -> None:
    assert len(HOURS) == 24
    assert sum(HOURS) / 24 == pytest.approx(1.0, abs=0.01)


def test_shares_of_the_classes_are_a_whole() -> None:
    shares = {one.name: one.share for one in shared_out(FIGURES, Assumptions())}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["article, past the gate"] == pytest.approx(0.01)


def test_workers_are_enough_for_the_busiest_hour() -> None:
    one = made()
    need = one.peak * (mean_work(one.classes) + FIGURES.batch_seconds / 64)
    assert need / one.design.workers <= 0.7
    assert need / (one.design.workers - 1) > 0.7
    assert one.capacity > one.peak


def test_ten_times_the_posts_need_ten_times_the_workers() -> None:
    small, large = made(10_000.0), made(100_000.0)
    assert large.design.workers == pytest.approx(10 * small.design.workers, rel=0.02)
    assert large.design.partitions == 2 * large.design.workers
    assert large.stores["evidence"].per_day == pytest.approx(
        10 * small.stores["evidence"].per_day
    )


def test_what_passes_the_gate_is_what_costs() -> None:
    assert made(past_gate=1.0).design.workers > 5 * made().design.workers


def test_a_process_that_costs_more_than_its_stages_needs_more_workers() -> None:
    heavier = replace(FIGURES, overhead=1.5)
    more = plan("x", 1000.0, heavier, retention=KEPT)
    assert more.design.workers > made().design.workers


def test_storage_is_rate_times_bytes_times_copies() -> None:
    posts = made().stores["log: posts"]
    assert posts.per_day == pytest.approx(1000 * 86_400 * 1000 * 3 * 0.25 / 1e9)
    assert posts.held == pytest.approx(7 * posts.per_day)
    assert posts.per_year == pytest.approx(365 * posts.per_day)


def test_the_weakest_part_comes_first_and_all_carry_the_busiest_hour() -> None:
    ranked = weakest(made().headroom)
    assert [factor for _, factor in ranked] == sorted(f for _, f in ranked)
    assert ranked[0][1] >= 1
    assert {"worker CPU", "search CPU", "search disks"} <= {name for name, _ in ranked}


def test_a_rumour_hits_workers_harder_than_brokers() -> None:
    one = made()
    workers = one.headroom["worker CPU"] / one.rumour["worker CPU"]
    disks = "broker disks and network"
    assert workers > 2 * one.headroom[disks] / one.rumour[disks]


def test_prices_are_parameters() -> None:
    dear = plan("x", 1000.0, FIGURES, retention=KEPT, prices=Prices(core_hour=0.08))
    cheap = made()
    extra = cheap.core_hours * 30 * 0.04
    assert dear.dollars_a_month - cheap.dollars_a_month == pytest.approx(extra)


def test_an_overload_is_late_by_what_it_brings_too_much() -> None:
    assert overload(1.5, 2.0, 3600) == (0.0, 0.0)
    late, drain = overload(0.5, 2.0, 3600)
    assert late == pytest.approx(3600)
    assert drain == pytest.approx(7200)
    assert overload(0.5, 1.0, 3600)[1] == float("inf")
