"""What the console is given to work with; it builds nothing of it itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from casework.service import Casework
from domain.clock import Clock
from domain.errors import ConfigurationError
from domain.profile import Profile, SourceSpec
from eventlog.port import EventLog
from evidence.port import EvidenceStore
from intake.report import Take
from jobs.learning.acts import ModelDesk
from jobs.learning.overview import ModelRoom
from jobs.source_health import SourceReport
from searchindex.port import SearchIndex
from ui.provider import Provider
from wiring.homes import home_option
from wiring.settings import Mode, Settings
from wiring.source_edits import SourceDesk


class HealthState(StrEnum):
    """How something is; `unknown` where nobody looked yet."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """One line of health: what, how, a sentence, and what to do (Vietnamese)."""

    name: str
    state: HealthState
    sentence: str
    hint: str = ""


class SourceVisit(Protocol):
    """One visit to a source, as the frontier keeps it."""

    @property
    def started(self) -> datetime: ...
    @property
    def finished(self) -> datetime | None: ...
    @property
    def requests(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def revised(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def errors(self) -> Mapping[str, int] | None: ...
    @property
    def message(self) -> str: ...
    @property
    def polled(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPost:
    """A post that a trial visit found; `letters` is the length of its text."""

    title: str
    url: str
    published: datetime | None
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrial:
    """What a trial visit to a source would bring; nothing of it is kept.

    `parts` counts the pages with `title`, `date`, `text` and `author`. It is `sound`
    when posts came and each had the first three.
    """

    sound: bool
    pages: int
    parts: Mapping[str, int]
    errors: Mapping[str, int]
    posts: tuple[TrialPost, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """The settings that the console shows or needs; never a secret.

    `worker_group` and `indexer_group` are the consumer groups whose lag is shown.
    `contact` is whom people call when something is wrong. `home_option` is what
    commands need to find this installation, with a space before it.
    """

    behind_tls: bool = False
    session_hours: int = 12
    contact: str = ""
    home_option: str = ""
    worker_group: str = "worker"
    indexer_group: str = "indexer"
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of a page: a post, perhaps gone, or the code of a problem."""

    post: str = ""
    gone: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchDoor:
    """How a page is asked for now; crawlers, wherever they run, fetch it.

    `ask` gives its address in one spelling and since when it waits, and raises
    `QuarantineError` for one that no crawler may ask. `outcome` takes both again; None
    while it waits.
    """

    ask: Callable[[str], tuple[str, datetime]]
    outcome: Callable[[str, datetime], Fetched | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeDoor:
    """How reports come in through the console's address.

    `take` makes them durable, `known_at` gives the post of an address; `secrets` are
    channel → key of the senders, `channels` gives id → name of those that are in force.
    With `pages` a link alone is enough: its page is fetched.
    """

    take: Take
    known_at: Callable[[str], str | None] = lambda _: None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    channels: Callable[[], Mapping[str, str]] = dict
    requests_a_minute: int = 60
    pages: FetchDoor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleContext:
    """Everything that pages and API read and act through.

    `source_runs(source, limit)` gives a source's last visits, newest first;
    `health()` the state of stores, models and processes; `versions` names → versions.
    `sources()` are the present ones, `source_reports()` how the enabled ones are;
    `source_desk` changes them, `try_source` visits one without keeping anything.
    `sign_on` is the provider of single sign-on, where there is one.
    `models` says which model judges and which is tried, `model_desk` chooses.
    """

    settings_view: SettingsView
    profile: Profile
    casework: Casework
    index: SearchIndex
    log: EventLog
    evidence: EvidenceStore
    clock: Clock
    source_runs: Callable[[str, int], Sequence[SourceVisit]]
    health: Callable[[], Sequence[HealthRow]]
    sample: bool
    sources: Callable[[], Sequence[SourceSpec]]
    source_reports: Callable[[], Sequence[SourceReport]]
    source_desk: SourceDesk
    models: ModelRoom
    model_desk: ModelDesk
    try_source: Callable[[SourceSpec], SourceTrial]
    intake: IntakeDoor | None = None
    sign_on: Provider | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def settings_view(settings: Settings, *, contact: str = "") -> SettingsView:
    """Take from the settings what people may see."""
    shown = (
        "home", "profile", "mode", "host", "port", "crawl_delay", "crawl_contact",
        "log_partitions", "batch_size", "log_level", "session_idle_minutes",
        "session_hours", "behind_tls",
    )  # fmt: skip
    return SettingsView(
        behind_tls=settings.behind_tls,
        session_hours=settings.session_hours,
        contact=contact or settings.crawl_contact,
        home_option=home_option(settings),
        rows=tuple((name, str(getattr(settings, name))) for name in shown),
    )


def is_sample(settings: Settings) -> bool:
    """Tell whether the installation shows invented data."""
    return settings.mode is Mode.SAMPLE


_installed: list[ConsoleContext] = []


def install(context: ConsoleContext) -> None:
    """Make the context known to the pages.

    Streamlit runs the script in threads of this process and hands it no arguments, so
    the context is process-wide.
    """
    _installed[:] = [context]


def current() -> ConsoleContext:
    """Return the installed context. Raises `ConfigurationError` without one."""
    if not _installed:
        raise ConfigurationError(
            "The console was started without its stores.",
            hint="Start it with `minhtin up`.",
        )
    return _installed[0]
