"""The audit log to take along: exactly what the page's filter shows, streamed."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from casework.giving_out import as_csv_file, as_json_lines
from casework.model import AuditExport
from domain.errors import ForbiddenError, NotFoundError
from ui import audit_lines, shown
from ui.context import ConsoleContext
from ui.guard import language_of, session_of
from ui.problems import problem_of
from ui.wording import wording

KINDS = {
    "jsonl": ("application/x-ndjson", as_json_lines),
    "csv": ("text/csv", as_csv_file),
}
PATH = "/audit/export"

TOGETHER = 500
"""Lines sent at once, some 200 kB: fewer cost time, more memory for each reader."""


def routes(context: ConsoleContext) -> list[BaseRoute]:
    """Return where exports are had."""
    return [Route(PATH, _endpoint(context))]


def _endpoint(context: ConsoleContext) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(_given_out, context, request)
        except Exception as error:  # noqa: BLE001 - the last place before the browser
            problem = problem_of(error, wording(language_of(request)))
            said = f"{problem.message}\n{problem.hint}\n{problem.number}"
            return PlainTextResponse(said, problem.status)

    return endpoint


def _given_out(context: ConsoleContext, request: Request) -> Response:
    # A page elsewhere could not read the answer, but have the row written.
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise ForbiddenError(wording(language_of(request))("problem.origin"))
    kind = request.query_params.get("kind", "")
    if kind not in KINDS:
        raise NotFoundError(f"There is no export of kind {kind[:20]!r}.")
    casework, zone = context.casework, context.profile.timezone
    asked = audit_lines.asked_of(request.query_params)
    wanted = audit_lines.filter_of(asked, casework.accounts(), zone)
    noted = casework.export_audit(session_of(request.scope).account, wanted, kind)
    media_type, write = KINDS[kind]
    return StreamingResponse(
        _encoded(write(noted, casework.exported(noted))),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{_name(noted, zone, kind)}"',
            "Cache-Control": "no-store",
        },
    )


def _encoded(parts: Iterator[str]) -> Iterator[bytes]:
    """Yield lines by the hundred: each piece costs a change of threads."""
    while lines := list(islice(parts, TOGETHER)):
        yield "".join(lines).encode()


def _name(noted: AuditExport, zone: str, kind: str) -> str:
    """Name the file by when it was made and how many rows it holds."""
    at = shown.local(noted.at, zone)
    return f"minhtin-audit-{at:%Y%m%d-%H%M}-{noted.rows}.{kind}"
