"""What the forms of cases do; each returns the number of the case to lead to."""

from collections.abc import Callable, Mapping

from casework.case_model import CaseKind, CaseStatus, NewCase
from domain.errors import NotFoundError, QuarantineError
from domain.ids import PostId
from ui import case_files, case_lines
from ui.context import ConsoleContext
from ui.visit import Visit


class CaseActs:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework

    def of_a_case(self) -> Mapping[str, Callable[[Visit], str]]:
        """Return the acts on a case that is there, by the last part of the address."""
        return {
            "edit": self._edit,
            "move": self._move,
            "post-remove": self._remove_post,
            "task": self._task,
            "task-done": self._task_done,
            "clock": self._clock,
            "wait": self._wait,
            "met": self._met,
            "withdraw": self._withdraw,
            "note": self._note,
            "attach": self._attach,
            "merge": self._merge,
            "part": self._part,
        }

    def open_(self, visit: Visit) -> str:
        posts = ((PostId(visit.get("post")), self._seen(visit)),)
        new = NewCase(
            kind=visit.one_of("kind", CaseKind),
            title=visit.get("title"),
            posts=posts if visit.get("post") else (),
            owner=visit.get("owner") or None,
        )
        return self._casework.open_case(visit.account, new).number

    def add(self, visit: Visit) -> str:
        post_id = PostId(visit.get("post"))
        return self._casework.add_post_to_case(
            visit.account, visit.get("number"), post_id, self._seen(visit)
        )

    def _seen(self, visit: Visit) -> int:
        """Return the revision that a post has now; a forged one is not believed."""
        post_id = PostId(visit.get("post"))
        if not post_id:
            return 0
        found = self._context.index.reader().get([post_id]).get(post_id)
        if found is None:
            words = visit.reading.words
            raise NotFoundError(
                words("case.post_missing"), hint=words("case.post_missing_hint")
            )
        return found.post.revision

    def _edit(self, visit: Visit) -> str:
        case = self._casework.edit_case(
            visit.account,
            visit.get("number"),
            visit.whole("revision"),
            kind=visit.one_of("kind", CaseKind),
            title=visit.get("title"),
            owner=visit.get("owner") or None,
        )
        return case.number

    def _move(self, visit: Visit) -> str:
        case = self._casework.move_case(
            visit.account,
            visit.get("number"),
            visit.whole("revision"),
            visit.one_of("status", CaseStatus),
            visit.get("reason"),
        )
        return case.number

    def _remove_post(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.take_post_from_case(visit.account, number, visit.whole("link"))
        return number

    def _task(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.add_case_task(
            visit.account,
            number,
            visit.get("text"),
            who=visit.get("who") or None,
            due=case_lines.time_of(visit.get("due"), visit.reading),
        )
        return number

    def _task_done(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.finish_case_task(visit.account, number, visit.whole("task"))
        return number

    def _clock(self, visit: Visit) -> str:
        number = visit.get("number")
        when = case_lines.time_of(visit.get("trigger"), visit.reading)
        if when is None:
            raise QuarantineError(visit.reading.words("case.bad_time"), reason="time")
        self._casework.start_clock(visit.account, number, visit.get("rule"), when)
        return number

    def _wait(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.wait_on_clock(
            visit.account,
            number,
            visit.whole("revision"),
            visit.whole("clock"),
            visit.get("waiting"),
        )
        return number

    def _met(self, visit: Visit) -> str:
        number = visit.get("number")
        when = case_lines.time_of(visit.get("when"), visit.reading)
        self._casework.meet_clock(
            visit.account, number, visit.whole("clock"), when or visit.reading.now
        )
        return number

    def _withdraw(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.withdraw_clock(
            visit.account, number, visit.whole("clock"), visit.get("reason")
        )
        return number

    def _note(self, visit: Visit) -> str:
        number = visit.get("number")
        self._casework.note_in_case(visit.account, number, visit.get("note"))
        return number

    def _attach(self, visit: Visit) -> str:
        number = visit.get("number")
        if visit.file is not None:
            words = visit.reading.words
            case_files.keep(self._context, visit.account, number, visit.file, words)
        return number

    def _merge(self, visit: Visit) -> str:
        case = self._casework.merge_case(
            visit.account,
            visit.get("number"),
            visit.whole("revision"),
            visit.get("into"),
        )
        return case.number

    def _part(self, visit: Visit) -> str:
        case = self._casework.part_case(
            visit.account, visit.get("part"), visit.whole("revision")
        )
        return case.number
