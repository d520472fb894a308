"""The nightly verification and anchor, their health, and what happens to anchors."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import NotFoundError, RetryLaterError
from eventlog.codec import encode_event
from jobs.anchoring import Anchorage, anchors_at, keep
from jobs.audit_health import OVERDUE, audit_rows
from jobs.audit_job import AuditJob
from jobs.health_facts import AuditFacts, State
from support_audit import rewrite

NOW = datetime(2026, 11, 23, 21, 10, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'casework.sqlite'}"


@pytest.fixture
def office(url: str, clock: ManualClock) -> Iterator[Casework]:
    office = Casework(SqlCaseworkStore(url), clock, encode_event)
    for n in range(3):
        office.record("an", "export", f"list:{n}", {"rows": n})
    yield office
    office.close()


@pytest.fixture
def anchorage(tmp_path: Path) -> Anchorage:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Anchorage(folder=folder, key=KEY)


def job(office: Casework, anchorage: Anchorage | None, profile: str = "a1") -> AuditJob:
    return AuditJob(office, anchorage, "Asia/Ho_Chi_Minh", lambda: ("mau-nho", profile))


def outcomes(office: Casework) -> list[tuple[str, str]]:
    rows = office.audit(after=3, limit=100)
    return [(row.act, row.subject.partition("-")[0]) for row in rows]


def test_a_night_verifies_then_anchors(
    office: Casework, anchorage: Anchorage, clock: ManualClock
) -> None:
    said = job(office, anchorage).run(NOW)
    assert said == "sound, 4 rows, 0 anchors met; anchored 5 rows"
    clock.advance(days=1)
    said = job(office, anchorage).run(clock.now())
    assert said == "sound, 6 rows, 1 anchors met; anchored 7 rows"
    first, second = anchors_at(anchorage.folder, KEY.public_key()).anchors
    assert (first.rows, second.rows) == (5, 7)
    assert office.audit()[6].digest == second.digest
    assert outcomes(office) == [
        ("profile.changed", "mau"),
        ("audit.verify", "sound"),
        ("audit.anchor", "audit"),
        ("audit.verify", "sound"),
        ("audit.anchor", "audit"),
    ]


def test_a_log_rewritten_by_day_is_found_by_night_and_anchored_none_the_less(
    office: Casework, anchorage: Anchorage, url: str, clock: ManualClock
) -> None:
    job(office, anchorage).run(NOW)
    rewrite(url, lambda rows: [row for row in rows if row.id != 2])
    clock.advance(days=1)
    said = job(office, anchorage).run(clock.now())
    assert "BROKEN (rewritten)" in said
    assert said.endswith("anchored 6 rows")
    assert ("audit.verify", "rewritten") in outcomes(office)


def test_without_a_place_for_anchors_the_chain_is_verified(office: Casework) -> None:
    assert "not anchored" in job(office, None).run(NOW)
    assert outcomes(office)[-1] == ("audit.verify", "sound")


def test_an_edited_profile_is_noted_once(office: Casework) -> None:
    for profile in ("a1", "a1", "b2", "b2"):
        job(office, None, profile).run(NOW)
    rows = [row for row in office.audit() if row.act == "profile.changed"]
    assert [row.detail["sha256"] for row in rows] == ["a1", "b2"]
    assert rows[1].detail["former"] == "a1"


def test_the_newest_anchor_taken_away_is_missed(
    office: Casework, anchorage: Anchorage, clock: ManualClock
) -> None:
    job(office, anchorage).run(NOW)
    for file in anchorage.folder.iterdir():
        file.unlink()
    clock.advance(days=1)
    assert "BROKEN (anchor)" in job(office, anchorage).run(clock.now())


def test_a_forged_anchor_is_an_alarm(office: Casework, anchorage: Anchorage) -> None:
    anchor = anchorage.anchor(office, "cli", NOW)
    forged = anchor.line.replace(f" {anchor.rows} ", f" {anchor.rows + 1} ", 1)
    (anchorage.folder / "zz.anchor").write_text(forged)
    found = anchors_at(anchorage.folder, KEY.public_key())
    assert [one.rows for one in found.anchors] == [anchor.rows]
    assert "was changed or made up" in found.troubles[0]
    assert "BROKEN (anchor)" in job(office, anchorage).run(NOW)


def test_a_folder_out_of_reach_is_tried_again(office: Casework, tmp_path: Path) -> None:
    gone = Anchorage(folder=tmp_path / "gone", key=KEY)
    with pytest.raises(RetryLaterError):
        gone.anchor(office, "cli", NOW)
    with pytest.raises(RetryLaterError):
        job(office, gone).run(NOW)
    # That a share was away says nothing of the log.
    assert office.audit_standing().verified is None
    assert office.audit_standing().anchored is None
    with pytest.raises(NotFoundError):
        anchors_at(tmp_path / "gone", KEY.public_key())


def test_the_log_is_not_read_again_while_its_anchor_waits(
    office: Casework, anchorage: Anchorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly = job(office, anchorage)

    def refused(*_: object) -> None:
        raise RetryLaterError("read-only")

    with monkeypatch.context() as away:
        away.setattr("jobs.anchoring.keep", refused)
        for minutes in range(3):
            with pytest.raises(RetryLaterError):
                nightly.run(NOW + timedelta(minutes=minutes))
    assert "anchored 5 rows" in nightly.run(NOW + timedelta(minutes=5))
    assert [act for act, _ in outcomes(office)].count("audit.verify") == 1
    nightly.run(NOW + timedelta(minutes=6))
    assert [act for act, _ in outcomes(office)].count("audit.verify") == 2


def test_an_empty_log_has_nothing_to_anchor(
    anchorage: Anchorage, clock: ManualClock
) -> None:
    empty = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    with pytest.raises(NotFoundError):
        anchorage.anchor(empty, "cli", NOW)
    empty.close()


def test_anchors_are_written_whole_and_not_to_be_written_over(
    office: Casework, anchorage: Anchorage
) -> None:
    anchor = anchorage.anchor(office, "cli", NOW)
    path = keep(anchorage.folder, anchor)
    assert path.read_text() == anchor.line + "\n"
    assert path.stat().st_mode & 0o222 == 0
    assert [p.name for p in anchorage.folder.iterdir()] == [path.name]
    (anchorage.folder / ".notes").write_text("hidden")
    assert anchors_at(path, KEY.public_key()).anchors == (anchor,)
    (anchorage.folder / "readme").write_text("nothing")
    with pytest.raises(NotFoundError):
        anchors_at(anchorage.folder / "readme", KEY.public_key())


LATE = NOW - OVERDUE - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        (AuditFacts(), [State.UNKNOWN]),
        (AuditFacts(verified=NOW, outcome="sound"), [State.OK]),
        (AuditFacts(verified=NOW, outcome="cut"), [State.BAD]),
        (AuditFacts(verified=LATE, outcome="sound"), [State.BAD]),
        (
            AuditFacts(verified=NOW, outcome="sound", anchoring=False),
            [State.OK, State.WARN],
        ),
        (
            AuditFacts(verified=NOW, outcome="sound", anchoring=True),
            [State.OK, State.WARN],
        ),
        (
            AuditFacts(verified=NOW, outcome="sound", anchoring=True, anchored=NOW),
            [State.OK, State.OK],
        ),
        (
            AuditFacts(verified=NOW, outcome="sound", anchoring=True, anchored=LATE),
            [State.OK, State.BAD],
        ),
    ],
)
def test_health_is_red_when_the_log_is_broken_or_something_is_overdue(
    facts: AuditFacts, states: list[State]
) -> None:
    rows = list(audit_rows(facts, NOW))
    assert [row.state for row in rows] == states
    assert [row.name for row in rows] == ["audit", "audit.anchor"][: len(rows)]
    assert all(row.hint_vi or row.state is State.OK for row in rows)
    assert list(audit_rows(None, NOW)) == []
