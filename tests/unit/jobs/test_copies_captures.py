"""The captures beside copies: each once, read once, gone when they must be gone."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from domain.errors import ConfigurationError, QuarantineError
from domain.ids import Digest
from evidence.adapters.file import FileEvidence
from evidence.adapters.memory import MemoryEvidence
from evidence.picture import picture_to_warc
from evidence.port import Capture
from jobs.copies.captures import SUMS, CapturePool, Kept, only_named, read_list
from jobs.copies.folder import CAPTURES, GONE
from jobs.copies.sealing import NoSeal, Seal, key_pair_seal, new_key_file

NOW = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 40


class Watched(FileEvidence):
    """Counts what is read out of it."""

    reads = 0

    def warc(self, digest: Digest) -> bytes:
        self.reads += 1
        return super().warc(digest)


def capture(number: int) -> Capture:
    return Capture(
        url=f"https://bao.example/{number}",
        fetched=NOW,
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "text/html"),),
        body=b"<p>\xc6\xb0</p>" * (number + 1),
    )


def sealed() -> Seal:
    text, public = new_key_file()
    return key_pair_seal(public, text)


@pytest.fixture(params=["plain", "age"])
def pool(request: pytest.FixtureRequest, tmp_path: Path) -> CapturePool:
    seal = sealed() if request.param == "age" else NoSeal()
    (tmp_path / "b").mkdir()
    return CapturePool(tmp_path / "b", seal)


@pytest.fixture
def store(tmp_path: Path) -> Watched:
    made = Watched(tmp_path / "evidence")
    for number in range(5):
        made.put(capture(number))
    return made


def taken(pool: CapturePool, store: Watched, folder: Path) -> list[Kept]:
    path = folder / "list"
    with path.open("wb") as lines:
        done = pool.take_over(store, lines, NOW)
    found = list(read_list(path))
    assert done.count == len(found)
    return found


def files(tmp_path: Path) -> int:
    return len([p for p in (tmp_path / "b" / CAPTURES).rglob("*") if p.is_file()])


def test_a_capture_is_read_once_for_all_copies(pool, store, tmp_path) -> None:
    first = taken(pool, store, tmp_path)
    assert (store.reads, files(tmp_path)) == (5, 5)
    store.put(capture(9))
    second = taken(pool, store, tmp_path)
    assert (store.reads, files(tmp_path)) == (6, 6)
    assert {kept.digest for kept in second} == set(store.digests())
    assert all(kept in second for kept in first)


def test_all_come_back_byte_for_byte(pool, store, tmp_path) -> None:
    kept = taken(pool, store, tmp_path)
    back = MemoryEvidence()
    for one in kept:
        pool.check(one)
        pool.bring_back(one, back)
    for digest in store.digests():
        assert back.warc(digest) == store.warc(digest)
        assert back.stored_at(digest) == store.stored_at(digest)


def test_a_picture_that_came_later_is_taken_along(pool, store, tmp_path) -> None:
    taken(pool, store, tmp_path)
    digest = next(store.digests())
    made = picture_to_warc(PICTURE, taken=NOW, maker="t", capture=store.warc(digest))
    store.attach(digest, made)
    kept = {one.digest: one for one in taken(pool, store, tmp_path)}
    assert kept[digest].picture_size == len(made)
    back = MemoryEvidence()
    pool.bring_back(kept[digest], back)
    assert back.attached(digest) == made


def test_what_was_deleted_is_deleted_here_and_no_loss(pool, store, tmp_path) -> None:
    former = {one.digest: one for one in taken(pool, store, tmp_path)}
    doomed = sorted(former)[:2]
    store.delete(doomed)
    assert len(taken(pool, store, tmp_path)) == 3
    assert files(tmp_path) == 3
    assert pool.deleted() == set(doomed)
    with pytest.raises(QuarantineError, match="missing"):
        pool.check(former[doomed[0]])
    assert f"{doomed[0]} 2026-11-28\n" in (tmp_path / "b" / GONE).read_text("utf-8")


def test_a_disk_that_is_not_mounted_empties_no_copy(pool, store, tmp_path) -> None:
    taken(pool, store, tmp_path)
    with pytest.raises(ConfigurationError, match="mounted"):
        taken(pool, FileEvidence(tmp_path / "mount"), tmp_path)
    assert files(tmp_path) == 5


def test_half_a_line_and_a_lost_file_are_made_up_for(pool, store, tmp_path) -> None:
    kept = taken(pool, store, tmp_path)
    sums = tmp_path / "b" / SUMS
    sums.write_bytes(sums.read_bytes()[:-30])
    lost = next((tmp_path / "b" / CAPTURES).rglob("*.warc.gz*"))
    lost.unlink()
    store.reads = 0
    assert taken(pool, store, tmp_path) == kept
    assert 1 <= store.reads <= 2
    store.reads = 0
    assert taken(pool, store, tmp_path) == kept
    assert store.reads == 0
    for one in kept:
        pool.check(one)


def test_a_changed_capture_is_found(pool, store, tmp_path) -> None:
    kept = taken(pool, store, tmp_path)
    place = next((tmp_path / "b" / CAPTURES).rglob("*.warc.gz*"))
    data = bytearray(place.read_bytes())
    data[-1] ^= 1
    place.write_bytes(bytes(data))
    bad = 0
    for one in kept:
        try:
            pool.check(one)
        except QuarantineError:
            bad += 1
    assert bad == 1


def test_captures_of_a_bucket_may_be_named_only(store) -> None:
    lines = BytesIO()
    done = only_named(store, lines)
    assert (done.count, done.copied, store.reads) == (5, False, 0)
    assert lines.getvalue().count(b"\n") == 5
