"""`hold …`: posts that neither retention nor a request may delete."""

from typing import Annotated

import typer

from cli.output import emit, friendly, show
from cli.state import HomeOption, settings_of

hold = typer.Typer(
    help="Legal hold: keep posts from retention and erasure.", no_args_is_help=True
)
Targets = Annotated[
    list[str], typer.Argument(metavar="POST|URL...", help="Ids or addresses.")
]


@hold.command("put")
def put(
    targets: Targets,
    reason: Annotated[
        str,
        typer.Option("--reason", help="For the audit: the file's number, no names."),
    ],
    home: HomeOption = None,
) -> None:
    """Keep posts until they are released."""
    with friendly():
        from cli.keeping import known_posts
        from jobs.erasure import HOLD
        from wiring import bootstrap

        settings = settings_of(home)
        casework = bootstrap.build_casework(settings)
        for post in sorted(known_posts(settings, casework, targets)):
            value = {"reason": reason}
            casework.put_setting("cli", HOLD + post, value, told="hold.put")
            show(f"{post} is under legal hold.")


@hold.command("release")
def release(targets: Targets, home: HomeOption = None) -> None:
    """End the hold of posts."""
    with friendly():
        from cli.keeping import held_posts
        from jobs.erasure import HOLD
        from wiring import bootstrap

        settings = settings_of(home)
        casework = bootstrap.build_casework(settings)
        for post in sorted(held_posts(settings, casework, targets)):
            casework.put_setting("cli", HOLD + post, None, told="hold.release")
            show(f"{post} is released.")


@hold.command("list")
def list_holds(
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines on stdout.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """List the posts under hold."""
    with friendly():
        from cli.keeping import holds
        from wiring import bootstrap

        casework = bootstrap.build_casework(settings_of(home))
        for post, setting in sorted(holds(casework).items()):
            value = setting.value
            row = {
                "post": post,
                "since": setting.at.isoformat(),
                "reason": value.get("reason", "") if isinstance(value, dict) else "",
            }
            if as_json:
                emit(row)
            else:
                show("\t".join(row.values()))
