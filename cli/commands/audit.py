"""`audit …`: the log of what people did: check it, anchor it, give it out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, day_of, settings_of
from domain.errors import ConfigurationError, QuarantineError

if TYPE_CHECKING:
    from casework.model import AuditCheck, AuditFilter
    from casework.service import Casework
    from jobs.anchoring import Found
    from wiring.settings import Settings

audit = typer.Typer(help="The chain of what people did.", no_args_is_help=True)

SinceOption = Annotated[str, typer.Option(help="Only from this day on: 2026-03-07.")]
UntilOption = Annotated[str, typer.Option(help="Only before this day.")]
PersonOption = Annotated[
    list[str] | None, typer.Option("--person", help="Name of an account, or `jobs`.")
]
ActOption = Annotated[list[str] | None, typer.Option("--act", help="As `decide`.")]
SubjectOption = Annotated[str, typer.Option(help="What it was done to, exactly.")]


@audit.command("verify")
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option(help="File with anchors, or a folder; else the one that is set."),
    ] = None,
    key: Annotated[
        str, typer.Option(help="Public key of the anchors: 64 hex digits, or a file.")
    ] = "",
    record: Annotated[
        bool, typer.Option(help="Note in the log how it ended; never with --anchor.")
    ] = True,
    home: HomeOption = None,
) -> None:
    """Check every row of the audit log, its end, and signed heads kept elsewhere.

    Ends with 0 when all is sound, and with 1 when something was tampered with: it then
    says which row is the first bad one, and what that means.
    """
    with friendly():
        from cli.progress import Rates
        from jobs.anchoring import judged
        from wiring import bootstrap

        settings = settings_of(home, quiet=True)
        casework = bootstrap.build_casework(settings)
        found = _anchors(settings, casework, anchor, key)
        with Rates("audit") as rates:
            check = casework.verify_audit(found.anchors, rates.total)
        check = judged(check, found.troubles)
        # Against a few anchors a log may pass that the whole folder would refuse.
        if record and anchor is None:
            casework.note_verification("cli", check)
        casework.close()
        _tell(check, found)


def _anchors(
    settings: "Settings", casework: "Casework", given: Path | None, key: str
) -> "Found":
    from casework.anchors import private_key, public_key
    from jobs.anchoring import Found, anchors_at
    from wiring import bootstrap
    from wiring.secret_files import read_secret

    if given is None:
        anchorage = bootstrap.build_anchorage(settings)
        last = casework.audit_standing().anchored
        return anchorage.found(last) if anchorage else Found()
    if key:
        file = Path(key)
        text = file.read_text("utf-8") if file.is_file() else key
        return anchors_at(given, public_key(text))
    if settings.audit_key_file is None:
        raise ConfigurationError(
            "Anchors can only be checked with the public key that signed them.",
            hint="Give --key, or set audit_key_file.",
        )
    own = private_key(read_secret(settings.audit_key_file))
    return anchors_at(given, own.public_key())


def _tell(check: "AuditCheck", found: "Found") -> None:
    from casework.faults import MEANINGS

    for trouble in found.troubles:
        say(f"anchor: {trouble}")
    if check.sound:
        upto = f", the last of them at row {check.agreed}" if check.anchors else ""
        show(f"{check.rows} rows, sound; {check.anchors} anchors met{upto}")
        if not check.anchors:
            say("No anchor was checked: a log rewritten as a whole would look sound.")
        return
    if check.fault is not None:
        if check.first_bad is not None:
            say(f"row {check.first_bad}: {check.problem}")
        else:
            say(check.problem)
        say(MEANINGS[check.fault])
    say(f"Rows up to {check.agreed} are vouched for by {check.anchors} anchors.")
    say("Keep the database, its backups and the anchors as they are; docs/audit.md.")
    raise typer.Exit(ATTENTION)


@audit.command("anchor")
def anchor(home: HomeOption = None) -> None:
    """Sign the present head, put it into the anchors' folder, and print the line.

    The job `audit` does so daily. The line may be printed, filed or mailed: it tells
    nothing of what the log holds.
    """
    with friendly():
        from wiring import bootstrap

        settings = settings_of(home)
        anchorage = bootstrap.build_anchorage(settings)
        if anchorage is None:
            raise ConfigurationError(
                "No place for anchors is set.",
                hint="Set audit_key_file and audit_anchor_dir, see docs/audit.md.",
            )
        casework = bootstrap.build_casework(settings)
        made = anchorage.anchor(casework, "cli", bootstrap.build_clock().now())
        casework.close()
        show(made.line)


@audit.command("key")
def key(
    file: Annotated[Path, typer.Argument(help="New file for the private key.")],
) -> None:
    """Make the key that signs anchors, and print its public half to be kept apart.

    Print the 64 digits and file them: without them nobody can check an anchor later.
    """
    with friendly():
        import os

        from casework.anchors import key_id, new_key, private_key

        pem = new_key()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise QuarantineError(
                f"{file} cannot be made: {error.strerror}.", reason="key_file"
            ) from error
        with os.fdopen(handle, "wb") as written:
            written.write(pem)
        public = private_key(pem.decode()).public_key()
        show(public.public_bytes_raw().hex())
        say(f"key {key_id(public)}, private half in {file}")


@audit.command("export")
def export(  # noqa: PLR0917 - options of a command
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, not JSON lines.")] = False,
    since: SinceOption = "",
    until: UntilOption = "",
    person: PersonOption = None,
    act: ActOption = None,
    subject: SubjectOption = "",
    home: HomeOption = None,
) -> None:
    """Print rows, oldest first; the export itself is noted in the log.

    The whole log as JSON lines is what an outsider verifies with
    scripts/verify_audit.py and the anchors.
    """
    with friendly():
        import sys

        from casework.giving_out import as_csv_file, as_json_lines
        from wiring import bootstrap

        settings = settings_of(home, quiet=True)
        casework = bootstrap.build_casework(settings)
        wanted = _wanted(settings, casework, (since, until), (person, act), subject)
        noted = casework.export_audit("cli", wanted, "csv" if as_csv else "jsonl")
        write = as_csv_file if as_csv else as_json_lines
        for part in write(noted, casework.exported(noted)):
            sys.stdout.write(part)
        sys.stdout.flush()
        casework.close()
        say(f"{noted.rows} rows, up to row {noted.upto}")


def _wanted(
    settings: "Settings",
    casework: "Casework",
    days: tuple[str, str],
    named: tuple[Sequence[str] | None, Sequence[str] | None],
    subject: str,
) -> "AuditFilter":
    from casework.giving_out import spellings
    from casework.model import AuditFilter

    people, acts = named
    return AuditFilter(
        since=day_of(settings, days[0]),
        until=day_of(settings, days[1]),
        actors=spellings(people or (), casework.accounts()),
        acts=tuple(acts or ()),
        subject=subject,
    )


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
