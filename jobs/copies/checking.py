"""Whether a copy is whole: everything is read, nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.errors import QuarantineError
from jobs.copies.captures import CapturePool, Kept, read_list
from jobs.copies.files import Progress, damaged, open_file, silent
from jobs.copies.manifest import NAME, SUMS, Manifest, decode_manifest
from jobs.copies.sealing import Seal, Sink

LIST = "captures.jsonl"


@dataclass(slots=True)
class Findings:
    """What is wrong with a copy, and how many of its captures were deleted since."""

    problems: list[str] = field(default_factory=list)
    deleted: int = 0
    read: int = 0


class Copy:
    """A finished copy, opened for reading."""

    def __init__(self, path: Path, seal: Seal) -> None:
        """Read the manifest. Raises `QuarantineError`, `ConfigurationError`."""
        self.path, self._seal = path, seal
        self.manifest = self._manifest()
        self.pool = CapturePool(path.parent, seal)

    def _manifest(self) -> Manifest:
        data = BytesIO()
        place = self.path / (NAME + self._seal.suffix)
        try:
            sealed = place.read_bytes()
            sums = (self.path / SUMS).read_bytes()
            self._seal.open(BytesIO(sealed), data)
        except OSError as error:
            raise damaged(NAME, str(error)) from error
        except QuarantineError as error:
            raise damaged(NAME, error.message) from error
        # A changed letter in a name or a number can leave JSON that reads well.
        if f"{sha256(sealed).hexdigest()}  {place.name}".encode() not in sums:
            raise damaged(NAME, f"not what {SUMS} says")
        return decode_manifest(data.getvalue())

    def read(self, name: str, sink: Sink | None, tell: Progress = silent) -> None:
        """Read one file through. Raises `QuarantineError` when it is damaged."""
        (wanted,) = [file for file in self.manifest.files if file.name == name]
        open_file(self._seal, self.path / name, wanted, sink, tell)

    def captures(self) -> Iterator[Kept]:
        """Yield the captures that the copy names."""
        with TemporaryDirectory(prefix="minhtin-") as folder:
            path = Path(folder) / LIST
            with path.open("wb") as file:
                self.read(LIST, file)
            yield from read_list(path)

    def check(self, tell: Progress = silent) -> Findings:
        """Read everything and say what is wrong.

        Raises `ConfigurationError` where the key is another one.
        """
        found = Findings()
        for file in self.manifest.files:
            try:
                self.read(file.name, None, tell)
                found.read += 1
            except QuarantineError as error:
                found.problems.append(error.message)
        if not found.problems and self.manifest.captures.copied:
            self._check_captures(found, tell)
        return found

    def _check_captures(self, found: Findings, tell: Progress) -> None:
        deleted = self.pool.deleted()
        for kept in self.captures():
            try:
                self.pool.check(kept, tell)
                found.read += 1
            except QuarantineError as error:
                if kept.digest in deleted:
                    found.deleted += 1
                else:
                    found.problems.append(error.message)
