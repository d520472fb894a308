"""`retention …`: what is over by the profile's days, and proof of what was deleted."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import emit, friendly, show
from cli.presence import at_work
from cli.state import HomeOption, profile_of, settings_of
from domain.errors import NotFoundError

if TYPE_CHECKING:
    from jobs.retention_plan import PlanLine

retention = typer.Typer(
    help="What is over by the profile's days, and proof of what was deleted.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")]


@retention.command("run")
def run(
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Count what would go and stay; delete nothing."),
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete what is over now, as the nightly job does."""
    with friendly():
        settings = settings_of(home, quiet=dry_run)
        profile = profile_of(settings)
        if not dry_run:
            from cli.standing import build_scheduler

            with at_work(settings.home):
                show(build_scheduler(settings, profile, "cli").run_once("retention"))
            return
        from dataclasses import asdict

        from cli.crawling import open_frontier
        from crawlers.erasing import CrawlMemory
        from jobs.retention import TRIMMED
        from wiring import bootstrap

        casework = bootstrap.build_casework(settings)
        crawled = CrawlMemory(open_frontier(settings))
        job = bootstrap.build_retention(settings, profile, casework, crawled)
        plan = job.plan(bootstrap.build_clock().now())
        for line in plan.lines(profile.retention_days, TRIMMED):
            if as_json:
                emit(asdict(line))
            else:
                show(_said(line))


@retention.command("certificates")
def certificates(
    last: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = (
        20
    ),
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List certificates of deletion: when, how many posts, why, and their digest."""
    with friendly():
        from casework.model import AuditFilter
        from wiring import bootstrap

        casework = bootstrap.build_casework(settings_of(home))
        wanted = AuditFilter(acts=("retention.certificate",))
        for row in casework.audit_found(wanted, limit=last):
            detail = row.detail
            if as_json:
                emit(detail)
            else:
                posts = len(detail["posts"])
                show(
                    f"{detail['finished']}\t{posts}\t{detail['reason']}\t"
                    f"{detail['digest']}"
                )


@retention.command("certificate")
def certificate(
    digest: Annotated[str, typer.Argument(help="As `certificates` lists it.")],
    home: HomeOption = None,
) -> None:
    """Print one certificate in full, in Vietnamese, to be signed and filed."""
    with friendly():
        from zoneinfo import ZoneInfo

        from casework.model import AuditFilter
        from jobs.certificate_text import certificate_text
        from wiring import bootstrap

        settings = settings_of(home)
        profile = profile_of(settings)
        casework = bootstrap.build_casework(settings)
        wanted = AuditFilter(acts=("retention.certificate",))
        every = casework.audit_found(wanted, limit=casework.audit_count(wanted))
        for row in every:
            if row.detail["digest"] == digest:
                zone = ZoneInfo(profile.timezone)
                text = certificate_text(row.detail, profile.organisation, zone)
                show(text.rstrip("\n"))
                return
        raise NotFoundError(
            f"There is no certificate {digest!r}.",
            hint="See `minhtin retention certificates`.",
        )


def _said(line: "PlanLine") -> str:
    reason = f"because of: {line.reason}" if line.reason else line.rule
    days = f"{line.days} days" if line.days else "no end" if line.rule else ""
    return "\t".join((line.act, str(line.count), line.kind, reason, days)).rstrip()
