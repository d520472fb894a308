"""What cases must do on every casework store."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from casework.case_model import (
    NOBODY,
    CaseEventKind,
    CaseFilter,
    CaseKind,
    CaseOrder,
    CaseStatus,
    CaseTerms,
    DueSoon,
    NewCase,
)
from casework.case_part import StaleCaseError
from casework.model import Account
from casework.policy import SignInPolicy
from casework.port import CaseworkStore, eq
from casework.rows import CaseEventRow
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, MinhTinError, QuarantineError
from domain.ids import PostId
from domain.labels import Role
from domain.profile import LegalRule

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ANSWER = LegalRule(
    id="answer",
    duty="Trả lời",
    basis="Điều 1",
    length=15,
    unit="working_days",
    grade="A",
    recurrence="once",
    counting="default",
)
CHEAP = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)


def office_on(store: CaseworkStore, clock: ManualClock) -> Casework:
    terms = CaseTerms(rules=(ANSWER,))
    return Casework(store, clock, lambda _: b"", CHEAP, terms=lambda: terms)


def person(office: Casework, role: Role = Role.SENIOR) -> Account:
    return office.create_account(
        "cli", name=role.value, display=role.value, role=role,
        password="suối nậm rốm trong",
    )  # fmt: skip


def new(title: str = "Cầu treo hỏng", **more: object) -> NewCase:
    return NewCase(kind=CaseKind.COMPLAINT, title=title, **more)


def seven_cases(office: Casework, clock: ManualClock) -> tuple[Account, Account]:
    """Open seven cases, of which three have something due; return two people."""
    an, binh = person(office), person(office, Role.ANALYST)
    for n in range(7):
        clock.advance(seconds=60)
        owner = binh.id if n % 2 else None
        office.open_case(an, new(f"Vụ {n} ở Mường Ảng", owner=owner))
    for n, hours in ((2, 5), (5, 1), (6, -1)):
        at = clock.now() + timedelta(hours=hours)
        office.add_case_task(an, f"2026-{n:06}", "Gọi xã", due=at)
    return an, binh


def numbers(
    office: Casework, order: CaseOrder = CaseOrder.DUE, **wanted: object
) -> list[int]:
    """Read a list in pages of two; the count is that of all pages."""
    found: list[int] = []
    filtered = CaseFilter(**wanted)
    while page := office.cases(filtered, order=order, skip=len(found), limit=2).lines:
        found += [int(line.case.number[5:]) for line in page]
    assert office.cases(filtered, order=order).count == len(found) == len(set(found))
    return found


class CasesContract(ABC):
    @abstractmethod
    def make(self) -> CaseworkStore:
        """Return an empty store."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(NOW)

    @pytest.fixture
    def store(self) -> Iterator[CaseworkStore]:
        store = self.make()
        yield store
        store.close()

    @pytest.fixture
    def office(self, store: CaseworkStore, clock: ManualClock) -> Casework:
        return office_on(store, clock)

    def test_numbers_run_without_gaps_by_the_offices_year(
        self, office: Casework, clock: ManualClock
    ) -> None:
        an = person(office)
        assert [office.open_case(an, new()).number for _ in range(2)] == [
            "2026-000001",
            "2026-000002",
        ]
        # New year begins in the office's zone, seven hours before it does in UTC.
        clock.advance(days=38, seconds=(13 * 60 + 59) * 60)
        assert office.open_case(an, new()).number == "2026-000003"
        clock.advance(seconds=60)
        assert office.open_case(an, new()).number == "2027-000001"

    def test_no_number_is_given_twice_or_lost_to_many_at_once(
        self, office: Casework
    ) -> None:
        an = person(office)
        found: list[str] = []

        def open_some() -> None:
            found.extend(office.open_case(an, new()).number for _ in range(5))

        threads = [threading.Thread(target=open_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [f"2026-{n:06}" for n in range(1, 21)]

    def test_what_failed_takes_no_number(self, office: Casework) -> None:
        an = person(office)
        with pytest.raises(MinhTinError):
            office.open_case(an, new(owner="nobody"))
        assert office.open_case(an, new()).number == "2026-000001"

    def test_two_tabs_do_not_overwrite_each_other(self, office: Casework) -> None:
        an = person(office)
        case = office.open_case(an, new())
        wanted = {"kind": CaseKind.HARM, "owner": an.id}
        office.edit_case(an, case.number, case.revision, title="Một", **wanted)
        with pytest.raises(StaleCaseError):
            office.edit_case(an, case.number, case.revision, title="Hai", **wanted)
        with pytest.raises(StaleCaseError):
            office.move_case(an, case.number, case.revision, CaseStatus.WORKING)
        assert office.case(case.number).title == "Một"

    def test_the_time_line_is_only_added_to(
        self, office: Casework, store: CaseworkStore
    ) -> None:
        an = person(office)
        case = office.open_case(an, new())
        office.note_in_case(an, case.number, "Đã gọi xã.\nHẹn chiều.")
        for act in (
            lambda rows: rows.change(CaseEventRow, {"detail": "{}"}, eq("id", 1)),
            lambda rows: rows.remove(CaseEventRow),
        ):
            with pytest.raises(MinhTinError), store.write() as rows:
                act(rows)
        events = office.whole_case(case.number).events
        assert [event.kind for event in events] == [
            CaseEventKind.OPENED,
            CaseEventKind.NOTED,
        ]
        assert events[1].detail["text"] == "Đã gọi xã.\nHẹn chiều."
        assert office.verify_audit().sound

    def test_merging_keeps_both_numbers_and_parting_is_exact(
        self, office: Casework
    ) -> None:
        an = person(office)
        one, two = (office.open_case(an, new(t)) for t in ("Một", "Hai"))
        office.add_post_to_case(an, one.number, PostId("p:1"), 1)
        office.note_in_case(an, one.number, "của một")
        before = office.whole_case(one.number)
        office.merge_case(an, one.number, one.revision, two.number)
        whole = office.whole_case(one.number)
        assert whole.case.number == two.number
        assert office.case(one.number).merged_into == two.number
        assert office.lasting_number(one.number) == two.number
        assert [a.number for a in whole.absorbed] == [one.number]
        assert [p.post_id for p in whole.posts] == ["p:1"]
        assert {e.number for e in whole.events} == {one.number, two.number}
        # What is already there is not put in twice; what comes goes to the survivor.
        assert office.add_post_to_case(an, one.number, PostId("p:1"), 1) == two.number
        office.add_post_to_case(an, one.number, PostId("p:2"), 1)
        office.part_case(an, one.number, whole.case.revision)
        after = office.whole_case(one.number)
        assert (after.posts, after.case.title) == (before.posts, "Một")
        assert list(after.events[: len(before.events)]) == list(before.events)
        assert [e.kind for e in after.events[-2:]] == ["merged", "parted"]
        assert [p.post_id for p in office.whole_case(two.number).posts] == ["p:2"]

    def test_closed_cases_are_neither_merged_nor_parted(self, office: Casework) -> None:
        an = person(office)
        one, two, three = (office.open_case(an, new(t)) for t in ("Một", "Hai", "Ba"))
        office.merge_case(an, one.number, 1, two.number)
        office.move_case(an, two.number, 2, CaseStatus.CLOSED, "xong")
        with pytest.raises(ConflictError, match="đã đóng"):
            office.merge_case(an, three.number, 1, two.number)
        with pytest.raises(ConflictError, match="đã đóng"):
            office.part_case(an, one.number, 3)
        office.move_case(an, two.number, 3, CaseStatus.WORKING, "gộp nhầm")
        office.part_case(an, one.number, 4)
        assert office.lasting_number(one.number) == one.number

    def test_clocks_stay_where_the_law_puts_them(
        self, office: Casework, clock: ManualClock
    ) -> None:
        an = person(office)
        number = office.open_case(an, new()).number
        made = office.start_clock(an, number, "answer", NOW)
        assert made.due == datetime(2026, 12, 14, 16, 59, 59, tzinfo=UTC)
        office.wait_on_clock(an, number, 1, made.id, "Công an tỉnh")
        (held,) = office.whole_case(number).clocks
        assert (held.due, held.waiting) == (made.due, "Công an tỉnh")
        (line,) = office.cases(CaseFilter()).lines
        assert (line.due, line.clocks) == (made.due, 1)
        with pytest.raises(ConflictError, match="đang chạy"):
            office.move_case(an, number, 2, CaseStatus.CLOSED, "xong")
        clock.advance(days=1)
        office.meet_clock(an, number, made.id, clock.now())
        office.move_case(an, number, 3, CaseStatus.CLOSED, "xong")
        assert office.cases(CaseFilter()).count == 0

    def test_a_list_is_sorted_and_paged(
        self, office: Casework, clock: ManualClock
    ) -> None:
        seven_cases(office, clock)
        assert numbers(office) == [6, 5, 2, 7, 4, 3, 1]
        assert numbers(office, CaseOrder.NEWEST) == [7, 6, 5, 4, 3, 2, 1]
        clock.advance(seconds=60)
        office.edit_case(
            office.accounts()[0], "2026-000003", 1,
            title="Vụ", kind=CaseKind.HARM, owner=None,
        )  # fmt: skip
        assert numbers(office, CaseOrder.CHANGED)[0] == 3
        clock.advance(seconds=60)
        office.note_in_case(office.accounts()[0], "2026-000002", "Đã gọi xã.")
        assert numbers(office, CaseOrder.CHANGED)[:2] == [2, 3]

    def test_a_list_is_filtered(self, office: Casework, clock: ManualClock) -> None:
        an, binh = seven_cases(office, clock)
        wanted = {"title": "Cầu 100%_", "kind": CaseKind.HARM, "owner": None}
        office.edit_case(an, "2026-000003", 1, **wanted)
        assert numbers(office, kind=CaseKind.HARM) == [3]
        assert numbers(office, owner=binh.id) == [6, 2, 4]
        assert numbers(office, owner=NOBODY) == [5, 7, 3, 1]
        assert numbers(office, due=DueSoon.OVERDUE) == [6]
        assert numbers(office, due=DueSoon.TODAY) == [6, 5, 2]
        assert numbers(office, words="muong ang 000004") == [4]
        assert numbers(office, words="0%_") == [3]
        assert numbers(office, words="0__") == []
        assert numbers(office, words="Mu\u031bo\u031b\u0300ng nul\0") == []
        assert numbers(office, words="Mu\u031bo\u031b\u0300ng 000007") == [7]
        office.move_case(an, "2026-000003", 2, CaseStatus.CLOSED, "xong")
        assert numbers(office, status=CaseStatus.CLOSED) == [3]
        assert numbers(office) == [6, 5, 2, 7, 4, 1]
        assert numbers(office, closed_too=True) == [6, 5, 2, 7, 4, 3, 1]

    def test_a_list_knows_what_merged_cases_hold(self, office: Casework) -> None:
        an = person(office)
        one, two = (office.open_case(an, new(t)) for t in ("Vỡ đê", "Mất điện"))
        at = NOW + timedelta(hours=3)
        task = office.add_case_task(an, one.number, "Gọi xã", due=at)
        office.merge_case(an, one.number, one.revision, two.number)
        (line,) = office.cases(CaseFilter(words=f"vo de {one.number}")).lines
        assert (line.case.number, line.due, line.tasks) == (two.number, at, 1)
        revision = line.case.revision
        office.part_case(an, one.number, revision)
        first, second = office.cases(CaseFilter()).lines
        assert (first.case.number, first.due, first.tasks) == (one.number, at, 1)
        assert (second.due, second.tasks) == (None, 0)
        assert office.cases(CaseFilter(words="vo de")).count == 1
        office.finish_case_task(an, one.number, task)
        assert {line.due for line in office.cases(CaseFilter()).lines} == {None}

    def test_closing_and_opening_again_need_a_reason(self, office: Casework) -> None:
        an = person(office)
        number = office.open_case(an, new()).number
        task = office.add_case_task(an, number, "Gọi xã")
        for reason in ("", " \n"):
            with pytest.raises(QuarantineError, match="lý do khi đóng"):
                office.move_case(an, number, 1, CaseStatus.CLOSED, reason)
        office.move_case(an, number, 1, CaseStatus.CLOSED, "trùng")
        for act in (
            lambda: office.add_post_to_case(an, number, PostId("p:1"), 1),
            lambda: office.take_post_from_case(an, number, 1),
            lambda: office.add_case_task(an, number, "Gọi lại"),
            lambda: office.start_clock(an, number, "answer", NOW),
        ):
            with pytest.raises(ConflictError, match="đã đóng"):
                act()
        office.note_in_case(an, number, "Đã lưu trữ.")
        office.finish_case_task(an, number, task)
        with pytest.raises(QuarantineError, match="lý do khi mở lại"):
            office.move_case(an, number, 2, CaseStatus.WORKING)
        office.move_case(an, number, 2, CaseStatus.WORKING, "tin lại lan")
        told = [
            (event.detail["status"], event.detail["reason"])
            for event in office.whole_case(number).events
            if event.kind is CaseEventKind.MOVED
        ]
        assert told == [("closed", "trùng"), ("working", "tin lại lan")]

    def test_a_change_of_owner_says_from_whom_to_whom(self, office: Casework) -> None:
        an, binh = person(office), person(office, Role.ANALYST)
        case = office.open_case(an, new(owner=an.id))
        kept = {"kind": case.kind, "title": case.title}
        case = office.edit_case(an, case.number, 1, owner=binh.id, **kept)
        office.edit_case(an, case.number, 2, owner=None, **kept)
        first, second = office.whole_case(case.number).events[1:]
        assert first.detail == {"owner": binh.id, "former_owner": an.id}
        assert second.detail == {"owner": "", "former_owner": binh.id}
        acts = [row.act for row in office.audit(limit=99)]
        assert acts.count("case.edited") == 2

    def test_an_erased_post_leaves_its_case_without_a_name(
        self, office: Casework
    ) -> None:
        an = person(office)
        case = office.open_case(an, new(posts=((PostId("p:1"), 2),)))
        assert office.posts_in_cases() == {PostId("p:1")}
        office.forget_posts("cli", [PostId("p:1")], "request")
        whole = office.whole_case(case.number)
        assert whole.posts == []
        assert "p:1" not in repr(whole)
