"""Fills a copy: the stores of an installation in a safe order, then all else.

The frontier first, then the log, casework and the captures. A crawler writes captures,
then the log, then the frontier; copied the other way round, no copy of a frontier
knows a post that its log has not (which would never be collected again), and no log a
capture that is not there. Casework comes after the log because the log's reviews are
casework's: a restore says again what the log has not heard, whereas a decision that
only the log knows would be shown for ever. Captures come after both that name them.
"""

import os
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from casework.held import Held
from cli.copied_home import embedded, members
from cli.crawling import open_frontier
from cli.progress import Rates
from crawlers.erasing import erased_names
from crawlers.frontier.copying import copy_facts
from domain.errors import MinhTinError
from eventlog.port import EventLog, LogTopic
from jobs.copies.captures import CapturePool, only_named
from jobs.copies.checking import LIST
from jobs.copies.files import (
    PRIVATE,
    Counted,
    Progress,
    SealedFile,
    close_file,
    json_bytes,
    silent,
    write_whole,
)
from jobs.copies.folder import KEY
from jobs.copies.manifest import FORMAT, NAME, SUMS, Captures, Manifest, Offsets
from jobs.copies.sealing import PIECE, NoSeal, Seal
from jobs.migration.copy import commit_groups, copy_log
from jobs.migration.journal import Journal
from jobs.probe import GROUPS
from wiring import bootstrap
from wiring.settings import Settings

STORES = ("frontier.sqlite", "log.sqlite", "casework.sqlite")
FILES = "home.tar"
STAGING = ".copying-"
ROUNDS = 5
"""How often what came into a log on brokers meanwhile is read too: fewer leave more to
chance where brokers compact at the same time, more end no sooner on a busy log."""
ENOUGH = 500
"""Records of a round after which no further one is worth it."""


@dataclass(frozen=True, slots=True)
class Copying:
    settings: Settings
    target: Path
    seal: Seal
    started: datetime

    def run(
        self, pool: CapturePool | None, list_erased: Callable[[frozenset[str]], int]
    ) -> None:
        """Fill the folder; the manifest is written last."""
        with self._staging() as staging, Rates("backup (bytes)") as rates:
            kept = embedded(self.settings, staging)
            files: list[SealedFile] = []

            def put(name: str) -> None:
                files.append(self._put(staging / name, name, rates.add))

            self._frontier(kept)
            put(STORES[0])
            offsets = self._log(kept)
            put(STORES[1])
            held = bootstrap.snapshot_casework(self.settings, staging / STORES[2])
            put(STORES[2])
            captures = self._captures(pool, staging / LIST, rates.add)
            put(LIST)
            _pack(members(self.settings), staging / FILES)
            put(FILES)
            erased = list_erased(self._erased())
        if (self.target.parent / KEY).exists():
            write_whole(self.target / KEY, (self.target.parent / KEY).read_bytes())
        self._finish(files, held, offsets, captures, erased)

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """Give a folder for files before they are encrypted.

        In the home, which holds the same in the clear anyway, or in the system's folder
        for passing files where the home is read-only; in the copy itself where nothing
        is encrypted.
        """
        for left in self.settings.home.glob(f"{STAGING}*"):
            rmtree(left)
        if isinstance(self.seal, NoSeal):
            yield self.target
            return
        home = self.settings.home
        place = home if os.access(home, os.W_OK) else None
        folder = Path(mkdtemp(prefix=STAGING, dir=place))
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)

    def _put(self, source: Path, name: str, tell: Progress) -> SealedFile:
        if isinstance(self.seal, NoSeal):
            return _in_place(source, name, tell)
        with source.open("rb") as file:
            made = close_file(self.seal, file, self.target / name, name, tell)
        source.unlink()
        return made

    def _frontier(self, kept: Settings) -> None:
        if not self.settings.database_url.startswith("postgres"):
            from crawlers.frontier.sqlite import copy_frontier_file

            if not self.settings.frontier_path.exists():
                open_frontier(self.settings).close()
            copy_frontier_file(self.settings.frontier_path, kept.frontier_path)
            return
        with (
            closing(open_frontier(self.settings)) as source,
            closing(open_frontier(kept)) as target,
        ):
            copy_facts(source, target, lambda _: None)

    def _log(self, kept: Settings) -> Offsets:
        if not self.settings.log_url:
            bootstrap.snapshot_log(self.settings, kept.log_path)
        with closing(bootstrap.build_log(kept)) as copy:
            if self.settings.log_url:
                self._copy_log(copy, kept.home)
            return Offsets(
                ends={str(topic): dict(copy.ends(topic)) for topic in LogTopic},
                groups={
                    group: {
                        str(topic): {
                            row.partition: row.committed
                            for row in copy.lag(group, [topic])
                        }
                        for topic in topics
                    }
                    for group, topics in GROUPS.items()
                },
            )

    def _copy_log(self, copy: EventLog, folder: Path) -> None:
        path = folder / "journal.json"
        journal = Journal(path, "copy")
        with closing(bootstrap.build_log(self.settings)) as source:
            for _ in range(ROUNDS):
                if copy_log(source, copy, GROUPS, journal, silent) < ENOUGH:
                    break
        commit_groups(copy, GROUPS, journal)
        path.unlink(missing_ok=True)

    def _captures(
        self, pool: CapturePool | None, path: Path, tell: Progress
    ) -> Captures:
        store = bootstrap.build_evidence(self.settings)
        with path.open("xb") as lines:
            if pool is None:
                return only_named(store, lines)
            return pool.take_over(store, lines, self.started, tell)

    def _erased(self) -> frozenset[str]:
        """Return what the crawlers know as erased, now that all else was copied."""
        with closing(open_frontier(self.settings)) as frontier:
            return frozenset(erased_names(frontier))

    def _finish(
        self,
        files: Sequence[SealedFile],
        held: Held,
        offsets: Offsets,
        captures: Captures,
        erased: int,
    ) -> None:
        settings = self.settings
        manifest = Manifest(
            format=FORMAT,
            program=version("minhtin"),
            made=self.started,
            finished=bootstrap.build_clock().now(),
            profile=settings.profile,
            schema=held.revision,
            model=_model(settings),
            stores={
                "frontier": _engine(settings.database_url),
                "log": _engine(settings.log_url),
                "casework": _engine(settings.database_url),
                "evidence": "bucket" if settings.evidence_url else "folder",
            },
            files=tuple(files),
            casework=held.rows,
            audit=held.audit,
            offsets=offsets,
            captures=captures,
            erased=erased,
        )
        path = self.target / f"{NAME}{self.seal.suffix}.part"
        write_whole(path, json_bytes(manifest))
        last = self._put_manifest(path)
        lines = [f"{f.stored_sha256}  {f.name}{self.seal.suffix}" for f in files]
        lines.append(f"{last}  {NAME}{self.seal.suffix}")
        write_whole(self.target / SUMS, ("\n".join(lines) + "\n").encode())

    def _put_manifest(self, path: Path) -> str:
        with path.open("rb") as file:
            made = close_file(self.seal, file, self.target / NAME, NAME)
        path.unlink()
        return made.stored_sha256


def _engine(url: str) -> str:
    return url.partition(":")[0].partition("+")[0] or "sqlite"


def _model(settings: Settings) -> str:
    with suppress(MinhTinError):
        return bootstrap.build_classifier(settings).version
    return ""


def _in_place(path: Path, name: str, tell: Progress) -> SealedFile:
    """Describe a file that lies where it belongs, and make it durable."""
    path.chmod(PRIVATE)
    with path.open("rb") as file:
        read = Counted(file, tell=tell)
        while read.read(PIECE):
            pass
        os.fsync(file.fileno())
    return SealedFile(
        name=name, size=read.size, sha256=read.sha256, stored_sha256=read.sha256
    )


def _pack(found: Mapping[str, Path], target: Path) -> None:
    with tarfile.open(target, "x") as archive:
        for name, path in sorted(found.items()):
            archive.add(path, name, recursive=False)
