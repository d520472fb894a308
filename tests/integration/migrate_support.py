"""A small installation with something in each store, and how two are compared."""

import shlex
from pathlib import Path

from domain.events import PostSeen
from evidence.port import Capture
from integration.line_support import START, Line, local_post
from wiring import bootstrap

POSTS = 60


def fill(line: Line) -> None:
    """Give an installation posts, of which some wait, captures, people and visits."""
    line.put([seen(number) for number in range(POSTS)])
    line.settle()
    line.put([seen(number) for number in range(POSTS, POSTS + 5)])
    evidence = bootstrap.build_evidence(line.settings)
    for number in range(20):
        evidence.put(
            Capture(
                url=f"https://bao.example/{number}",
                fetched=START,
                status=200,
                request_headers=(),
                response_headers=(("Content-Type", "text/html"),),
                body=b"<p>\xc6\xb0</p>" * number,
            )
        )
    line.add_source("bao", "feed", "https://bao.example/rss")
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    added = line.run("accounts", "add", "lan", "--role", "analyst", said=said)
    assert added.returncode == 0, added.stderr


def seen(number: int) -> PostSeen:
    return PostSeen(post=local_post(number), trace=f"t{number}")


def settings_file(folder: Path, **values: object) -> Path:
    path = folder / "new.env"
    lines = [f"MINHTIN_{k}={shlex.quote(str(v))}" for k, v in values.items()]
    path.write_text("\n".join(["# the new stores", *lines, ""]), encoding="utf-8")
    return path


def same_everywhere(old: Line, new: Line) -> None:
    assert new.found() == old.found()
    assert len(new.found()) == POSTS
    assert new.done("accounts", "list") == old.done("accounts", "list")
    assert new.done("sources", "list", "--json") == old.done(
        "sources", "list", "--json"
    )
    # What waited for the worker still waits, and is then found too.
    new.settle()
    assert len(new.found()) == POSTS + 5
