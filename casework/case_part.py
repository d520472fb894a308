"""What all acts on cases share: finding the case, its revision, its time line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from casework.audit import canonical, fingerprint, one_line, storable
from casework.case_model import Case, CaseEventKind, CaseKind, CaseStatus
from casework.model import Account
from casework.part import Part, accounts_by_id
from casework.permissions import Act, find_actor, may
from casework.port import Rows, eq
from casework.rows import CaseEventRow, CaseRow
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.labels import Role

LONGEST_LINE = 300
"""Characters of a title or a task: longer ones do not fit a line of the list."""

LONGEST_NOTE = 20_000
"""Characters of a note, some ten pages: what is longer is a file."""


class StaleCaseError(ConflictError):
    """Somebody else changed the case after it was read."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ này vừa được người khác thay đổi.",
            hint="Nội dung mới đã được tải; vui lòng xem rồi làm lại nếu vẫn cần.",
        )


class CasePart(Part):
    def _present(self, rows: Rows, number: str, revision: int | None = None) -> CaseRow:
        """Return the case that a number leads to, through mergers.

        With `revision` it raises `StaleCaseError` when the case was changed since.
        """
        row = survivor(rows, named(rows, number))
        if revision is not None and row.revision != revision:
            raise StaleCaseError
        return row

    def _open(self, rows: Rows, number: str) -> CaseRow:
        """Return the case that a number leads to. Raises `ConflictError` if closed."""
        row = self._present(rows, number)
        if row.status == CaseStatus.CLOSED:
            raise ConflictError(
                "Hồ sơ đã đóng nên không thêm bớt được.",
                hint="Mở lại hồ sơ kèm lý do rồi làm tiếp.",
            )
        return row

    def _changed(self, rows: Rows, case: CaseRow, **values: object) -> CaseRow:
        """Set fields of a case and count its revision."""
        now = self._clock.now()
        values |= {"changed": now, "revision": case.revision + 1}
        rows.change(CaseRow, values, eq("id", case.id))
        row = rows.one(CaseRow, eq("id", case.id))
        return row or case

    def _tell(
        self,
        rows: Rows,
        actor: Account,
        case: CaseRow,
        kind: CaseEventKind,
        /,
        **detail: object,
    ) -> None:
        """Add to the time line, and to the audit the hash of what was added.

        The case counts as changed; its revision is another matter.
        """
        text = canonical({k: _plain(v) for k, v in detail.items() if v is not None})
        event = CaseEventRow(
            case_id=case.id,
            at=self._clock.now(),
            account=actor.id,
            kind=kind.value,
            detail=text,
        )
        number = rows.add(event)
        rows.change(CaseRow, {"changed": event.at}, eq("id", case.id))
        self._trace(
            rows,
            actor.id,
            f"case.{kind}",
            subject=case.number,
            event=number,
            detail=fingerprint(text),
        )

    def _person(self, rows: Rows, account: str | None) -> str | None:
        """Return the id of somebody who may be given work. Raises `QuarantineError`."""
        if not account:
            return None
        row = find_actor(rows, account)
        if row is None or not row.active or not may(Role(row.role), Act.WORK_CASES):
            raise QuarantineError(
                "Không giao được việc cho người này.",
                reason="case_person",
                hint="Chọn người đang làm việc và được xử lý hồ sơ.",
            )
        return row.id


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return storable(value) if isinstance(value, str) else value


def named(rows: Rows, number: str) -> CaseRow:
    row = rows.one(CaseRow, eq("number", number.strip()))
    if row is None:
        raise NotFoundError("Không có hồ sơ mang số này.")
    return row


def survivor(rows: Rows, row: CaseRow) -> CaseRow:
    """Return the case that this one was merged into in the end, or itself."""
    while row.merged_into is not None:
        found = rows.one(CaseRow, eq("id", row.merged_into))
        if found is None:
            return row
        row = found
    return row


def family(rows: Rows, row: CaseRow) -> list[CaseRow]:
    """Return the case and all that were merged into it, at any remove."""
    found, waiting = [row], [row.id]
    while waiting:
        more = rows.find_in(CaseRow, "merged_into", waiting)
        found += more
        waiting = [one.id for one in more]
    return found


def line_of(text: str, what: str) -> str:
    """Return a text on one line. Raises `QuarantineError` for none, or too long."""
    plain = one_line(text)
    if not plain or len(plain) > LONGEST_LINE:
        raise QuarantineError(
            f"{what} cần có từ 1 đến {LONGEST_LINE} ký tự.", reason="case_text"
        )
    return plain


def cases_of(rows: Rows, found: Sequence[CaseRow]) -> list[Case]:
    """Return cases with their people and the numbers they were merged into."""
    ids = {row.account for row in found} | {row.owner for row in found if row.owner}
    people = accounts_by_id(rows, ids)
    into = _numbers(rows, {row.merged_into for row in found if row.merged_into})
    return [
        Case(
            number=row.number,
            kind=CaseKind(row.kind),
            title=row.title,
            status=CaseStatus(row.status),
            owner=people.get(row.owner) if row.owner else None,
            created=row.created,
            by=people[row.account],
            changed=row.changed,
            revision=row.revision,
            merged_into=into.get(row.merged_into) if row.merged_into else None,
        )
        for row in found
    ]


def _numbers(rows: Rows, ids: Iterable[int]) -> Mapping[int, str]:
    return {row.id: row.number for row in rows.find_in(CaseRow, "id", ids)}
