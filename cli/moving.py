"""Moves an installation: opens both sides and copies store by store."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from cli.crawling import open_frontier
from cli.indexing import build_index_anew
from cli.output import say
from cli.presence import at_rest
from cli.progress import Rates
from crawlers.frontier.copying import compare_frontiers, copy_facts
from domain.errors import ConfigurationError
from jobs.migration.compare import compare_evidence, compare_logs, copy_evidence
from jobs.migration.copy import commit_groups, copy_log, refuse_running
from jobs.migration.journal import Journal, alone
from jobs.migration.places import compare_places
from jobs.migration.tally import Compared, Sum, Tally, row_bytes, tally
from jobs.probe import GROUPS
from wiring import bootstrap
from wiring.settings import Settings

RUNS = 50
"""Runs looked at; those under way are among the newest."""

_PASSWORD = re.compile(r"://[^@/]*@")


class Move:
    """One move between two installations' stores; what they share is left alone."""

    def __init__(self, source: Settings, target: Settings) -> None:
        """Check that there is something to move, and that keys agree."""
        self._source, self._target = source, target
        self._parts = [part for part, of in _STORES.items() if of(source) != of(target)]
        if not self._parts:
            raise ConfigurationError(
                "The new settings name the stores that are in use already.",
                hint="Set log_url, search_url, database_url, evidence_url or "
                "evidence_dir in them.",
            )
        _refuse_other_key(source, target)
        if "log" in self._parts and target.log_url and target.log_retention_days:
            raise ConfigurationError(
                "Brokers would drop old records while they are copied.",
                hint="Leave log_retention_days out until the move is done.",
            )

    def copy(self) -> None:
        """Bring over what is not there yet, then build the index."""
        with (
            alone(self._source.home / "migration.lock"),
            at_rest(self._source.home, self._target.home),
        ):
            self._warn_of_schedulers()
            self._copy()

    def _warn_of_schedulers(self) -> None:
        """Those of other machines hold no lock here, but leases in casework."""
        casework = bootstrap.build_casework(self._source)
        now = bootstrap.build_clock().now()
        for run in casework.last_runs(limit=RUNS):
            if run.finished is None and run.lease_until > now:
                say(
                    f"minhtin: Is the scheduler {run.holder} still running? It has "
                    f"{run.job} until {run.lease_until:%Y-%m-%d %H:%M} UTC. Stop it."
                )

    def _copy(self) -> None:
        for part in [part for part in _STORES if part not in self._parts]:
            say(f"{part}: the same on both sides")
        named = " ".join(_bare(of(self._target)) for of in _STORES.values())
        journal = Journal(self._source.home / "migration.json", named)
        steps: dict[str, Callable[[Journal], None]] = {
            "log": self._copy_log,
            "evidence": self._copy_evidence,
            "casework": self._copy_casework,
            "frontier": self._copy_frontier,
            "index": self._build_index,
        }
        for part in self._parts:
            steps[part](journal)

    def compare(self) -> Iterator[Compared]:
        """Compare everything that was moved."""
        kinds: dict[str, Callable[[], Iterator[Compared]]] = {
            "log": self._compare_logs,
            "evidence": self._compare_evidence,
            "casework": self._compare_casework,
            "frontier": self._compare_frontiers,
            "index": self._compare_indexes,
        }
        for part in self._parts:
            yield from kinds[part]()

    def _copy_log(self, journal: Journal) -> None:
        with (
            closing(bootstrap.build_log(self._source)) as source,
            closing(bootstrap.build_log(self._target)) as target,
        ):
            refuse_running(source, GROUPS)
            with Rates("log") as rates:
                copy_log(source, target, GROUPS, journal, rates.add)
            if not journal.state.committed:
                commit_groups(target, GROUPS, journal)
                journal.state.committed = True
                journal.save()

    def _copy_evidence(self, _: Journal) -> None:
        source = bootstrap.build_evidence(self._source)
        target = bootstrap.build_evidence(self._target)
        with Rates("evidence") as rates:
            for count in copy_evidence(source, target):
                rates.add(count)

    def _copy_frontier(self, _: Journal) -> None:
        with (
            closing(open_frontier(self._source)) as source,
            closing(open_frontier(self._target)) as target,
            Rates("frontier") as rates,
        ):
            copy_facts(source, target, rates.add)

    def _copy_casework(self, journal: Journal) -> None:
        # The copy is one transaction: after a kill all of it is there, or nothing.
        sides = list(self._compare_casework())
        if not all(row.same for row in sides):
            known = journal.state.casework
            if known and known != {r.part: r.target.digest for r in sides}:
                raise ConfigurationError(
                    "Casework of the new installation was changed after it was copied.",
                    hint="It is in use: nothing more is moved there. To begin again, "
                    f"empty all new stores and remove {journal.path}.",
                )
            rows = bootstrap.copy_casework(
                self._source, self._target, again=bool(known)
            )
            say(f"casework: {rows:,} rows")
            sides = list(self._compare_casework())
        journal.state.casework = {row.part: row.target.digest for row in sides}
        journal.save()

    def _build_index(self, journal: Journal) -> None:
        if journal.state.index:
            return
        build_index_anew(self._target)
        journal.state.index = True
        journal.save()

    def _compare_logs(self) -> Iterator[Compared]:
        with (
            closing(bootstrap.build_log(self._source)) as source,
            closing(bootstrap.build_log(self._target)) as target,
        ):
            yield from compare_logs(source, target)
            yield from compare_places(source, target, GROUPS)

    def _compare_evidence(self) -> Iterator[Compared]:
        yield compare_evidence(
            bootstrap.build_evidence(self._source),
            bootstrap.build_evidence(self._target),
        )

    def _compare_frontiers(self) -> Iterator[Compared]:
        with (
            closing(open_frontier(self._source)) as source,
            closing(open_frontier(self._target)) as target,
        ):
            yield compare_frontiers(source, target)

    def _compare_casework(self) -> Iterator[Compared]:
        sides = [_by_table(settings) for settings in (self._source, self._target)]
        empty = tally(())
        for table in sorted({*sides[0], *sides[1]}):
            yield Compared(
                store="casework",
                part=table,
                source=sides[0].get(table, empty),
                target=sides[1].get(table, empty),
            )

    def _compare_indexes(self) -> Iterator[Compared]:
        """Compare what can be found, once the old side has taken in all of its log."""
        with closing(bootstrap.build_log(self._source)) as log:
            behind = sum(row.behind for row in log.lag("indexer", GROUPS["indexer"]))
        counts = [_documents(side) for side in (self._source, self._target)]
        if behind:
            counts[0] = counts[1]
        yield Compared(
            store="index",
            part=f"documents ({behind} not in the old one)" if behind else "documents",
            source=Tally(count=counts[0], digest=""),
            target=Tally(count=counts[1], digest=""),
        )


def _by_table(settings: Settings) -> dict[str, Tally]:
    sums: dict[str, Sum] = {}
    for table, values in bootstrap.casework_rows(settings):
        sums.setdefault(table, Sum()).add(row_bytes(values))
    return {table: rows.tally() for table, rows in sums.items()}


def _documents(settings: Settings) -> int:
    with closing(bootstrap.build_index(settings)) as index:
        return index.reader().count()


def _refuse_other_key(source: Settings, target: Settings) -> None:
    """Two keys would give the same author two pseudonyms."""
    try:
        there = bootstrap.secret_key(target)
    except ConfigurationError:
        return  # Not among these settings: only the crawler is given it.
    if there != bootstrap.secret_key(source):
        raise ConfigurationError(
            "The new settings have another secret key than the old ones.",
            hint="Take over the old key, else authors get other pseudonyms.",
        )


def _bare(name: Sequence[str]) -> str:
    return " ".join(_PASSWORD.sub("://", part) for part in name)


_STORES: dict[str, Callable[[Settings], tuple[str, ...]]] = {
    "log": lambda s: (
        (s.log_url, s.log_topic_prefix) if s.log_url else (str(s.log_path),)
    ),
    "evidence": lambda s: (
        (s.evidence_url, s.evidence_endpoint)
        if s.evidence_url
        else (str(s.evidence_folder),)
    ),
    "casework": lambda s: (s.casework_url,),
    "frontier": lambda s: (
        (s.database_url,)
        if s.database_url.startswith("postgres")
        else (str(s.frontier_path),)
    ),
    "index": lambda s: (
        (s.search_url, s.search_prefix) if s.search_url else (str(s.index_folder),)
    ),
}
"""What each store is known by."""
