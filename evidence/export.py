"""Captures to hand over: WARC files, pictures, a manifest, and how to check them.

An export goes into a folder. Each file is written beside its place and renamed, and
what is there already is not written again, so an export that was cut off goes on when
it is begun again. The lists are written last: a folder without them is unfinished.
A ZIP file is such a folder packed at the end.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from domain.errors import NotFoundError, QuarantineError
from domain.ids import Digest
from evidence.catalogue import facts_of
from evidence.digest import hex_of
from evidence.places import PICTURE, SUFFIX
from evidence.port import EvidenceStore

MANIFEST = "manifest.jsonl"
SUMS = "SHA256SUMS"
README = "README.txt"
UNFINISHED = ".unfinished"
_ABOUT = """\
Each *.warc.gz holds one fetched page as WARC 1.1: what was asked, what was answered,
when, and digests of both. *.picture.warc.gz and *.png show how a page looked when the
stored answer was rendered later, without scripts and without the network.

  sha256sum --check SHA256SUMS      files are as they were exported
  warcio check --verbose *.warc.gz  records are as they were written

manifest.jsonl has a line per page. "digest" is the SHA-256 of the address, a zero byte
and the payload.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds; `unsound` names captures with what is wrong with them."""

    place: Path
    captures: int
    missing: tuple[Digest, ...]
    unsound: tuple[tuple[Digest, str], ...]


def export(
    store: EvidenceStore,
    digests: Iterable[Digest],
    to: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write captures into a folder, or a ZIP file when the name ends so.

    Raises `QuarantineError` where something else is in the way. Captures that are
    damaged are exported as they are and named; those that are gone are left out.
    """
    packed = to.suffix.lower() == ".zip"
    folder = to.with_name(to.name + UNFINISHED) if packed else to
    _refuse_other(to, packed=packed)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    sums: list[tuple[str, str]] = []
    missing: list[Digest] = []
    unsound: list[tuple[Digest, str]] = []
    for digest in sorted(dict.fromkeys(digests)):
        try:
            problem = store.verify(digest).problem
            files = list(_files(store, digest, problem))
        except NotFoundError:
            missing.append(digest)
            continue
        written = [(name, _write(folder / name, data)) for name, data in files]
        if problem:
            unsound.append((digest, problem))
        rows.append(_row(store, digest, written, problem))
        sums += written
        progress(1)
    _finish(folder, rows, sums)
    if packed:
        _pack(folder, to)
    return Exported(
        place=to,
        captures=len(rows),
        missing=tuple(missing),
        unsound=tuple(unsound),
    )


def _refuse_other(to: Path, *, packed: bool) -> None:
    if packed and to.exists():
        raise QuarantineError(
            f"{to} is there already.", reason="exists", hint="Give another name."
        )
    if not packed and to.exists() and not to.is_dir():
        raise QuarantineError(
            f"{to} is no folder.", reason="exists", hint="Give a folder or a .zip."
        )
    if not packed and to.is_dir():
        strange = [p.name for p in to.iterdir() if not _ours(p.name)]
        if strange:
            raise QuarantineError(
                f"{to} holds other things, such as {strange[0]!r}.",
                reason="exists",
                hint="Give an empty folder, or that of an export which was cut off.",
            )


def _ours(name: str) -> bool:
    return name in {MANIFEST, SUMS, README} or name.endswith(
        (SUFFIX, ".png", UNFINISHED)
    )


def _files(
    store: EvidenceStore, digest: Digest, problem: str
) -> Iterator[tuple[str, bytes]]:
    """Yield names made of the digest alone, whatever the page's address is."""
    digits = hex_of(digest)
    yield f"{digits}{SUFFIX}", store.warc(digest)
    try:
        yield f"{digits}{PICTURE}", store.attached(digest)
    except NotFoundError:
        return
    if not problem:
        picture = facts_of(store, digest).picture
        if picture is not None:
            yield f"{digits}.png", picture.png


def _write(path: Path, data: bytes) -> str:
    made = sha256(data).hexdigest()
    if path.exists() and sha256(path.read_bytes()).hexdigest() == made:
        return made
    unfinished = path.with_name(path.name + UNFINISHED)
    unfinished.write_bytes(data)
    unfinished.replace(path)
    return made


def _row(
    store: EvidenceStore,
    digest: Digest,
    written: list[tuple[str, str]],
    problem: str,
) -> str:
    row: dict[str, object] = {
        "digest": digest,
        "files": [{"name": name, "sha256": made} for name, made in written],
        "problem": problem,
    }
    if not problem:
        facts = facts_of(store, digest)
        row |= {
            "url": facts.url,
            "fetched": facts.fetched.isoformat(),
            "status": facts.status,
            "content_type": facts.content_type,
            "length": facts.length,
            "payload_sha256": facts.payload_sha256,
            "stored_at": facts.stored_at.isoformat(),
        }
    return json.dumps(row, ensure_ascii=False)


def _finish(folder: Path, rows: list[str], sums: list[tuple[str, str]]) -> None:
    _write(folder / README, _ABOUT.encode())
    manifest = _write(folder / MANIFEST, "".join(f"{r}\n" for r in rows).encode())
    lines = [f"{made}  {name}\n" for name, made in [*sums, (MANIFEST, manifest)]]
    _write(folder / SUMS, "".join(lines).encode())


def _pack(folder: Path, to: Path) -> None:
    """Pack without compressing again; the file appears whole or not at all."""
    unfinished = to.with_name(to.name + ".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(folder.iterdir()):
            if not path.name.endswith(UNFINISHED):
                packed.write(path, path.name)
    unfinished.replace(to)
    shutil.rmtree(folder)
