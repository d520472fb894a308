"""How large the line must be for a rate: pure arithmetic over measured figures.

What is measured comes in as `Figures`; what is assumed stands in `Assumptions` and
`Prices`, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from benchmarks.scale_line import Design
from benchmarks.scale_traffic import PostClass, mean_work

DAY = 86_400
YEAR = 365

BATCH = 64
"""Records of a full batch, as `batch_size` has it by default."""

HOURS = (
    0.35, 0.2, 0.15, 0.15, 0.25, 0.5, 0.85, 1.1, 1.3, 1.35, 1.4, 1.35,
    1.2, 1.1, 1.15, 1.2, 1.25, 1.25, 1.3, 1.55, 1.7, 1.6, 1.1, 0.65,
)  # fmt: skip
"""Rate of each hour over the day's mean. Assumed: two humps, at work and at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """ASSUMPTIONS in US dollars; put your own contract's figures here."""

    core_hour: float = 0.04
    ssd_gb_month: float = 0.10
    object_gb_month: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What no measurement here can tell."""

    articles: float = 0.1
    """Share of articles; the rest are comments and short posts."""

    past_gate: float = 0.1
    flagged: float = 0.05
    """Share of posts past the gate that are flagged, and so kept longer."""

    comments_per_capture: float = 20.0
    """Comments that lie in one captured answer of a site."""

    busiest: float = 0.7
    """Load of workers and indexers in the busiest hour; more leaves no room to catch
    up after a fault, less is idle money."""

    log_copies: int = 3
    search_copies: int = 2
    broker_megabytes_per_second: float = 50.0
    """Sustained by one broker, copies included: a plain SSD and 1 Gbit/s."""

    broker_cores: int = 4
    search_node_cores: int = 8
    search_node_load: float = 0.5
    """Share of a search node's cores that writing may take; the rest is for people."""

    search_node_gigabytes: float = 2000.0
    shard_gigabytes: float = 30.0
    partitions_per_worker: int = 2
    """Room to double the workers without a new topic."""

    smallest_cluster: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days, from the profile."""

    log: float
    stopped: float
    passed_comment: float
    passed_article: float
    flagged: float
    evidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBytes:
    """Bytes of one post of a class, before copies and compression."""

    event: float
    analysis: float
    capture: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured. Seconds and bytes; `packed` is the log's compression."""

    classes: Mapping[str, PostClass]
    weights: Mapping[str, PostBytes]
    packed: float
    overhead: float
    """CPU of a whole worker process over that of the stages by themselves."""

    indexer_overhead: float
    """The same of an indexer."""

    commit_seconds: float
    batch_seconds: float
    """Per batch of a worker beside CPU: lookup of near-copies, flush, commit."""

    bulk_seconds: float
    document_seconds: float
    search_cpu: float
    """CPU seconds of the search engine per document, one copy."""

    log_cpu: float
    """CPU seconds of the brokers per record, written and read."""

    index_bytes: float
    """Of one document, one copy."""

    join_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One store's growth in gigabytes, copies included."""

    per_day: float
    held: float
    """With the profile's retention."""

    per_year: float
    """Were everything of a year kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A size of the line for a rate."""

    name: str
    rate: float
    peak: float
    classes: tuple[PostClass, ...]
    design: Design
    brokers: int
    search_nodes: int
    shards_a_month: int
    stores: Mapping[str, Store]
    headroom: Mapping[str, float]
    """Resource → how many times the busiest hour it carries."""

    rumour: Mapping[str, float]
    """The same, when only the posts about the province grow."""

    core_hours: float
    """A day."""

    dollars_a_month: float

    @property
    def capacity(self) -> float:
        """Posts a second that the workers carry at most."""
        return self.peak * self.headroom["worker CPU"]


def shared_out(figures: Figures, assumed: Assumptions) -> tuple[PostClass, ...]:
    """Return the classes with their shares, and with the cost of a whole process."""
    made = []
    for kind in figures.classes.values():
        article = kind.name.startswith("article")
        share = assumed.articles if article else 1 - assumed.articles
        share *= assumed.past_gate if kind.passes else 1 - assumed.past_gate
        costs = tuple(q * figures.overhead for q in kind.worker_quantiles)
        indexer = kind.indexer * figures.indexer_overhead
        made.append(replace(kind, share=share, worker_quantiles=costs, indexer=indexer))
    return tuple(made)


def plan(
    name: str,
    rate: float,
    figures: Figures,
    *,
    retention: Retention,
    assumed: Assumptions | None = None,
    prices: Prices | None = None,
) -> Plan:
    """Size the line for `rate` posts a second in the day's mean."""
    assumed, prices = assumed or Assumptions(), prices or Prices()
    classes = shared_out(figures, assumed)
    peak = rate * max(HOURS)
    needs = demand(classes, figures, assumed)
    stores = storage(rate, classes, figures, retention, assumed)
    workers = at_least(1, peak * needs["worker CPU"] / assumed.busiest)
    indexers = at_least(1, peak * needs["indexer CPU"] / assumed.busiest)
    brokers = at_least(
        assumed.smallest_cluster,
        peak * needs["broker disks and network"] / assumed.busiest,
        peak * needs["broker CPU"] / assumed.busiest,
    )
    nodes = at_least(
        assumed.smallest_cluster,
        peak * needs["search CPU"],
        stores["search index"].held / assumed.search_node_gigabytes / assumed.busiest,
    )
    have = {
        "worker CPU": workers,
        "indexer CPU": indexers,
        "broker CPU": brokers,
        "broker disks and network": brokers,
        "search CPU": nodes,
    }
    design = Design(
        partitions=workers * assumed.partitions_per_worker,
        workers=workers,
        indexers=indexers,
        worker_batch=figures.batch_seconds,
        indexer_batch=figures.commit_seconds,
        bulk=figures.bulk_seconds,
        bulk_document=figures.document_seconds,
        search_slots=max(indexers, round(nodes * assumed.search_node_cores / 2)),
        rebalance=figures.join_seconds,
    )
    growing = demand(rumoured(classes, 10), figures, assumed)
    cores = (
        workers
        + indexers
        + brokers * assumed.broker_cores
        + nodes * assumed.search_node_cores
    )
    month = stores["search index"].per_day / assumed.search_copies * 30
    return Plan(
        name=name,
        rate=rate,
        peak=peak,
        classes=classes,
        design=design,
        brokers=brokers,
        search_nodes=nodes,
        shards_a_month=at_least(1, month / assumed.shard_gigabytes),
        stores=stores,
        headroom=room(have, needs, peak)
        | {
            # A rumour of hours adds nothing to speak of to months of documents.
            "search disks": nodes
            * assumed.search_node_gigabytes
            / stores["search index"].held
        },
        rumour=room(have, growing, peak),
        core_hours=cores * 24.0,
        dollars_a_month=cores * 24 * 30 * prices.core_hour
        + sum(store.held * gigabyte(what, prices) for what, store in stores.items()),
    )


def room(
    have: Mapping[str, float], needs: Mapping[str, float], rate: float
) -> dict[str, float]:
    """Return how many times `rate` each resource carries; without those not used."""
    return {what: have[what] / (rate * needs[what]) for what in have if needs[what]}


def at_least(least: int, *needed: float) -> int:
    """Return the largest of the needs, rounded up."""
    return max(least, *(ceil(need) for need in needed))


def gigabyte(store: str, prices: Prices) -> float:
    """Return the price of a gigabyte and month; captures are seldom read."""
    return prices.object_gb_month if store == "evidence" else prices.ssd_gb_month


def demand(
    classes: tuple[PostClass, ...], figures: Figures, assumed: Assumptions
) -> dict[str, float]:
    """Return what one post of the stream takes of each resource.

    Workers and indexers in processes, brokers and search in nodes; per post and
    second. Shares of the classes may add up to more than 1 during a rumour.
    """
    whole = sum(kind.share for kind in classes)
    indexed = sum(kind.share * kind.indexed for kind in classes)
    indexing = sum(kind.share * kind.indexer for kind in classes)
    bulks = (figures.bulk_seconds + figures.commit_seconds) / BATCH
    written = sum(
        kind.share
        * (figures.weights[kind.name].event + figures.weights[kind.name].analysis)
        for kind in classes
    )
    node = assumed.search_node_cores * assumed.search_node_load
    return {
        "worker CPU": whole * (mean_work(classes) + figures.batch_seconds / BATCH),
        "indexer CPU": indexing + whole * bulks + indexed * figures.document_seconds,
        "broker CPU": whole * 2 * figures.log_cpu / assumed.broker_cores,
        "broker disks and network": written
        * figures.packed
        * assumed.log_copies
        / (assumed.broker_megabytes_per_second * 1e6),
        "search CPU": indexed * figures.search_cpu * assumed.search_copies / node,
    }


def rumoured(classes: tuple[PostClass, ...], factor: float) -> tuple[PostClass, ...]:
    """Return the classes while posts about the province are `factor` times as many."""
    return tuple(
        replace(kind, share=kind.share * factor) if kind.passes else kind
        for kind in classes
    )


def storage(
    rate: float,
    classes: tuple[PostClass, ...],
    figures: Figures,
    retention: Retention,
    assumed: Assumptions,
) -> dict[str, Store]:
    """Return the growth of each store."""
    days = {
        "log: posts": {k.name: retention.log for k in classes},
        "log: analyses": {k.name: kept(k, retention, assumed) for k in classes},
        "search index": {k.name: kept(k, retention, assumed) for k in classes},
        "evidence": {
            k.name: retention.evidence if k.passes else retention.stopped
            for k in classes
        },
    }
    copies = {"evidence": 1.0, "search index": float(assumed.search_copies)}
    stores = {}
    for store, held in days.items():
        each = {
            kind.name: rate
            * DAY
            * kind.share
            * bytes_of(store, kind, figures, assumed)
            * copies.get(store, assumed.log_copies * figures.packed)
            / 1e9
            for kind in classes
        }
        per_day = sum(each.values())
        stores[store] = Store(
            per_day=per_day,
            held=sum(size * held[name] for name, size in each.items()),
            per_year=per_day * YEAR,
        )
    return stores


def bytes_of(
    store: str, kind: PostClass, figures: Figures, assumed: Assumptions
) -> float:
    """Return what a post of a class weighs in a store, before copies."""
    weight = figures.weights[kind.name]
    if store == "log: posts":
        return weight.event
    if store == "log: analyses":
        return weight.analysis
    if store == "search index":
        return figures.index_bytes * kind.indexed
    if kind.name.startswith("article"):
        return weight.capture
    return weight.capture / assumed.comments_per_capture


def kept(kind: PostClass, retention: Retention, assumed: Assumptions) -> float:
    """Return the mean days that a post of a class is kept."""
    if not kind.passes:
        return retention.stopped
    if kind.name.startswith("article"):
        return retention.passed_article
    plain = retention.passed_comment * (1 - assumed.flagged)
    return plain + retention.flagged * assumed.flagged


def weakest(headroom: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return resources with their headroom, the first to break first."""
    return sorted(headroom.items(), key=lambda item: item[1])


def overload(rumour: float, headroom: float, seconds: float) -> tuple[float, float]:
    """Return how late the last post of an overload is, and how long it is felt after.

    `rumour` is capacity over the load meanwhile, `headroom` that over the load
    afterwards. Nothing is late while the capacity suffices; infinite where nothing is
    left to catch up with.
    """
    late = max(0.0, (1 / rumour - 1) * seconds)
    if late and headroom <= 1:
        return late, float("inf")
    return late, late / (1 - 1 / headroom) if late else 0.0
