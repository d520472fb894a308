"""What a crawl is given: stores, bounds, manners."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from crawlers.frontier.port import Frontier
from domain.clock import Clock
from domain.profile import Outlet
from eventlog.port import EventLog, LogTopic
from evidence.port import EvidenceStore

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits:
    """Bounds that keep one hostile or broken site from stopping the rest.

    `body_bytes` holds for the transferred and for the unpacked body; the largest
    Vietnamese article pages have 0.6 MB. `download_seconds` is for one whole answer,
    so that a server that drips bytes does not hold its queue; `first_byte_seconds`
    for the head of an answer; `visit_seconds` for one visit to a source. `depth` is
    how many pages may lead to one another: more than the longest list and thread
    together. `retry_after_seconds` is the longest pause that a visit waits for.
    `recheck_seconds` are a known page's ages at which it is
    looked at again: more finds edits earlier and asks more of the site.
    `retry_seconds` are the pauses after each failure of a page; then it is given up
    until its list names it again. Entries older than `fresh_seconds` wait behind
    newer ones and rechecks. `page_seconds` is how long a page may be on its way: less
    than a retry's waits and a lost log's, and two crawlers fetch it.
    """

    body_bytes: int = 5_000_000
    download_seconds: float = 15.0
    first_byte_seconds: float = 10.0
    redirects: int = 5
    depth: int = 300
    retries: int = 2
    retry_after_seconds: float = 60.0
    visit_seconds: float = 3600.0
    recheck_seconds: tuple[float, ...] = (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
    retry_seconds: tuple[float, ...] = (600.0, HOUR, 6 * HOUR, DAY)
    fresh_seconds: float = 2 * DAY
    page_seconds: float = 900.0
    thread_pages: int = 200
    batch: int = 20
    batch_seconds: float = 1.0
    store_patience_seconds: float = 300.0
    sites_at_once: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Requests over all sources and all crawlers of the installation; 0: no bound."""

    a_minute: int = 0
    a_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlDeps:
    """What crawls work with.

    `event_log` and `evidence` may be None for a dry run, which then only reports.
    `user_agent` must name a contact. `default_delay` (seconds between two requests to
    one host) holds where robots.txt and the source name none. `allowed_networks` are
    CIDR strings of private addresses that may be asked none the less. `youtube_key` is
    the office's own key of the API and `youtube_units_a_day` what may be spent of its
    quota. `zone` is the province's, in which quiet hours and the days of `budget` are
    counted.
    """

    event_log: EventLog | None
    evidence: EvidenceStore | None
    frontier: Frontier
    clock: Clock
    pseudonym_key: bytes
    user_agent: str
    allowed_networks: tuple[str, ...] = ()
    default_delay: float = 1.0
    limits: CrawlLimits = field(default_factory=CrawlLimits)
    outlets: tuple[Outlet, ...] = ()
    topic: LogTopic = LogTopic.POSTS
    youtube_key: str = field(default="", repr=False)
    youtube_units_a_day: int = 10_000
    budget: Budget = field(default_factory=Budget)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Ho_Chi_Minh"))
