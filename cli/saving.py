"""Makes a copy of an installation in a folder of copies, and keeps that in order."""

from contextlib import closing
from pathlib import Path

from cli.copying import Copying
from domain.errors import ConfigurationError, NotFoundError
from jobs.copies.captures import CapturePool
from jobs.copies.erased import note_erased, read_all
from jobs.copies.files import write_whole
from jobs.copies.folder import ERASED, KEY, CopyFolder, Mark, inside
from jobs.copies.manifest import NAME
from jobs.copies.sealing import (
    AgeSeal,
    NoSeal,
    Seal,
    key_pair_seal,
    new_locked_key,
    unlocked,
)
from wiring import bootstrap
from wiring.secret_files import backup_passphrase, read_secret
from wiring.settings import Settings


class Saving:
    """One copy of an installation."""

    def __init__(
        self, settings: Settings, folder: Path, *, captures: bool | None = None
    ) -> None:
        """Check that the folder fits; `captures` None means: unless in a bucket."""
        self._settings = settings
        self._folder = CopyFolder(folder.absolute())
        self._captures = captures if captures is not None else not settings.evidence_url
        for part in (settings.home, settings.evidence_folder):
            if inside(folder, part):
                raise ConfigurationError(
                    f"{folder} lies in {part}, which is what is copied.",
                    hint="Give a folder on another disk, best of another machine.",
                )
        _refuse_missing(settings)

    def save(self, keep_days: int | None = None) -> Path:
        """Make a copy; return its folder. Older ones than `keep_days` go then."""
        clock = bootstrap.build_clock()
        with self._folder.alone():
            seal = self._seal()
            with self._folder.new_copy(clock.now()) as target:
                made = Copying(self._settings, target, seal, clock.now())
                pool = CapturePool(self._folder.path, seal) if self._captures else None
                made.run(pool, self._list_erased)
            copy = self._folder.path / target.stem
            gone = (
                self._folder.prune(clock.now(), keep_days)
                if keep_days is not None
                else []
            )
        self._record(copy, gone)
        return copy

    def _seal(self) -> Seal:
        """Return how files here are encrypted; the first copy decides it."""
        mark, phrase = self._folder.mark(), backup_passphrase(self._settings)
        recipient = self._settings.backup_recipient
        kind = "passphrase" if phrase else "key" if recipient else "none"
        wanted = Mark(encryption=kind, recipient=recipient)
        if mark is not None and mark != wanted:
            raise ConfigurationError(
                f"The copies in {self._folder.path} are encrypted otherwise "
                f"({mark.encryption}) than the settings say ({kind}).",
                hint="Begin a new folder for another passphrase or key.",
            )
        seal: Seal = NoSeal()
        if phrase:
            seal = self._passphrase_seal(phrase)
        elif recipient:
            seal = key_pair_seal(recipient, "")
        if mark is None:
            self._folder.set_mark(wanted)
        return seal

    def _passphrase_seal(self, phrase: str) -> AgeSeal:
        path = self._folder.path / KEY
        if not path.exists():
            if self._folder.copies():
                raise ConfigurationError(
                    f"{path} is gone.", hint="Each copy holds one: put it back."
                )
            locked, seal = new_locked_key(phrase)
            write_whole(path, locked)
            return seal
        return unlocked(path.read_bytes(), phrase)

    def _list_erased(self, digests: frozenset[str]) -> int:
        path = self._folder.path / ERASED
        lists = [p for p in (self._settings.erasure_list,) if p]
        now = bootstrap.build_clock().now()
        note_erased(path, digests | read_all(lists), now)
        return len(read_all([path]))

    def _record(self, copy: Path, gone: list[str]) -> None:
        """Note the copy in the audit, unless that would migrate the database."""
        if bootstrap.casework_revision(self._settings) != bootstrap.newest_revision():
            return
        with closing(bootstrap.build_casework(self._settings)) as casework:
            detail = {"deleted": gone, "encrypted": self.encrypted}
            casework.record("cli", "backup", copy.name, detail)

    @property
    def encrypted(self) -> bool:
        """Whether copies in this folder are."""
        mark = self._folder.mark()
        return mark is not None and mark.encryption != "none"


def opened_seal(settings: Settings, copy: Path) -> Seal:
    """Return what reads a copy's files, by the settings."""
    if not (copy / (NAME + AgeSeal.suffix)).exists():
        return NoSeal()
    if (copy / KEY).exists():
        phrase = backup_passphrase(settings)
        if not phrase:
            raise ConfigurationError(
                "The copy is encrypted by a passphrase, and none is set.",
                hint="Set MINHTIN_BACKUP_PASSPHRASE, or backup_passphrase_file.",
            )
        return unlocked((copy / KEY).read_bytes(), phrase)
    return key_pair_seal("", read_secret(settings.backup_identity_file))


def _refuse_missing(settings: Settings) -> None:
    missing = [
        path
        for path, elsewhere in (
            (settings.log_path, settings.log_url),
            (settings.home / "casework.sqlite", settings.database_url),
        )
        if not elsewhere and not path.exists()
    ]
    if missing:
        raise NotFoundError(
            f"There is no {missing[0].name} in {settings.home}.",
            hint="Name the installation with --home or MINHTIN_HOME.",
        )
