"""What people's requests and objections must do on every casework store."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from casework.case_model import CaseTerms
from casework.model import Account, Decision
from casework.policy import SignInPolicy
from casework.port import CaseworkStore
from casework.request_model import (
    FoundPost,
    NewRequest,
    Outcome,
    RequestKind,
    RequestStep,
)
from casework.request_part import StaleRequestError
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, QuarantineError
from domain.ids import PostId
from domain.labels import Harm, Role, Verdict
from domain.profile import LegalRule

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CHEAP = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
POST = FoundPost(post_id=PostId("p"), revision=1)


def _rule(name: str, length: int, unit: str, trigger: str) -> LegalRule:
    return LegalRule(
        id=name,
        duty="Trả lời",
        basis="Luật",
        length=length,
        unit=unit,
        grade="B",
        trigger=trigger,
        subject="our_office",
        recurrence="once",
        counting="default",
    )


TERMS = CaseTerms(
    rules=(
        _rule("data-subject", 2, "working_days", "request_received"),
        _rule("data-subject-done", 10, "days", "request_received"),
        _rule("other", 1, "days", "something_else"),
    )
)


def office_on(store: CaseworkStore, clock: ManualClock) -> Casework:
    return Casework(store, clock, lambda _: b"", CHEAP, terms=lambda: TERMS)


def person(office: Casework, role: Role, name: str = "") -> Account:
    return office.create_account(
        "cli", name=name or role.value, display=role.value, role=role,
        password="suối nậm rốm trong",
    )  # fmt: skip


def letter(kind: RequestKind = RequestKind.ERASE, **more: object) -> NewRequest:
    values = {
        "who": "Lò Văn A",
        "contact": "bản X, xã Y",
        "wanted": "Xoá bài nói về tôi",
        "received": NOW,
    }
    return NewRequest(kind=kind, **(values | more))


class RequestsContract(ABC):
    @abstractmethod
    def make(self) -> CaseworkStore:
        """Return an empty store."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(NOW)

    @pytest.fixture
    def office(self, clock: ManualClock) -> Iterator[Casework]:
        office = office_on(self.make(), clock)
        yield office
        office.close()

    def test_an_erasure_from_letter_to_answer(
        self, office: Casework, clock: ManualClock
    ) -> None:
        an, admin = person(office, Role.SENIOR), person(office, Role.ADMIN)
        one = office.receive_request(an, letter())
        assert one.number == "YC-2026-000001"
        found = office.find_for_request(an, one.number, 1, [POST])
        assert (found.step, list(found.posts)) == (RequestStep.FOUND, [POST])
        assessed = office.assess_request(an, one.number, 2, Outcome.ERASED, "Đúng")
        assert assessed.step is RequestStep.ASSESSED
        assert office.erasures_ordered() == []
        with pytest.raises(ConflictError):
            office.carry_out_request(an, one.number, 3, "Đã xoá tay")
        with pytest.raises(ForbiddenError):
            office.order_erasure(an, one.number, 3)
        office.order_erasure(admin, one.number, 3)
        (ordered,) = office.erasures_ordered()
        assert (ordered.number, list(ordered.posts)) == (one.number, ["p"])
        office.forget_posts("jobs", [PostId("p")], one.number)
        office.request_erased("jobs", one.number, ["abc"], 1)
        office.request_erased("jobs", one.number, ["again"], 0)
        acted = office.request(one.number)
        assert (list(acted.papers), acted.kept_back) == (["abc"], 1)
        assert list(acted.posts) == []
        assert office.erasures_ordered() == []
        answered = office.answer_request(an, one.number, acted.revision, "Kính gửi")
        assert answered.step is RequestStep.ANSWERED
        assert [done.act for done in office.request_trail(one.number)] == [
            "receive", "find", "assess", "order", "act", "answer",
        ]  # fmt: skip
        assert "Lò Văn A" not in str([row.detail for row in office.audit(limit=99)])
        assert office.verify_audit().sound

    def test_terms_of_the_law_run_from_the_receipt(
        self, office: Casework, clock: ManualClock
    ) -> None:
        an = person(office, Role.SENIOR)
        one = office.receive_request(an, letter())
        due = {duty.rule: duty.due.date().isoformat() for duty in one.duties}
        assert due == {"data-subject": "2026-11-25", "data-subject-done": "2026-12-03"}
        assert one.due == one.duties[0].due
        clock.advance(days=1)
        replied = office.reply_to_request(an, one.number, 1, clock.now())
        assert replied.duties[0].met == clock.now()
        assert replied.due == replied.duties[1].due
        with pytest.raises(ConflictError):
            office.reply_to_request(an, one.number, 2, clock.now())
        clock.advance(days=30)
        assert replied.duties[1].missed(clock.now())
        objection = office.receive_request(an, letter(RequestKind.OBJECTION))
        assert list(objection.duties) == []
        assert [r.number for r in office.requests()][-1] == one.number

    def test_what_does_not_fit_is_refused(self, office: Casework) -> None:
        an = person(office, Role.SENIOR)
        with pytest.raises(ForbiddenError):
            office.receive_request(person(office, Role.ANALYST), letter())
        for bad in (
            letter(who=" "),
            letter(contact="x" * 301),
            letter(received=NOW + timedelta(hours=1)),
        ):
            with pytest.raises(QuarantineError):
                office.receive_request(an, bad)
        number = office.receive_request(an, letter()).number
        with pytest.raises(ConflictError):
            office.assess_request(an, number, 1, Outcome.REFUSED, "Chưa tìm")
        office.find_for_request(an, number, 1, [])
        with pytest.raises(StaleRequestError):
            office.find_for_request(an, number, 1, [POST])
        revision = office.request(number).revision
        for outcome in (Outcome.ERASED, Outcome.UPHELD):
            with pytest.raises(QuarantineError):
                office.assess_request(an, number, revision, outcome, "Căn cứ")
        with pytest.raises(QuarantineError):
            office.assess_request(an, number, revision, Outcome.REFUSED, " ")
        office.assess_request(an, number, revision, Outcome.NOTHING_KEPT, "Không lưu")
        office.carry_out_request(an, number, revision + 1, "Không có gì để làm")
        assert office.request(number).step is RequestStep.ACTED

    def test_an_objection_goes_to_a_second_person(self, office: Casework) -> None:
        first, entered = person(office, Role.SENIOR), person(office, Role.PRESS)
        second = person(office, Role.LEADER)
        judged = Decision(
            post_id=POST.post_id, revision=1, verdict=Verdict.HARMFUL, harm=Harm.SCAM
        )
        office.decide(first, judged)
        number = office.receive_request(entered, letter(RequestKind.OBJECTION)).number
        with pytest.raises(QuarantineError):
            office.find_for_request(entered, number, 1, [])
        revision = office.find_for_request(entered, number, 1, [POST]).revision
        for barred in (first, entered):
            with pytest.raises(ConflictError, match="người khác"):
                office.settle_objection(barred, number, revision, None, "Không")
        with pytest.raises(QuarantineError):
            office.settle_objection(second, number, revision, Verdict.HARMFUL, "Có")
        with pytest.raises(QuarantineError):
            office.assess_request(second, number, revision, Outcome.UPHELD, "Có")
        settled = office.settle_objection(
            second, number, revision, Verdict.LEGITIMATE_CRITICISM, "Là góp ý"
        )
        assert (settled.step, settled.outcome) == (RequestStep.ACTED, Outcome.UPHELD)
        history = office.history(POST.post_id)
        assert [one.decision.verdict for one in history] == [
            Verdict.HARMFUL,
            Verdict.LEGITIMATE_CRITICISM,
        ]
        state = office.latest([POST.post_id])[POST.post_id]
        assert state.verdict is Verdict.LEGITIMATE_CRITICISM

    def test_a_rejected_objection_changes_no_post(self, office: Casework) -> None:
        entered, second = person(office, Role.PRESS), person(office, Role.LEADER)
        first = person(office, Role.ANALYST)
        number = office.receive_request(entered, letter(RequestKind.OBJECTION)).number
        revision = office.find_for_request(entered, number, 1, [POST]).revision
        with pytest.raises(ConflictError, match="chưa có kết luận"):
            office.settle_objection(second, number, revision, None, "Đủ căn cứ")
        judged = Decision(
            post_id=POST.post_id, revision=1, verdict=Verdict.HARMFUL, harm=Harm.ABUSE
        )
        office.decide(first, judged)
        settled = office.settle_objection(second, number, revision, None, "Đủ căn cứ")
        assert settled.outcome is Outcome.REJECTED
        assert len(office.history(POST.post_id)) == 1
        office.answer_request(second, number, settled.revision, "Kính gửi toà soạn")

    def test_an_old_request_says_nothing_of_people(
        self, office: Casework, clock: ManualClock
    ) -> None:
        an = person(office, Role.SENIOR)
        number = office.receive_request(an, letter()).number
        found = office.find_for_request(an, number, 1, [POST]).revision
        office.assess_request(an, number, found, Outcome.REFUSED, "Tin báo chí")
        office.carry_out_request(an, number, found + 1, "Đã báo")
        assert office.strip_requests(clock.now() + timedelta(days=1)) == 0
        office.answer_request(an, number, found + 2, "Kính gửi")
        assert office.strip_requests(clock.now()) == 0
        assert office.strip_requests(clock.now() + timedelta(days=1)) == 1
        assert office.strip_requests(clock.now() + timedelta(days=1)) == 0
        left = office.request(number)
        assert (left.who, left.contact, left.wanted, left.answer) == ("",) * 4
        assert (left.outcome, list(left.posts)) == (Outcome.REFUSED, [])
