"""Posts, tasks, notes and files of a case.

What only adds asks for no revision: it overwrites nothing. A closed case takes notes
and what is done of its tasks; for anything else it is opened again, with a reason.
"""

from datetime import datetime

from casework.audit import storable
from casework.case_model import CaseEventKind, CaseFile, NewFile
from casework.case_part import LONGEST_NOTE, family, line_of
from casework.case_reading import file_of
from casework.case_sums import reckon
from casework.cases import Cases
from casework.model import Account
from casework.part import accounts_by_id
from casework.permissions import Act, require
from casework.port import Op, Rows, Where, eq
from casework.rows import CaseFileRow, CasePostRow, CaseRow, CaseTaskRow
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.ids import PostId


class CaseWork(Cases):
    def add_post_to_case(
        self, actor: Account, number: str, post_id: PostId, revision: int
    ) -> str:
        """Put a post into a case; return the number of the case that has it now."""
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._open(rows, number)
            self._link(rows, actor, case, post_id, revision)
            return case.number

    def take_post_from_case(self, actor: Account, number: str, link: int) -> None:
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._open(rows, number)
            if not rows.remove(CasePostRow, eq("id", link), _of(rows, case)):
                raise NotFoundError("Bài này không còn trong hồ sơ.")
            self._tell(rows, actor, case, CaseEventKind.POST_REMOVED, link=link)

    def add_case_task(
        self,
        actor: Account,
        number: str,
        text: str,
        *,
        who: str | None = None,
        due: datetime | None = None,
    ) -> int:
        text = line_of(text, "Nội dung việc")
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._open(rows, number)
            person = self._person(rows, who)
            row = CaseTaskRow(case_id=case.id, text=text, who=person, due=due)
            task = rows.add(row)
            reckon(rows, case)
            told = {"task": task, "text": text, "who": person, "due": due}
            self._tell(rows, actor, case, CaseEventKind.TASK_ADDED, **told)
            return task

    def finish_case_task(self, actor: Account, number: str, task: int) -> None:
        """Note that a task is done. Raises `ConflictError` when it is already."""
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number)
            on = eq("id", task), _of(rows, case)
            if rows.one(CaseTaskRow, *on) is None:
                raise NotFoundError("Không có việc này trong hồ sơ.")
            done = {"done": self._clock.now(), "done_by": actor.id}
            if not rows.change(CaseTaskRow, done, *on, eq("done", None)):
                raise ConflictError("Việc này đã được ghi nhận xong.")
            reckon(rows, case)
            self._tell(rows, actor, case, CaseEventKind.TASK_DONE, task=task)

    def note_in_case(self, actor: Account, number: str, text: str) -> None:
        """Add a note; it is a line of the time line and never changed."""
        plain = storable(text).strip()
        if not plain or len(plain) > LONGEST_NOTE:
            raise QuarantineError(
                f"Ghi chú cần có từ 1 đến {LONGEST_NOTE} ký tự.", reason="case_note"
            )
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._present(rows, number)
            self._tell(rows, actor, case, CaseEventKind.NOTED, text=plain)

    def attach_to_case(self, actor: Account, number: str, new: NewFile) -> CaseFile:
        """Note a file that is kept as evidence already."""
        with self._store.write() as rows:
            require(rows, actor, Act.WORK_CASES)
            case = self._open(rows, number)
            row = CaseFileRow(
                case_id=case.id,
                name=line_of(new.name, "Tên tệp"),
                media_type=new.media_type,
                size=new.size,
                sha256=new.sha256,
                evidence=new.evidence,
                account=actor.id,
                at=self._clock.now(),
            )
            given = rows.add(row)
            self._tell(
                rows,
                actor,
                case,
                CaseEventKind.FILE_ADDED,
                file=given,
                name=row.name,
                sha256=row.sha256,
                size=row.size,
            )
            kept = rows.one(CaseFileRow, eq("id", given)) or row
            return file_of(kept, accounts_by_id(rows, {actor.id}))

    def open_case_file(self, actor: Account, file: int) -> CaseFile:
        """Return a file that somebody asks for; that they did is recorded.

        Raises `NotFoundError`.
        """
        with self._store.write() as rows:
            require(rows, actor, Act.READ_CASES)
            require(rows, actor, Act.READ_PERSONAL)
            row = rows.one(CaseFileRow, eq("id", file))
            if row is None:
                raise NotFoundError("Không có tệp này.")
            case = rows.find(CaseRow, eq("id", row.case_id))[0]
            self._trace(
                rows, actor.id, "case.file_read", subject=case.number, file=file
            )
            return file_of(row, accounts_by_id(rows, {row.account}))


def _of(rows: Rows, case: CaseRow) -> Where:
    return Where("case_id", Op.IN, [one.id for one in family(rows, case)])
