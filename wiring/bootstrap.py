"""Builds each port's adapter out of settings: one short builder per port.

The only module that names adapters. They load late, so that a command that needs one
store does not pay for the others.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from casework.service import Casework
from classifier.port import Classifier, Subject
from domain.clock import Clock, SystemClock
from domain.errors import ConfigurationError
from domain.ids import Digest
from domain.post import Post
from domain.profile import Profile, SourceSpec
from eventlog.port import EventLog
from evidence.port import EvidenceStore
from jobs.drift_job import DriftJob
from jobs.erasure import Eraser
from jobs.health_facts import SourceFacts
from jobs.learning.registry import ModelRegistry
from jobs.learning.shadow import ShadowBook, ShadowJob
from jobs.metrics import DriftMetrics, SourceMetrics
from jobs.ports import CrawlBook
from jobs.probe import Probe
from jobs.schedule import Job
from pipeline.indexer import Indexer
from pipeline.shadow import Beside
from pipeline.worker import Worker
from searchindex.port import SearchIndex
from wiring.engines import elastic_options, kafka_options, s3_options
from wiring.roles import code_roles
from wiring.second_review import second_review
from wiring.settings import Mode, Settings, default_models_dir
from wiring.sources import source_list

if TYPE_CHECKING:
    from casework.held import Held, Steps
    from jobs.anchoring import Anchorage
    from jobs.learning.acts import ModelDesk
    from jobs.learning.candidate import Workshop
    from jobs.retention import RetentionJob


def build_clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


def build_log(settings: Settings) -> EventLog:
    """Open the event log: Kafka where `log_url` names brokers, else SQLite."""
    from eventlog.limits import LogLimits

    limits = LogLimits(
        partitions=settings.log_partitions,
        max_topic_bytes=settings.log_max_bytes,
        lease_seconds=settings.lease_seconds,
    )
    if settings.log_url:
        from eventlog.adapters.kafka import KafkaEventLog

        return KafkaEventLog(kafka_options(settings), limits, build_clock())
    from eventlog.adapters.sqlite import SqliteEventLog

    return SqliteEventLog(settings.log_path, limits, build_clock())


def build_index(settings: Settings) -> SearchIndex:
    """Open the search index: a search engine where `search_url` is set, else FTS5."""
    from nlp.fingerprint import bands

    if settings.search_url:
        from searchindex.adapters.elastic import ElasticSearchIndex

        return ElasticSearchIndex(elastic_options(settings), bands_of=bands)
    from searchindex.adapters.sqlite import SqliteSearchIndex

    return SqliteSearchIndex(settings.index_folder, bands_of=bands)


def build_evidence(settings: Settings) -> EvidenceStore:
    """Open the evidence store: a bucket where `evidence_url` is set, else files."""
    if settings.evidence_url:
        from evidence.adapters.s3 import S3Evidence

        return S3Evidence(s3_options(settings), build_clock())
    from evidence.adapters.file import FileEvidence

    return FileEvidence(settings.evidence_folder)


GOLD = "gold.jsonl"
"""Labelled posts of the office, in the corpus's format: only measured on."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def take_picture(settings: Settings, store: EvidenceStore, digest: Digest) -> None:
    """Render a capture and keep the picture beside it.

    Raises `ConfigurationError` where there is no browser, and as `render` and `attach`.
    """
    from evidence.chromium import render, version_of
    from evidence.picture import picture_to_warc

    named = settings.chromium or next(filter(None, map(which, BROWSERS)), None)
    if named is None:
        raise ConfigurationError(
            "There is no Chromium on this machine, so no picture can be made.",
            hint="Install the system's package `chromium`, or set chromium to a path.",
        )
    browser = Path(named)
    made = picture_to_warc(
        render(store.get(digest), browser),
        taken=build_clock().now(),
        maker=version_of(browser),
        capture=store.warc(digest),
    )
    store.attach(digest, made)


def build_casework(settings: Settings) -> Casework:
    """Open casework, migrating its database when it is older."""
    from casework.adapters.sqlalchemy import SqlCaseworkStore
    from casework.case_model import CaseTerms
    from casework.policy import SignInPolicy
    from eventlog.codec import encode_event
    from wiring.profile import load_profile

    settings.home.mkdir(parents=True, exist_ok=True)
    policy = SignInPolicy(
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
        code_roles=code_roles(settings),
        sealing=lambda: secret_key(settings),
        places=lambda: _places(settings),
    )
    store = SqlCaseworkStore(settings.casework_url)
    return Casework(
        store,
        build_clock(),
        encode_event,
        policy,
        terms=lambda: CaseTerms.of(
            load_profile(settings.profile, settings.profiles_dir)
        ),
        second=second_review(settings),
    )


def _places(settings: Settings) -> tuple[str, ...]:
    from wiring.profile import load_profile, place_names

    return place_names(load_profile(settings.profile, settings.profiles_dir))


def snapshot_casework(settings: Settings, target: Path) -> "Held":
    """Write casework as it is at one moment into a SQLite file, migrating nothing."""
    from casework.adapters.snapshot import held_in, snapshot

    snapshot(settings.casework_url, target)
    return held_in(target)


def snapshot_log(settings: Settings, target: Path) -> None:
    """Copy the embedded log with its groups' offsets as it is at one moment."""
    from eventlog.adapters.sqlite import copy_log_file

    copy_log_file(settings.log_path, target)


def casework_revision(settings: Settings) -> str | None:
    """Return the revision that casework is at; None for an empty database."""
    from casework.adapters.snapshot import present

    return present(settings.casework_url)


def casework_steps(settings: Settings, target: str) -> "Steps":
    """Return the way of casework's schema to a revision, or to `head`."""
    from casework.adapters.upgrading import steps

    return steps(settings.casework_url, target)


def casework_sql(settings: Settings, way: "Steps") -> str:
    """Return the statements of such a way."""
    from casework.adapters.upgrading import statements

    return statements(settings.casework_url, way)


def upgrade_casework(settings: Settings, way: "Steps") -> None:
    """Go such a way."""
    from casework.adapters.upgrading import go

    go(settings.casework_url, way)


def newest_revision() -> str:
    """Return the revision of casework that this program works with."""
    from casework.adapters.schema import HEAD

    return HEAD


def copy_casework(source: Settings, target: Settings, *, again: bool) -> int:
    """Copy all rows into the other database; see `copy_rows`."""
    from casework.adapters.copying import copy_rows

    target.home.mkdir(parents=True, exist_ok=True)
    return copy_rows(source.casework_url, target.casework_url, again=again)


def casework_rows(settings: Settings) -> Iterator[tuple[str, list[object]]]:
    """Read all rows of casework, each with the name of its table."""
    from casework.adapters.copying import read_rows

    return read_rows(settings.casework_url)


def build_registry(settings: Settings) -> ModelRegistry:
    """Return the list of models of this installation."""
    return ModelRegistry(settings.home / "models" / settings.profile)


def models_folder(settings: Settings) -> Path:
    """Return where the live model lies.

    The registry's live version, else `models_dir`, else the one in the registry's own
    folder (as `minhtin train` leaves it), else the one that the installation shares.
    """
    registry = build_registry(settings)
    if live := registry.read().live:
        return registry.folder(live)
    if settings.models_dir is not None:
        return settings.models_dir
    if any(registry.root.glob("model.*")):
        return registry.root
    return default_models_dir() / settings.profile


def build_classifier(settings: Settings) -> Classifier:
    """Load the live model. Raises `ConfigurationError` with the mending command."""
    from classifier.artefact import load

    return load(models_folder(settings))


def build_models(settings: Settings) -> Callable[[], Beside]:
    """Return what gives the live model and the candidate, whenever asked."""
    from classifier.artefact import load
    from wiring.models import PresentModels

    registry = build_registry(settings)
    return PresentModels(registry, lambda: models_folder(settings), load)


def build_shadow(settings: Settings, log: EventLog) -> ShadowBook:
    """Return what counts a candidate's differences."""
    return ShadowBook(build_registry(settings), log)


def build_model_desk(settings: Settings, casework: Casework) -> "ModelDesk":
    """Put together what people choose models through."""
    from classifier.artefact import load
    from jobs.learning.acts import ModelDesk

    return ModelDesk(
        registry=build_registry(settings),
        casework=casework,
        clock=build_clock(),
        check=load,
    )


def build_workshop(settings: Settings, profile: Profile) -> "Workshop":
    """Put together what makes candidates."""
    from classifier.rows import read_rows, rows_from
    from jobs.learning.candidate import Workshop

    gold = settings.home / GOLD
    return Workshop(
        registry=build_registry(settings),
        installed=lambda: models_folder(settings),
        examples=rows_from(profile.examples),
        clock=build_clock(),
        gold=read_rows(gold) if gold.exists() else (),
    )


def build_worker(
    settings: Settings,
    profile: Profile,
    index: SearchIndex,
    sources: Callable[[], Mapping[str, SourceSpec]],
    erased: Callable[[Collection[str]], Collection[str]] = lambda _: (),
) -> Worker:
    """Put the worker together."""
    from nlp.fingerprint import bands, similarity
    from wiring.tools import build_tools

    models = build_models(settings)
    return Worker(
        tools=build_tools(profile, models().live, review_share=settings.review_share),
        models=models,
        index=index.reader(),
        clock=build_clock(),
        sources=sources,
        bands=bands,
        similarity=similarity,
        erased=erased,
    )


def build_indexer(index: SearchIndex) -> Indexer:
    """Put the indexer together."""
    return Indexer(index.writer())


def build_sources(
    profile: Profile, casework: Casework
) -> Callable[[], Sequence[SourceSpec]]:
    """Return a function that reads the present sources: profile, then edits."""
    return lambda: source_list(profile, casework)


def build_eraser(settings: Settings, casework: Casework, crawled: CrawlBook) -> Eraser:
    """Put together what deletes posts everywhere."""
    from wiring.profile import load_profile

    profile = load_profile(settings.profile, settings.profiles_dir)
    return Eraser(
        log=build_log(settings),
        casework=casework,
        evidence=build_evidence(settings),
        clock=build_clock(),
        crawled=crawled,
        days=profile.retention_days,
    )


def build_retention(
    settings: Settings, profile: Profile, casework: Casework, crawled: CrawlBook
) -> "RetentionJob":
    """Put together what deletes by the profile's days."""
    from jobs.retention import RetentionJob

    return RetentionJob(
        build_eraser(settings, casework, crawled),
        profile.retention_days,
        profile.timezone,
        index=build_index(settings),
    )


def build_jobs(
    settings: Settings,
    profile: Profile,
    casework: Casework,
    sources: Callable[[datetime], Sequence[SourceFacts]],
    *,
    crawled: CrawlBook,
    metrics: SourceMetrics | None = None,
    drift: DriftMetrics | None = None,
) -> Sequence[Job]:
    """Put together what runs by the clock."""
    from eventlog.codec import encode_event
    from jobs.audit_job import AuditJob
    from jobs.health_job import HealthJob
    from jobs.learning.recall import RecallBook, RecallJob
    from jobs.outbox import OutboxJob
    from jobs.stories import Likeness, StoriesJob
    from nlp.fingerprint import bands, similarity
    from wiring.profile import files_digest

    log, index, clock = build_log(settings), build_index(settings), build_clock()
    likeness = Likeness(bands=bands, similarity=similarity)
    made: list[Job] = [
        OutboxJob(casework, log, clock, encode_event),
        StoriesJob(index, casework, likeness),
        build_retention(settings, profile, casework, crawled),
        ShadowJob(build_shadow(settings, log)),
        RecallJob(
            RecallBook(build_registry(settings)),
            log,
            casework,
            lambda: build_classifier(settings).version,
            profile.timezone,
        ),
        DriftJob(index, casework, build_unknown(settings), profile.timezone, drift),
        AuditJob(
            casework,
            build_anchorage(settings),
            profile.timezone,
            lambda: (profile.id, files_digest(Path(profile.folder))),
        ),
    ]
    probe = build_probe(settings, profile, casework, sources, made)
    return [*made, HealthJob(probe, casework, metrics)]


def build_anchorage(settings: Settings) -> "Anchorage | None":
    """Return where anchors of the audit are kept; None where none is set."""
    from casework.anchors import private_key
    from jobs.anchoring import Anchorage
    from wiring.secret_files import read_secret

    if settings.audit_anchor_dir is None:
        return None
    key = private_key(read_secret(settings.audit_key_file))
    return Anchorage(folder=settings.audit_anchor_dir, key=key)


def build_unknown(settings: Settings) -> Callable[[Post], tuple[int, int]]:
    """Return what counts a post's words, and those new to the live model."""
    from classifier.artefact import load
    from classifier.unknown import unknown_words

    # By folder, so that another model that was promoted meanwhile is asked.
    loaded = lru_cache(maxsize=1)(load)

    def counted(post: Post) -> tuple[int, int]:
        subject = Subject(text=post.whole_text, kind=post.kind)
        return unknown_words(loaded(models_folder(settings)), subject)

    return counted


def build_probe(
    settings: Settings,
    profile: Profile,
    casework: Casework,
    sources: Callable[[datetime], Sequence[SourceFacts]],
    jobs: Sequence[Job] = (),
) -> Probe:
    """Put together what asks stores and sources how they are."""
    return Probe(
        log=build_log(settings),
        index=build_index(settings),
        casework=casework,
        data=[p for p in (settings.home, settings.evidence_folder) if p.exists()],
        model=lambda: build_classifier(settings).version,
        sources=sources,
        jobs=jobs,
        evidence=build_evidence(settings) if settings.evidence_url else None,
        zone=ZoneInfo(profile.timezone),
        anchoring=None
        if settings.mode is Mode.SAMPLE
        else settings.audit_anchor_dir is not None,
    )


def secret_key(settings: Settings) -> bytes:
    """Return the installation's key for pseudonyms and sessions.

    From `MINHTIN_SECRET_KEY`, else the home's `secret.key`.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    try:
        return settings.secret_path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            f"There is no secret key at {settings.secret_path}.",
            hint="Make the installation with `minhtin init`.",
        ) from error
