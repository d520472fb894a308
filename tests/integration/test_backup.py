"""An installation is copied while it works, lost, and brought back the same."""

import json
import random
import resource
import shutil
import subprocess
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from casework.case_model import CaseKind, NewCase, NewFile
from casework.model import Decision
from cli.crawling import open_frontier
from cli.restoring import Restored, Restoring, opened
from cli.saving import Saving
from crawlers.frontier.copying import compare_frontiers
from crawlers.frontier.port import KnownPost, Seen
from domain.errors import (
    ConfigurationError,
    NotFoundError,
    QuarantineError,
    StoreFullError,
)
from domain.ids import PostId
from domain.labels import Verdict
from domain.post import Post
from eventlog.port import LogTopic
from evidence.port import Capture
from integration.line_support import Line, kill_when, live_models, records, until
from integration.migrate_support import POSTS, fill, seen
from jobs.copies.folder import CopyFolder
from jobs.copies.sealing import new_key_file
from jobs.erasure import HOLD
from jobs.migration.compare import compare_evidence, compare_logs
from jobs.migration.places import compare_places
from jobs.probe import GROUPS
from wiring import bootstrap
from wiring.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Line:
    models = live_models(tmp_path_factory.mktemp("models"))
    folder = tmp_path_factory.mktemp("filled")
    line = Line(folder / "home", {"MODELS_DIR": str(models), "LOG_PARTITIONS": "3"})
    fill(line)
    (line.home / "secret.key").write_text("khoa thu", encoding="utf-8")
    (line.home / "notes").mkdir()
    (line.home / "notes" / "a.txt").write_text("kept", encoding="utf-8")
    (line.home / "logs").mkdir()
    (line.home / "logs" / "worker.log").write_text("passing", encoding="utf-8")
    return line


@pytest.fixture
def line(filled: Line, tmp_path: Path) -> Line:
    shutil.copytree(filled.home, tmp_path / "home")
    return Line(tmp_path / "home", filled.extra)


def saved(settings: Settings, folder: Path) -> Path:
    return Saving(settings, folder).save()


def brought_back(settings: Settings, copy: Path, home: Path) -> Restored:
    return Restoring(replace(settings, home=home), copy).run()


def assert_same(one: Settings, other: Settings) -> None:
    """Compare all that two installations hold, but what a restore notes in casework."""
    with (
        closing(bootstrap.build_log(one)) as a,
        closing(bootstrap.build_log(other)) as b,
    ):
        for row in [*compare_logs(a, b), *compare_places(a, b, GROUPS)]:
            assert row.same, row
    with closing(open_frontier(one)) as a, closing(open_frontier(other)) as b:
        assert compare_frontiers(a, b).same
    captures = [bootstrap.build_evidence(side) for side in (one, other)]
    assert compare_evidence(*captures).same
    assert len(set(captures[0].digests())) == 20
    assert rows_of(one) == rows_of(other)
    with closing(bootstrap.build_index(other)) as index:
        assert index.reader().count() == POSTS


def rows_of(settings: Settings) -> list[tuple[str, list[object]]]:
    passing = {"audit", "chain_heads", "sessions", "outbox"}
    return [row for row in bootstrap.casework_rows(settings) if row[0] not in passing]


def test_all_comes_back_into_an_empty_folder(line: Line, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.mkdir()
    (anchors / "2026.txt").write_text("a signed head", encoding="utf-8")
    settings = replace(line.settings, audit_anchor_dir=anchors)
    copy = saved(settings, tmp_path / "b")
    manifest = opened(line.settings, tmp_path / "b").manifest
    assert manifest.casework["accounts"] == 1
    assert manifest.captures.count == 20
    ends = manifest.offsets.ends["posts"]
    groups = manifest.offsets.groups["worker"]["posts"]
    assert sum(ends.values()) - sum(groups.values()) == 5
    assert {p.name for p in copy.iterdir()} == {
        *("SHA256SUMS", "captures.jsonl", "casework.sqlite", "frontier.sqlite"),
        *("home.tar", "log.sqlite", "manifest.json"),
    }
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=copy, check=False)
    assert done.returncode == 0
    home = tmp_path / "back"
    restored = brought_back(line.settings, copy, home)
    assert (restored.documents, restored.captures) == (POSTS, 20)
    assert restored.attention == []
    assert_same(line.settings, replace(line.settings, home=home))
    assert (home / "secret.key").read_text("utf-8") == "khoa thu"
    assert (home / "notes" / "a.txt").read_text("utf-8") == "kept"
    assert (home / "outside" / "anchors" / "2026.txt").exists()
    assert not (home / "logs").exists()
    assert not (home / ".restoring").exists()
    assert (home / "outside" / "models" / "dien-bien" / "model.json").exists()


def test_an_encrypted_copy_says_nothing_and_comes_back(
    line: Line, tmp_path: Path
) -> None:
    text, public = new_key_file()
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text(text, encoding="utf-8")
    writer = replace(line.settings, backup_recipient=public)
    copy = saved(writer, tmp_path / "b")
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert "Điện Biên".encode() not in data
            assert b"khoa thu" not in data
            assert b"SQLite format" not in data
    assert list(line.home.glob(".copying-*")) == []
    with pytest.raises(ConfigurationError, match="no key is set"):
        opened(writer, copy)
    other, _ = new_key_file()
    (tmp_path / "other").touch(mode=0o600)
    (tmp_path / "other").write_text(other, encoding="utf-8")
    wrong = replace(line.settings, backup_identity_file=tmp_path / "other")
    with pytest.raises(ConfigurationError, match="another key"):
        brought_back(wrong, copy, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    reader = replace(line.settings, backup_identity_file=tmp_path / "key")
    brought_back(reader, copy, tmp_path / "back")
    assert_same(line.settings, replace(line.settings, home=tmp_path / "back"))
    with pytest.raises(ConfigurationError, match="encrypted otherwise"):
        saved(line.settings, tmp_path / "b")


def test_a_copy_with_a_passphrase(line: Line, tmp_path: Path) -> None:
    settings = replace(line.settings, backup_passphrase="hoa ban trang 2026")
    copy = saved(settings, tmp_path / "b")
    assert opened(settings, copy).check().problems == []
    with pytest.raises(ConfigurationError, match="none is set"):
        opened(line.settings, copy)


@pytest.mark.parametrize("name", ["casework.sqlite", "home.tar", "manifest.json"])
def test_damage_is_found_before_anything_is_written(
    line: Line, tmp_path: Path, name: str
) -> None:
    copy = saved(line.settings, tmp_path / "b")
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(QuarantineError):
        brought_back(line.settings, copy, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    (copy / name).unlink()
    with pytest.raises((QuarantineError, NotFoundError)):
        brought_back(line.settings, copy, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_lost_capture_is_found_and_a_deleted_one_is_no_loss(
    line: Line, tmp_path: Path
) -> None:
    copy = saved(line.settings, tmp_path / "b")
    evidence = bootstrap.build_evidence(line.settings)
    gone = sorted(evidence.digests())[:2]
    evidence.delete(gone)
    copies = Saving(line.settings, tmp_path / "b")
    copies_made = until_next_second(copies)
    findings = opened(line.settings, copy).check()
    assert (findings.problems, findings.deleted) == ([], 2)
    assert brought_back(line.settings, copy, tmp_path / "back").captures == 18
    next((tmp_path / "b" / "evidence").rglob("*.warc.gz")).unlink()
    findings = opened(line.settings, copies_made).check()
    assert len(findings.problems) == 1
    assert findings.problems[0].endswith("missing")


def until_next_second(saving: Saving) -> Path:
    """Make another copy; two of one second would have one name."""
    made: list[Path] = []

    def try_it() -> bool:
        try:
            made.append(saving.save())
        except Exception as error:  # noqa: BLE001 - looked at
            assert "in this very second" in str(error)
        return bool(made)

    until(try_it, 20, every=0.2)
    return made[0]


def test_where_copies_may_not_lie_and_what_must_be_empty(
    line: Line, tmp_path: Path
) -> None:
    for inside in (line.home / "b", line.home / "evidence" / "b", line.home):
        with pytest.raises(ConfigurationError, match="which is what is copied"):
            saved(line.settings, inside)
    with pytest.raises(NotFoundError, match=r"no log\.sqlite"):
        saved(replace(line.settings, home=tmp_path / "none"), tmp_path / "b")
    assert not (tmp_path / "b").exists()
    copy = saved(line.settings, tmp_path / "b")
    before = sorted(line.home.rglob("*"))
    with pytest.raises(ConfigurationError, match="is not empty"):
        brought_back(line.settings, copy, line.home)
    assert sorted(line.home.rglob("*")) == before


def test_a_list_of_erasures_that_is_lost_is_said(line: Line, tmp_path: Path) -> None:
    copy = saved(line.settings, tmp_path / "b")
    lost = replace(line.settings, erasure_list=tmp_path / "lost.txt")
    (said,) = brought_back(lost, copy, tmp_path / "back").attention
    assert "lost.txt is not there" in said


def test_what_was_erased_since_does_not_come_back(line: Line, tmp_path: Path) -> None:
    casework = bootstrap.build_casework(line.settings)
    kept = PostId("thu:9")
    casework.put_setting("test", f"{HOLD}{kept}", "12/2026")
    casework.close()
    copy = saved(line.settings, tmp_path / "b")
    listed = tmp_path / "erased.txt"
    erased = Line(line.home, {**line.extra, "ERASURE_LIST": str(listed)})
    erased.done("erase", "thu:3", "thu:4", "thu:99", "--reason", "13/2026")
    assert sha256(b"thu:99").hexdigest() in listed.read_text("utf-8")
    assert "thu" not in listed.read_text("utf-8")
    with listed.open("a", encoding="utf-8") as file:
        file.write(f"{sha256(kept.encode()).hexdigest()} 2026-11-28\n")
    home = tmp_path / "back"
    done = brought_back(replace(line.settings, erasure_list=listed), copy, home)
    assert done.erased_again == 2
    assert done.documents == POSTS - 2
    assert ["legal hold" in said for said in done.attention] == [True]
    assert kept in done.attention[0]
    back = replace(line.settings, home=home)
    with closing(open_frontier(back)) as frontier:
        assert frontier.erased(["thu:3", "thu:99", "thu:5"]) == {"thu:3", "thu:99"}
    with closing(bootstrap.build_casework(back)) as again:
        acts = [row.act for row in again.audit(limit=999)]
    assert acts.count("retention.certificate") == 1


def test_decisions_that_the_log_has_not_heard_are_told_again(
    line: Line, tmp_path: Path
) -> None:
    casework = bootstrap.build_casework(line.settings)
    (account,) = casework.accounts()
    for number in (1, 2):
        post = PostId(f"thu:{number}")
        casework.decide(
            account, Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
        )
    # As if they had been sent after the log was copied.
    casework.outbox_sent([row.id for row in casework.outbox(99)])
    casework.close()
    copy = saved(line.settings, tmp_path / "b")
    done = brought_back(line.settings, copy, tmp_path / "back")
    assert done.announced == 2
    back = replace(line.settings, home=tmp_path / "back")
    with closing(bootstrap.build_casework(back)) as again:
        assert {row.key for row in again.outbox(99)} == {"thu:1", "thu:2"}
        assert again.verify_audit().sound
        assert again.audit(limit=999)[-1].act == "restore"


def test_cases_come_back_with_what_is_attached(line: Line, tmp_path: Path) -> None:
    letter = Capture(
        url="https://case.invalid/2026-000001/1",
        fetched=datetime(2026, 11, 23, tzinfo=UTC),
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "application/pdf"),),
        body=b"%PDF-1.7 12",
    )
    kept = bootstrap.build_evidence(line.settings).put(letter)
    with closing(bootstrap.build_casework(line.settings)) as casework:
        (lan,) = casework.accounts()
        posts = ((PostId("thu:1"), 1),)
        new = NewCase(kind=CaseKind.PRESS, title="Hỏi về cầu treo", posts=posts)
        number = casework.open_case(lan, new).number
        rule = casework.case_rules()[0].id
        casework.start_clock(lan, number, rule, casework.case(number).created)
        casework.add_case_task(lan, number, "Gọi xã")
        file = NewFile(
            name="cv 12.pdf",
            media_type="application/pdf",
            size=len(letter.body),
            sha256=sha256(letter.body).hexdigest(),
            evidence=kept,
        )
        casework.attach_to_case(lan, number, file)
        before = casework.whole_case(number)
    copy = saved(line.settings, tmp_path / "b")
    brought_back(line.settings, copy, tmp_path / "back")
    back = replace(line.settings, home=tmp_path / "back")
    with closing(bootstrap.build_casework(back)) as again:
        after = again.whole_case(number)
        assert after == before
        assert again.verify_audit().sound
    (attached,) = after.files
    assert bootstrap.build_evidence(back).get(attached.evidence).body == letter.body


def test_a_copy_taken_while_all_write_refers_to_nothing_missing(
    line: Line, tmp_path: Path
) -> None:
    stop = threading.Event()
    begun = threading.Event()

    def crawl() -> None:
        number = 1000
        frontier = open_frontier(line.settings)
        while not stop.is_set():
            number += 1
            event = seen(number)
            line.put([event])
            frontier.acknowledge(known_post(event.post), ())
            begun.set()
        frontier.close()

    writer = threading.Thread(target=crawl)
    writer.start()
    try:
        assert begun.wait(30)
        copy = saved(line.settings, tmp_path / "b")
    finally:
        stop.set()
        writer.join()
    back = replace(line.settings, home=tmp_path / "back")
    brought_back(line.settings, copy, back.home)
    with closing(bootstrap.build_log(back)) as log:
        keys = {row.key for row in records(log, LogTopic.POSTS)}
    with closing(open_frontier(back)) as frontier:
        known = {
            fact.seen.post_id
            for fact in frontier.facts()
            if isinstance(fact, KnownPost)
        }
    assert known
    assert known <= keys


def known_post(post: Post) -> Seen:
    return Seen(
        post_id=post.id,
        revision=1,
        content_hash="x",
        url=post.url,
        checked=post.fetched,
    )


def test_a_kill_at_any_moment_leaves_no_copy_that_looks_whole(
    line: Line, tmp_path: Path
) -> None:
    rng = random.Random(7)
    folder = tmp_path / "b"
    for _ in range(2):
        command = ("backup", "save", str(folder))
        kill_when(line.start(*command), folder.exists, rng.uniform(0, 0.8))
    for copy in CopyFolder(folder).copies():
        assert opened(line.settings, copy).check().problems == []
    shown = line.run("backup", "save", str(folder))
    assert shown.returncode == 0, shown.stderr
    assert "not encrypted" in shown.stderr
    assert list(folder.glob("*.unfinished")) == []
    home = tmp_path / "back"
    restore = ("restore", shown.stdout.strip(), "--home", str(home))
    unfinished = home / ".restoring"
    kill_when(line.start(*restore), unfinished.exists, rng.uniform(0, 1.0))
    if not unfinished.exists():
        shutil.rmtree(home, ignore_errors=True)
    line.done(*restore)
    assert_same(line.settings, replace(line.settings, home=home))


def test_a_full_disk_is_said_and_leaves_no_copy(line: Line, tmp_path: Path) -> None:
    saving = Saving(line.settings, tmp_path / "b")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(StoreFullError):
            saving.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert CopyFolder(tmp_path / "b").copies() == []
    assert list((tmp_path / "b").glob("*.unfinished")) == []
    copy = saving.save()
    assert json.loads((copy / "manifest.json").read_text("utf-8"))["format"] == 1
