"""`upgrade`: brings casework's schema to another revision, forth or back."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import friendly, say, show
from cli.presence import at_rest
from cli.state import HomeOption, settings_of
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from casework.held import Steps
    from wiring.settings import Settings


def upgrade(  # noqa: PLR0917 - options, given by name
    to: Annotated[
        str, typer.Option("--to", help="A revision, also an older one.")
    ] = "head",
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would be done.")
    ] = False,
    sql: Annotated[
        bool, typer.Option("--sql", help="Only print the statements.")
    ] = False,
    backup: Annotated[
        Path | None, typer.Option("--backup", help="Copy into this folder first.")
    ] = None,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="There is a copy already.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Migrate casework, after a copy. Stop everything first.

    Back to an older program: `--to` its revision, then install it at once, since any
    other command of this one migrates forth again.
    """
    with friendly():
        from wiring import bootstrap

        settings = settings_of(home, quiet=True)
        way = bootstrap.casework_steps(settings, to)
        if sql:
            show(bootstrap.casework_sql(settings, way))
        elif plan or not way.way:
            _show(way)
        else:
            _refuse_uncopied(backup, no_backup=no_backup)
            with at_rest(settings.home):
                _go(settings, way, backup)


def _show(way: "Steps") -> None:
    show(f"at\t{way.present or 'nothing yet'}")
    for step in way.way:
        show(f"{'undo' if way.down else 'do'}\t{step.revision} {step.title}")
    show(f"then\t{way.target}" if way.way else "Nothing to do.")


def _refuse_uncopied(backup: Path | None, *, no_backup: bool) -> None:
    if (backup is None) == (not no_backup):
        raise ConfigurationError(
            "Take a copy first.",
            hint="Give --backup FOLDER, or --no-backup if there is one already.",
        )


def _go(settings: "Settings", way: "Steps", folder: Path | None) -> None:
    from wiring import bootstrap

    if folder is not None and way.present:
        from cli.saving import Saving

        show(f"copied\t{Saving(settings, folder).save()}")
    if way.down:
        _note(settings, way)
    bootstrap.upgrade_casework(settings, way)
    _show(way)
    if way.down:
        say(
            "minhtin: Install the older program now: any other command of this one "
            "brings the database forth again."
        )
        return
    _note(settings, way)


def _note(settings: "Settings", way: "Steps") -> None:
    """Leave a trace in the audit, where this program's schema is in place."""
    from wiring import bootstrap

    if bootstrap.casework_revision(settings) == bootstrap.newest_revision():
        with closing(bootstrap.build_casework(settings)) as casework:
            casework.record("cli", "upgrade", way.target, {"from": way.present})
