"""A bucket under a crawl and under a move: what happens while it is away."""

import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from contracts.evidence_store import CAPTURE, picture_of
from evidence.adapters.file import FileEvidence
from evidence.adapters.memory import MemoryEvidence
from evidence.adapters.s3 import S3Evidence
from integration.line_support import Line, lines_of
from jobs.migration.compare import compare_evidence, copy_evidence
from support_crawl.hamlet import Hamlet, article, hamlet, rss
from support_crawl.jobs import run_job, said
from support_s3 import BUCKET, Emulator, running_emulator

ARTICLES = 6


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as made:
        yield made


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet() as made:
        paths = [f"/bai-{number}.html" for number in range(1, ARTICLES + 1)]
        made.add("/rss", rss(*paths))
        for number, path in enumerate(paths, start=1):
            made.add(path, article(number))
        yield made


def test_a_crawl_waits_for_the_bucket_and_loses_nothing(
    tmp_path: Path, site: Hamlet
) -> None:
    own = Emulator()
    options = own.options(timeout_seconds=2.0, retries=0)
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
    job = {"home": str(tmp_path), "sources": [source], "bucket": asdict(options)}
    lines: list[dict[str, object]] = []
    crawl = threading.Thread(target=lambda: lines.extend(run_job(job)))
    crawl.start()
    try:
        asked = threading.Event()
        while crawl.is_alive() and site.times("/bai-1.html") == 0:
            asked.wait(0.1)
        own.start()
        own.make_bucket()
        crawl.join(60)
        posts = said(lines, "seen")
        assert len(posts) == ARTICLES
        store = S3Evidence(options)
        assert {post["evidence"] for post in posts} == set(store.digests())
        assert all(store.verify(post["evidence"]).sound for post in posts)
    finally:
        own.stop()


def test_captures_and_pictures_move_between_folder_and_bucket(
    tmp_path: Path, emulator: Emulator
) -> None:
    folder, bucket = FileEvidence(tmp_path), S3Evidence(emulator.options())
    digest = folder.put(CAPTURE)
    folder.attach(digest, picture_of(folder, digest))
    back = MemoryEvidence()
    for source, target in ((folder, bucket), (bucket, back)):
        for _ in range(2):
            assert list(copy_evidence(source, target)) == [1]
        assert compare_evidence(source, target).same
        assert target.stored_at(digest) == source.stored_at(digest)
    assert back.attached(digest) == folder.attached(digest)


def test_a_picture_that_did_not_come_over_is_seen(tmp_path: Path) -> None:
    folder, other = FileEvidence(tmp_path), MemoryEvidence()
    list(copy_evidence(folder, other))
    digest = folder.put(CAPTURE)
    list(copy_evidence(folder, other))
    folder.attach(digest, picture_of(folder, digest))
    assert not compare_evidence(folder, other).same


def test_an_installation_moves_its_captures_by_the_command(
    tmp_path: Path, emulator: Emulator
) -> None:
    line = Line(tmp_path / "home")
    line.done("init")
    digest = FileEvidence(line.settings.evidence_folder).put(CAPTURE)
    path = tmp_path / "new.env"
    settings = {
        "HOME": str(line.home),
        "SECRET_KEY": "khoa thu",
        "EVIDENCE_URL": f"s3://{BUCKET}/chuyen-den",
        "EVIDENCE_ENDPOINT": emulator.endpoint,
        "EVIDENCE_ACCESS_KEY": "khoa",
        "EVIDENCE_SECRET_KEY": "bi-mat",
    }
    said = [f"MINHTIN_{name}={shlex.quote(value)}" for name, value in settings.items()]
    path.write_text("\n".join(said), encoding="utf-8")
    (row,) = lines_of(line.done("migrate", "--to", str(path), "--json"))
    assert row["same"]
    assert row["target"]["count"] == 1
    moved = S3Evidence(emulator.options(prefix="chuyen-den"))
    assert moved.get(digest) == CAPTURE


def test_another_program_finds_the_files_sound(tmp_path: Path) -> None:
    store = FileEvidence(tmp_path)
    digest = store.put(CAPTURE)
    store.attach(digest, picture_of(store, digest))
    files = sorted(map(str, tmp_path.rglob("*.warc.gz")))
    assert len(files) == 2
    check = [sys.executable, "-m", "warcio.cli", "check", "--verbose", *files]
    found = subprocess.run(check, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert found.stdout.count("digest pass") == 5
    whole = tmp_path / "both.warc.gz"
    whole.write_bytes(b"".join(Path(file).read_bytes() for file in files))
    index = [sys.executable, "-m", "warcio.cli", "index", str(whole)]
    listed = subprocess.run(index, capture_output=True, text=True, check=True).stdout
    assert listed.count('"warc-type"') == 5
