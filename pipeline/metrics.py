"""Figures of a step, for Prometheus and for the progress line."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class StepMetrics:
    """Counts what one step did; one instance per step and process."""

    def __init__(self, step: str, registry: CollectorRegistry) -> None:
        self._step = step
        self._records = Counter(
            "minhtin_records_total", "Records processed", ["step"], registry=registry
        )
        self._outcomes = Counter(
            "minhtin_outcomes_total",
            "What became of records",
            ["step", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "minhtin_batch_seconds", "Time per batch", ["step"], registry=registry
        )
        self._waiting = Gauge(
            "minhtin_waiting",
            "1 while a store is out of reach",
            ["step"],
            registry=registry,
        )

    def batch(self, records: int, counts: Mapping[str, int], seconds: float) -> None:
        """Record a committed batch."""
        self._records.labels(self._step).inc(records)
        for outcome, count in counts.items():
            self._outcomes.labels(self._step, outcome).inc(count)
        self._seconds.labels(self._step).observe(seconds)
        self._waiting.labels(self._step).set(0)

    def waiting(self) -> None:
        """Record that a store made the step wait."""
        self._waiting.labels(self._step).set(1)
