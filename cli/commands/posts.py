"""`posts …`: single posts that must go, or must not."""

from typing import Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, settings_of

posts = typer.Typer(
    help="Single posts: erase on request, keep under legal hold.", no_args_is_help=True
)
Targets = Annotated[
    list[str], typer.Argument(metavar="POST|URL...", help="Ids or addresses.")
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason", help="For the audit, such as the file's number; no names of people."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")]


@posts.command("erase")
def erase(
    targets: Targets,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete posts everywhere, now and for good; prints the certificate."""
    with friendly():
        from contextlib import closing

        from cli.keeping import known_posts
        from wiring import bootstrap

        settings = settings_of(home)
        wanted = known_posts(settings, targets)
        if not yes:
            typer.confirm(f"Delete {len(wanted)} posts for good?", abort=True, err=True)
        with closing(bootstrap.build_log(settings)) as log:
            eraser = bootstrap.build_eraser(
                settings, log, bootstrap.build_casework(settings)
            )
            held = eraser.held_back() & wanted
            for paper in eraser.on_request(wanted, reason=reason):
                detail = paper.detail()
                if as_json:
                    emit(detail)
                else:
                    show(
                        f"{len(paper.posts)} posts, {paper.decisions} with decisions, "
                        f"{paper.captures} captures deleted ({paper.captures_kept} "
                        f"kept for others); certificate {detail['digest']}"
                    )
        for post in sorted(held):
            say(f"minhtin: {post} is under legal hold and stays.")
        if held:
            raise typer.Exit(ATTENTION)


@posts.command("hold")
def hold(targets: Targets, reason: Reason, home: HomeOption = None) -> None:
    """Keep posts from retention and erasure until they are released."""
    with friendly():
        from cli.keeping import known_posts
        from jobs.erasure import HOLD
        from wiring import bootstrap

        settings = settings_of(home)
        casework = bootstrap.build_casework(settings)
        for post in sorted(known_posts(settings, targets)):
            casework.put_setting("cli", HOLD + post, {"reason": reason})
            show(f"{post} is under legal hold.")


@posts.command("release")
def release(targets: Targets, home: HomeOption = None) -> None:
    """End the legal hold of posts."""
    with friendly():
        from cli.keeping import held_posts
        from jobs.erasure import HOLD
        from wiring import bootstrap

        settings = settings_of(home)
        casework = bootstrap.build_casework(settings)
        for post in sorted(held_posts(settings, casework, targets)):
            casework.put_setting("cli", HOLD + post, None)
            show(f"{post} is released.")


@posts.command("held")
def held(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List the posts under legal hold."""
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
