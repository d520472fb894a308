"""Copies what a frontier holds into another one."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice

from crawlers.frontier.port import Frontier
from jobs.migration.tally import Compared, row_bytes, tally

CHUNK = 1000
"""Facts per transaction: fewer cost syncs, more memory."""


def copy_facts(
    source: Frontier, target: Frontier, progress: Callable[[int], None]
) -> None:
    """Bring everything over; may be cut off and done again."""
    facts = source.facts()
    while part := list(islice(facts, CHUNK)):
        target.take_in(part)
        progress(len(part))


def compare_frontiers(source: Frontier, target: Frontier) -> Compared:
    """Compare fact by fact."""
    return Compared(
        store="frontier",
        part="facts",
        source=tally(_rows(source)),
        target=tally(_rows(target)),
    )


def _rows(frontier: Frontier) -> Iterator[bytes]:
    for fact in frontier.facts():
        yield row_bytes([type(fact).__name__, asdict(fact)])
