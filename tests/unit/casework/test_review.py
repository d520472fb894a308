import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from casework.adapters.sqlalchemy import SqlRows
from casework.model import Account, Decision, Evidence
from casework.rows import AuditEntry, OutboxEntry, Row
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, NotFoundError, QuarantineError
from domain.ids import AgencyId, PostId
from domain.labels import Harm, Verdict
from domain.review import ReviewState

POST = PostId("forum:1")
PROOF = Evidence(title="Thông báo của Sở Y tế", url="https://example.gov.vn/1")


def on(
    post: str = POST,
    revision: int = 1,
    verdict: Verdict = Verdict.NO_ISSUE,
    **values: Any,
) -> Decision:
    return Decision(post_id=PostId(post), revision=revision, verdict=verdict, **values)


SCAM = on(verdict=Verdict.HARMFUL, harm=Harm.SCAM, reason="giả mạo ngân hàng")
FALSE = on(verdict=Verdict.FALSE, evidence=(PROOF,))


@pytest.fixture
def an(people: dict[str, Account]) -> Account:
    return people["analyst"]


def state(casework: Casework) -> ReviewState:
    return casework.latest([POST])[POST]


def test_a_decision_stands_at_once_with_its_audit_and_outbox_rows(
    casework: Casework, an: Account, clock: ManualClock
) -> None:
    before = len(casework.audit())
    decided = casework.decide(an, SCAM)
    assert decided.by == an
    assert decided.decision == SCAM
    assert not decided.undone
    assert state(casework) == ReviewState(
        post_id=POST,
        revision=1,
        version=1,
        at=clock.now(),
        by=an.id,
        verdict=Verdict.HARMFUL,
        harm=Harm.SCAM,
        reason="giả mạo ngân hàng",
    )
    (row,) = casework.outbox(10)
    assert (row.topic, row.key) == ("reviews", POST)
    assert row.value == repr(state(casework)).encode()
    (trace,) = casework.audit(after=before)
    assert (trace.act, trace.actor, trace.subject) == ("decide", an.id, POST)


def test_keeps_evidence_and_agency(casework: Casework, an: Account) -> None:
    answer = on(verdict=Verdict.ANSWER_NEEDED, agency=AgencyId("so-y-te"))
    casework.decide(an, FALSE)
    casework.decide(an, answer)
    assert [d.decision for d in casework.history(POST)] == [FALSE, answer]
    assert state(casework).agency == "so-y-te"


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (on(verdict=Verdict.FALSE), "evidence_missing"),
        (on(verdict=Verdict.MISLEADING), "evidence_missing"),
        (on(verdict=Verdict.TRUE), "evidence_missing"),
        (
            on(verdict=Verdict.FALSE, evidence=(Evidence(title=" "),)),
            "evidence_untitled",
        ),
        (
            on(evidence=(Evidence(title="x", url="javascript:alert(1)"),)),
            "evidence_url",
        ),
        (on(evidence=(Evidence(title="x", url="https://[bad"),)), "evidence_url"),
        (on(evidence=(PROOF,) * 51), "evidence_too_many"),
        (on(verdict=Verdict.HARMFUL), "harm_missing"),
        (on(verdict=Verdict.LEGITIMATE_CRITICISM, harm=Harm.ABUSE), "harm_unfit"),
        (on(verdict=Verdict.ANSWER_NEEDED), "agency_missing"),
        (on(post=""), "post_missing"),
        (on(revision=2**40), "post_missing"),
        (on(reason="a" * 5000), "text_too_long"),
    ],
)
def test_refuses_what_is_incomplete_and_leaves_no_trace(
    casework: Casework, an: Account, decision: Decision, reason: str
) -> None:
    before = len(casework.audit())
    with pytest.raises(QuarantineError) as error:
        casework.decide(an, decision)
    assert error.value.reason == reason
    assert len(casework.audit()) == before
    assert casework.outbox_size() == 0


def test_odd_text_is_kept_as_text(casework: Casework, an: Account) -> None:
    casework.decide(an, on(reason="\0=HYPERLINK() \ud800 <b>'; DROP TABLE audit"))
    assert state(casework).reason == "=HYPERLINK() ? <b>'; DROP TABLE audit"


def test_a_newer_revision_reopens_and_an_older_cannot_overrule(
    casework: Casework, an: Account
) -> None:
    casework.decide(an, on(revision=2))
    with pytest.raises(ConflictError):
        casework.decide(an, on(revision=1))
    casework.decide(an, dataclasses.replace(SCAM, revision=3))
    assert (state(casework).revision, state(casework).version) == (3, 2)


def test_undo_restores_what_stood_before_step_by_step(
    casework: Casework, an: Account, clock: ManualClock
) -> None:
    casework.decide(an, FALSE)
    first = state(casework)
    clock.advance(seconds=5)
    last = casework.decide(an, SCAM)
    undone = casework.undo(an)
    assert undone is not None
    assert undone.undoes == last.id
    assert state(casework) == dataclasses.replace(first, version=3)
    assert casework.undo(an) is not None
    assert state(casework).verdict is None
    assert state(casework).version == 4
    assert casework.undo(an) is None
    assert [d.undone for d in casework.history(POST)] == [True, True, False, False]
    assert [row.key for row in casework.outbox(10)] == [POST] * 4


def test_deciding_again_after_an_undo(casework: Casework, an: Account) -> None:
    casework.decide(an, SCAM)
    casework.undo(an)
    casework.decide(an, on())
    casework.undo(an)
    assert state(casework).verdict is None
    assert state(casework).version == 4


def test_undo_passes_over_many_undone_ones(casework: Casework, an: Account) -> None:
    first = casework.decide(an, on("forum:0"))
    for n in range(1, 120):
        casework.decide(an, on(f"forum:{n}"))
    for _ in range(119):
        casework.undo(an)
    last = casework.undo(an)
    assert last is not None
    assert last.undoes == first.id


def test_undoing_under_a_colleagues_decision_leaves_it_standing(
    casework: Casework, people: dict[str, Account]
) -> None:
    casework.decide(people["analyst"], SCAM)
    casework.decide(people["press"], on())
    casework.undo(people["analyst"])
    assert state(casework).verdict is Verdict.NO_ISSUE
    assert state(casework).by == people["press"].id


def test_others_decisions_are_undone_by_heads_only(
    casework: Casework, people: dict[str, Account]
) -> None:
    decided = casework.decide(people["analyst"], SCAM)
    with pytest.raises(ForbiddenError):
        casework.undo(people["press"], decided.id)
    undone = casework.undo(people["leader"], decided.id)
    assert undone is not None
    with pytest.raises(ConflictError):
        casework.undo(people["analyst"], decided.id)
    with pytest.raises(ConflictError):
        casework.undo(people["leader"], undone.id)
    with pytest.raises(NotFoundError):
        casework.undo(people["leader"], 999)


def test_a_closed_or_unknown_account_decides_nothing(
    casework: Casework, people: dict[str, Account]
) -> None:
    casework.set_active("cli", "analyst", active=False)
    with pytest.raises(ForbiddenError):
        casework.decide(people["analyst"], SCAM)
    stranger = dataclasses.replace(people["press"], id="0" * 32)
    with pytest.raises(ForbiddenError):
        casework.decide(stranger, SCAM)
    assert casework.latest([POST]) == {}


def test_decisions_since_a_time_and_by_whom(
    casework: Casework, people: dict[str, Account], clock: ManualClock
) -> None:
    casework.decide(people["analyst"], SCAM)
    clock.advance(seconds=60)
    casework.decide(people["press"], on("forum:2"))
    casework.undo(people["press"])
    now = clock.now()
    assert [d.decision.post_id for d in casework.decisions_since(now)] == [
        "forum:2"
    ] * 2
    earlier = now - timedelta(minutes=2)
    mine = casework.decisions_since(earlier, by=people["analyst"].id)
    assert [d.decision for d in mine] == [SCAM]


@pytest.mark.parametrize("broken", [AuditEntry, OutboxEntry])
def test_a_fault_between_the_rows_undoes_them_all(
    casework: Casework,
    an: Account,
    monkeypatch: pytest.MonkeyPatch,
    broken: type[Row],
) -> None:
    casework.decide(an, on())
    before = state(casework), casework.audit(), casework.outbox(9)
    add = SqlRows.add

    def add_until_power_fails(self: SqlRows, row: Row) -> int:
        if isinstance(row, broken):
            raise OSError("power failed")
        return add(self, row)

    with monkeypatch.context() as patch:
        patch.setattr(SqlRows, "add", add_until_power_fails)
        with pytest.raises(OSError, match="power"):
            casework.decide(an, SCAM)
        with pytest.raises(OSError, match="power"):
            casework.undo(an)
    assert (state(casework), casework.audit(), casework.outbox(9)) == before
    assert len(casework.history(POST)) == 1
    assert casework.verify_audit().sound


def test_the_audit_log_holds_no_text(casework: Casework, an: Account) -> None:
    casework.decide(an, dataclasses.replace(FALSE, reason="tin đồn vỡ đập"))
    kept = repr(casework.audit())
    assert "vỡ đập" not in kept
    assert "Sở Y tế" not in kept


def test_the_verdicts_that_stand_come_newest_first(
    casework: Casework, an: Account, clock: ManualClock
) -> None:
    for name in ("a", "b", "c", "d"):
        clock.advance(seconds=1)
        casework.decide(an, on(name))
    casework.undo(an)
    clock.advance(seconds=1)
    casework.decide(an, on("a", verdict=Verdict.LEGITIMATE_CRITICISM))
    assert [found.post_id for found in casework.standing(10)] == ["a", "c", "b"]
    (newest,) = casework.standing(1)
    assert newest.verdict is Verdict.LEGITIMATE_CRITICISM
