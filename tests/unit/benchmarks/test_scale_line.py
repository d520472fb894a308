"""The simulation against formulas that it must agree with, and against sense."""

import numpy as np
import pytest

from benchmarks.scale_line import Design, Fault, Line, Seen, slice_of
from benchmarks.scale_theory import erlang_c, little, mg1_wait, mgc_wait
from benchmarks.scale_traffic import Phase, PostClass, Traffic, mean_work, stream

EVEN = (0.002, 0.018)
"""Between 2 and 18 ms, all equally likely; the mean is 10."""


def kind(quantiles: tuple[float, ...] = EVEN, **changed) -> PostClass:
    values = {
        "name": "x",
        "share": 1.0,
        "passes": True,
        "worker_quantiles": quantiles,
        "indexer": 0.0001,
        "indexed": 1.0,
    }
    return PostClass(**{**values, **changed})


def traffic(rate: float, seconds: float = 400, **changed) -> Traffic:
    values = {
        "classes": (kind(),),
        "phases": (Phase(seconds=seconds, rate=rate),),
    }
    return Traffic(**{**values, **changed})


BARE = Design(
    partitions=1,
    workers=1,
    indexers=1,
    batch=1,
    append=0,
    worker_batch=0,
    indexer_batch=0,
    bulk=0,
    bulk_document=0,
    idle=0,
)


def mean_wait(design: Design, coming: Traffic, seed: int = 1) -> float:
    line = Line(design, coming, seed=seed)
    line.run()
    return float(np.mean(line.posts.analysed - line.posts.at - line.posts.work))


def drawn() -> list[float]:
    return list(np.linspace(*EVEN, 1001))


def test_formulas_know_their_textbook_values() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert little(30, 0.2) == pytest.approx(6)
    assert mgc_wait(1, 50, drawn()) == pytest.approx(mg1_wait(50, drawn()))
    with pytest.raises(ValueError, match="no steady state"):
        mg1_wait(120, drawn())
    with pytest.raises(ValueError, match="cannot carry"):
        erlang_c(2, 2.0)


@pytest.mark.parametrize("rate", [30.0, 50.0, 80.0])
def test_one_worker_waits_as_pollaczek_and_khinchine_say(rate: float) -> None:
    simulated = np.mean([mean_wait(BARE, traffic(rate), seed) for seed in (1, 2)])
    assert simulated == pytest.approx(mg1_wait(rate, drawn()), rel=0.1)


def test_workers_with_partitions_of_their_own_are_single_queues() -> None:
    # Four times the traffic over four workers waits as one worker does, longer than
    # M/G/c would, whose servers share one queue.
    design = Design(**{**as_dict(BARE), "partitions": 4, "workers": 4})
    simulated = mean_wait(design, traffic(200.0))
    assert simulated == pytest.approx(mg1_wait(50.0, drawn()), rel=0.1)
    assert simulated > mgc_wait(4, 200.0, drawn())


def test_shared_cores_are_an_m_g_c_queue() -> None:
    # 64 processes on 4 cores: what waits, waits for a core, and any will do.
    design = Design(**{**as_dict(BARE), "partitions": 64, "workers": 64, "cores": 4})
    quick = (kind(indexer=0.0, indexed=0.0),)
    simulated = mean_wait(design, traffic(320.0, 120, classes=quick))
    assert simulated == pytest.approx(mgc_wait(4, 320.0, drawn()), rel=0.15)


def as_dict(design: Design) -> dict[str, object]:
    return {name: getattr(design, name) for name in design.__dataclass_fields__}


def test_littles_law_holds_for_what_is_counted_each_second() -> None:
    design = Design(partitions=8, workers=4, indexers=1, worker_batch=0.01, idle=0)
    line = Line(design, traffic(300.0, 300))
    seen = line.run()
    wait = float(np.mean(line.posts.analysed - line.posts.at))
    assert seen.number_waiting == pytest.approx(little(300.0, wait), rel=0.15)


def test_the_load_is_rate_times_work() -> None:
    seen = Line(BARE, traffic(60.0)).run()
    assert seen.worker_load == pytest.approx(0.6, rel=0.05)


def small(**changed) -> Design:
    values = {"partitions": 8, "workers": 4, "indexers": 1, "lease": 10.0, "idle": 0}
    return Design(**{**values, **changed})


def test_a_killed_worker_costs_its_lease_and_no_post() -> None:
    coming = traffic(100.0, 120)
    calm = Line(small(), coming).run()
    hurt = Line(small(), coming, [Fault(at=30, workers=1, restart=20)]).run()
    assert hurt.posts == calm.posts
    assert 10 < hurt.searchable["longest"] < 20
    assert calm.searchable["longest"] < 2
    assert hurt.twice < 64


def test_a_longer_lease_is_a_longer_wait() -> None:
    coming, fault = traffic(100.0, 120), [Fault(at=30, workers=1)]
    short = Line(small(lease=6.0), coming, fault).run()
    long = Line(small(lease=30.0), coming, fault).run()
    assert long.searchable["longest"] > short.searchable["longest"] + 20


def test_a_rumour_leaves_a_backlog_that_is_worked_off() -> None:
    rumour = tuple(
        Phase(seconds=30, rate=200.0, province=factor) for factor in (1, 10, 1)
    )
    seen = Line(small(), traffic(0, phases=rumour)).run()
    assert seen.most_unread > 5000
    assert seen.done > 90


def test_partitions_by_source_starve_all_but_one_worker() -> None:
    by_post = Line(small(), traffic(250.0, 60)).run()
    by_source = Line(small(), traffic(250.0, 60, by_source=True)).run()
    assert by_source.searchable["p95"] > 3 * by_post.searchable["p95"]


def test_visits_that_bring_many_posts_wait_longer() -> None:
    single = Line(small(), traffic(250.0, 120)).run()
    clumps = Line(small(), traffic(250.0, 120, clump=50.0)).run()
    assert clumps.searchable["p95"] > single.searchable["p95"]


def test_a_slice_behaves_as_the_whole() -> None:
    whole = Design(partitions=64, workers=32, indexers=4, search_slots=8)
    coming = traffic(2400.0, 60)
    smaller, less = slice_of(whole, coming, 600)
    assert (smaller.workers, smaller.partitions, smaller.indexers) == (8, 16, 1)
    assert less.phases[0].rate == pytest.approx(600)
    a, b = Line(whole, coming).run(), Line(smaller, less).run()
    assert a.worker_load == pytest.approx(b.worker_load, rel=0.05)
    assert a.searchable["p50"] == pytest.approx(b.searchable["p50"], rel=0.2)


def test_an_idle_worker_looks_only_now_and_then() -> None:
    lazy = Line(small(idle=1.0), traffic(5.0, 60)).run()
    eager = Line(small(), traffic(5.0, 60)).run()
    assert 0.3 < lazy.searchable["p50"] - eager.searchable["p50"] < 0.7


def test_the_same_seed_is_the_same_run() -> None:
    def once() -> Seen:
        return Line(small(), traffic(100.0, 30), seed=7).run()

    assert once() == once()


def test_shares_of_classes_are_drawn_as_said() -> None:
    classes = (
        kind(name="ours", share=0.1),
        kind((0.0, 0.002), name="theirs", share=0.9, passes=False, indexed=0.0),
    )
    drawn_posts = stream(traffic(1000.0, 60, classes=classes), 4, 2, seed=1)
    assert drawn_posts.indexed.mean() == pytest.approx(0.1, rel=0.05)
    assert drawn_posts.work.mean() == pytest.approx(mean_work(classes), rel=0.05)
    counts = np.bincount(drawn_posts.partition)
    assert counts.max() < 1.05 * counts.min()
