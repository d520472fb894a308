"""What takes reports in: the desk, on this installation's stores."""

from typing import TYPE_CHECKING

from cli.crawling import crawl_deps
from domain.profile import Profile
from eventlog.port import LogTopic
from wiring.settings import Settings

if TYPE_CHECKING:
    from crawlers.reports import ReportDesk


def report_desk(
    settings: Settings, profile: Profile, *, revises: bool = False
) -> "ReportDesk":
    """Return what makes reports durable; no site is visited for it."""
    from crawlers.reports import ReportDesk

    deps = crawl_deps(settings, profile, LogTopic.POSTS, local=True)
    return ReportDesk(deps, revises=revises)
