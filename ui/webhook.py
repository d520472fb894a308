"""`POST /intake/{channel}`: signed reports of others' systems, outside the session.

The cheap checks come first: rate of the caller, headers and time stamp, size, and only
then signature and body. A stranger learns from the answer neither which channels there
are nor what was wrong with a signature. Where there are no senders no body is read.
"""

import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from anyio import fail_after
from python_multipart.exceptions import FormParserError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from domain.callers import neighbourhood
from domain.errors import QuarantineError, RetryLaterError
from domain.ids import SourceId
from intake.report import Accepted, Fate, Report
from intake.signing import Unsigned, is_signed, stamp_problem
from intake.webhook import LARGEST_BODY, MOST_FILES, reports_of
from ui.bodies import SECONDS, Bodies
from ui.context import ConsoleContext, IntakeDoor
from ui.rate import Rate

log = structlog.get_logger("intake")

JSON, FORM = "application/json", "multipart/form-data"
REPORTS = "reports"
"""The part of a form that holds what is the whole body otherwise."""

RETRY_SECONDS = 30
"""What a sender is asked to wait while the log is out of reach."""


class RefusedError(Exception):
    """An answer other than 202, with a stable code."""

    def __init__(self, status: int, code: str, detail: str = "", wait: int = 0) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.wait = status, code, detail, wait


class Webhook:
    """The endpoint, with the console's context in hand."""

    def __init__(self, context: ConsoleContext, door: IntakeDoor) -> None:
        self._context, self._door = context, door
        self._strangers = Rate(door.requests_a_minute)
        self._senders = Rate(door.requests_a_minute)
        self._bodies = Bodies()

    async def __call__(self, request: Request) -> Response:
        channel = request.path_params["channel"]
        try:
            reports = await self._reports(request, channel)
            accepted = await run_in_threadpool(self._door.take, reports)
            _refuse_changed(reports, accepted)
        except RefusedError as refused:
            log.info("intake_refused", channel=channel, code=refused.code)
            return _refusal(refused)
        except RetryLaterError as error:
            log.warning("intake_waits", channel=channel, problem=str(error))
            return _refusal(RefusedError(503, "out_of_reach", wait=RETRY_SECONDS))
        return JSONResponse({"reports": _told(reports, accepted)}, 202)

    async def _reports(self, request: Request, channel: str) -> Sequence[Report]:
        """Return what a believed sender sent."""
        now = self._context.clock.now()
        caller = neighbourhood(request.client.host if request.client else "")
        if wait := self._strangers.wait(caller, now):
            raise RefusedError(429, "too_many", wait=wait)
        if problem := stamp_problem(request.headers, now):
            raise RefusedError(401, problem)
        body = await self._signed(request, channel, caller)
        self._strangers.forget(caller)
        if wait := self._senders.wait(channel, now):
            raise RefusedError(429, "too_many", wait=wait)
        found, parts = await _taken_apart(request, body)
        return await run_in_threadpool(self._read, found, channel, parts)

    async def _signed(self, request: Request, channel: str, caller: str) -> bytes:
        """Return the body, once it is known to be a sender's."""
        if not self._door.secrets:
            raise RefusedError(401, Unsigned.WRONG)
        with self._bodies.room(caller) as free:
            if not free:
                raise RefusedError(429, "too_many", wait=RETRY_SECONDS)
            try:
                with fail_after(SECONDS):
                    body = await _bounded(request)
            except TimeoutError as error:
                raise RefusedError(408, "too_slow") from error
            secret = self._door.secrets.get(channel)
            if not is_signed(secret, request.headers, body):
                raise RefusedError(401, Unsigned.WRONG)
            return body

    def _read(
        self, body: bytes, channel: str, parts: Mapping[str, bytes]
    ) -> Sequence[Report]:
        names = self._door.channels()
        if channel not in names:
            raise RefusedError(403, "channel_off")
        now = self._context.clock.now()
        try:
            return reports_of(body, SourceId(channel), names[channel], now, parts)
        except QuarantineError as error:
            raise RefusedError(422, error.reason, error.message) from error


def routes(context: ConsoleContext) -> list[BaseRoute]:
    """Return the endpoint, where reports can be taken in at all."""
    if context.intake is None:
        return []
    hook = Webhook(context, context.intake)

    async def endpoint(request: Request) -> Response:
        try:
            return await hook(request)
        except Exception as error:  # noqa: BLE001 - the last place before the sender
            return _failed(error)

    return [Route("/intake/{channel}", endpoint, methods=["POST"])]


def _failed(error: Exception) -> Response:
    # As text: values of local variables, which are people's reports, stay out of logs.
    log.error("intake_failed", trace="".join(traceback.format_exception(error)))
    return _refusal(RefusedError(500, "failure", wait=RETRY_SECONDS))


async def _bounded(request: Request) -> bytes:
    """Read a body up to the bound; what is longer is not read on."""
    if _kind(request) not in {JSON, FORM}:
        raise RefusedError(415, "content_type", f"Send {JSON} or {FORM}.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise RefusedError(413, "body_size", f"At most {LARGEST_BODY} bytes.")
    parts, read = [], 0
    async for part in request.stream():
        read += len(part)
        if read > LARGEST_BODY:
            raise RefusedError(413, "body_size", f"At most {LARGEST_BODY} bytes.")
        parts.append(part)
    return b"".join(parts)


def _kind(request: Request) -> str:
    sent = request.headers.get("content-type", "")
    return sent.partition(";")[0].strip().lower()


async def _taken_apart(
    request: Request, body: bytes
) -> tuple[bytes, Mapping[str, bytes]]:
    """Return the JSON and the files of a body that is bounded and believed already."""
    if _kind(request) == JSON:
        return body, {}

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(
            request.headers,
            once(),
            max_files=MOST_FILES + 1,
            max_fields=1,
            max_part_size=LARGEST_BODY,
        ).parse()
    except (MultiPartException, FormParserError, LookupError, ValueError) as error:
        raise RefusedError(422, "multipart", "The form cannot be read.") from error
    parts: dict[str, bytes] = {}
    async with _closing(form):
        for name, value in form.multi_items():
            if name in parts:
                raise RefusedError(422, "multipart", f"Two parts are named {name}.")
            read = value.encode() if isinstance(value, str) else await value.read()
            parts[name] = read
    return parts.pop(REPORTS, b""), parts


@asynccontextmanager
async def _closing(form: FormData) -> AsyncIterator[None]:
    """Close the form's files, which may lie on disk, whatever happens."""
    try:
        yield
    finally:
        await form.close()


def _refuse_changed(reports: Sequence[Report], accepted: Sequence[Accepted]) -> None:
    changed = [
        report.native
        for report, one in zip(reports, accepted, strict=True)
        if one.fate is Fate.CHANGED
    ]
    if changed:
        named = ", ".join(changed[:5])
        said = f"Known with another text or other files: {named}."
        raise RefusedError(409, "id_used", said)


def _told(
    reports: Sequence[Report], accepted: Sequence[Accepted]
) -> list[Mapping[str, Any]]:
    return [
        {
            "id": report.native,
            "post": one.post_id,
            "known": one.fate is Fate.KNOWN,
            "attachments": [a.sha256 for a in report.attachments],
        }
        for report, one in zip(reports, accepted, strict=True)
    ]


def _refusal(refused: RefusedError) -> Response:
    told = {"error": refused.code, "detail": refused.detail}
    headers = {"Retry-After": str(refused.wait)} if refused.wait else {}
    return JSONResponse(told, refused.status, headers)
