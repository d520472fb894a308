"""Exports: what others can check, safe names, and going on where one was cut off."""

import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from contracts.evidence_store import CAPTURE, PNG, UNKNOWN, picture_of
from domain.errors import QuarantineError
from evidence.adapters.file import FileEvidence
from evidence.adapters.memory import MemoryEvidence
from evidence.export import MANIFEST, SUMS, export


def filled(count: int = 5) -> MemoryEvidence:
    store = MemoryEvidence()
    for number in range(count):
        url = f"https://bao.example.vn/../../etc/{number}?=;rm%20-rf&a='<>"
        store.put(replace(CAPTURE, url=url, body=b"%d" % number))
    return store


def sums_of(folder: Path) -> dict[str, str]:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: made for made, _, name in (line.partition("  ") for line in lines)}


def test_a_folder_that_anybody_can_check(tmp_path: Path) -> None:
    store = filled()
    first = next(store.digests())
    store.attach(first, picture_of(store, first))
    done = export(store, [*store.digests(), UNKNOWN], tmp_path / "out")
    assert (done.captures, done.missing, done.unsound) == (5, (UNKNOWN,), ())
    sums = sums_of(done.place)
    for name, made in sums.items():
        assert sha256((done.place / name).read_bytes()).hexdigest() == made
    assert set(sums) | {SUMS, "README.txt"} == {p.name for p in done.place.iterdir()}
    rows = [json.loads(line) for line in (done.place / MANIFEST).open(encoding="utf-8")]
    assert [row["digest"] for row in rows] == sorted(store.digests())
    for row in rows:
        capture = store.get(row["digest"])
        assert row["url"] == capture.url
        assert row["payload_sha256"] == sha256(capture.body).hexdigest()
        assert {file["name"]: file["sha256"] for file in row["files"]}.items() <= (
            sums.items()
        )
    assert (done.place / f"{first[7:]}.png").read_bytes() == PNG


def test_names_are_made_of_digests_alone(tmp_path: Path) -> None:
    done = export(filled(), filled().digests(), tmp_path / "out")
    names = [path.name for path in done.place.rglob("*")]
    for name in names:
        stem = name.partition(".")[0]
        assert name in {MANIFEST, SUMS, "README.txt"} or len(stem) == 64


class Cut(Exception):  # noqa: N818 - stands for SIGKILL
    pass


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_export_that_was_cut_off_goes_on(tmp_path: Path, name: str) -> None:
    store, to = filled(), tmp_path / name
    written: list[int] = []

    def cut(count: int) -> None:
        written.append(count)
        if len(written) == 3:
            raise Cut

    with pytest.raises(Cut):
        export(store, store.digests(), to, cut)
    folder = to if name == "out" else to.with_name(f"{name}.unfinished")
    assert not (folder / SUMS).exists()
    assert not to.with_suffix(".zip").exists()
    there = {p: p.stat().st_mtime_ns for p in folder.glob("*.warc.gz")}
    assert len(there) == 3
    done = export(store, store.digests(), to)
    assert done.captures == 5
    if name == "out":
        assert all(p.stat().st_mtime_ns == at for p, at in there.items())
    else:
        assert not folder.exists()
        with zipfile.ZipFile(to) as packed:
            assert packed.testzip() is None
            names = packed.namelist()
        assert {MANIFEST, SUMS} < set(names)
        assert len(names) == 8


def test_what_is_damaged_is_handed_over_and_named(tmp_path: Path) -> None:
    store = FileEvidence(tmp_path / "store")
    digest = store.put(CAPTURE)
    (path,) = (tmp_path / "store").rglob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-30])
    done = export(store, [digest], tmp_path / "out")
    ((named, problem),) = done.unsound
    assert named == digest
    row = json.loads((done.place / MANIFEST).read_text(encoding="utf-8"))
    assert row["problem"] == problem
    assert (done.place / f"{digest[7:]}.warc.gz").read_bytes() == path.read_bytes()


def test_nothing_is_written_over_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "letter.docx").write_bytes(b"x")
    (tmp_path / "b.zip").write_bytes(b"x")
    (tmp_path / "c").write_bytes(b"x")
    for name in ("a", "b.zip", "c"):
        with pytest.raises(QuarantineError):
            export(filled(), filled().digests(), tmp_path / name)
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["letter.docx"]
