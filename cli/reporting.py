"""What takes reports in: the desk, on this installation's stores."""

from typing import TYPE_CHECKING

from cli.crawling import crawl_deps
from domain.errors import ConfigurationError
from domain.profile import Profile
from eventlog.port import LogTopic
from wiring.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawlers.reports import ReportDesk
    from intake.inbox import InboxLook


def report_desk(
    settings: Settings, profile: Profile, *, revises: bool = False
) -> "ReportDesk":
    """Return what makes reports durable; no site is visited for it."""
    from crawlers.reports import ReportDesk

    deps = crawl_deps(settings, profile, LogTopic.POSTS, local=True)
    return ReportDesk(deps, revises=revises)


def mailbox(
    settings: Settings, profile: Profile
) -> "Callable[[datetime], InboxLook] | None":
    """Return what looks into the mailbox once; None where none is set.

    Each look is noted as a visit of the channel, as health reads them.
    """
    if not settings.imap_host:
        return None
    from datetime import timedelta

    from cli.crawling import open_frontier, present_sources
    from crawlers.frontier.port import SourceRun
    from domain.ids import SourceId
    from intake.inbox import Inbox, MailboxOptions
    from jobs.inbox import SECONDS
    from wiring import bootstrap
    from wiring.secret_files import imap_password
    from wiring.settings import MailTls
    from wiring.sources import channels

    options = MailboxOptions(
        host=settings.imap_host,
        port=settings.imap_port,
        starttls=settings.imap_tls is MailTls.STARTTLS,
        ca_file=settings.imap_ca_file,
        user=settings.imap_user,
        password=imap_password(settings),
        folder=settings.imap_folder,
        done_folder=settings.imap_done_folder,
        refused_folder=settings.imap_refused_folder,
    )
    clock = bootstrap.build_clock()
    inbox, desk = Inbox(options, clock), report_desk(settings, profile)
    sources, frontier = present_sources(settings, profile), open_frontier(settings)
    channel = SourceId(settings.imap_channel)

    def look(now: "datetime") -> "InboxLook":
        name = channels(sources()).get(channel)
        if name is None:
            raise ConfigurationError(
                f"There is no channel {channel} for the mailbox.",
                hint="Add a source of kind intake with that id; see docs/intake.md.",
            )
        found = inbox.look(desk, channel, name)
        run = SourceRun(
            source=channel,
            started=now,
            finished=clock.now(),
            new=found.new,
            unchanged=found.known,
            errors={"refused": found.refused} if found.refused else {},
            pages=found.new + found.known,
        )
        frontier.record_run(run, now + timedelta(seconds=SECONDS))
        return found

    return look
