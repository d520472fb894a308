"""What was captured of a post, as browsers may have it: source text and pictures.

Nothing of it may run in our origin, so that pages are shown as text and pictures are
told by their bytes; both lie in a sandbox and are kept by no browser.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casework.permissions import Act
from domain.errors import NotFoundError
from domain.ids import Digest
from evidence.picture import picture_from_warc
from evidence.port import Capture, EvidenceStore
from intake.attachments import sniffed
from intake.pictures import SHOWN, pictures_of
from intake.pixels import MOST_PIXELS, pixels_of
from intake.report import CAPTURED, Attachment
from ui.context import ConsoleContext
from ui.guard import language_of, session_of
from ui.problems import problem_of
from ui.wording import wording

PAGE = "page"
"""Name of the picture of a page, where others are named by their SHA-256."""

_CLOSED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture to ask for; `page`: how the captured page looked, rendered later."""

    address: str
    media_type: str
    size: int
    page: bool = False


def pictures(store: EvidenceStore, digest: Digest) -> list[Shown]:
    """Return the pictures that are kept of a post's capture. May raise `MinhTinError`.

    They are what came with a report or was added, else the picture of the page.
    """
    found = [
        Shown(
            address=f"/pictures/{digest}/{file.sha256}",
            media_type=file.media_type,
            size=len(file.body),
        )
        for file in _attached(store.get(digest))
    ]
    try:
        page = _picture_of_page(store, digest)
    except NotFoundError:
        return found
    address = f"/pictures/{digest}/{PAGE}"
    return [
        *found,
        Shown(address=address, media_type="image/png", size=len(page), page=True),
    ]


def routes(context: ConsoleContext) -> list[BaseRoute]:
    """Return where captures and their pictures are had."""
    store = context.evidence

    def page(request: Request) -> Response:
        digest = Digest(request.path_params["digest"])
        capture = store.get(digest)
        # Handles and contacts stand in the clear in captures alone: reading is an act.
        reader = session_of(request.scope).account
        context.casework.record_allowed(
            reader, Act.READ_PERSONAL, "evidence.read", digest, {}
        )
        return Response(capture.body, media_type="text/plain", headers=_CLOSED)

    def picture(request: Request) -> Response:
        digest = Digest(request.path_params["digest"])
        name = request.path_params["name"]
        body = _body(store, digest, name)
        kind = sniffed(body)
        if kind not in SHOWN:
            raise _unknown(name)
        # A picture of a page shows handles and faces as the page did.
        reader, which = session_of(request.scope).account, {"picture": name[:64]}
        context.casework.record_allowed(
            reader, Act.READ_PERSONAL, "picture.view", digest, which
        )
        # The name says nothing of the report, and carries no sign that could be one.
        ending = kind.removeprefix("image/")
        named = f'inline; filename="{name[:16]}.{ending}"'
        headers = {**_CLOSED, "Content-Disposition": named}
        return Response(body, media_type=kind, headers=headers)

    return [
        Route("/evidence/{digest}", _endpoint(page)),
        Route("/pictures/{digest}/{name:str}", _endpoint(picture)),
    ]


def _body(store: EvidenceStore, digest: Digest, name: str) -> bytes:
    if name == PAGE:
        return _picture_of_page(store, digest)
    for file in _attached(store.get(digest)):
        if file.sha256 == name:
            return file.body
    raise _unknown(name)


def _attached(capture: Capture) -> tuple[Attachment, ...]:
    """Return the pictures of a report; what sites sent is never taken apart here."""
    if not capture.url.startswith(CAPTURED):
        return ()
    kinds = [v for k, v in capture.response_headers if k.lower() == "content-type"]
    return pictures_of(capture.body, kinds[0]) if kinds else ()


def _picture_of_page(store: EvidenceStore, digest: Digest) -> bytes:
    try:
        png = picture_from_warc(store.attached(digest)).png
    except ValueError as error:
        raise _unknown(PAGE) from error
    if not 0 < pixels_of(png) <= MOST_PIXELS:
        raise _unknown(PAGE)
    return png


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"There is no picture {name[:64]}.")


def _endpoint(
    answer: Callable[[Request], Response],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except Exception as error:  # noqa: BLE001 - the last place before the browser
            problem = problem_of(error, wording(language_of(request)))
            said = f"{problem.message}\n{problem.hint}\n{problem.number}"
            return Response(said, problem.status, media_type="text/plain")

    return endpoint
