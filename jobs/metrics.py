"""Figures of the scheduled jobs, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
