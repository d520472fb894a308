"""`erase`: delete posts everywhere at a person's request, for good."""

from typing import Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of
from domain.ids import PostId


def erase(
    posts: Annotated[list[str], typer.Argument(help="Ids or addresses of posts.")],
    reason: Annotated[
        str, typer.Option("--reason", help="The request, as the audit is to name it.")
    ],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    home: HomeOption = None,
) -> None:
    """Delete posts everywhere, with a certificate; they are not collected again."""
    with friendly():
        from cli.crawling import open_frontier
        from crawlers.erasing import CrawlMemory, erased_names
        from crawlers.frontier.erasures import digest_of
        from extraction.urls import canonical_url
        from jobs.copies.erased import Listing
        from wiring import bootstrap

        settings = settings_of(home)
        profile_of(settings)
        frontier = open_frontier(settings)
        casework = bootstrap.build_casework(settings)
        eraser = bootstrap.build_eraser(settings, casework, CrawlMemory(frontier))
        wanted = {
            frontier.resolve(canonical_url(name) or name) or PostId(name)
            for name in posts
        }
        held = eraser.held_back() & wanted
        listed = Listing(settings.erasure_list, bootstrap.build_clock())
        # Before anything goes: an erasure that no copy knows of could be undone by one.
        listed.note(digest_of(post) for post in wanted - held)
        for certificate in eraser.on_request(wanted, reason=reason):
            if as_json:
                emit(certificate.detail())
            else:
                named = ("records", "decisions", "captures")
                counts = [f"{getattr(certificate, name)} {name}" for name in named]
                show(", ".join([f"{len(certificate.posts)} posts", *counts]))
        listed.note(erased_names(frontier))
        frontier.close()
        for post in sorted(held):
            say(f"minhtin: {post} is under legal hold and was left alone.")
        if held:
            raise typer.Exit(ATTENTION)
