"""Figures of the scheduled jobs, for Prometheus."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from jobs.drift import Measure, Shift
from jobs.health_facts import HealthRow, Lag, SourceFacts, State

MOST_SOURCES = 300
"""Sources with figures of their own. Each has eight series; what has more sources than
this is watched by the sums alone, or Prometheus' memory grows with them."""


class JobMetrics:
    """Counts runs; one instance per process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = Counter(
            "minhtin_job_runs_total",
            "Runs of scheduled jobs",
            ["job", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "minhtin_job_seconds", "Time per run", ["job"], registry=registry
        )
        self._success = Gauge(
            "minhtin_job_last_success_timestamp_seconds",
            "When a job last ended well",
            ["job"],
            registry=registry,
        )

    def ran(self, job: str, outcome: str, seconds: float, at: float) -> None:
        """Count a run that ended at the Unix time `at`."""
        self._runs.labels(job, outcome).inc()
        self._seconds.labels(job).observe(seconds)
        if outcome == "done":
            self._success.labels(job).set(at)


class SourceMetrics:
    """Shows how sources are; one instance per process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"minhtin_source_{name}", text, labels, registry=registry)

        self._count = Gauge(
            "minhtin_sources", "Enabled sources by state", ["state"], registry=registry
        )
        self._state = gauge("state", "0 well, 1 warning, 2 bad, 3 unknown", "source")
        self._success = gauge(
            "last_success_timestamp_seconds", "When it was last seen", "source"
        )
        self._new = gauge("new_posts_24h", "New posts of 24 hours", "source")
        self._usual = gauge("usual_posts_24h", "New posts of a like day", "source")
        self._errors = gauge("errors_24h", "Failures of 24 hours", "source")
        self._lag = gauge(
            "lag_seconds", "From publication to analysis", "source", "quantile"
        )

    def show(self, sources: Sequence[SourceFacts], rows: Sequence[HealthRow]) -> None:
        """Show the present sources; those that are no longer there are dropped."""
        states = {row.name.removeprefix("source."): row.state for row in rows}
        for state in State:
            known = [states.get(source.id) for source in sources]
            self._count.labels(state.value).set(known.count(state))
        for each in (self._state, self._success, self._new, self._usual):
            each.clear()
        self._errors.clear()
        self._lag.clear()
        for source in sources[:MOST_SOURCES]:
            self._show(source, states.get(source.id, State.UNKNOWN))

    def _show(self, source: SourceFacts, state: State) -> None:
        self._state.labels(source.id).set(list(State).index(state))
        self._errors.labels(source.id).set(source.day.failures)
        # What is unknown has no series: a zero would look like calm.
        if source.last_success is not None:
            self._success.labels(source.id).set(source.last_success.timestamp())
        if source.today is not None:
            self._new.labels(source.id).set(source.today)
        if source.usual is not None:
            self._usual.labels(source.id).set(source.usual.median)
        if source.lag is not None:
            self._show_lag(source.id, source.lag)

    def _show_lag(self, source: str, lag: Lag) -> None:
        self._lag.labels(source, "0.5").set(lag.p50.total_seconds())
        self._lag.labels(source, "0.95").set(lag.p95.total_seconds())


class DriftMetrics:
    """Shows how far the last whole week lies from those before; one per process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._moved = Gauge(
            "minhtin_drift_moved", "Distributions that have moved", registry=registry
        )
        self._scores = Gauge(
            "minhtin_drift_stability_index",
            "Population stability index of a label's scores",
            ["label"],
            registry=registry,
        )
        self._unknown = Gauge(
            "minhtin_drift_unknown_words_ratio",
            "Share of words that the model has never seen",
            ["weeks"],
            registry=registry,
        )

    def show(self, shifts: Sequence[Shift]) -> None:
        """Show the comparisons; of too few posts there is no series."""
        self._moved.set(sum(shift.moved for shift in shifts))
        self._scores.clear()
        self._unknown.clear()
        for shift in shifts:
            if shift.value is None:
                continue
            if shift.measure is Measure.SCORES:
                self._scores.labels(shift.name).set(shift.value)
            elif shift.measure is Measure.UNKNOWN:
                self._unknown.labels("last").set(shift.now)
                self._unknown.labels("before").set(shift.before)
