"""A link alone: its page is fetched next, and this page says what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from casework.model import Session
from casework.permissions import Act, may
from domain.errors import MinhTinError, QuarantineError
from ui import faults
from ui.access import ADD
from ui.context import ConsoleContext, FetchDoor
from ui.guard import language_of, session_of
from ui.page import desk_link
from ui.pages import Pages
from ui.problems import problem_of
from ui.wording import Wording, wording

ASKED = f"{ADD}/asked"

LOOK_SECONDS = 2
"""Between two looks of the page. Shorter asks the frontier for nothing new; longer
keeps an analyst waiting for what a crawler brings within five seconds."""

PATIENCE = timedelta(seconds=20)
"""After which a page that still waits is said to have no crawler. A crawler that runs
begins within five seconds; a slow site may keep it longer."""

WATCHED = timedelta(minutes=10)
"""How long the page looks by itself; a forgotten tab must not ask for ever."""


def ask(
    context: ConsoleContext,
    door: FetchDoor,
    link: str,
    session: Session,
    words: Wording,
) -> Response:
    """Put the page first in the queue and note who asked."""
    try:
        address, since = door.ask(link)
    except QuarantineError as error:
        raise QuarantineError(words("add.refused_link"), reason=error.reason) from error
    context.casework.record(
        session.account.id, "page.fetch", address, {"since": since.isoformat()}
    )
    query = urlencode({"link": address, "since": since.isoformat()})
    return RedirectResponse(f"{ASKED}?{query}", status_code=303)


class AskedPage:
    """What became of a page that somebody asked for."""

    def __init__(self, context: ConsoleContext, door: FetchDoor) -> None:
        self._context, self._door = context, door
        self._pages = Pages(context)

    async def __call__(self, request: Request) -> Response:
        words = wording(language_of(request))
        if not may(session_of(request.scope).account.role, Act.ADD_POST):
            values = _values("", error=words("add.forbidden"))
            return self._pages.answer(request, "asked.html", values, 403)
        link = request.query_params.get("link", "")
        try:
            since = datetime.fromisoformat(request.query_params.get("since", ""))
            values = await run_in_threadpool(self._said, link, since, words)
        except (ValueError, TypeError):
            return RedirectResponse(ADD, status_code=303)
        except MinhTinError as error:
            problem = problem_of(error, words)
            values = _values(link, error=problem.message)
            return self._pages.answer(request, "asked.html", values, problem.status)
        return self._pages.answer(request, "asked.html", values)

    def _said(self, link: str, since: datetime, words: Wording) -> Mapping[str, object]:
        waited = self._context.clock.now() - since
        found = self._door.outcome(link, since)
        if found is None:
            again = LOOK_SECONDS if waited < WATCHED else 0
            return _values(link, waits=True, again=again, unwatched=waited > PATIENCE)
        desk = desk_link("press", found.post) if found.post else ""
        said = faults.said_of_link(found.problem, words)
        return _values(
            link,
            problem=found.problem,
            said=said,
            gone=found.gone,
            post=found.post,
            desk=desk,
        )


def _values(link: str, **known: object) -> Mapping[str, object]:
    nothing = {
        "waits": False,
        "again": 0,
        "unwatched": False,
        "problem": "",
        "said": "",
    }
    return {"link": link, "gone": False, "post": "", "desk": "", "error": ""} | (
        nothing | known
    )
