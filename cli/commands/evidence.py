"""`evidence …`: look at captures, check them, hand them over."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, day_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.ids import Digest
    from evidence.catalogue import CaptureFacts
    from evidence.port import Stored
    from wiring.settings import Settings

evidence = typer.Typer(
    help="Captured pages: look at them, check them, hand them over.",
    no_args_is_help=True,
)
INTERRUPTED = 130
"""Exit code of a command that Ctrl+C ended, as shells give it."""

SHOWN = 20
"""Unsound captures said on stderr; `--json` prints all."""

JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")]
Target = Annotated[
    str, typer.Argument(metavar="DIGEST|POST|URL", help="Which page or post.")
]
Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="[DIGEST|POST|URL]...", help="Which; without any, all."),
]


@evidence.command("show")
def show_one(
    target: Target,
    payload: Annotated[
        bool, typer.Option("--payload", help="Write the page itself to stdout.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say what was captured of a page, revision by revision of its post."""
    with friendly():
        from cli.proving import as_row, find
        from domain.errors import NotFoundError
        from evidence.catalogue import facts_of
        from wiring import bootstrap

        settings = settings_of(home)
        store = bootstrap.build_evidence(settings)
        found = find(settings, [target])
        gone: list[Digest] = []
        if payload:
            _note(settings, "evidence.read", found[-1].digest, {})
            sys.stdout.buffer.write(store.get(found[-1].digest).body)
            return
        for one in found:
            try:
                facts = facts_of(store, one.digest)
            except NotFoundError:
                gone.append(one.digest)
                continue
            if as_json:
                emit({**as_row(facts), "post": one.post, "revision": one.revision})
            else:
                if one.post:
                    show(f"{one.post}, revision {one.revision}")
                _say_facts(facts)
        _say_gone(gone)
        if gone:
            raise typer.Exit(ATTENTION)


@evidence.command("list")
def list_all(
    since: Annotated[str, typer.Option(help="Fetched on this day or later.")] = "",
    url: Annotated[str, typer.Option(help="Part of the address.")] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List what is kept, in no set order."""
    with friendly():
        from cli.proving import as_row, listed
        from wiring import bootstrap

        settings = settings_of(home)
        store = bootstrap.build_evidence(settings)
        day = day_of(settings, since)
        for facts in listed(store, since=day, part=url, damaged=say):
            if as_json:
                emit(as_row(facts))
            else:
                picture = "picture" if facts.picture else "-"
                show(
                    f"{facts.digest}\t{facts.fetched:%Y-%m-%d %H:%M:%S}\t"
                    f"{facts.status}\t{facts.size}\t{picture}\t{facts.url}"
                )


@evidence.command()
def verify(
    targets: Targets = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Read captures again and compare them with their digests.

    Ctrl+C stops it and says how far it came. Ends with 1 when something is unsound.
    """
    with friendly():
        from cli.progress import Rates
        from cli.proving import checked, find
        from wiring import bootstrap

        settings = settings_of(home)
        store = bootstrap.build_evidence(settings)
        named = [one.digest for one in find(settings, targets or [])]
        count = 0
        bad: list[Stored] = []
        gone: list[Digest] = []
        try:
            with Rates("verify") as rates:
                walk = (
                    checked(store, named, gone.append)
                    if targets
                    else checked(store, store.digests())
                )
                for stored in walk:
                    count += 1
                    rates.add(1)
                    if as_json:
                        emit(_checked(stored))
                    if not stored.sound:
                        bad.append(stored)
        except KeyboardInterrupt as error:
            _say_bad(bad, count)
            say("minhtin: Interrupted; the rest was not looked at.")
            raise typer.Exit(INTERRUPTED) from error
        _say_bad(bad, count)
        _say_gone(gone)
        if bad or gone:
            raise typer.Exit(ATTENTION)


@evidence.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="A folder, or a file NAME.zip.")],
    targets: Targets = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that is kept.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Write captures and a manifest with SHA-256 into a folder or a ZIP file.

    Cut off, it goes on when run again. Ends with 1 when something is unsound.
    """
    with friendly():
        from cli.progress import Rates
        from cli.proving import find
        from domain.errors import NotFoundError, QuarantineError
        from evidence.export import export as write
        from wiring import bootstrap

        if bool(targets) == everything:
            raise QuarantineError(
                "Nothing says what to export.",
                reason="usage",
                hint="Name digests, posts or addresses, or give --all alone.",
            )
        settings = settings_of(home)
        store = bootstrap.build_evidence(settings)
        digests = (
            list(store.digests())
            if everything
            else [one.digest for one in find(settings, targets or [])]
        )
        try:
            with Rates("export") as rates:
                done = write(store, digests, to, rates.add)
        except OSError as error:
            raise NotFoundError(
                f"{to} cannot be written: {error.strerror}.",
                hint="Check the folder, its rights and the room on its disk.",
            ) from error
        subject = digests[0] if len(digests) == 1 else f"{done.captures} captures"
        _note(settings, "evidence.export", subject, {"captures": done.captures})
        show(f"{done.captures} captures in {done.place}")
        _say_gone(done.missing)
        for digest, problem in done.unsound:
            say(f"minhtin: {digest}: {problem}")
        if done.missing or done.unsound:
            raise typer.Exit(ATTENTION)


@evidence.command()
def picture(
    target: Target,
    to: Annotated[
        Path | None, typer.Option("--to", help="Also write the PNG into this file.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a picture of the page as it was captured and keep it beside the capture.

    Chromium renders the stored bytes, without scripts and without any network.
    """
    with friendly():
        from cli.proving import as_row, find
        from domain.errors import NotFoundError
        from evidence.catalogue import facts_of
        from wiring import bootstrap

        settings = settings_of(home)
        store = bootstrap.build_evidence(settings)
        digest = find(settings, [target])[-1].digest
        if facts_of(store, digest).picture is None:
            _note(settings, "evidence.picture", digest, {})
            bootstrap.take_picture(settings, store, digest)
        facts = facts_of(store, digest)
        if to is not None and facts.picture is not None:
            try:
                to.write_bytes(facts.picture.png)
            except OSError as error:
                raise NotFoundError(
                    f"{to} cannot be written: {error.strerror}."
                ) from error
        emit(as_row(facts)) if as_json else _say_facts(facts)


def _checked(stored: "Stored") -> dict[str, object]:
    return {
        "digest": stored.digest,
        "sound": stored.sound,
        "problem": stored.problem,
        "size": stored.size,
        "stored_at": stored.stored_at.isoformat(),
        "pictured": stored.pictured,
    }


def _say_bad(bad: "list[Stored]", count: int) -> None:
    say(f"minhtin: {count:,} captures checked, {len(bad):,} unsound.")
    for stored in bad[:SHOWN]:
        say(f"{stored.digest}: {stored.problem}")
    if len(bad) > SHOWN:
        say(f"… and {len(bad) - SHOWN:,} more; --json names all.")


def _say_gone(digests: "Iterable[Digest]") -> None:
    for digest in digests:
        say(f"minhtin: {digest} is not there (any more).")


def _say_facts(facts: "CaptureFacts") -> None:
    lines: list[tuple[str, object]] = [
        ("digest", facts.digest),
        ("address", facts.url),
        ("fetched", f"{facts.fetched:%Y-%m-%d %H:%M:%S} UTC"),
        ("answer", f"{facts.status} {facts.content_type} {facts.length:,} bytes"),
        ("server", facts.address or "unknown"),
        ("payload", f"SHA-256 {facts.payload_sha256}"),
        ("file", f"SHA-256 {facts.file_sha256}, {facts.size:,} bytes"),
        ("written by", facts.software or "Minh Tin 0.1.0"),
    ]
    if facts.picture is not None:
        taken = f"{facts.picture.taken:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(("picture", f"{taken}, {facts.picture.maker}"))
        lines.append(("", f"SHA-256 {facts.picture.digest}"))
    for name, value in lines:
        show(f"{name:<11}{value}")
    _say_headers("asked with", facts.request_headers)
    _say_headers("answered with", facts.response_headers)


def _say_headers(title: str, headers: "Iterable[tuple[str, str]]") -> None:
    show(f"{title}:")
    for name, value in headers:
        show(f"  {name}: {value}")


def _note(
    settings: "Settings", act: str, subject: str, detail: dict[str, object]
) -> None:
    """Write into the audit what was taken out of the store, or put into it."""
    from contextlib import closing

    from wiring import bootstrap

    with closing(bootstrap.build_casework(settings)) as casework:
        casework.record("cli", act, subject, detail)
