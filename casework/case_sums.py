"""What a list of cases sorts by and looks for, written on the case itself.

The next due time lies in other tables, and in those of merged cases; a list that had to
ask there could neither sort nor page in the database.
"""

from collections.abc import Sequence

from casework.case_part import family
from casework.port import Op, Rows, Where, eq
from casework.rows import CaseClockRow, CaseRow, CaseTaskRow
from nlp.unicode import clean, fold


def folded(text: str) -> str:
    """Return a text as lists look for it: without marks, however they were typed."""
    return fold(clean(text)[0])


def words_of(cases: Sequence[CaseRow]) -> str:
    """Return what a list looks for: numbers and titles, also of merged cases."""
    return folded("\n".join(f"{one.number} {one.title}" for one in cases))


def reckon(rows: Rows, case: CaseRow) -> None:
    """Reckon anew what the list needs of a case that is merged into no other."""
    kin = family(rows, case)
    on = Where("case_id", Op.IN, [one.id for one in kin])
    tasks = rows.find(CaseTaskRow, on, eq("done", None))
    clocks = rows.find(CaseClockRow, on, eq("met", None), eq("withdrawn", ""))
    dues = [clock.due for clock in clocks]
    dues += [task.due for task in tasks if task.due is not None]
    sums = {
        "due": min(dues, default=None),
        "tasks": len(tasks),
        "clocks": len(clocks),
        "words": words_of(kin),
    }
    rows.change(CaseRow, sums, eq("id", case.id))
