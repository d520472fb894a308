"""Puts together what stands for long: the scheduler and the console's context."""

from typing import TYPE_CHECKING

from casework.service import Casework
from crawlers.frontier.port import SourceRun
from domain.errors import ConfigurationError
from domain.ids import SourceId
from domain.profile import Profile
from wiring.settings import Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobs.schedule import Job
    from jobs.scheduler import Scheduler
    from jobs.source_facts import SourceWatch
    from jobs.source_health import SourceReport
    from ui.context import ConsoleContext, HealthRow
    from ui.provider import Provider


def build_scheduler(settings: Settings, profile: Profile, holder: str) -> "Scheduler":
    """Put the jobs together."""
    from prometheus_client import REGISTRY, start_http_server

    from cli.crawling import open_frontier
    from crawlers.erasing import CrawlMemory
    from jobs.metrics import DriftMetrics, JobMetrics, SourceMetrics
    from jobs.scheduler import Scheduler
    from wiring import bootstrap

    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr=settings.metrics_host)
    casework = bootstrap.build_casework(settings)
    facts = source_watch(settings, profile, casework)
    crawled = CrawlMemory(open_frontier(settings))
    return Scheduler(
        jobs=[
            *bootstrap.build_jobs(
                settings,
                profile,
                casework,
                facts,
                crawled=crawled,
                metrics=SourceMetrics(REGISTRY),
                drift=DriftMetrics(REGISTRY),
            ),
            *mailbox_job(settings, profile),
            erasure_job(settings, profile, casework),
        ],
        casework=casework,
        clock=bootstrap.build_clock(),
        holder=holder,
        metrics=JobMetrics(REGISTRY),
    )


def erasure_job(settings: Settings, profile: Profile, casework: Casework) -> "Job":
    """Return the job that carries out erasures which people asked for."""
    from cli.crawling import open_frontier
    from crawlers.erasing import CrawlMemory, erased_names
    from crawlers.frontier.erasures import digest_of
    from jobs.copies.erased import Listing
    from jobs.erasure_requests import ErasureRequests
    from wiring import bootstrap

    frontier = open_frontier(settings)
    return ErasureRequests(
        casework,
        bootstrap.build_eraser(settings, casework, CrawlMemory(frontier)),
        Listing(settings.erasure_list, bootstrap.build_clock()),
        digest_of=digest_of,
        names=lambda: erased_names(frontier),
        days=profile.retention_days,
    )


def mailbox_job(settings: Settings, profile: Profile) -> "Sequence[Job]":
    """Return the job that reads the mailbox of reports, where there is one."""
    from cli.reporting import mailbox
    from jobs.inbox import InboxJob

    look = mailbox(settings, profile)
    return [InboxJob(look)] if look else []


def console_context(settings: Settings, profile: Profile) -> "ConsoleContext":
    """Put together what the console works with."""
    from dataclasses import replace
    from importlib.metadata import version

    from cli.crawling import base_sources, open_frontier, present_sources
    from cli.fetching import fetch_door, page_desk
    from cli.reporting import report_desk
    from cli.source_trial import source_trial
    from jobs.learning.overview import ModelRoom
    from jobs.source_health import report
    from ui.context import ConsoleContext, IntakeDoor, settings_view
    from wiring import bootstrap
    from wiring.secret_files import intake_secrets
    from wiring.source_edits import SourceDesk
    from wiring.sources import channels

    frontier = open_frontier(settings)
    casework = bootstrap.build_casework(settings)
    index = bootstrap.build_index(settings)
    sample = settings.mode is Mode.SAMPLE
    sources = present_sources(settings, profile, casework)
    shown = replace(profile, sources=tuple(sources()))

    def runs(source: str, limit: int) -> "Sequence[SourceRun]":
        return frontier.runs(SourceId(source), limit)

    watch, clock = source_watch(settings, profile, casework), bootstrap.build_clock()

    def reports() -> "Sequence[SourceReport]":
        now = clock.now()
        return [report(facts, now) for facts in watch(now)]

    door = IntakeDoor(
        take=report_desk(settings, profile),
        known_at=frontier.resolve,
        secrets=intake_secrets(settings),
        channels=lambda: channels(sources()),
        requests_a_minute=settings.intake_requests_a_minute,
        pages=fetch_door(page_desk(settings, profile, casework)),
    )
    log = bootstrap.build_log(settings)
    return ConsoleContext(
        intake=door,
        sign_on=sign_on(settings),
        models=ModelRoom(
            registry=bootstrap.build_registry(settings),
            shadow=bootstrap.build_shadow(settings, log),
            verdicts=casework,
            version=lambda: model_version(settings),
        ),
        model_desk=bootstrap.build_model_desk(settings, casework),
        settings_view=settings_view(settings),
        profile=shown,
        casework=casework,
        index=index,
        log=log,
        evidence=bootstrap.build_evidence(settings),
        clock=clock,
        source_runs=runs,
        sources=sources,
        source_reports=reports,
        source_desk=SourceDesk(base_sources(settings, profile), casework),
        try_source=source_trial(settings),
        health=health_now(settings, profile, casework),
        sample=sample,
        versions={
            "minhtin": version("minhtin"),
            "model": model_version(settings),
            "index": index.live_version(),
            "profile": profile.id,
        },
    )


def sign_on(settings: Settings) -> "Provider | None":
    """Return the provider of single sign-on that the settings name, if any."""
    from ui.provider import Provider, ProviderTerms
    from wiring import bootstrap
    from wiring.roles import check_provider, provider_roles, provider_secret

    if not settings.oidc_issuer:
        return None
    check_provider(settings)
    terms = ProviderTerms(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=provider_secret(settings),
        public_url=settings.public_url,
        roles=provider_roles(settings),
        role_claim=settings.oidc_role_claim,
        name_claim=settings.oidc_name_claim,
        scope=settings.oidc_scope,
        label=settings.oidc_label,
        ca_file=settings.oidc_ca_file,
    )
    return Provider(terms, bootstrap.build_clock())


def model_version(settings: Settings) -> str:
    """Return the live model's version, or that there is none."""
    from wiring import bootstrap

    try:
        return bootstrap.build_classifier(settings).version
    except ConfigurationError:
        return "—"


def source_watch(
    settings: Settings, profile: Profile, casework: Casework
) -> "SourceWatch":
    """Return what knows how each enabled source fared."""
    from cli.crawling import open_frontier, present_sources
    from jobs.source_facts import SourceWatch, calendar_of
    from wiring import bootstrap

    frontier = open_frontier(settings)
    return SourceWatch(
        present_sources(settings, profile, casework),
        lambda source, limit: frontier.runs(SourceId(source), limit),
        lambda source: frontier.next_visit(SourceId(source)),
        calendar_of(profile),
        bootstrap.build_index(settings).reader(),
    )


def health_now(
    settings: Settings, profile: Profile, casework: Casework
) -> "Callable[[], list[HealthRow]]":
    """Return a function that examines stores and sources, as the console shows it."""
    from jobs.health import check
    from jobs.health_job import KEY, known_rows
    from ui.context import HealthRow, HealthState
    from wiring import bootstrap

    facts = source_watch(settings, profile, casework)
    probe = bootstrap.build_probe(settings, profile, casework, facts)
    clock = bootstrap.build_clock()
    states = {
        "ok": HealthState.GOOD,
        "warn": HealthState.WARN,
        "bad": HealthState.BAD,
        "unknown": HealthState.UNKNOWN,
    }

    def rows() -> list[HealthRow]:
        found = check(probe(clock.now()), known_rows(casework.setting(KEY)))
        return [
            HealthRow(
                name=row.name,
                state=states[row.state],
                sentence=row.message_vi,
                hint=row.hint_vi,
            )
            for row in found
        ]

    return rows
