"""The line at 1,000, 10,000 and 50,000 posts a second, planned and simulated.

    python -m benchmarks.scale_model [--quick]

Takes what `benchmarks.scale_measure`, `benchmarks.engines.stores` and
`benchmarks.engines.scale` measured here (`var/scale/*.json`; the last two may lack),
sizes the line with `scale_plan`, lets `scale_line` simulate it, holds the simulation
against the measured runs, and writes `var/scale/model.json`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.scale_line import Design, Fault, Line, Seen, slice_of
from benchmarks.scale_measure import ROOT, class_name
from benchmarks.scale_plan import (
    BATCH,
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
from benchmarks.scale_traffic import Phase, PostClass, Traffic, mean_work
from wiring.profile import load_profile
from wiring.settings import load_settings

FOLDER = ROOT / "var" / "scale"
RATES = (1_000.0, 10_000.0, 50_000.0)
MEDIA_CLOUD = 500_000 / 86_400
"""Stories a second: Media Cloud takes in 500,000 a day. All of them are articles."""

OSPREY = (45e6 / 86_400, 61e6 / 86_400)
"""Events a second: Osprey takes in 45 to 61 million a day."""

MOST = 2000.0
"""Posts a second that are simulated; of larger lines a slice is."""

CLUMP = 20.0
"""Posts that one visit of a source brings at once, in the mean."""

WINDOW = 60.0
RUMOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a planned line is put through; rates as shares of what `of` names."""

    name: str
    phases: tuple[tuple[float, float, float], ...]
    """Seconds, rate as a share, and the factor of posts about the province."""

    of: str = "capacity"
    clump: float = 1.0
    by_source: bool = False
    killed: float = 0.0
    """Share of the workers that die after a third of the time."""


SCENARIOS = (
    Scenario(name="half load", phases=((WINDOW, 0.5, 1.0),)),
    Scenario(name="full load (95 %)", phases=((WINDOW, 0.95, 1.0),)),
    Scenario(
        name="a day, each hour in five seconds",
        phases=tuple((5.0, hour, 1.0) for hour in HOURS),
        of="mean",
    ),
    Scenario(name="busiest hour", phases=((WINDOW, 1.0, 1.0),), of="peak"),
    Scenario(
        name="busiest hour, sources bring 20 posts a visit",
        phases=((WINDOW, 1.0, 1.0),),
        of="peak",
        clump=CLUMP,
    ),
    Scenario(
        name="busiest hour, were the log keyed by source",
        phases=((WINDOW, 1.0, 1.0),),
        of="peak",
        by_source=True,
    ),
    Scenario(
        name="busiest hour, a tenth of the workers killed",
        phases=((3 * WINDOW, 1.0, 1.0),),
        of="peak",
        killed=0.1,
    ),
    Scenario(
        name="mean hour, then a minute of tenfold rumour",
        phases=((30.0, 1.0, 1.0), (60.0, 1.0, 10.0), (30.0, 1.0, 1.0)),
        of="mean",
    ),
)


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return a file of figures; empty where it was not measured."""
    path = folder / name
    found: dict[str, Any] = {}
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def post_class(service: Mapping[str, Any]) -> PostClass:
    """Read a class from the measured figures."""
    return PostClass(
        name=class_name(service["kind"], passes=service["passes"]),
        share=1.0,
        passes=service["passes"],
        worker_quantiles=tuple(ms / 1000 for ms in service["worker_quantiles_ms"]),
        indexer=service["indexer_ms"] / 1000,
        indexed=service["indexed_share"],
    )


def weight(service: Mapping[str, Any]) -> PostBytes:
    """Read what a class weighs."""
    return PostBytes(
        event=service["event_bytes"],
        analysis=service["analysis_bytes"],
        capture=service["evidence_bytes"],
    )


def figures_of(
    services: Mapping[str, Any], stores: Mapping[str, Any], runs: Mapping[str, Any]
) -> Figures:
    """Put together what was measured; the engines' figures where there are any."""
    remote = stores.get("engines")
    store = remote or stores["embedded"]
    log, search = store["log"], store["search"]
    asked = {row["name"]: row["p50"] for row in search["questions"]}
    small, large = search["flush_8_ms"][0], search["flush_64_ms"][0]
    document = max(0.0, (large - small) / 56)
    figures = Figures(
        classes={(kind := post_class(s)).name: kind for s in services["services"]},
        weights={
            class_name(s["kind"], passes=s["passes"]): weight(s)
            for s in services["services"]
        },
        packed=services["packed"],
        overhead=1.0,
        indexer_overhead=1.0,
        batch_seconds=(
            asked["lookup of a batch"] + log["flush_64_ms"][0] + log["commit_ms"][0]
        )
        / 1000,
        commit_seconds=log["commit_ms"][0] / 1000,
        # Embedded, the indexer itself is the engine: its CPU holds these already.
        bulk_seconds=max(0.0, small - 8 * document) / 1000 if remote else 0.0,
        document_seconds=document / 1000 if remote else 0.0,
        search_cpu=(search["cpu_ms"] or 0.0) / 1000,
        log_cpu=(log["cpu_ms"] or 0.0) / 1000,
        index_bytes=search["megabytes"] * 1e6 / search["documents"],
        join_seconds=joining(runs),
    )
    return with_overheads(figures, chosen(runs))


def joining(runs: Mapping[str, Any]) -> float:
    """Return the measured seconds until a new worker reads."""
    rows = chosen(runs).get("take_over", [])
    return next((r["join_seconds"] for r in rows if r["join_seconds"]), 3.0)


def with_overheads(figures: Figures, run: Mapping[str, Any]) -> Figures:
    """Return the figures with the cost of whole processes over that of the stages.

    And with what the search engine spends per document of a flowing line: lookups,
    and small bulks with a refresh each, cost far more than filling it does.

    From the measured run of one worker over the assumed mix.
    """
    mix = Assumptions()
    for row in run.get("throughput", []):
        if row["workers"] == 1 and row["past_gate"] == mix.past_gate:
            kinds = shared_out(figures, mix)
            indexing = sum(kind.share * kind.indexer for kind in kinds) * 1000
            indexed = sum(kind.share * kind.indexed for kind in kinds)
            flowing = row["cpu_ms"].get("search", 0.0) / indexed / 1000
            return replace(
                figures,
                search_cpu=max(figures.search_cpu, flowing),
                overhead=max(1.0, row["cpu_ms"]["worker"] / mean_work(kinds) / 1000),
                indexer_overhead=max(1.0, row["cpu_ms"]["indexer"] / indexing),
            )
    return figures


def chosen(runs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the run on engines, else the embedded one."""
    found: Mapping[str, Any] = runs.get("engines") or runs.get("embedded") or {}
    return found


def retention() -> Retention:
    """Return the profile's days."""
    settings = load_settings({}, home=ROOT / "var" / "none")
    days = load_profile(settings.profile, settings.profiles_dir).retention_days
    return Retention(
        log=days["log_payload"],
        stopped=days["gate_dropped"],
        passed_comment=days["unflagged_personal"],
        passed_article=days["press"],
        flagged=days["flagged_unreviewed"],
        evidence=days["evidence_raw_page"],
    )


def simulate(made: Plan, scenario: Scenario) -> Seen:
    """Put a planned line, or a slice of it, through a scenario."""
    unit = {"capacity": made.capacity, "peak": made.peak, "mean": made.rate}[
        scenario.of
    ]
    coming = Traffic(
        classes=made.classes,
        phases=tuple(
            Phase(seconds=seconds, rate=share * unit, province=factor)
            for seconds, share, factor in scenario.phases
        ),
        clump=scenario.clump,
        by_source=scenario.by_source,
    )
    # Partitions by source differ from each other, so that no slice is like the whole.
    design, coming = slice_of(made.design, coming, MOST)
    faults = []
    if scenario.killed:
        dead = max(1, round(scenario.killed * design.workers))
        faults = [Fault(at=coming.seconds / 3, workers=dead)]
    return Line(design, coming, faults).run()


def plans(figures: Figures) -> Iterator[Plan]:
    """Plan our rates, the same with every post past the gate, and the references."""
    days = retention()
    for rate in RATES:
        yield plan(f"{rate:,.0f} posts/s", rate, figures, retention=days)
    every = Assumptions(past_gate=1.0)
    for rate in RATES:
        name = f"{rate:,.0f} posts/s, all past the gate"
        yield plan(name, rate, figures, retention=days, assumed=every)
    stories = Assumptions(articles=1.0)
    name = "Media Cloud: 500,000 stories a day"
    yield plan(name, MEDIA_CLOUD, figures, retention=days, assumed=stories)
    for rate in OSPREY:
        name = f"Osprey: {rate * 86_400 / 1e6:.0f} million events a day"
        yield plan(name, rate, figures, retention=days)


def as_row(made: Plan) -> dict[str, Any]:
    """Return a plan as JSON."""
    late, drain = overload(
        made.rumour["worker CPU"] * made.peak / made.rate,
        made.headroom["worker CPU"] * made.peak / made.rate,
        RUMOUR_SECONDS,
    )
    return {
        "name": made.name,
        "rate": made.rate,
        "peak": made.peak,
        "capacity": made.capacity,
        "design": asdict(made.design),
        "brokers": made.brokers,
        "search_nodes": made.search_nodes,
        "shards_a_month": made.shards_a_month,
        "stores": {name: asdict(store) for name, store in made.stores.items()},
        "breaks": weakest(made.headroom),
        "breaks_in_a_rumour": weakest(made.rumour),
        "rumour_late_seconds": late,
        "rumour_drain_seconds": None if drain == float("inf") else drain,
        "core_hours": made.core_hours,
        "dollars_a_month": made.dollars_a_month,
    }


def checks(
    figures: Figures, run: Mapping[str, Any], cores: int
) -> list[dict[str, Any]]:
    """Simulate what was measured on this machine; return both, a row each."""
    bare = replace(figures, overhead=1.0, indexer_overhead=1.0)
    rows = []
    for measured in run.get("throughput", []):
        share = measured["past_gate"]
        count = measured["posts"]
        design = here(figures, measured, others(measured), cores)
        at_once = (Phase(seconds=count / 5000, rate=5000.0),)
        seen = Line(design, traffic_here(bare, share, at_once)).run()
        rows.append(
            {
                "what": "posts/s searchable",
                "workers": measured["workers"],
                "past_gate": share,
                "measured": measured["searchable_per_second"],
                "simulated": round(seen.posts / seen.done, 1),
            }
        )
    spent = {row["workers"]: row for row in run.get("throughput", [])[::-1]}
    for measured in run.get("latency", []):
        cost = others(spent[measured["workers"]])
        design = here(figures, measured, cost, cores)
        phases = (Phase(seconds=20.0, rate=measured["posts_per_second"]),)
        seen = Line(design, traffic_here(bare, 0.1, phases)).run()
        rows += [
            {
                "what": f"{name} at {measured['load']:.0%} load (s)",
                "workers": measured["workers"],
                "past_gate": 0.1,
                "measured": measured["searchable"][name],
                "simulated": seen.searchable[name],
            }
            for name in ("p50", "p95")
        ]
    return rows


def others(measured: Mapping[str, Any]) -> float:
    """Return the CPU seconds per post of all but workers and indexers."""
    spent: Mapping[str, float] = measured["cpu_ms"]
    own = ("worker", "indexer")
    return sum(ms for role, ms in spent.items() if role not in own) / 1000


def here(
    figures: Figures, measured: Mapping[str, Any], other: float, cores: int
) -> Design:
    """Return the design of a measured run: four partitions, and few cores for all."""
    return Design(
        partitions=4,
        workers=measured["workers"],
        indexers=1,
        worker_batch=figures.batch_seconds,
        indexer_batch=figures.commit_seconds,
        bulk=figures.bulk_seconds,
        bulk_document=figures.document_seconds,
        cores=cores,
        other_work=other,
    )


def traffic_here(
    figures: Figures, past_gate: float, phases: tuple[Phase, ...]
) -> Traffic:
    """Return the traffic of a measured run."""
    classes = shared_out(figures, Assumptions(past_gate=past_gate))
    return Traffic(classes=tuple(kind for kind in classes if kind.share), phases=phases)


def runs_of(plans_made: Sequence[Plan], quick: bool) -> Iterator[dict[str, Any]]:  # noqa: FBT001 - a flag of the command
    """Simulate the first plans, which are our rates."""
    for made in plans_made[: len(RATES)]:
        for scenario in SCENARIOS[:2] if quick else SCENARIOS:
            seen = simulate(made, scenario)
            row = {"plan": made.name, "scenario": scenario.name, **asdict(seen)}
            print(f"  {row}", flush=True)
            yield row


def main() -> None:
    """Plan, simulate, compare, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two scenarios only")
    parser.add_argument("--out", type=Path, default=FOLDER / "model.json")
    given = parser.parse_args()
    services, runs = read("services.json"), read("engines.json")
    figures = figures_of(services, read("stores.json"), runs)
    made = list(plans(figures))
    report: dict[str, Any] = {
        "figures": asdict(figures),
        "assumptions": asdict(Assumptions()),
        "prices": asdict(Prices()),
        "retention": asdict(retention()),
        "batch": BATCH,
        "plans": [as_row(one) for one in made],
        "runs": list(runs_of(made, given.quick)),
        "checks": {
            name: checks(figures, runs[name], services["machine"]["cores"])
            for name in ("embedded", "engines")
            if name in runs
        },
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for row in (*report["plans"], *report["checks"].items()):
        print(f"  {row}")


if __name__ == "__main__":
    main()
