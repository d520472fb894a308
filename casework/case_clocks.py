"""Duties of the law that run on a case.

A clock gets its due time once, out of the rule as it was in force on the day of the
trigger. Nothing moves it afterwards: «waiting for …» is a remark.
"""

from datetime import datetime

from casework.audit import storable
from casework.case_model import CaseClock, CaseEventKind
from casework.case_part import CasePart, family, line_of
from casework.case_reading import clock_of
from casework.case_sums import reckon
from casework.model import Account
from casework.permissions import Act, require
from casework.port import Op, Rows, Where, eq
from casework.rows import CaseClockRow, CaseRow
from domain.duties import due_at
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.profile import LegalRule

LONGEST_WAIT = 200
"""Characters of «waiting for …»: who, and since when."""


class CaseClocks(CasePart):
    def case_rules(self) -> tuple[LegalRule, ...]:
        """Return the duties that something of today can begin."""
        return self._terms().rules_on(self._clock.now())

    def start_clock(
        self, actor: Account, number: str, rule: str, trigger: datetime
    ) -> CaseClock:
        """Start a duty. Raises `QuarantineError` for a rule not in force that day.

        A trigger of a time to come is refused: nothing has begun.
        """
        terms = self._terms()
        found = next((r for r in terms.rules_on(trigger) if r.id == rule), None)
        if found is None or trigger > self._clock.now():
            raise QuarantineError(
                "Thời hạn này không tính được từ thời điểm đã chọn.",
                reason="case_clock",
                hint="Chọn quy định đang có hiệu lực và thời điểm đã xảy ra.",
            )
        due = due_at(found, trigger, terms.days, terms.zone)
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._open(rows, number)
            row = CaseClockRow(case_id=case.id, rule=rule, trigger=trigger, due=due)
            given = rows.add(row)
            reckon(rows, case)
            self._tell(
                rows,
                actor,
                case,
                CaseEventKind.CLOCK_STARTED,
                clock=given,
                rule=rule,
                trigger=trigger,
                due=due,
            )
            return clock_of(_clock(rows, case, given))

    def wait_on_clock(
        self, actor: Account, number: str, revision: int, clock: int, waiting: str
    ) -> None:
        """Say whom the office waits for; empty takes it back. Moves no due time."""
        waiting = " ".join(storable(waiting).split())[:LONGEST_WAIT]
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number, revision)
            row = _running(rows, case, clock)
            rows.change(CaseClockRow, {"waiting": waiting}, eq("id", row.id))
            case = self._changed(rows, case)
            told = {"clock": clock, "rule": row.rule, "waiting": waiting}
            self._tell(rows, actor, case, CaseEventKind.CLOCK_WAITING, **told)

    def meet_clock(
        self, actor: Account, number: str, clock: int, when: datetime
    ) -> None:
        """Note when the duty was done, which is not before its trigger nor to come."""
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number)
            row = _running(rows, case, clock)
            if not row.trigger <= when <= self._clock.now():
                raise QuarantineError(
                    "Thời điểm thực hiện không hợp lệ.",
                    reason="case_clock_met",
                    hint="Chọn thời điểm sau khi phát sinh và không ở tương lai.",
                )
            rows.change(CaseClockRow, {"met": when}, eq("id", row.id))
            reckon(rows, case)
            case = self._changed(rows, case)
            told = {"clock": clock, "rule": row.rule, "when": when}
            self._tell(rows, actor, case, CaseEventKind.CLOCK_MET, **told)

    def withdraw_clock(
        self, actor: Account, number: str, clock: int, reason: str
    ) -> None:
        """Say that the duty does not apply, and why; it stays on the case."""
        reason = line_of(reason, "Lý do")
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number)
            row = _running(rows, case, clock)
            rows.change(CaseClockRow, {"withdrawn": reason}, eq("id", row.id))
            reckon(rows, case)
            case = self._changed(rows, case)
            told = {"clock": clock, "rule": row.rule, "reason": reason}
            self._tell(rows, actor, case, CaseEventKind.CLOCK_WITHDRAWN, **told)


def _clock(rows: Rows, case: CaseRow, clock: int) -> CaseClockRow:
    ids = [one.id for one in family(rows, case)]
    row = rows.one(CaseClockRow, eq("id", clock), Where("case_id", Op.IN, ids))
    if row is None:
        raise NotFoundError("Không có thời hạn này trong hồ sơ.")
    return row


def _running(rows: Rows, case: CaseRow, clock: int) -> CaseClockRow:
    row = _clock(rows, case, clock)
    if row.met is not None or row.withdrawn:
        raise ConflictError("Thời hạn này đã kết thúc.")
    return row
