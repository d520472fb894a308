"""Cases: open, find, read, edit, and move from state to state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from casework.audit import storable
from casework.case_model import (
    MOVES,
    NAMES,
    NOBODY,
    Case,
    CaseEventKind,
    CaseFilter,
    CaseKind,
    CaseLine,
    CaseList,
    CaseOrder,
    CaseStatus,
    DueSoon,
    NewCase,
    WholeCase,
)
from casework.case_part import (
    CasePart,
    cases_of,
    family,
    line_of,
    named,
    survivor,
)
from casework.case_reading import held_by
from casework.case_sums import folded, reckon
from casework.model import Account
from casework.part import account_of
from casework.permissions import Act, may, require
from casework.port import Op, Rows, Where, eq, yes
from casework.rows import AccountRow, CaseClockRow, CasePostRow, CaseRow
from domain.errors import ConflictError, QuarantineError
from domain.ids import PostId
from domain.labels import Role

PAGE = 50
"""Cases of one page of a list, about two screens. More is slower and not read; fewer
means more pages."""

_ORDERS = {
    CaseOrder.DUE: "due -id",
    CaseOrder.NEWEST: "-id",
    CaseOrder.CHANGED: "-changed -id",
}
LONGEST_REASON = 1000
"""Characters of why a case moves on; what is longer is a note."""


class Cases(CasePart):
    def open_case(self, actor: Account, new: NewCase) -> Case:
        """Open a case under the year's next number, which no other case ever gets."""
        title = line_of(new.title, "Tên hồ sơ")
        now, terms = self._clock.now(), self._terms()
        year = now.astimezone(terms.zone).year
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            last = rows.one(CaseRow, eq("year", year), order="-serial")
            serial = last.serial + 1 if last else 1
            row = CaseRow(
                number=terms.number.format(year=year, serial=serial),
                year=year,
                serial=serial,
                kind=new.kind.value,
                title=title,
                status=CaseStatus.NEW.value,
                owner=self._person(rows, new.owner),
                account=actor.id,
                created=now,
                changed=now,
                revision=1,
            )
            row = replace(row, id=rows.add(row))
            reckon(rows, row)
            self._tell(
                rows,
                actor,
                row,
                CaseEventKind.OPENED,
                kind=row.kind,
                title=title,
                owner=row.owner,
            )
            for post_id, revision in new.posts:
                self._link(rows, actor, row, post_id, revision)
            return cases_of(rows, [row])[0]

    def _link(
        self, rows: Rows, actor: Account, case: CaseRow, post_id: PostId, revision: int
    ) -> None:
        ids = [one.id for one in family(rows, case)]
        held = rows.one(
            CasePostRow, eq("post_id", post_id), Where("case_id", Op.IN, ids)
        )
        if held is not None:
            return
        row = CasePostRow(
            case_id=case.id,
            post_id=post_id,
            revision=revision,
            account=actor.id,
            at=self._clock.now(),
        )
        self._tell(rows, actor, case, CaseEventKind.POST_ADDED, link=rows.add(row))

    def edit_case(
        self,
        actor: Account,
        number: str,
        revision: int,
        *,
        kind: CaseKind,
        title: str,
        owner: str | None,
    ) -> Case:
        """Change what a case is called and whose it is. Raises `StaleCaseError`."""
        title = line_of(title, "Tên hồ sơ")
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number, revision)
            keeps = owner == case.owner
            wanted = {
                "kind": kind.value,
                "title": title,
                "owner": case.owner if keeps else self._person(rows, owner),
            }
            new = {k: v for k, v in wanted.items() if v != getattr(case, k)}
            if new:
                former = case
                case = self._changed(rows, case, **new)
                reckon(rows, case)
                told = {k: v or "" for k, v in new.items()}
                told |= {f"former_{k}": getattr(former, k) or "" for k in new}
                self._tell(rows, actor, case, CaseEventKind.EDITED, **told)
            return cases_of(rows, [case])[0]

    def move_case(
        self,
        actor: Account,
        number: str,
        revision: int,
        status: CaseStatus,
        reason: str = "",
    ) -> Case:
        """Move a case on, as `MOVES` allows. Raises `StaleCaseError`, `ConflictError`.

        Who closes or reopens must be allowed to and say why (`QuarantineError`), and no
        duty may still run at the end.
        """
        reason = storable(reason).strip()[:LONGEST_REASON]
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number, revision)
            former = CaseStatus(case.status)
            if CaseStatus.CLOSED in {former, status}:
                require(rows, actor, Act.SETTLE_CASES)
            _check_move(former, status)
            _check_reason(former, status, reason)
            if status is CaseStatus.CLOSED:
                _check_clocks(rows, case)
            case = self._changed(rows, case, status=status.value)
            self._tell(
                rows,
                actor,
                case,
                CaseEventKind.MOVED,
                former=former.value,
                status=status.value,
                reason=reason or None,
            )
            return cases_of(rows, [case])[0]

    def case(self, number: str) -> Case:
        """Return the case of exactly that number, also a merged one.

        Raises `NotFoundError`.
        """
        with self._store.read() as rows:
            return cases_of(rows, [named(rows, number)])[0]

    def lasting_number(self, number: str) -> str:
        """Return the number that one leads to through mergers; its own for none.

        Raises `NotFoundError`.
        """
        with self._store.read() as rows:
            return survivor(rows, named(rows, number)).number

    def whole_case(self, number: str) -> WholeCase:
        """Return the case that a number leads to, with all it holds."""
        with self._store.read() as rows:
            row = survivor(rows, named(rows, number))
            return held_by(rows, family(rows, row))

    def cases_with(self, post_ids: Sequence[PostId]) -> Mapping[PostId, Sequence[Case]]:
        """Return the cases that posts are in, for those that are in any."""
        found: dict[PostId, list[Case]] = {}
        with self._store.read() as rows:
            links = rows.find_in(CasePostRow, "post_id", post_ids)
            own = {r.id: r for r in rows.find_in(CaseRow, "id", _ids(links))}
            for link in links:
                row = survivor(rows, own[link.case_id])
                found.setdefault(PostId(link.post_id), []).extend(cases_of(rows, [row]))
        return found

    def cases(
        self,
        wanted: CaseFilter,
        *,
        order: CaseOrder = CaseOrder.DUE,
        skip: int = 0,
        limit: int = PAGE,
    ) -> CaseList:
        """Return a page of the cases that fit, and how many fit in all."""
        on = self._conditions(wanted)
        with self._store.read() as rows:
            kept = rows.find(CaseRow, *on, order=_ORDERS[order], skip=skip, limit=limit)
            lines = [
                CaseLine(case=case, due=row.due, tasks=row.tasks, clocks=row.clocks)
                for row, case in zip(kept, cases_of(rows, kept), strict=True)
            ]
            return CaseList(lines=lines, count=rows.count(CaseRow, *on))

    def _conditions(self, wanted: CaseFilter) -> list[Where]:
        on = [eq("merged_into", None)]
        if wanted.kind is not None:
            on.append(eq("kind", wanted.kind.value))
        if wanted.owner:
            on.append(eq("owner", None if wanted.owner == NOBODY else wanted.owner))
        if wanted.status is not None:
            on.append(eq("status", wanted.status.value))
        elif not wanted.closed_too:
            on.append(Where("status", Op.OTHER, CaseStatus.CLOSED.value))
        if wanted.due is not None:
            on.append(Where("due", Op.BELOW, self._until(wanted.due)))
        return on + [
            Where("words", Op.HOLDS, word) for word in folded(wanted.words).split()
        ]

    def _until(self, due: DueSoon) -> datetime:
        now = self._clock.now()
        match due:
            case DueSoon.OVERDUE:
                return now
            case DueSoon.TODAY | DueSoon.WEEK:
                local = now.astimezone(self._terms().zone)
                start = local.replace(hour=0, minute=0, second=0, microsecond=0)
                return start + timedelta(days=1 if due is DueSoon.TODAY else 7)

    def case_workers(self) -> Sequence[Account]:
        """Return whom work on cases can be given to, by name."""
        with self._store.read() as rows:
            found = rows.find(AccountRow, yes("active"), order="display")
        return [account_of(row) for row in found if may(Role(row.role), Act.WORK_CASES)]


def _ids(links: Sequence[CasePostRow]) -> set[int]:
    return {link.case_id for link in links}


def _check_move(former: CaseStatus, status: CaseStatus) -> None:
    if status in MOVES[former]:
        return
    ways = ", ".join(f"«{NAMES[s]}»" for s in CaseStatus if s in MOVES[former])
    raise ConflictError(
        f"Hồ sơ «{NAMES[former]}» không chuyển thẳng sang «{NAMES[status]}» được.",
        hint=f"Có thể chuyển sang: {ways}.",
    )


def _check_reason(former: CaseStatus, status: CaseStatus, reason: str) -> None:
    if reason or CaseStatus.CLOSED not in {former, status}:
        return
    act = "đóng" if status is CaseStatus.CLOSED else "mở lại"
    raise QuarantineError(
        f"Cần ghi lý do khi {act} hồ sơ.",
        reason="case_reason",
        hint="Lý do được lưu vào diễn biến hồ sơ.",
    )


def _check_clocks(rows: Rows, case: CaseRow) -> None:
    ids = [one.id for one in family(rows, case)]
    clocks = rows.find(CaseClockRow, Where("case_id", Op.IN, ids), eq("met", None))
    if any(not clock.withdrawn for clock in clocks):
        raise ConflictError(
            "Hồ sơ còn thời hạn luật định đang chạy.",
            hint="Ghi nhận đã thực hiện, hoặc thôi theo dõi kèm lý do, rồi đóng.",
        )
