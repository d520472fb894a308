"""Brings a copy back into an empty home, or to the engines that the settings name.

All is done in a folder of the home that is put into place at the very end: what was cut
off is no installation, and is begun again.
"""

import tarfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree

import tomli_w

from casework.model import AuditCheck
from cli.copied_home import embedded
from cli.copying import FILES, STORES
from cli.crawling import open_frontier
from cli.indexing import build_index_anew
from cli.moving import Move
from cli.progress import Rates
from cli.saving import opened_seal
from crawlers.erasing import CrawlMemory
from crawlers.frontier.erasures import ErasedName, digest_of
from domain.errors import ConfigurationError, NotFoundError, QuarantineError
from evidence.port import EvidenceStore
from jobs.copies.again import heard_reviews, kept_of
from jobs.copies.checking import Copy, Findings
from jobs.copies.erased import read_all
from jobs.copies.files import full_or, private
from jobs.copies.folder import ERASED, OWNER_ONLY, copy_at, inside
from jobs.durable import sync_folder
from wiring import bootstrap
from wiring.settings import FILE, Settings, load_settings

UNFINISHED = ".restoring"
REASON = "restore"
ENGINES = ("log_url", "search_url", "database_url", "evidence_url", "evidence_dir")
_LEFT = {UNFINISHED, "lost+found", "running.lock", "migration.lock"}
_SHOWN = 5
"""Damaged files that are named; the rest is a number."""


@dataclass(slots=True)
class Restored:
    """What was brought back. `attention` are sentences that somebody must act on."""

    documents: int = 0
    captures: int = 0
    deleted_since: int = 0
    erased_again: int = 0
    announced: int = 0
    sessions: int = 0
    audit_rows: int = 0
    attention: list[str] = field(default_factory=list)


def opened(settings: Settings, path: Path) -> Copy:
    """Open the copy that is meant; see `copy_at` and `Copy`."""
    copy = copy_at(path)
    return Copy(copy, opened_seal(settings, copy))


def refuse_damage(found: Findings) -> None:
    """Raise `QuarantineError` that names what is damaged."""
    if not found.problems:
        return
    named = "; ".join(found.problems[:_SHOWN])
    rest = len(found.problems) - _SHOWN
    raise QuarantineError(
        f"The copy is damaged: {named}{f'; and {rest} more' if rest > 0 else ''}.",
        reason="damaged_copy",
        hint="Take another one.",
    )


class Restoring:
    """One restore. `all_in_home` keeps it away from whatever the settings name."""

    def __init__(
        self,
        settings: Settings,
        path: Path,
        *,
        lists: Sequence[Path] = (),
        all_in_home: bool = False,
    ) -> None:
        self._home, self._lists = settings.home, list(lists)
        self._listed = settings.erasure_list
        self._all_in_home = all_in_home
        self.copy = opened(settings, path)
        if missing := [str(path) for path in lists if not path.exists()]:
            raise NotFoundError(f"There is no list of erasures {missing[0]}.")

    def run(self) -> Restored:
        """Bring everything back. Raises before anything is written where it cannot."""
        self._refuse_full_home()
        with Rates("verify (bytes)") as rates:
            found = self.copy.check(rates.add)
        refuse_damage(found)
        done = Restored(deleted_since=found.deleted)
        with self._staging() as staging:
            self._unpack(staging)
            target = self._settings(staging)
            work = _in_staging(target, staging, self._home)
            self._bring_captures(work, done)
            self._settle(work, done)
            self._into_place(work, target, done)
        return done

    def _refuse_full_home(self) -> None:
        held = {path.name for path in self._home.glob("*")} - _LEFT
        held |= {path.name for path in self._home.glob(".*")} - _LEFT
        if held:
            raise ConfigurationError(
                f"{self._home} is not empty: it holds {min(held)}.",
                hint="Restore into an empty folder; move what is there away first.",
            )

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        staging = self._home / UNFINISHED
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
            self._home.chmod(OWNER_ONLY)
            if staging.exists():
                rmtree(staging)
            staging.mkdir(mode=OWNER_ONLY)
            yield staging
        except OSError as error:
            raise full_or(error, self._home) from error
        finally:
            rmtree(staging, ignore_errors=True)

    def _unpack(self, staging: Path) -> None:
        with Rates("restore (bytes)") as rates:
            for name in (*STORES, FILES):
                with private(staging / name, "xb") as file:
                    self.copy.read(name, file, rates.add)
        with tarfile.open(staging / FILES) as archive:
            archive.extractall(staging, filter="data")
        (staging / FILES).unlink()
        if self._all_in_home:
            _leave_engines(staging / FILE)

    def _settings(self, staging: Path) -> Settings:
        """Return the settings of the restored installation, with its own file."""
        settings = load_settings(home=staging)
        if not self._all_in_home:
            return replace(settings, home=self._home)
        return embedded(replace(settings, erasure_list=None), self._home)

    def _bring_captures(self, work: Settings, done: Restored) -> None:
        store = bootstrap.build_evidence(work)
        if not self.copy.manifest.captures.copied:
            self._look_for_captures(store, done)
            return
        elsewhere = not inside(work.evidence_folder, self._home)
        if (work.evidence_url or elsewhere) and next(store.digests(), None):
            raise ConfigurationError(
                "The place of the evidence that the settings name is not empty.",
                hint="Move what is there away, or give --all-in-home.",
            )
        deleted = self.copy.pool.deleted()
        with Rates("captures (bytes)") as rates:
            for kept in self.copy.captures():
                try:
                    self.copy.pool.bring_back(kept, store, rates.add)
                    done.captures += 1
                except QuarantineError:
                    if kept.digest not in deleted:
                        raise

    def _look_for_captures(self, store: EvidenceStore, done: Restored) -> None:
        here = set(store.digests())
        named = [kept.digest for kept in self.copy.captures()]
        done.captures = len(here.intersection(named))
        if missing := len(named) - done.captures:
            done.attention.append(
                f"{missing} of {len(named)} captures are not in the copy, which only "
                "names them, and not where the settings say: bring the bucket back."
            )

    def _settle(self, work: Settings, done: Restored) -> None:
        """Erase what was erased since, say again what the log has not heard."""
        with (
            closing(bootstrap.build_log(work)) as log,
            closing(open_frontier(work)) as frontier,
            closing(bootstrap.build_casework(work)) as casework,
        ):
            erased = read_all(self._lists_of(work, done))
            frontier.take_in([ErasedName(digest) for digest in sorted(erased)])
            posts = kept_of(log, erased, digest_of, casework.latest)
            eraser = bootstrap.build_eraser(work, casework, CrawlMemory(frontier))
            held = eraser.held_back() & posts
            eraser.on_request(posts, reason=REASON)
            done.erased_again = len(posts - held)
            done.attention += [
                f"{post} was erased after the copy was made, and is under legal hold "
                "in it: `minhtin hold release` and `minhtin erase` if that still holds."
                for post in sorted(held)
            ]
            done.announced = casework.announce_again(heard_reviews(log))
            check = casework.verify_audit()
            done.audit_rows = check.rows
            self._judge_audit(check, done)
            made = self.copy.manifest.made.isoformat()
            done.sessions = casework.restored(
                "cli",
                self.copy.path.name,
                {"made": made, "erased": done.erased_again},
            )

    def _lists_of(self, work: Settings, done: Restored) -> list[Path]:
        lists = [self.copy.path.parent / ERASED, *self._lists]
        named = {path for path in (self._listed, work.erasure_list) if path}
        for listed in sorted(named):
            if not listed.exists():
                done.attention.append(
                    f"The list of erasures {listed} is not there: what was erased "
                    "since the newest copy is not known. Bring it, and erase again."
                )
            lists.append(listed)
        return lists

    def _judge_audit(self, check: AuditCheck, done: Restored) -> None:
        if not check.sound:
            done.attention.append(
                f"The audit is not sound from row {check.first_bad} on: keep this "
                "copy, and compare it with an older one."
            )

    def _into_place(self, work: Settings, target: Settings, done: Restored) -> None:
        there = replace(target, home=work.home)
        if any(getattr(there, name) for name in ENGINES[:3]):
            move = Move(work, there)
            move.copy()
            if wrong := [f"{r.store} {r.part}" for r in move.compare() if not r.same]:
                raise ConfigurationError(
                    f"What was brought to the engines differs: {', '.join(wrong)}.",
                    hint="Does something write there? Empty them and begin again.",
                )
            _drop_moved(there)
        if not there.search_url:
            done.documents = build_index_anew(there)
        else:
            with closing(bootstrap.build_index(there)) as index:
                done.documents = index.reader().count()
        self._refuse_full_home()
        for entry in sorted(work.home.iterdir()):
            if entry.name not in _LEFT:
                entry.rename(self._home / entry.name)
        sync_folder(self._home)


def _in_staging(target: Settings, staging: Path, home: Path) -> Settings:
    """Return settings of the stores while they lie in the folder of the restore."""
    work = replace(embedded(target, staging), erasure_list=target.erasure_list)
    if target.evidence_url:
        return replace(work, evidence_url=target.evidence_url)
    folder = target.evidence_folder
    if folder.is_relative_to(home):
        return replace(work, evidence_dir=staging / folder.relative_to(home))
    return replace(work, evidence_dir=folder)


def _drop_moved(there: Settings) -> None:
    """Remove from the home what lies on engines now."""
    moved = ["migration.json"]
    if there.log_url:
        moved.append(there.log_path.name)
    if there.database_url:
        moved += ["casework.sqlite", there.frontier_path.name]
    for name in moved:
        for end in ("", "-wal", "-shm"):
            (there.home / f"{name}{end}").unlink(missing_ok=True)


def _leave_engines(path: Path) -> None:
    """Take addresses of stores elsewhere out of a restored file of settings."""
    if not path.exists():
        return
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    if values.keys() & set(ENGINES):
        path.rename(path.with_name(f"{path.name}.copied"))
        kept = {key: value for key, value in values.items() if key not in ENGINES}
        path.write_text(tomli_w.dumps(kept), encoding="utf-8")
