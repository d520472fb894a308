"""Service times and sizes of this machine, for the scaling model.

    python -m benchmarks.scale_measure [--posts 256] [--out var/scale/services.json]

Runs the product's worker and indexer, in this process, over posts of one class at a
time (comment or article, past the place gate or stopped by it), and writes CPU
milliseconds per stage and post, with their spread, and bytes. CPU time and not the
wall clock is taken, so that other work on the machine disturbs little.
"""

import argparse
import gzip
import json
import os
import platform
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean, quantiles
from typing import ParamSpec, TypeVar

import psutil

from benchmarks.scale_posts import Mix, PostMaker
from classifier.port import Classifier, Subject
from domain.analysis import Analysis, Judgement
from domain.clock import SystemClock
from domain.events import PostSeen
from domain.labels import PostKind
from domain.post import Post
from domain.profile import Profile
from eventlog.codec import decode_event, encode_event
from eventlog.port import LogTopic, Record
from evidence.adapters.file import FileEvidence
from evidence.port import Capture
from nlp.fingerprint import bands, similarity
from pipeline.indexer import Indexer
from pipeline.runner import Outcome
from pipeline.stages import PASSED, Tools
from pipeline.worker import Worker
from searchindex.port import SearchIndex
from wiring import bootstrap
from wiring.logs import configure_logs
from wiring.profile import load_profile
from wiring.settings import load_settings
from wiring.tools import build_tools

P = ParamSpec("P")
T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "scale" / "services.json"
BATCH = 64
CLASSES = [
    (kind, passes) for kind in ("comment", "article") for passes in (True, False)
]
QUANTILES = 20
PAGES = ROOT.parent / "shared" / "data" / "pages"
"""Pages as outlets serve them; where they lack, the tests' own smaller ones."""


@dataclass(slots=True)
class Stopwatch:
    """CPU nanoseconds per call of each stage."""

    calls: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def timed(self, stage: str, act: Callable[P, T]) -> Callable[P, T]:
        """Return `act` that notes what it costs."""

        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            began = time.process_time_ns()
            try:
                return act(*args, **kwargs)
            finally:
                self.calls[stage].append(time.process_time_ns() - began)

        return run

    def total(self, stage: str) -> int:
        return sum(self.calls[stage])


@dataclass(frozen=True, slots=True)
class TimedClassifier(Classifier):
    """A classifier that notes what it costs."""

    inner: Classifier
    watch: Stopwatch

    @property
    def version(self) -> str:
        return self.inner.version

    def judge(
        self, subjects: Sequence[Subject], *, explain: bool = True
    ) -> list[Judgement]:
        judge = self.watch.timed("classify", self.inner.judge)
        return list(judge(subjects, explain=explain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one class of posts costs and weighs."""

    kind: str
    passes: bool
    posts: int
    stages_ms: dict[str, float]
    worker_ms: float
    worker_quantiles_ms: list[float]
    indexer_ms: float
    event_bytes: float
    analysis_bytes: float
    evidence_bytes: float
    indexed_share: float

    @property
    def name(self) -> str:
        """As in the tables: `comment, past the gate`."""
        return class_name(self.kind, passes=self.passes)


def class_name(kind: str, *, passes: bool) -> str:
    """Name a class of posts."""
    return f"{kind}, {'past the gate' if passes else 'stopped'}"


def timed_tools(tools: Tools, watch: Stopwatch) -> Tools:
    """Return the cascade's functions, each noting what it costs."""
    return replace(
        tools,
        gate=watch.timed("gate", tools.gate),
        language=watch.timed("language", tools.language),
        normalise=watch.timed("normalise", tools.normalise),
        fingerprint=watch.timed("fingerprint", tools.fingerprint),
        segment=watch.timed("segment", tools.segment),
        entities=watch.timed("entities", tools.entities),
        personal_data=watch.timed("personal_data", tools.personal_data),
        classifier=TimedClassifier(tools.classifier, watch),
    )


PER_POST = ("gate", "language", "normalise", "fingerprint", "entities", "personal_data")
BULK = ("segment", "classify")


@dataclass(slots=True)
class Bench:
    """The product's parts, put together once."""

    profile: Profile
    tools: Tools
    index: SearchIndex
    maker: PostMaker

    def worker(self, watch: Stopwatch) -> Worker:
        """Return a worker whose stages note their cost."""
        return Worker(
            tools=timed_tools(self.tools, watch),
            index=self.index.reader(),
            clock=SystemClock(),
            sources=dict,
            bands=bands,
            similarity=similarity,
        )

    def service(self, kind: str, *, passes: bool, count: int) -> Service:
        """Measure one class."""
        watch = Stopwatch()
        records, weights = self._records(kind, passes=passes, count=count)
        worker = self.worker(watch)
        process = watch.timed("whole", worker.process)
        batches = [records[n : n + BATCH] for n in range(0, count, BATCH)]
        outcomes = [process(batch) for batch in batches]
        made = self._analyses(outcomes, kind, passes=passes, count=count)
        index = watch.timed("indexer", Indexer(self.index.writer()).process)
        written = [record for outcome in outcomes for record in as_records(outcome)]
        for n in range(0, count, BATCH):
            index(written[n : n + BATCH])
        spread = per_post(watch, weights)
        return Service(
            kind=kind,
            passes=passes,
            posts=count,
            stages_ms=stages(watch, count),
            worker_ms=round(fmean(spread), 4),
            worker_quantiles_ms=curve(spread),
            indexer_ms=round(watch.total("indexer") / count / 1e6, 4),
            event_bytes=round(fmean(len(r.value or b"") for r in records)),
            analysis_bytes=round(fmean(len(r.value or b"") for r in written)),
            evidence_bytes=round(evidence_bytes(kind, records)),
            indexed_share=round(sum(a.indexed for a in made) / count, 3),
        )

    def _records(
        self, kind: str, *, passes: bool, count: int
    ) -> tuple[list[Record], list[int]]:
        prefix = f"measure-{kind}-{passes}"
        now = SystemClock().now()
        records, weights = [], []
        for number in range(count):
            post = self._fitting(f"{prefix}:{number}", PostKind(kind), passes=passes)
            value = encode_event(PostSeen(post=replace(post, fetched=now)))
            records.append(Record(LogTopic.POSTS, 0, number, post.id, value, now))
            weights.append(len(post.whole_text))
        return records, weights

    def _fitting(self, post_id: str, kind: PostKind, *, passes: bool) -> Post:
        """Return a post that the gate judges as wanted.

        Now and then a text of the corpus names the province by itself.
        """
        while True:
            post = self.maker.one(post_id, kind, passes=passes).post
            place = self.tools.gate(post, inherited=None, source_about="")
            if (place.about in PASSED) == passes:
                return post

    def _analyses(
        self, outcomes: Sequence[Outcome], kind: str, *, passes: bool, count: int
    ) -> list[Analysis]:
        values = [item.value or b"" for o in outcomes for item in o.outgoing]
        made = [event for v in values if isinstance(event := decode_event(v), Analysis)]
        right = sum(a.about.value in {"province", "mention"} for a in made)
        if len(made) != count or abs(right / count - passes) > 0.1:  # noqa: PLR2004 - a tenth may be judged otherwise
            raise RuntimeError(
                f"{kind}: {right} of {len(made)} passed, wanted {passes}"
            )
        return made


def compression(bench: Bench) -> float:
    """Return what is left of the log's batches after compression (gzip here)."""
    made = bench.maker.make(BATCH * 4, Mix(), "packed")
    now = SystemClock().now()
    values = [encode_event(PostSeen(post=replace(m.post, fetched=now))) for m in made]
    batches = [b"".join(values[n : n + BATCH]) for n in range(0, len(values), BATCH)]
    packed = [len(gzip.compress(batch, compresslevel=6)) for batch in batches]
    return round(sum(packed) / sum(map(len, batches)), 3)


def as_records(outcome: Outcome) -> list[Record]:
    """Return what a worker wrote as the indexer reads it."""
    now = SystemClock().now()
    return [
        Record(item.topic, 0, number, item.key, item.value, now)
        for number, item in enumerate(outcome.outgoing)
    ]


def stages(watch: Stopwatch, count: int) -> dict[str, float]:
    """Return CPU milliseconds per post; the rest is decoding, near-copies, encoding."""
    known = {name: watch.total(name) for name in (*PER_POST, *BULK)}
    known["near-copies, codec"] = watch.total("whole") - sum(known.values())
    return {name: round(spent / count / 1e6, 4) for name, spent in known.items()}


def per_post(watch: Stopwatch, weights: Sequence[int]) -> list[float]:
    """Return the CPU milliseconds of each post.

    What is done in bulk is shared out by the length of the texts.
    """
    single = {name: watch.calls[name] for name in PER_POST}
    rest = watch.total("whole") - sum(sum(calls) for calls in single.values())
    everything = sum(weights)
    own = [0] * len(weights)
    for calls in single.values():
        # A stage that only some posts reach is shared out, so that none is mixed up.
        if len(calls) == len(weights):
            own = [mine + call for mine, call in zip(own, calls, strict=True)]
        else:
            rest += sum(calls)
    return [
        (mine + rest * weight / everything) / 1e6
        for mine, weight in zip(own, weights, strict=True)
    ]


def curve(values: Sequence[float]) -> list[float]:
    """Return minimum, twentieths and maximum: enough to draw from."""
    inner = quantiles(values, n=QUANTILES)
    return [round(v, 4) for v in (min(values), *inner, max(values))]


def evidence_bytes(kind: str, records: Sequence[Record]) -> float:
    """Return the bytes on disk of one capture: a page, or a comment's JSON."""
    with tempfile.TemporaryDirectory() as name:
        store = FileEvidence(Path(name))
        for number, body in enumerate(bodies(kind, records)):
            store.put(capture(f"http://bench/{kind}/{number}", body))
        files = [path for path in Path(name).rglob("*") if path.is_file()]
        return sum(path.stat().st_blocks * 512 for path in files) / len(files)


def bodies(kind: str, records: Sequence[Record]) -> list[bytes]:
    """Return what a site would have sent."""
    if kind != PostKind.ARTICLE:
        return [record.value or b"" for record in records[:20]]
    pages = sorted(PAGES.glob("*_article.html.gz"))
    if pages:
        return [gzip.decompress(page.read_bytes()) for page in pages]
    own = sorted((ROOT / "tests" / "sites").glob("*/page.html"))
    return [page.read_bytes() for page in own]


def capture(url: str, body: bytes) -> Capture:
    """Return an exchange with ordinary headers."""
    return Capture(
        url=url,
        fetched=SystemClock().now(),
        status=200,
        request_headers=(("User-Agent", "bench"), ("Accept", "text/html")),
        response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
    )


def machine() -> dict[str, object]:
    """Describe where and under what load this was measured."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [
            line.split(":", 1)[1] for line in lines if line.startswith("model name")
        ]
        model = names[0].strip() if names else ""
    return {
        "at": SystemClock().now().isoformat(timespec="seconds"),
        "cpu": model or platform.machine(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def measure(count: int) -> dict[str, object]:
    """Measure every class on embedded stores."""
    configure_logs("ERROR")
    with tempfile.TemporaryDirectory() as name:
        settings = load_settings({}, home=Path(name))
        profile = load_profile(settings.profile, settings.profiles_dir)
        index = bootstrap.build_index(settings)
        tools = build_tools(profile, bootstrap.build_classifier(settings))
        bench = Bench(profile, tools, index, PostMaker(profile.full_name))
        warm_up = max(8, count // 8)
        bench.service("comment", passes=True, count=warm_up)
        found = [
            bench.service(
                kind, passes=passes, count=count if kind == "comment" else count // 2
            )
            for kind, passes in CLASSES
        ]
        packed = compression(bench)
        index.close()
    return {
        "machine": machine(),
        "batch": BATCH,
        "packed": packed,
        "services": [asdict(service) for service in found],
    }


def main() -> None:
    """Measure, write the JSON and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=256)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    report = measure(given.posts)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
