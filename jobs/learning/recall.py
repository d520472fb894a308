"""How much of the harm the live model finds, estimated without bias.

What nobody flagged is known from a random sample that reviewers judged among the rest;
what was flagged, from its reviews. Each reviewed post stands for those of its stratum.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from classifier.metrics import Doubles
from domain.analysis import Analysis
from domain.ids import PostId
from domain.labels import About, Harm, Verdict
from domain.review import ReviewState
from eventlog.port import EventLog
from jobs.archive import analysis_of, records
from jobs.learning.kept import read_record
from jobs.learning.registry import ModelRegistry
from jobs.learning.shadow import Verdicts, confirms
from jobs.schedule import Daily, Job, Schedule
from pipeline.keys import post_of_key

FILE = "recall.json"
WINDOW = timedelta(days=28)
"""Posts this young count. Longer follows a change too late, shorter has too few."""

BANDS = (0.6, 0.75, 0.9)
"""Where flagged posts are cut by their highest harm: reviewers take the surest first,
so within a band reviewed and waiting ones are alike. More leaves bands empty."""

DRAWS = 4_000
_HARMS = frozenset(harm.value for harm in Harm)
_ASKED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Posts that are alike, how many of them were reviewed, how many found harmful."""

    posts: int
    reviewed: int
    harmful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The estimate with its 95 % interval, and what it rests on.

    `value` is None while no post of the sample was reviewed.
    """

    model: str
    at: datetime
    since: datetime
    flagged: int
    flagged_reviewed: int
    unflagged: int
    sample_reviewed: int
    sample_harmful: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def estimate(
    flagged: Sequence[Stratum], unflagged: Stratum, *, seed: int = 7
) -> tuple[float, float, float] | None:
    """Return recall, low and high; None while nothing of the sample was reviewed.

    The value weighs each reviewed post by one over its chance of having been reviewed
    (Horvitz and Thompson, chances taken as the share reviewed in its stratum). The
    interval draws each stratum's rate from its posterior under Jeffreys' prior, and
    what was not reviewed from that rate; what was reviewed is known.
    """
    if not unflagged.reviewed or not unflagged.posts:
        return None
    random = np.random.default_rng(seed)
    found = sum((_drawn(one, random) for one in flagged), np.zeros(DRAWS))
    missed = _drawn(unflagged, random)
    recalls = found / np.maximum(found + missed, 1e-9)
    low, high = np.quantile(recalls, [0.025, 0.975]).tolist()
    hits, out = sum(map(_expected, flagged)), _expected(unflagged)
    value = hits / (hits + out) if hits + out else float(np.mean(recalls))
    return value, min(low, value), max(high, value)


def _expected(one: Stratum) -> float:
    if not one.reviewed:
        return one.posts / 2
    return one.posts * one.harmful / one.reviewed


def _drawn(one: Stratum, random: np.random.Generator) -> Doubles:
    rates = random.beta(one.harmful + 0.5, one.reviewed - one.harmful + 0.5, size=DRAWS)
    rest = random.binomial(max(one.posts - one.reviewed, 0), rates)
    return np.asarray(one.harmful + rest, np.float64)


@dataclass(frozen=True, slots=True)
class _Seen:
    band: int
    drawn: bool


def measure(log: EventLog, verdicts: Verdicts, model: str, now: datetime) -> Recall:
    """Read the window's posts as that model judged them, and what people said."""
    since = now - WINDOW
    posts = _posts(log, model, since)
    asked = [post for post, seen in posts.items() if seen.band >= 0 or seen.drawn]
    states = dict(_states(verdicts, asked))
    sizes = Counter(seen.band for seen in posts.values())
    reviewed, harmful = Counter[int](), Counter[int]()
    for post in asked:
        state = states.get(post)
        if state is not None and state.verdict not in {None, Verdict.INSUFFICIENT}:
            reviewed[posts[post].band] += 1
            harmful[posts[post].band] += confirms(state)
    strata = {
        band: Stratum(posts=sizes[band], reviewed=reviewed[band], harmful=harmful[band])
        for band in sizes
    }
    none = Stratum(posts=0, reviewed=0, harmful=0)
    flagged = [one for band, one in strata.items() if band >= 0]
    unflagged = strata.get(_UNFLAGGED, none)
    found = estimate(flagged, unflagged) or (None, None, None)
    return Recall(
        model=model,
        at=now,
        since=since,
        flagged=sum(one.posts for one in flagged),
        flagged_reviewed=sum(one.reviewed for one in flagged),
        unflagged=unflagged.posts,
        sample_reviewed=unflagged.reviewed,
        sample_harmful=unflagged.harmful,
        value=found[0],
        low=found[1],
        high=found[2],
    )


_UNFLAGGED = -1


def _posts(log: EventLog, model: str, since: datetime) -> Mapping[PostId, _Seen]:
    """Return the posts about the province that the model judged since then."""
    posts: dict[PostId, _Seen] = {}
    for record in records(log):
        analysis = analysis_of(record)
        if record.value is None:
            posts.pop(post_of_key(record.key), None)
        if analysis is None or analysis.analysed_at < since:
            continue
        if analysis.about is About.PROVINCE and analysis.judgement.model == model:
            posts[analysis.post.id] = _Seen(_band(analysis), analysis.sampled)
    return posts


def _band(analysis: Analysis) -> int:
    sure = [
        score.probability
        for score in analysis.judgement.labels
        if score.flagged and score.name in _HARMS
    ]
    return sum(max(sure) >= edge for edge in BANDS) if sure else _UNFLAGGED


def _states(
    verdicts: Verdicts, posts: Sequence[PostId]
) -> Iterator[tuple[PostId, ReviewState]]:
    for start in range(0, len(posts), _ASKED):
        yield from verdicts.latest(posts[start : start + _ASKED]).items()


class RecallBook:
    """Keeps the last estimate in a file beside the registry."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._path: Path = registry.root / FILE

    def read(self) -> Recall | None:
        """Return the last estimate, of whichever model it is."""
        return read_record(self._path, Recall)

    def keep(self, found: Recall) -> None:
        """Replace the estimate as a whole."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(found))
        new.replace(self._path)


class RecallJob(Job):
    """Estimates the live model's recall each night."""

    name = "recall"

    def __init__(
        self,
        book: RecallBook,
        log: EventLog,
        verdicts: Verdicts,
        version: Callable[[], str],
        zone: str,
    ) -> None:
        self.schedule = Schedule(when=Daily(zone, hour=3, minute=30))
        self._book = book
        self._log = log
        self._verdicts = verdicts
        self._version = version

    def run(self, now: datetime) -> str:
        found = measure(self._log, self._verdicts, self._version(), now)
        self._book.keep(found)
        if found.value is None:
            return f"{found.unflagged} posts unflagged, none of a sample reviewed"
        return f"recall {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
