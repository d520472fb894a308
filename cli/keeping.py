"""What the `hold` commands work with: posts by id or address, and holds."""

from collections.abc import Mapping, Sequence
from contextlib import closing

from casework.model import Setting
from casework.service import Casework
from cli.proving import posts_at
from domain.errors import NotFoundError
from domain.ids import PostId
from jobs.archive import gather
from jobs.erasure import HOLD
from wiring import bootstrap
from wiring.settings import Settings


def known_posts(
    settings: Settings, casework: Casework, targets: Sequence[str]
) -> set[PostId]:
    """Return the posts of which analyses or decisions are kept.

    Raises `NotFoundError` for the first target that leads to none: a slip in an id
    must not look as if something had been done.
    """
    meant = {text: posts_at(settings, text) for text in targets}
    wanted = sorted({post for found in meant.values() for post in found})
    with closing(bootstrap.build_log(settings)) as log:
        analysed = gather(log, wanted)
    known = {*analysed, *casework.latest(wanted)}
    for text, found in meant.items():
        if known.isdisjoint(found):
            raise NotFoundError(
                f"Nothing is kept of {text!r}.",
                hint="Give a post's id or its address, as in `minhtin search --json`.",
            )
    return known


def held_posts(
    settings: Settings, casework: Casework, targets: Sequence[str]
) -> set[PostId]:
    """Return the posts under hold that targets mean; raises `NotFoundError`."""
    held = holds(casework)
    chosen: set[PostId] = set()
    for text in targets:
        found = held.keys() & set(posts_at(settings, text))
        if not found:
            raise NotFoundError(
                f"{text!r} is under no hold.", hint="See `minhtin hold list`."
            )
        chosen |= found
    return chosen


def holds(casework: Casework) -> Mapping[PostId, Setting]:
    """Return the holds in force, by post."""
    return {
        PostId(setting.key.removeprefix(HOLD)): setting
        for setting in casework.settings(HOLD)
        if setting.value
    }
