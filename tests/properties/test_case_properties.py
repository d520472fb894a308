"""Cases against plain models: moves, mergers, and the reckoning of working days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from unicodedata import normalize
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.case_model import MOVES, CaseFilter, CaseLine, CaseStatus
from casework.model import Account
from casework.service import Casework
from contracts.cases import NOW, new, office_on, person
from domain.clock import ManualClock
from domain.duties import WorkingDays, due_at
from domain.errors import ConflictError
from domain.profile import LegalRule
from nlp.unicode import fold

CASES = 5
PAIRS = st.tuples(
    st.sampled_from(["merge", "part"]),
    st.integers(0, CASES - 1),
    st.integers(0, CASES - 1),
)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặềểễếệờởỡớợứựỹ"
TITLES = st.text(f"{LETTERS}{LETTERS.upper()}0129 %_\\/'\"*[]-.", min_size=1).filter(
    lambda title: title.strip() and len(title) < 100
)


def holds(serial: int, title: str, piece: str) -> bool:
    """Tell it the plain way: every word stands in number or title, marks aside."""
    there = fold(f"2026-{serial:06} {title}".lower())
    return all(word in there for word in fold(piece.lower()).split())


class Merged:
    """A plain model: which number was merged into which."""

    def __init__(self, office: Casework, an: Account) -> None:
        self.office, self.an = office, an
        self.into: dict[str, str] = {}

    def end(self, number: str) -> str:
        while number in self.into:
            number = self.into[number]
        return number

    def merge(self, one: str, two: str) -> None:
        revision = self.office.case(self.end(one)).revision
        if self.end(one) == self.end(two):
            with pytest.raises(ConflictError):
                self.office.merge_case(self.an, one, revision, two)
            return
        self.office.merge_case(self.an, one, revision, two)
        self.into[self.end(one)] = self.end(two)

    def part(self, one: str, _two: str) -> None:
        revision = self.office.case(self.end(one)).revision
        if one not in self.into:
            with pytest.raises(ConflictError):
                self.office.part_case(self.an, one, revision)
            return
        self.office.part_case(self.an, one, revision)
        del self.into[one]


def listed(office: Casework) -> Sequence[CaseLine]:
    return office.cases(CaseFilter()).lines


@settings(max_examples=15, deadline=None)
@given(st.lists(PAIRS, max_size=12))
def test_every_number_leads_somewhere_whatever_is_merged_and_parted(
    acts: Sequence[tuple[str, int, int]],
) -> None:
    office = office_on(SqlCaseworkStore("sqlite://"), ManualClock(NOW))
    an = person(office)
    numbers = [office.open_case(an, new(f"Hồ sơ {n}")).number for n in range(CASES)]
    for hours, number in enumerate(numbers):
        due = NOW + timedelta(hours=hours)
        office.add_case_task(an, number, "Gọi xã", due=due)
    model = Merged(office, an)
    seen = {number: office.whole_case(number).events for number in numbers}
    for act, first, second in acts:
        getattr(model, act)(numbers[first], numbers[second])
        for number in numbers:
            whole = office.whole_case(number)
            assert whole.case.number == model.end(number)
            own = [event for event in whole.events if event.number == number]
            assert own[: len(seen[number])] == seen[number]
            seen[number] = own
    held = [office.whole_case(n) for n in numbers if n not in model.into]
    kept = [case.number for w in held for case in (w.case, *w.absorbed)]
    assert sorted(kept) == numbers
    sums = {line.case.number: (line.due, line.tasks) for line in listed(office)}
    assert sums == {
        whole.case.number: (min(t.due for t in whole.tasks), len(whole.tasks))
        for whole in held
    }
    assert office.verify_audit().sound
    office.close()


@settings(max_examples=20, deadline=None)
@given(st.lists(TITLES, min_size=1, max_size=4), st.data())
def test_a_case_is_found_by_any_piece_of_its_title_however_typed(
    titles: Sequence[str], data: st.DataObject
) -> None:
    office = office_on(SqlCaseworkStore("sqlite://"), ManualClock(NOW))
    an = person(office)
    for title in titles:
        office.open_case(an, new(title))
    title = data.draw(st.sampled_from(titles))
    first = data.draw(st.integers(0, len(title) - 1))
    piece = title[first : data.draw(st.integers(first + 1, len(title)))]
    wanted = {i for i, one in enumerate(titles, 1) if holds(i, one, piece)}
    for typed in (piece, piece.upper(), normalize("NFD", piece), fold(piece)):
        found = office.cases(CaseFilter(words=typed)).lines
        assert {int(line.case.number[5:]) for line in found} == wanted
    office.close()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(CaseStatus), max_size=12))
def test_a_case_moves_as_the_table_says_and_not_else(
    wanted: Sequence[CaseStatus],
) -> None:
    office = office_on(SqlCaseworkStore("sqlite://"), ManualClock(NOW))
    an = person(office)
    case = office.open_case(an, new())
    for status in wanted:
        if status in MOVES[case.status]:
            case = office.move_case(an, case.number, case.revision, status, "vì")
            assert case.status is status
        else:
            with pytest.raises(ConflictError, match="không chuyển thẳng"):
                office.move_case(an, case.number, case.revision, status, "vì")
            assert office.case(case.number) == case
    office.close()


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(0, 60), st.sets(DAYS, max_size=40), st.sets(DAYS, max_size=5))
def test_working_days_are_those_of_numpy(
    start: date, count: int, off: set[date], worked: set[date]
) -> None:
    days = WorkingDays(off=frozenset(off - worked), worked=frozenset(worked))
    last = days.after(start, count)
    span = np.arange(start, last + timedelta(days=1))[1:]
    working = np.is_busday(span, holidays=sorted(off - worked))
    working |= np.isin(span, np.array(sorted(worked), dtype="datetime64[D]"))
    assert int(working.sum()) == count
    assert count == 0 or days.works(last)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 880 * 24 * 60).map(
        lambda minutes: FIRST + timedelta(minutes=minutes)
    ),
    st.sampled_from(["hours", "days", "working_days", "months", "years"]),
    st.integers(0, 40),
)
def test_nothing_is_due_before_it_begins_nor_on_a_day_off(
    trigger: datetime, unit: str, length: int
) -> None:
    rule = LegalRule(
        id="r", duty="", basis="", length=length, unit=unit, grade="A",
        counting="hours" if unit == "hours" else "default",
    )  # fmt: skip
    days = WorkingDays(off=frozenset({date(2026, 9, 2), date(2026, 1, 1)}))
    due = due_at(rule, trigger, days, ZONE)
    assert due >= trigger
    if unit == "hours":
        assert due - trigger == timedelta(hours=length)
    else:
        assert days.works(due.astimezone(ZONE).date())
