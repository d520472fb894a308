"""Writes `docs/scaling.md` and the sizing table of `docs/operate.md`.

    python -m benchmarks.scale_report

Every figure comes out of `var/scale/*.json`; nothing is typed. What was not measured
is left out and said to be missing.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any

from benchmarks.scale_measure import ROOT, class_name
from benchmarks.scale_model import read

PAGE = ROOT / "docs" / "scaling.md"
OPERATE = ROOT / "docs" / "operate.md"
BEGIN, END = "<!-- sizing -->", "<!-- sizing: end -->"
OURS = 3
"""The first plans are the rates of the simulation."""

QUIET = 1.5
"""Load average up to which one measuring process had the machine to itself."""

Row = Mapping[str, Any]


def said(text: str) -> list[str]:
    """Return a paragraph in lines of a page."""
    return fill(text, 88, break_long_words=False, break_on_hyphens=False).split("\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table; figures stand right."""
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|")
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return [*lines, ""]


def number(value: float | None) -> str:
    """Return a figure with about three digits that mean something."""
    if value is None:
        return "–"
    if value >= 100:  # noqa: PLR2004 - from here on no decimals
        return f"{value:,.0f}"
    if value >= 10:  # noqa: PLR2004 - one decimal
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3g}"  # noqa: PLR2004 - two


def size(gigabytes: float) -> str:
    """Return gigabytes in the unit that people say."""
    for unit, factor in (("PB", 1e6), ("TB", 1e3), ("GB", 1.0)):
        if gigabytes >= factor:
            return f"{number(gigabytes / factor)} {unit}"
    return f"{number(gigabytes * 1000)} MB"


def machine_line(machine: Row) -> str:
    """Describe the machine."""
    return (
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']} GB, "
        f"Python {machine['python']}, at {machine['at']}, load average "
        f"{machine['load_average']} when done"
    )


def introduction(services: Row, runs: Row) -> Iterator[str]:
    """Say what was measured where."""
    yield "# How far it scales"
    yield ""
    yield from said(
        "Written by `make bench-engines`; do not edit. The command measures on "
        "the machine it runs on, simulates larger lines from those figures, and "
        "writes this page. Rates depend on what else the machine does: compare "
        "within one table only. CPU per post is what carries over to other "
        "machines."
    )
    yield ""
    yield f"- Stages: {machine_line(services['machine'])}."
    for name in ("embedded", "engines"):
        if name in runs:
            yield f"- {runs[name]['name']}: {machine_line(runs[name]['machine'])}."
    if services["machine"]["load_average"] > QUIET:
        yield from said(
            "- **The machine was busy with other work**: rates are too low, latencies "
            "too long, and more processes take a larger share from the neighbours, "
            "so that ratios look better than they are. Run it again when it is quiet."
        )
    if "engines" not in runs:
        yield "- **The engines did not run**: the tables hold embedded stores only."
    yield ""


def stages(services: Row) -> Iterator[str]:
    """Show what a post costs."""
    rows = services["services"]
    ours, theirs = (
        next(r for r in rows if r["kind"] == "article" and r["passes"] is passes)
        for passes in (True, False)
    )
    entities = ours["stages_ms"]["entities"] / ours["worker_ms"]
    cheaper = theirs["worker_ms"] / ours["worker_ms"]
    yield "## What a post costs a worker"
    yield ""
    yield from said(
        "CPU milliseconds per post and stage of one process by itself. An article "
        f"that the place gate stops costs {cheaper:.1%} of one that passes. Of one "
        f"that passes, {entities:.0%} goes into finding entities: the first stage to "
        "make faster."
    )
    yield ""
    names = list(rows[0]["stages_ms"])
    heads = [class_name(r["kind"], passes=r["passes"]) for r in rows]
    body = [[n, *(number(r["stages_ms"][n]) for r in rows)] for n in names]
    body.append(["**together**", *(f"**{number(r['worker_ms'])}**" for r in rows)])
    body.append(["indexer", *(number(r["indexer_ms"]) for r in rows)])
    for label, key in (
        ("bytes in `posts`", "event_bytes"),
        ("bytes in `analyses`", "analysis_bytes"),
        ("bytes of a capture", "evidence_bytes"),
    ):
        body.append([label, *(f"{r[key]:,.0f}" for r in rows)])
    yield from table(["stage", *heads], body)


def throughput(runs: Row) -> Iterator[str]:
    """Show how fast backlogs went through."""
    yield "## Measured here: throughput"
    yield ""
    yield from said(
        "Real processes of the `minhtin` command, 4 partitions, one indexer; a "
        "backlog is written and timed until all is analysed, and until all is "
        "searchable. «Ratio» is to one worker on the same stores. Producer, "
        "brokers and search engine use the same cores as the workers, so **more "
        "workers than cores cannot scale here**: they only fill the time in which "
        "others wait for a store. The ratios say nothing of larger machines."
    )
    yield ""
    for share in (0.1, 1.0):
        yield f"{share:.0%} of the posts pass the gate, 10 % are articles:"
        yield ""
        yield from table(
            [
                "stores",
                "workers",
                "analysed/s",
                "searchable/s",
                "ratio",
                "CPU ms per post",
                "load average",
            ],
            throughput_rows(runs, share),
        )


def throughput_rows(runs: Row, share: float) -> Iterator[list[object]]:
    """Yield the rows of one share past the gate."""
    for run in every(runs):
        rows = [r for r in run["throughput"] if r["past_gate"] == share]
        for row in rows:
            costs = (f"{k} {number(v)}" for k, v in row["cpu_ms"].items())
            ratio = row["searchable_per_second"] / rows[0]["searchable_per_second"]
            yield [
                run["name"],
                row["workers"],
                number(row["analysed_per_second"]),
                number(row["searchable_per_second"]),
                f"{ratio:.2f}",
                ", ".join(costs),
                row["load_average"],
            ]


def every(runs: Row) -> Iterator[Row]:
    """Yield the embedded run, then that on engines."""
    for name in ("embedded", "engines"):
        if name in runs:
            yield runs[name]


def latency(runs: Row) -> Iterator[str]:
    """Show produce → searchable."""
    yield "## Measured here: from produced to searchable"
    yield ""
    yield from said(
        "Posts come one by one (Poisson) at a share of the rate just drained; "
        "full is 95 %, since a queue at the whole of its capacity grows for ever. "
        "A post is searchable when a search finds it; looked for every 50 ms. "
        "Seconds."
    )
    yield ""
    head = ["stores", "workers", "load", "posts/s", "p50", "p95", "longest", "missing"]
    yield from table(
        head,
        (
            [
                run["name"],
                row["workers"],
                f"{row['load']:.0%}",
                number(row["posts_per_second"]),
                *(number(row["searchable"].get(n)) for n in ("p50", "p95", "longest")),
                f"{row['missing']} of {row['watched']}",
            ]
            for run in every(runs)
            for row in run["latency"]
        ),
    )


def take_over(runs: Row) -> Iterator[str]:
    """Show rebalancing."""
    yield "## Measured here: workers that come and go"
    yield ""
    yield from said(
        "Under 30 % load. «All partitions»: from the event until each was read "
        "beyond where it stood (for joining, from when the new worker had loaded "
        "its models). «Longest wait»: of any post, for its analysis. A killed "
        "worker's session ends after 10 s here; `MINHTIN_LEASE_SECONDS` is 30 by "
        "default."
    )
    yield ""
    yield from table(
        ["stores", "a worker …", "all partitions (s)", "longest wait (s)", "twice"],
        (
            [
                run["name"],
                row["event"],
                number(row["progress_seconds"]),
                number(row["longest_wait"]),
                row["analysed_twice"],
            ]
            for run in every(runs)
            for row in run["take_over"]
        ),
    )


def stores_part(stores: Row) -> Iterator[str]:
    """Show log and search by themselves."""
    measured = [stores[name] for name in ("embedded", "engines") if name in stores]
    yield "## Measured here: log and search by themselves"
    yield ""
    yield from said(
        "One process. Milliseconds are p50 / p95; a flush of 64 is a worker's batch."
    )
    yield ""
    logs = [one["log"] for one in measured]
    yield from table(
        ["log", *(row["store"] for row in logs)],
        [
            ["append, records/s", *(number(r["append_per_second"]) for r in logs)],
            ["append, MB/s", *(number(r["append_megabytes_per_second"]) for r in logs)],
            ["read, records/s", *(number(r["read_per_second"]) for r in logs)],
            ["read in a group", *(number(r["group_read_per_second"]) for r in logs)],
            ["flush of 64, ms", *(pair(r["flush_64_ms"]) for r in logs)],
            ["commit, ms", *(pair(r["commit_ms"]) for r in logs)],
        ],
    )
    found = [one["search"] for one in measured]
    asked = [{q["name"]: q for q in row["questions"]} for row in found]
    yield from table(
        ["search", *(row["store"] for row in found)],
        [
            ["documents", *(f"{row['documents']:,}" for row in found)],
            ["megabytes", *(number(row["megabytes"]) for row in found)],
            ["written, posts/s", *(number(r["written_per_second"]) for r in found)],
            ["flush of 8, ms", *(pair(row["flush_8_ms"]) for row in found)],
            ["flush of 64, ms", *(pair(row["flush_64_ms"]) for row in found)],
            *(
                [
                    name,
                    *(pair((rows[name]["p50"], rows[name]["p95"])) for rows in asked),
                ]
                for name in asked[0]
            ),
        ],
    )


def pair(values: Sequence[float]) -> str:
    """Return p50 / p95."""
    return " / ".join(number(value) for value in values)


def checks(model: Row) -> Iterator[str]:
    """Show the simulation beside what was measured."""
    figures = model["figures"]
    yield "## The simulation beside what was measured"
    yield ""
    yield from said(
        "`benchmarks/scale_line.py` simulates the line with SimPy. Fed with the "
        "stages' costs, it is held against the runs above, on as many cores as "
        "this machine has. It knows nothing of caches, of neighbours on the "
        "machine, or of what a process costs beside its stages. The plans below "
        "therefore take the measured cost of whole processes: "
        f"{figures['overhead']:.2f} times the stages for a worker, "
        f"{figures['indexer_overhead']:.2f} times for an indexer. In the tests the "
        "simulation agrees with Pollaczek and Khinchine, with M/G/c and with "
        "Little's law."
    )
    yield ""
    for name, rows in model["checks"].items():
        yield f"{name.capitalize()}:"
        yield ""
        yield from table(
            [
                "",
                "workers",
                "past the gate",
                "measured",
                "simulated",
                "simulated/measured",
            ],
            (
                [
                    row["what"],
                    row["workers"],
                    f"{row['past_gate']:.0%}",
                    number(row["measured"]),
                    number(row["simulated"]),
                    f"{row['simulated'] / row['measured']:.2f}",
                ]
                for row in rows
            ),
        )


def sizing(plans: Sequence[Row]) -> list[str]:
    """Return the sizing table."""
    return table(
        [
            "posts a second (day's mean)",
            "workers (cores)",
            "partitions",
            "indexers",
            "brokers",
            "search nodes",
            "new shards a month",
            "disk held",
            "USD a month",
        ],
        (
            [
                row["name"],
                f"{row['design']['workers']:,}",
                f"{row['design']['partitions']:,}",
                row["design"]["indexers"],
                row["brokers"],
                f"{row['search_nodes']:,}",
                f"{row['shards_a_month']:,}",
                size(sum(store["held"] for store in row["stores"].values())),
                number(row["dollars_a_month"]),
            ]
            for row in plans
        ),
    )


def planned(model: Row) -> Iterator[str]:
    """Show the plans."""
    assumed, prices = model["assumptions"], model["prices"]
    yield "## Planned: a thousand to fifty thousand posts a second"
    yield ""
    yield from said(
        "Arithmetic over the figures above (`benchmarks/scale_plan.py`). Sized "
        f"for the busiest hour at a load of {assumed['busiest']:.0%}. **Assumed**, "
        f"not measured: {assumed['articles']:.0%} articles, "
        f"{assumed['past_gate']:.0%} past the gate, {assumed['flagged']:.0%} of "
        f"those flagged; {assumed['log_copies']} copies of the log and "
        f"{assumed['search_copies']} of the index; brokers of "
        f"{assumed['broker_cores']} cores that sustain "
        f"{assumed['broker_megabytes_per_second']:.0f} MB/s; search nodes of "
        f"{assumed['search_node_cores']} cores and "
        f"{size(assumed['search_node_gigabytes'])}; prices of "
        f"{prices['core_hour']} USD per core-hour, {prices['ssd_gb_month']} per "
        f"GB-month on SSD and {prices['object_gb_month']} in an object store: put "
        "in your own. Cores of these plans are cores like this machine's. "
        "Deciding posts by people and fetching them are not in it."
    )
    yield ""
    yield from sizing(model["plans"])
    yield from said(
        "Media Cloud's and Osprey's lines are those projects' published daily "
        "volumes put through this design; they say how large that is, not how "
        "those work."
    )
    yield ""
    yield from broken(model)
    yield from storage(model)


def broken(model: Row) -> Iterator[str]:
    """Show what gives way."""
    yield "### What breaks first, and then"
    yield ""
    yield from said(
        "How many times the busiest hour each part carries, the weakest first: "
        "when the whole stream grows, and when only posts about the province "
        "grow, tenfold (a rumour; below 1 a backlog grows). Search CPU holds "
        "near-copy lookups and one refresh per flush of an indexer."
    )
    yield ""
    yield from table(
        ["", "the stream grows", "a tenfold rumour", "an hour of it, in a mean hour"],
        (
            [
                row["name"],
                ranked(row["breaks"][:3]),
                ranked(row["breaks_in_a_rumour"][:3]),
                rumour(row),
            ]
            for row in model["plans"][:OURS]
        ),
    )
    yield from said(
        "Not counted above and not measured here: a topic's partitions bound the "
        "workers of a group, and can only be raised by making the topic anew; "
        "past a few thousand shards a search cluster's own bookkeeping grows "
        "heavy, so that months should become several clusters; the group's "
        "members are known to one broker, which a thousand workers keep busy at "
        "every change."
    )
    yield ""


def ranked(parts: Sequence[Sequence[Any]]) -> str:
    """Return the weakest parts."""
    return ", then ".join(f"{name} ×{number(factor)}" for name, factor in parts)


def rumour(row: Row) -> str:
    """Say what an hour of rumour does."""
    late, drain = row["rumour_late_seconds"], row["rumour_drain_seconds"]
    if not late:
        return "carried"
    after = "for good" if drain is None else f"for {number(drain / 3600)} h after"
    return f"posts up to {number(late / 3600)} h late, felt {after}"


def storage(model: Row) -> Iterator[str]:
    """Show the growth of each store."""
    kept = model["retention"]
    yield "### Storage"
    yield ""
    yield from said(
        "Copies and compression included: a day's growth, what is held with the "
        f"profile's retention (days: log {kept['log']}, stopped posts "
        f"{kept['stopped']}, comments {kept['passed_comment']}, flagged "
        f"{kept['flagged']}, press {kept['passed_article']}, evidence "
        f"{kept['evidence']}), and what a year would be if all of it were kept."
    )
    yield ""
    stores = list(model["plans"][0]["stores"])
    yield from table(
        ["a day / held / a whole year", *stores],
        (
            [row["name"], *(growth(row["stores"][name]) for name in stores)]
            for row in model["plans"]
        ),
    )


def growth(store: Row) -> str:
    """Return the three figures of a store."""
    return " / ".join(size(store[name]) for name in ("per_day", "held", "per_year"))


def simulated(model: Row) -> Iterator[str]:
    """Show the simulated latencies."""
    yield "## Simulated: from produced to searchable"
    yield ""
    yield from said(
        "Seconds. Shares are of what the workers carry at most; killed workers "
        "come back after a minute and their lease is 30 s. A slice of the larger "
        "lines is simulated. A minute's tenfold rumour grows the posts about the "
        "province only."
    )
    yield ""
    yield from table(
        ["", "", "p50", "p95", "p99", "longest", "worker load", "twice"],
        (
            [
                row["plan"],
                row["scenario"],
                *(
                    number(row["searchable"][n])
                    for n in ("p50", "p95", "p99", "longest")
                ),
                f"{min(1.0, row['worker_load']):.0%}",
                row["twice"],
            ]
            for row in model["runs"]
        ),
    )


def page() -> str:
    """Return the whole page."""
    services, stores = read("services.json"), read("stores.json")
    runs, model = read("engines.json"), read("model.json")
    parts: list[tuple[Callable[..., Iterator[str]], tuple[Row, ...]]] = [
        (introduction, (services, runs)),
        (stages, (services,)),
        (throughput, (runs,)),
        (latency, (runs,)),
        (take_over, (runs,)),
        (stores_part, (stores,)),
        (checks, (model,)),
        (planned, (model,)),
        (simulated, (model,)),
    ]
    lines = [line for make, arguments in parts for line in make(*arguments)]
    return "\n".join(lines).rstrip() + "\n"


def with_sizing(text: str, rows: Sequence[str]) -> str:
    """Return a page with the sizing table between its markers, if it has them."""
    if BEGIN not in text or END not in text:
        return text
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    said = [
        "From [scaling.md](scaling.md), which says what is measured and what assumed.",
        "One office with a few dozen sources: one machine of 2 cores, no engine.",
        "",
    ]
    return before + "\n".join([BEGIN, *said, *rows]).rstrip() + f"\n{END}" + after


def main() -> None:
    """Write both pages, print the first."""
    if not read("model.json"):
        sys.exit("There are no figures yet: run `make bench-engines`.")
    made = page()
    PAGE.write_text(made, encoding="utf-8")
    print(made)
    if OPERATE.exists():
        text = OPERATE.read_text(encoding="utf-8")
        rows = sizing(read("model.json")["plans"])
        OPERATE.write_text(with_sizing(text, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
