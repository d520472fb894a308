"""The pages of cases: the list, one case with everything on it, and «Lập hồ sơ».

Plain pages and plain forms. A form that was accepted leads back to the case by GET, so
that reloading repeats nothing; one that was refused is drawn again with what was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from casework.case_model import (
    CaseFilter,
    CaseKind,
    CaseOrder,
    CaseStatus,
    DueSoon,
    NewCase,
)
from casework.cases import PAGE
from casework.model import Account
from casework.permissions import Act, may
from domain.analysis import Analysis
from domain.errors import MinhTinError, NotFoundError, QuarantineError
from domain.ids import PostId
from domain.labels import Queue
from searchindex.document import Document
from ui import case_files, case_lines, view_models
from ui.access import CASE, CASES
from ui.case_lines import case_link
from ui.context import ConsoleContext
from ui.forms import form_of, is_ours, text
from ui.guard import language_of, session_of
from ui.page import desk_link
from ui.pages import Pages
from ui.problems import problem_of
from ui.view_models import Reading
from ui.wording import wording

E = TypeVar("E", bound=StrEnum)
Values = dict[str, object]
NEW = f"{CASE}/new"
MOST_OFFERED = 8
"""Open cases that are offered for a post; more push the button off the screen."""

_KIND_OF = {
    Queue.HARMFUL: CaseKind.HARM,
    Queue.CLAIMS: CaseKind.RUMOUR,
    Queue.ANSWERS: CaseKind.COMPLAINT,
    Queue.PRESS: CaseKind.PRESS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: who asks, in which words, with which fields."""

    account: Account
    reading: Reading
    fields: Mapping[str, str]
    file: tuple[str, bytes] | None = None

    def get(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def whole(self, name: str) -> int:
        """Read a row's number or a revision. Raises `QuarantineError`."""
        value = self.get(name)
        if not value.isdecimal() or len(value) > 18:  # noqa: PLR2004 - 63 bits
            raise QuarantineError(self.reading.words("problem.body"), reason="body")
        return int(value)

    def one_of(self, name: str, kind: type[E]) -> E:
        try:
            return kind(self.get(name))
        except ValueError as error:
            said = self.reading.words("problem.body")
            raise QuarantineError(said, reason="body") from error


class CasePages:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework
        self._pages = Pages(context)

    def routes(self) -> list[Route]:
        acts: dict[str, Callable[[Visit], str]] = {
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
        return [
            self._page(CASES, "cases.html", self._list),
            self._page(CASE, "case.html", self._one),
            self._page(NEW, "case_new.html", self._new),
            self._form(NEW, "case_new.html", self._new, self._open),
            self._form(f"{CASE}/add", "case_new.html", self._new, self._add),
            *(
                self._form(f"{CASE}/{name}", "case.html", self._one, act)
                for name, act in acts.items()
            ),
        ]

    # ------------------------------------------------------------------ plumbing
    def _page(self, path: str, template: str, draw: Callable[[Visit], Values]) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self._visit(request, dict(request.query_params))
            return await self._drawn(request, template, draw, visit)

        return Route(path, endpoint, methods=["GET"])

    def _form(
        self,
        path: str,
        template: str,
        draw: Callable[[Visit], Values],
        act: Callable[[Visit], str],
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            words = wording(language_of(request))
            asked = self._visit(request, dict(request.query_params))
            try:
                form = await _form_of(request, path)
                asked = self._visit(request, _texts(form) | {"act": path})
                if not is_ours(request, form):
                    said = words("sign_in.stale")
                    return await self._drawn(
                        request, template, draw, asked, error=said, status=400
                    )
                if path == ATTACH:
                    body = await case_files.body_of(form, words)
                    asked = self._visit(request, asked.fields, body)
                number = await run_in_threadpool(act, asked)
            except MinhTinError as error:
                problem = problem_of(error, words)
                said = f"{problem.message} {problem.hint}".strip()
                return await self._drawn(
                    request, template, draw, asked, error=said, status=problem.status
                )
            told = urlencode({"number": number, "told": path.rsplit("/", 1)[-1]})
            return RedirectResponse(f"{CASE}?{told}", status_code=303)

        return Route(path, endpoint, methods=["POST"])

    def _visit(
        self,
        request: Request,
        fields: Mapping[str, str],
        file: tuple[str, bytes] | None = None,
    ) -> Visit:
        return Visit(
            account=session_of(request.scope).account,
            reading=Reading(
                profile=self._context.profile,
                words=wording(language_of(request)),
                now=self._context.clock.now(),
            ),
            fields=fields,
            file=file,
        )

    async def _drawn(
        self,
        request: Request,
        template: str,
        draw: Callable[[Visit], Values],
        visit: Visit,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        common: Values = {
            "csrf": session_of(request.scope).csrf,
            "error": error,
            "filled": visit.fields if error else {},
            "back": _address(visit, template),
            "works": may(visit.account.role, Act.WORK_CASES),
            "kinds": list(CaseKind),
            "statuses": list(CaseStatus),
        }
        try:
            found = await run_in_threadpool(draw, visit)
        except MinhTinError as raised:
            problem = problem_of(raised, visit.reading.words)
            said = error or f"{problem.message} {problem.hint}".strip()
            return self._pages.answer(
                request, "trouble.html", {**common, "error": said}, problem.status
            )
        return self._pages.answer(request, template, {**common, **found}, status)

    # --------------------------------------------------------------------- pages
    def _list(self, visit: Visit) -> Values:
        wanted = case_lines.filter_of(visit.fields, visit.account)
        order, page = case_lines.place_of(visit.fields)
        found = self._casework.cases(wanted, order=order, skip=(page - 1) * PAGE)
        asked = {name: visit.get(name) for name in _FILTERS}
        return {
            "lines": case_lines.list_lines(found.lines, visit.reading),
            "turns": case_lines.turns(found.count, page, asked, visit.reading),
            "query": asked,
            "people": self._casework.case_workers(),
            "dues": list(DueSoon),
            "orders": list(CaseOrder),
        }

    def _one(self, visit: Visit) -> Values:
        whole = self._casework.whole_case(visit.get("number"))
        reading, case = visit.reading, whole.case
        known = self._documents([link.post_id for link in whole.posts])
        posts = [
            {"link": link, "at": reading.short(link.at)}
            | self._shown(known.get(link.post_id), reading)
            for link in whole.posts
        ]
        names = {
            link.id: str(post["words"])
            for link, post in zip(whole.posts, posts, strict=True)
        }
        people = {one.id: one.display for one in self._casework.accounts()}
        return {
            "case": case,
            "asked": visit.get("number"),
            "told": visit.get("told") if visit.get("told") in _TOLD else "",
            "absorbed": whole.absorbed,
            "posts": posts,
            "tasks": case_lines.task_lines(whole, reading),
            "clocks": case_lines.clock_lines(whole.clocks, reading),
            "files": whole.files,
            "events": case_lines.event_lines(whole, reading, names, people),
            "created": reading.moment(case.created),
            "people": self._casework.case_workers(),
            "moves": case_lines.moves_for(visit.account, case.status),
            "settles": may(visit.account.role, Act.SETTLE_CASES),
            "opens_files": may(visit.account.role, Act.READ_PERSONAL),
            "rules": [
                (rule.id, case_lines.duty_of(rule, reading))
                for rule in self._casework.case_rules()
            ],
            "link_of": case_link,
        }

    def _new(self, visit: Visit) -> Values:
        post_id = visit.get("post")
        document = self._document(post_id) if post_id else None
        words = visit.get("q")
        offered = self._casework.cases(CaseFilter(words=words), limit=MOST_OFFERED)
        held = self._casework.cases_with([PostId(post_id)]) if post_id else {}
        return {
            "post": self._shown(document, visit.reading) if document else None,
            "post_id": post_id,
            "revision": document.post.revision if document else 0,
            "kind": _kind_of(document.analysis) if document else CaseKind.COMPLAINT,
            "title": _title(document, visit.reading) if document else "",
            "people": self._casework.case_workers(),
            "me": visit.account.id,
            "q": words,
            "offered": case_lines.list_lines(offered.lines, visit.reading),
            "more": offered.count - len(offered.lines),
            "held": [one for found in held.values() for one in found],
            "link_of": case_link,
        }

    def _shown(self, document: Document | None, reading: Reading) -> Values:
        if document is None:
            gone = reading.words("case.post_gone")
            return {"words": gone, "source": "", "when": "", "desk": ""}
        queues = document.analysis.queues
        return {
            "words": view_models.first_words(document, reading),
            "source": reading.source_name(document),
            "when": reading.short(document.post.when),
            "desk": desk_link(queues[0] if queues else "harmful", document.post.id),
        }

    def _documents(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        return self._context.index.reader().get(ids)

    def _document(self, post_id: str) -> Document:
        found = self._documents([PostId(post_id)]).get(PostId(post_id))
        if found is None:
            raise NotFoundError("Bài này không còn trong kho.")
        return found

    # ---------------------------------------------------------------------- acts
    def _open(self, visit: Visit) -> str:
        posts = ((PostId(visit.get("post")), self._seen(visit)),)
        new = NewCase(
            kind=visit.one_of("kind", CaseKind),
            title=visit.get("title"),
            posts=posts if visit.get("post") else (),
            owner=visit.get("owner") or None,
        )
        return self._casework.open_case(visit.account, new).number

    def _add(self, visit: Visit) -> str:
        post_id = PostId(visit.get("post"))
        return self._casework.add_post_to_case(
            visit.account, visit.get("number"), post_id, self._seen(visit)
        )

    def _seen(self, visit: Visit) -> int:
        """Return the revision that a post has now; a forged one is not believed."""
        post_id = visit.get("post")
        return self._document(post_id).post.revision if post_id else 0

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


ATTACH = f"{CASE}/attach"
_FILTERS = ("kind", "status", "owner", "due", "q", "order")
_TOLD = frozenset(
    {
        "new", "add", "edit", "move", "post-remove", "task", "task-done", "clock",
        "wait", "met", "withdraw", "note", "attach", "merge", "part",
    }
)  # fmt: skip


async def _form_of(request: Request, path: str) -> FormData:
    if path == ATTACH:
        words = wording(language_of(request))
        return await case_files.form_with_file(request, words)
    return await form_of(request)


def _texts(form: FormData) -> dict[str, str]:
    return {name: text(form, name) for name in form}


def _address(visit: Visit, template: str) -> str:
    """Return where a change of language leads back to."""
    if template == "cases.html":
        asked = {name: visit.get(name) for name in _FILTERS if visit.get(name)}
        return f"{CASES}?{urlencode(asked)}" if asked else CASES
    if template == "case.html":
        return case_link(visit.get("number"))
    return f"{NEW}?{urlencode({'post': visit.get('post')})}"


def _kind_of(analysis: Analysis) -> CaseKind:
    found = (kind for queue, kind in _KIND_OF.items() if queue in analysis.queues)
    return next(found, CaseKind.COMPLAINT)


def _title(document: Document, reading: Reading) -> str:
    """Propose a title: the post's own, or its first words, personal data masked."""
    return view_models.first_words(document, reading)[:120]
