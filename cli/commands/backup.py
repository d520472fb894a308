"""`backup`: copies of an installation. `restore`: brings one back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, settings_of

if TYPE_CHECKING:
    from cli.restoring import Restored
    from jobs.copies.manifest import Manifest

backup = typer.Typer(help="Copies of an installation.", no_args_is_help=True)

FolderArgument = Annotated[
    Path, typer.Argument(help="Folder of copies, for nothing else.")
]
CopyArgument = Annotated[
    Path, typer.Argument(help="A copy; of a folder of copies, the newest.")
]


@backup.command("save")
def save(
    folder: FolderArgument,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Then delete copies older than this many days."),
    ] = None,
    captures: Annotated[
        bool | None,
        typer.Option(
            "--captures/--no-captures",
            help="Copy the captures, or only name them (as from a bucket).",
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Copy all stores, settings, models and captures, while everything runs.

    Prints the copy's folder. Encrypted if backup_passphrase or backup_recipient is set.
    """
    with friendly():
        from cli.saving import Saving

        settings = settings_of(home, quiet=True)
        saving = Saving(settings, folder, captures=captures)
        show(str(saving.save(keep)))
        if not saving.encrypted:
            say(
                "minhtin: The copy is not encrypted. It holds personal data and the "
                "secret key: keep it where only you may read."
            )


@backup.command("verify")
def verify(
    copy: CopyArgument,
    as_json: Annotated[
        bool, typer.Option("--json", help="The manifest on stdout.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Read everything of a copy, and say what is damaged or missing."""
    with friendly():
        from cli.progress import Rates
        from cli.restoring import opened

        found = opened(settings_of(home, quiet=True, there=False), copy)
        with Rates("verify (bytes)") as rates:
            findings = found.check(rates.add)
        if as_json:
            _emit_manifest(found.manifest)
        else:
            _show_manifest(found.path, found.manifest)
        if findings.deleted:
            say(
                f"minhtin: {findings.deleted} captures of it were deleted since, as "
                "retention or an erasure demanded."
            )
        for problem in findings.problems:
            say(f"minhtin: {problem}")
        if findings.problems:
            raise typer.Exit(ATTENTION)
        say(f"minhtin: {findings.read} files read, all sound.")


@backup.command("key")
def key(file: Annotated[Path, typer.Argument(help="New file of the key.")]) -> None:
    """Make a pair of keys: the public one encrypts, the file decrypts.

    Keep the file away from the machine that makes the copies.
    """
    with friendly():
        from domain.errors import ConfigurationError
        from jobs.copies.files import private
        from jobs.copies.sealing import new_key_file

        text, public = new_key_file()
        try:
            with private(file, "xb") as made:
                made.write(text.encode())
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be made: {error}.") from error
        show(f"MINHTIN_BACKUP_RECIPIENT={public}")


def restore(
    copy: CopyArgument,
    erasures: Annotated[
        list[Path] | None,
        typer.Option("--erasures", help="A further list of what was erased."),
    ] = None,
    all_in_home: Annotated[
        bool,
        typer.Option(
            "--all-in-home",
            help="Use no engine or place that the settings name: for drills.",
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Bring a copy back into an empty home, and build the index.

    Reads all of the copy before it writes; what was erased since is erased again.
    """
    with friendly():
        from cli.restoring import Restoring

        settings = settings_of(home, quiet=True, there=False)
        restoring = Restoring(
            settings, copy, lists=erasures or [], all_in_home=all_in_home
        )
        done = restoring.run()
        _show_restored(settings.home, restoring.copy.manifest, done)
        if done.attention:
            raise typer.Exit(ATTENTION)


def _emit_manifest(manifest: "Manifest") -> None:
    import msgspec

    emit(msgspec.to_builtins(manifest))


def _show_manifest(path: Path, manifest: "Manifest") -> None:
    behind = sum(
        max(0, manifest.offsets.ends[topic][part] - next_)
        for topics in manifest.offsets.groups.values()
        for topic, parts in topics.items()
        for part, next_ in parts.items()
    )
    records = sum(sum(parts.values()) for parts in manifest.offsets.ends.values())
    show(f"{path.name}\tmade {manifest.made:%Y-%m-%d %H:%M:%S} UTC")
    show(f"program\t{manifest.program}, casework {manifest.schema}")
    show(f"profile\t{manifest.profile}, model {manifest.model or 'none'}")
    show(f"casework\t{sum(manifest.casework.values())} rows")
    show(f"audit\t{manifest.audit[0]} rows, head {manifest.audit[1][:16]}")
    show(f"log\t{records} offsets, {behind} not read by a group")
    named = "" if manifest.captures.copied else " (only named)"
    show(f"captures\t{manifest.captures.count}{named}")


def _show_restored(home: Path, manifest: "Manifest", done: "Restored") -> None:
    show(f"restored\t{home}, as of {manifest.made:%Y-%m-%d %H:%M:%S} UTC")
    show(f"documents\t{done.documents}")
    show(f"captures\t{done.captures}, {done.deleted_since} deleted since")
    show(f"erased\t{done.erased_again} posts again")
    show(f"decisions\t{done.announced} told to the log again")
    show(f"audit\t{done.audit_rows} rows")
    show(f"sessions\t{done.sessions} ended")
    for sentence in done.attention:
        say(f"minhtin: {sentence}")
    say(
        "minhtin: Next: `minhtin jobs --once retention`, then `minhtin doctor`. "
        "Accounts, passwords, access tokens and settings are as they were then: "
        f"disable again whoever left since {manifest.made:%Y-%m-%d}. Erasures since "
        "the last copy are known "
        "only where erasure_list is set: compare with the certificates."
    )
