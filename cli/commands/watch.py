"""`jobs`, `console`, `doctor`, `audit`: what runs by the clock, and its care."""

from typing import Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.presence import at_work
from cli.state import HomeOption, profile_of, settings_of

audit = typer.Typer(help="The chain of what people did.", no_args_is_help=True)


def jobs(
    once: Annotated[
        str, typer.Option("--once", help="Run this job now and stop.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Run what is due by the clock: outbox, stories, retention, health."""
    with friendly():
        import os
        import socket

        from cli.commands.run import stop_on_signals
        from cli.standing import build_scheduler

        settings = settings_of(home)
        holder = f"{socket.gethostname()}:{os.getpid()}"
        with at_work(settings.home):
            scheduler = build_scheduler(settings, profile_of(settings), holder)
            if once:
                show(scheduler.run_once(once))
            else:
                scheduler.run(stop_on_signals())


def console(home: HomeOption = None) -> None:
    """Serve the console and the HTTP API."""
    with friendly():
        from cli.standing import console_context
        from ui.server import serve

        settings = settings_of(home)
        with at_work(settings.home):
            context = console_context(settings, profile_of(settings))
            serve(context, settings.host, settings.port)


def doctor(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """Check settings, stores, models, clock, disk and sources; say what to mend."""
    with friendly():
        from cli.doctor import examine

        settings = settings_of(home)
        bad = False
        for finding in examine(settings):
            bad |= finding.state == "bad"
            if as_json:
                emit(
                    {
                        "check": finding.name,
                        "state": finding.state,
                        "message": finding.message,
                        "hint": finding.hint,
                    }
                )
            else:
                show(f"{finding.state:7} {finding.name}: {finding.message}")
                if finding.hint:
                    show(f"        → {finding.hint}")
        if bad:
            raise typer.Exit(ATTENTION)


@audit.command("verify")
def verify(home: HomeOption = None) -> None:
    """Check the hash chain of the audit log."""
    with friendly():
        from wiring import bootstrap

        check = bootstrap.build_casework(settings_of(home)).verify_audit()
        if not check.sound:
            say(f"row {check.first_bad}: {check.problem}")
            raise typer.Exit(ATTENTION)
        show(f"{check.rows} rows, sound")


@audit.command("list")
def list_rows(
    after: Annotated[int, typer.Option(help="Only rows behind this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    home: HomeOption = None,
) -> None:
    """Print audit rows as JSON lines."""
    with friendly():
        from wiring import bootstrap

        casework = bootstrap.build_casework(settings_of(home))
        for row in casework.audit(after=after, limit=limit):
            emit(
                {
                    "id": row.id,
                    "at": row.at.isoformat(),
                    "actor": row.actor,
                    "act": row.act,
                    "subject": row.subject,
                    "detail": dict(row.detail),
                    "digest": row.digest,
                }
            )
