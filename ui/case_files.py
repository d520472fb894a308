"""Attachments of cases: read with a bound, told by their bytes, hashed, never shown.

A file goes to the evidence store and its digest to the case. It comes back only as a
download under a type that no browser draws.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from hashlib import sha256
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from casework.case_model import CaseFile, NewFile
from casework.model import Account
from domain.errors import NotFoundError, QuarantineError
from evidence.port import Capture
from intake.attachments import harmless_name, sniffed_paper
from intake.pixels import MOST_PIXELS, pixels_of
from ui.access import CASE
from ui.context import ConsoleContext
from ui.guard import language_of, session_of
from ui.problems import problem_of
from ui.wording import Wording, wording

LARGEST = 10_000_000
"""Bytes of a file. A scanned letter has 2 to 5 MB; larger ones fill memory, since a
capture is hashed and packed whole."""

LARGEST_FORM = LARGEST + 200_000
KEPT = "https://case.invalid/"
"""How captures of attachments are addressed; this host can never be one (RFC 2606)."""

PATH = f"{CASE}/file"


async def form_with_file(request: Request, words: Wording) -> FormData:
    """Read a form with at most one file; what is longer is not read on.

    Raises `QuarantineError`, whatever length the sender stated.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > LARGEST_FORM:
        raise _too_large(words)
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return FormData()
    parser = MultiPartParser(
        request.headers,
        _bounded(request, words),
        max_files=1,
        max_fields=10,
        max_part_size=100_000,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise QuarantineError(words("problem.body"), reason="body") from error


async def _bounded(request: Request, words: Wording) -> AsyncGenerator[bytes, None]:
    read = 0
    async for part in request.stream():
        read += len(part)
        if read > LARGEST_FORM:
            raise _too_large(words)
        yield part


def _too_large(words: Wording) -> QuarantineError:
    most = LARGEST // 1_000_000
    return QuarantineError(
        words("case.file_large", megabytes=most), reason="attachment_size"
    )


async def body_of(form: FormData, words: Wording) -> tuple[str, bytes]:
    """Return name and bytes of the form's file. Raises `QuarantineError`."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise QuarantineError(words("case.file_none"), reason="no_file")
    body = await sent.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise _too_large(words)
    return sent.filename, body


def keep(
    context: ConsoleContext,
    actor: Account,
    number: str,
    named: tuple[str, bytes],
    words: Wording,
) -> CaseFile:
    """Keep a file as evidence, then note it in the case."""
    name, body = named
    kind = sniffed_paper(body)
    if not kind or pixels_of(body) > MOST_PIXELS:
        raise QuarantineError(words("case.file_kind"), reason="attachment_type")
    case = context.casework.whole_case(number).case
    digest = sha256(body).hexdigest()
    capture = Capture(
        url=f"{KEPT}{quote(case.number, safe='')}/{digest}",
        fetched=context.clock.now(),
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", kind),),
        body=body,
    )
    new = NewFile(
        name=harmless_name(name, kind),
        media_type=kind,
        size=len(body),
        sha256=digest,
        evidence=context.evidence.put(capture),
    )
    return context.casework.attach_to_case(actor, case.number, new)


def routes(context: ConsoleContext) -> list[Route]:
    """Return where files are had."""
    return [Route(PATH, _endpoint(context), methods=["GET"])]


def _endpoint(context: ConsoleContext) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(_given, context, request)
        except Exception as error:  # noqa: BLE001 - the last place before the browser
            problem = problem_of(error, wording(language_of(request)))
            return PlainTextResponse(problem.message, problem.status)

    return endpoint


def _given(context: ConsoleContext, request: Request) -> Response:
    asked = request.query_params.get("id", "")
    if not asked.isdecimal() or len(asked) > 18:  # noqa: PLR2004 - 63 bits
        raise NotFoundError(wording(language_of(request))("case.file_missing"))
    actor = session_of(request.scope).account
    file = context.casework.open_case_file(actor, int(asked))
    body = context.evidence.get(file.evidence).body
    name = quote(file.name, safe="")
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
