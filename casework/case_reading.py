"""Reading all that a case and those merged into it hold."""

import json
from collections.abc import Mapping, Sequence

from casework.case_model import (
    CaseClock,
    CaseEvent,
    CaseEventKind,
    CaseFile,
    CaseTask,
    LinkedPost,
    WholeCase,
)
from casework.case_part import cases_of
from casework.model import Account
from casework.part import accounts_by_id
from casework.port import Op, Rows, Where
from casework.rows import (
    CaseClockRow,
    CaseEventRow,
    CaseFileRow,
    CasePostRow,
    CaseRow,
    CaseTaskRow,
)
from domain.ids import Digest, PostId

People = Mapping[str, Account]


def held_by(rows: Rows, found: Sequence[CaseRow]) -> WholeCase:
    """Return the first case with all that it and the others hold, each by age."""
    on = Where("case_id", Op.IN, [row.id for row in found])
    posts, tasks = rows.find(CasePostRow, on), rows.find(CaseTaskRow, on)
    files, events = rows.find(CaseFileRow, on), rows.find(CaseEventRow, on)
    clocks = rows.find(CaseClockRow, on, order="due")
    ids = {row.account for row in posts} | {row.account for row in files}
    ids |= {row.account for row in events}
    ids |= {who for row in tasks for who in (row.who, row.done_by) if who}
    people = accounts_by_id(rows, ids)
    numbers = {row.id: row.number for row in found}
    case, *absorbed = cases_of(rows, found)
    return WholeCase(
        case=case,
        absorbed=absorbed,
        posts=[_post(row, people) for row in posts],
        tasks=[_task(row, people) for row in tasks],
        clocks=[clock_of(row) for row in clocks],
        files=[file_of(row, people) for row in files],
        events=[_event(row, people, numbers) for row in events],
    )


def _post(row: CasePostRow, people: People) -> LinkedPost:
    return LinkedPost(
        id=row.id,
        post_id=PostId(row.post_id),
        revision=row.revision,
        at=row.at,
        by=people[row.account],
    )


def _task(row: CaseTaskRow, people: People) -> CaseTask:
    return CaseTask(
        id=row.id,
        text=row.text,
        who=people.get(row.who) if row.who else None,
        due=row.due,
        done=row.done,
        done_by=people.get(row.done_by) if row.done_by else None,
    )


def clock_of(row: CaseClockRow) -> CaseClock:
    return CaseClock(
        id=row.id,
        rule=row.rule,
        trigger=row.trigger,
        due=row.due,
        waiting=row.waiting,
        met=row.met,
        withdrawn=row.withdrawn,
    )


def file_of(row: CaseFileRow, people: People) -> CaseFile:
    return CaseFile(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        evidence=Digest(row.evidence),
        at=row.at,
        by=people[row.account],
    )


def _event(row: CaseEventRow, people: People, numbers: Mapping[int, str]) -> CaseEvent:
    return CaseEvent(
        id=row.id,
        number=numbers[row.case_id],
        at=row.at,
        by=people[row.account],
        kind=CaseEventKind(row.kind),
        detail=json.loads(row.detail),
    )
