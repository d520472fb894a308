"""Merging cases, and parting what was merged by mistake.

Nothing moves: a merged case keeps its rows and its history, and its number leads to the
survivor, which shows both. So parting is exact, whatever was done in between; what was
added after the merger belongs to the survivor.
"""

from casework.case_model import Case, CaseEventKind, CaseStatus
from casework.case_part import CasePart, StaleCaseError, cases_of, named, survivor
from casework.case_sums import reckon
from casework.model import Account
from casework.permissions import Act, require
from domain.errors import ConflictError


class CaseMerges(CasePart):
    def merge_case(self, actor: Account, number: str, revision: int, into: str) -> Case:
        """Merge a case into another; return the one that goes on.

        Raises `StaleCaseError`, and `ConflictError` for one into itself or into a
        closed one.
        """
        with self._store.write() as rows:
            require(rows, actor, Act.SETTLE_CASES)
            case = self._present(rows, number, revision)
            other = survivor(rows, named(rows, into))
            if other.id == case.id:
                raise ConflictError("Hai số này đã là một hồ sơ.")
            if CaseStatus.CLOSED in {case.status, other.status}:
                raise ConflictError(
                    "Không gộp hồ sơ đã đóng.", hint="Mở lại hồ sơ rồi gộp."
                )
            case = self._changed(rows, case, merged_into=other.id)
            other = self._changed(rows, other)
            reckon(rows, other)
            self._tell(rows, actor, case, CaseEventKind.MERGED, other=other.number)
            self._tell(rows, actor, other, CaseEventKind.ABSORBED, other=case.number)
            return cases_of(rows, [other])[0]

    def part_case(self, actor: Account, number: str, revision: int) -> Case:
        """Undo a merger: the case of that number is one of its own again.

        `revision` is that of the case which goes on. Raises `StaleCaseError`, and
        `ConflictError` for a case that was not merged, or is part of a closed one.
        """
        with self._store.write() as rows:
            require(rows, actor, Act.SETTLE_CASES)
            case = named(rows, number)
            if case.merged_into is None:
                raise ConflictError("Hồ sơ này không gộp vào hồ sơ nào.")
            other = survivor(rows, case)
            if other.revision != revision:
                raise StaleCaseError
            if other.status == CaseStatus.CLOSED:
                raise ConflictError(
                    "Không tách từ hồ sơ đã đóng.", hint="Mở lại hồ sơ rồi tách."
                )
            case = self._changed(rows, case, merged_into=None)
            other = self._changed(rows, other)
            reckon(rows, case)
            reckon(rows, other)
            self._tell(rows, actor, case, CaseEventKind.PARTED, other=other.number)
            self._tell(rows, actor, other, CaseEventKind.RELEASED, other=case.number)
            return cases_of(rows, [case])[0]
