"""`up` and the processes that it watches: worker, indexer, jobs, console, newsroom."""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.output import friendly, say, show
from cli.presence import at_work
from cli.state import (
    HomeOption,
    profile_of,
    set_up_logs,
    settings_anywhere,
    settings_of,
)
from domain.errors import ConfigurationError
from domain.labels import Role
from domain.profile import SourceSpec
from wiring.homes import SAMPLE_HOME, is_office
from wiring.settings import (
    FILE,
    Mode,
    Settings,
    check,
    child_environment,
    is_named,
    load_settings,
)
from wiring.sources import ADDED

SAMPLE_NAME = "phantich"
SAMPLE_PASSWORD = "hoa-ban-trang-2026"  # noqa: S105 - published on purpose: sample mode is loopback only
SAMPLE_ACCOUNTS = (
    (SAMPLE_NAME, "Cán bộ theo dõi (mẫu)", Role.ANALYST),
    ("chinh", "Cán bộ theo dõi chính (mẫu)", Role.SENIOR),
    ("baochi", "Phụ trách báo chí (mẫu)", Role.PRESS),
    ("soanthao", "Chuyên viên soạn thảo (mẫu)", Role.DRAFTER),
    ("lanhdao", "Lãnh đạo (mẫu)", Role.LEADER),
    ("coso", "Cán bộ thông tin cơ sở (mẫu)", Role.GRASSROOTS),
    ("quantri", "Quản trị (mẫu)", Role.ADMIN),
    ("kiemtra", "Kiểm tra viên (mẫu)", Role.AUDITOR),
)

SAMPLE_DELAY = 0.05
"""Seconds between requests to the invented sites, which are on this machine."""

_SAMPLE_FILE = """\
# The sample province: invented sites, accounts with a published password, loopback
# only. `minhtin up --sample` made this; remove the folder to forget the sample.
profile = "{profile}"
mode = "sample"
crawl_delay = {delay}
"""

SOURCES_SECONDS = 30.0
"""Between looks at changed sources: shorter asks casework for each batch."""

UntilIdle = Annotated[
    bool, typer.Option("--until-idle", help="Stop when everything is read.")
]


def up(
    sample: Annotated[
        bool, typer.Option("--sample", help="The invented sample province.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Start crawler, worker, indexer, jobs and console, and watch over them."""
    with friendly():
        from cli.commands.install import prepare
        from cli.supervisor import Child, Supervisor

        settings = _sample(home) if sample else settings_of(home)
        # Faults of the profile are told here, not five times in the children's logs.
        profile_of(settings)
        prepare(settings)
        if sample:
            _mark_sample(settings)
        _check_model(settings)
        names = ["worker", "indexer", "jobs", "console"]
        children = [Child(name, [name]) for name in names]
        children.insert(0, Child("crawl", ["crawl", "--watch"]))
        if settings.mode is Mode.SAMPLE:
            _make_sample_accounts(settings)
            children.insert(0, Child("newsroom", ["newsroom"]))
        _announce(settings)
        with at_work(settings.home):
            Supervisor(
                children,
                settings.home / "logs",
                child_environment(settings),
                on_death=lambda child, code: say(
                    f"{child.name} ended ({code}); it starts again. "
                    f"See {settings.home / 'logs' / (child.name + '.log')}"
                ),
            ).run()


def _sample(home: Path | None) -> Settings:
    """Return the sample's settings; unless named, its home is none that offices use."""
    settings = load_settings(home=home if is_named(home) else SAMPLE_HOME)
    if is_office(settings):
        raise ConfigurationError(
            f"{settings.home} is a real installation.",
            hint="Give the sample another --home.",
        )
    set_up_logs(settings)
    return check(replace(settings, mode=Mode.SAMPLE, crawl_delay=SAMPLE_DELAY))


def _mark_sample(settings: Settings) -> None:
    """Let every later command on this home know that all in it is invented."""
    file = settings.home / FILE
    if not file.exists():
        file.write_text(
            _SAMPLE_FILE.format(profile=settings.profile, delay=SAMPLE_DELAY),
            encoding="utf-8",
        )


def _check_model(settings: Settings) -> None:
    """Train the shared model of a sample where it does not load; else say what to do.

    An office goes on without: what is crawled waits in the log for the worker.
    """
    from cli.commands.models import train_installed
    from wiring import bootstrap
    from wiring.settings import default_models_dir

    try:
        bootstrap.build_classifier(settings)
    except ConfigurationError as error:
        shared = default_models_dir() / settings.profile
        ours = bootstrap.models_folder(settings) == shared
        say(f"minhtin: {error}")
        if settings.mode is Mode.SAMPLE and ours:
            train_installed(settings, shared)
            return
        say("Nothing is judged until then; new posts wait. The rest starts.")


def _make_sample_accounts(settings: Settings) -> None:
    from wiring import bootstrap

    casework = bootstrap.build_casework(settings)
    known = {account.name for account in casework.accounts()}
    for name, display, role in SAMPLE_ACCOUNTS:
        if name not in known:
            casework.create_account(
                "sample",
                name=name,
                display=display,
                role=role,
                password=SAMPLE_PASSWORD,
                must_change=False,
            )


def _announce(settings: Settings) -> None:
    address = f"http://{settings.host}:{settings.port}"
    show(f"\n  Minh Tin: {address}")
    if settings.mode is Mode.SAMPLE:
        names = ", ".join(name for name, _, _ in SAMPLE_ACCOUNTS[1:])
        show(f"  Đăng nhập mẫu: {SAMPLE_NAME}   Mật khẩu: {SAMPLE_PASSWORD}")
        show(f"  (also: {names}; same password; sample data, loopback only)")
    show(f"  Logs: {settings.home / 'logs'}   Stop: Ctrl+C\n")


def worker(until_idle: UntilIdle = False, home: HomeOption = None) -> None:
    """Analyse what the crawlers bring; several may run at once."""
    with friendly():
        from cli.crawling import open_frontier
        from crawlers.erasing import CrawlMemory
        from wiring import bootstrap

        settings = settings_of(home)
        profile = profile_of(settings)
        index = bootstrap.build_index(settings)
        sources = fresh_sources(settings)
        memory = CrawlMemory(open_frontier(settings))
        step = bootstrap.build_worker(settings, profile, index, sources, memory.erased)
        _run(settings, step, until_idle=until_idle)


def indexer(until_idle: UntilIdle = False, home: HomeOption = None) -> None:
    """Write analyses and reviews into the search index."""
    with friendly():
        from wiring import bootstrap

        settings = settings_of(home)
        step = bootstrap.build_indexer(bootstrap.build_index(settings))
        _run(settings, step, until_idle=until_idle)


def _run(settings: Settings, step: object, *, until_idle: bool) -> None:
    from prometheus_client import REGISTRY, start_http_server

    from cli.progress import Rates
    from pipeline.metrics import StepMetrics
    from pipeline.runner import Runner, Step
    from wiring import bootstrap

    assert isinstance(step, Step)  # noqa: S101 - tells the type checker, late import
    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr=settings.metrics_host)
    log = bootstrap.build_log(settings)
    with at_work(settings.home), Rates(step.name) as rates:
        runner = Runner(
            step=step,
            log=log,
            clock=bootstrap.build_clock(),
            batch_size=settings.batch_size,
            metrics=StepMetrics(step.name, REGISTRY),
            progress=rates.batch,
            stopping=stop_on_signals(),
        )
        done = runner.run(until_idle=until_idle)
    log.close()
    say(f"{step.name}: {done} records")


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def fresh_sources(settings: Settings) -> Callable[[], Mapping[str, SourceSpec]]:
    """Return the sources by id, looked up again now and then."""
    import time

    from cli.crawling import present_sources

    read = present_sources(settings, profile_of(settings))
    held: dict[str, SourceSpec] = {}
    read_at = float("-inf")

    def current() -> Mapping[str, SourceSpec]:
        nonlocal read_at
        if time.monotonic() - read_at > SOURCES_SECONDS:
            held.clear()
            held.update({source.id: source for source in [ADDED, *read()]})
            read_at = time.monotonic()
        return held

    return current


def newsroom(
    port: Annotated[int, typer.Option(help="One port for all outlets.")] = 8610,
    home: HomeOption = None,
) -> None:
    """Serve the invented outlets of the sample province on loopback."""
    with friendly():
        from cli.newsroom.server import open_newsroom, serve
        from wiring import bootstrap

        settings = settings_anywhere(home)
        now = bootstrap.build_clock().now()
        serve(open_newsroom(profile_of(settings), now, port))
