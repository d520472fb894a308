"""`sources pause|resume|edit|undo|history`: look after sources as the console does."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.crawl import JsonOption
from cli.output import emit, friendly, show
from cli.state import HomeOption, profile_of, settings_of
from domain.errors import QuarantineError

if TYPE_CHECKING:
    from pathlib import Path

    from domain.profile import SourceSpec
    from wiring.source_edits import SourceDesk

Source = Annotated[str, typer.Argument(metavar="SOURCE")]
Reason = Annotated[str, typer.Option(help="Why; kept with the version.")]
Version = Annotated[
    int | None,
    typer.Option("--if-version", help="Refuse when another version is in force."),
]


def pause(
    name: Source, reason: Reason, version: Version = None, home: HomeOption = None
) -> None:
    """Leave a source out of watches; what it brought stays."""
    with friendly():
        desk(home).pause("cli", name, reason, version)
        show(f"{name} is paused.")


def resume(
    name: Source, reason: Reason, version: Version = None, home: HomeOption = None
) -> None:
    """Visit a paused source again."""
    with friendly():
        desk(home).resume("cli", name, reason, version)
        show(f"{name} is visited again.")


def edit(
    name: Source,
    *,
    reason: Reason,
    changed: Annotated[
        list[str],
        typer.Option("--set", help="field=value, for example interval_minutes=30."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    version: Version = None,
    home: HomeOption = None,
) -> None:
    """Change fields of a source, as a new version."""
    with friendly():
        from wiring.source_edits import draft_of

        table = desk(home)
        spec, known = table.present(name)
        draft = draft_of(spec, _pairs(changed))
        _check(spec, draft, home)
        _show_changes(spec, draft)
        if not dry_run:
            table.edit("cli", draft, reason, known if version is None else version)


def undo(
    name: Source, reason: Reason, version: Version = None, home: HomeOption = None
) -> None:
    """Put the version before the present one into force, as a new version."""
    with friendly():
        table = desk(home)
        before, _ = table.present(name)
        _show_changes(before, table.undo("cli", name, reason, version))


def history(name: Source, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List the versions of a source, newest first: who, when, why, what."""
    with friendly():
        for row in desk(home).versions(name):
            what = {f.field: [f.old, f.new] for f in row.fields}
            if as_json:
                emit(
                    {
                        "version": row.version,
                        "at": row.at.isoformat(),
                        "by": row.by,
                        "change": row.change.value,
                        "reason": row.reason,
                        "fields": what,
                    }
                )
                continue
            head = f"{row.version}\t{row.at:%Y-%m-%d %H:%M}\t{row.by}\t{row.change}"
            show(f"{head}\t{row.reason}")
            for field, (old, new) in what.items():
                show(f"\t{field}: {old!r} → {new!r}")


def join(sources: typer.Typer) -> None:
    """Add these commands to the group `sources`."""
    for command in (pause, resume, edit, undo, history):
        sources.command(command.__name__)(command)


def desk(home: "Path | None") -> "SourceDesk":
    """Open what changes sources."""
    from cli.crawling import base_sources
    from wiring import bootstrap
    from wiring.source_edits import SourceDesk

    settings = settings_of(home)
    base = base_sources(settings, profile_of(settings))
    return SourceDesk(base, bootstrap.build_casework(settings))


def _pairs(changed: list[str]) -> dict[str, str]:
    pairs = {}
    for text in changed:
        field, equals, value = text.partition("=")
        if not equals:
            raise QuarantineError(f"{text!r} is not field=value.", reason="set")
        pairs[field.strip()] = value
    return pairs


def _check(old: "SourceSpec", new: "SourceSpec", home: "Path | None") -> None:
    """Refuse what the change would break; what was amiss before may stay."""
    from cli.addresses import check_address
    from cli.crawling import allowed_networks
    from wiring.source_rows import faults_of

    if new.url != old.url:
        check_address(new.url, allowed_networks(settings_of(home)))
    before = set(faults_of(old))
    if fresh := [fault for fault in faults_of(new) if fault not in before]:
        said = "; ".join(f"{field}: {what}" for field, what in fresh)
        raise QuarantineError(f"{new.id}, {said}", reason="field")


def _show_changes(old: "SourceSpec", new: "SourceSpec") -> None:
    from wiring.source_edits import changes

    for change in changes(old, new):
        show(f"{change.field}: {change.old!r} → {change.new!r}")
