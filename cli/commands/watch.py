"""`jobs`, `console`, `doctor`: what runs by the clock, and its care."""

from typing import Annotated

import typer

from cli.output import ATTENTION, emit, friendly, show
from cli.presence import at_work
from cli.state import HomeOption, profile_of, settings_of


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
