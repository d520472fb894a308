"""“Add a post”: what somebody saw, as text or as a screenshot of their own.

A plain page and a plain form, so that nothing of it depends on a script. A picture is
told by its bytes, hashed as it arrives, kept as evidence and never shown by this page.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from casework.model import Session
from casework.permissions import Act, may
from domain.errors import MinhTinError, QuarantineError
from domain.ids import PostId
from domain.labels import PostKind
from extraction.charset import tidy
from extraction.urls import canonical_url
from intake.attachments import LARGEST, attachment
from intake.report import Accepted, Attachment, Fate, Report
from ui import fetching
from ui.access import ADD
from ui.context import ConsoleContext, IntakeDoor
from ui.guard import language_of, session_of
from ui.page import desk_link
from ui.pages import Pages
from ui.problems import problem_of
from ui.wording import Wording, wording
from wiring.sources import ADDED

LARGEST_FORM = LARGEST + 200_000
"""Bytes of the whole form: a picture, and a text of the longest kind."""

LONGEST_TEXT = 20_000
_REFUSALS = {
    "attachment_size": "add.too_large",
    "attachment_pixels": "add.too_many_pixels",
}
_KINDS = {PostKind.POST.value: PostKind.POST, PostKind.REPORT.value: PostKind.REPORT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What the form holds, read and bounded; `picture` is checked already."""

    kind: PostKind
    text: str
    link: str
    where: str
    note: str
    seen: datetime | None
    picture: Attachment | None

    def report(self, now: datetime) -> Report:
        """Return what is to be taken in; the same picture or text is the same post."""
        written = "\n".join(filter(None, (self.text, self.note)))
        facts = {"text": self.text, "link": self.link, "note": self.note}
        facts |= {"where": self.where, "seen": str(self.seen or "")}
        named = self.picture.sha256 if self.picture else f"{self.text}\0{self.link}"
        whole = json.dumps(facts, ensure_ascii=False).encode()
        return Report(
            channel=ADDED.id,
            native=named,
            received=now,
            text=written,
            happened=self.seen,
            link=self.link,
            outlet=self.where or ADDED.name,
            kind=self.kind,
            attachments=(self.picture,) if self.picture else (),
            original=self.picture.body if self.picture else whole,
            original_type=(
                self.picture.media_type if self.picture else "application/json"
            ),
        )

    @property
    def sha256(self) -> str:
        """The hash that is shown and noted: of the picture's file, else of the text."""
        if self.picture:
            return self.picture.sha256
        return sha256(self.text.encode()).hexdigest()


class AddPages:
    """The form and what it answers, with the console's context in hand."""

    def __init__(self, context: ConsoleContext, door: IntakeDoor) -> None:
        self._context, self._door = context, door
        self._pages = Pages(context)

    async def __call__(self, request: Request) -> Response:
        session, words = session_of(request.scope), wording(language_of(request))
        if not may(session.account.role, Act.ADD_POST):
            return self._page(request, session, {}, words("add.forbidden"), 403)
        if request.method == "GET":
            return self._page(request, session, {})
        try:
            form = await _form(request, words)
        except QuarantineError as error:
            return self._page(request, session, {}, error.message, 413)
        filled = {name: value for name, value in form.items() if isinstance(value, str)}
        if not hmac.compare_digest(
            filled.get("token", "").encode(), session.csrf.encode()
        ):
            return self._page(request, session, filled, words("sign_in.stale"), 400)
        try:
            return await self._asked(form, session, words) or await self._added(
                request, form, session
            )
        except MinhTinError as error:
            problem = problem_of(error, words)
            return self._page(request, session, filled, problem.message, problem.status)

    async def _added(
        self, request: Request, form: FormData, session: Session
    ) -> Response:
        added = await self._read(form, wording(language_of(request)))
        accepted = await run_in_threadpool(self._take, added, session)
        return self._done(request, added, accepted)

    async def _asked(
        self, form: FormData, session: Session, words: Wording
    ) -> Response | None:
        """Have the page of a link fetched that comes without anything of its own."""
        door, link = self._door.pages, _text(form, "link", 2000)
        told = any(_text(form, name, 1) for name in ("text", "note"))
        if door is None or not link or told or _has_file(form):
            return None
        if not canonical_url(link):
            raise QuarantineError(words("add.bad_link"), reason="link")
        return await run_in_threadpool(
            fetching.ask, self._context, door, link, session, words
        )

    async def _read(self, form: FormData, words: Wording) -> Added:
        now = self._context.clock.now()
        link = _text(form, "link", 2000)
        added = Added(
            kind=_KINDS.get(_text(form, "kind", 20), PostKind.POST),
            text=_text(form, "text", LONGEST_TEXT),
            link=canonical_url(link),
            where=" ".join(_text(form, "where", 200).split()),
            note=_text(form, "note", 2000),
            seen=self._seen(_text(form, "seen", 30), now, words),
            picture=await _picture(form, words),
        )
        if link and not added.link:
            raise QuarantineError(words("add.bad_link"), reason="link")
        if not added.text and added.picture is None:
            raise QuarantineError(words("add.nothing"), reason="no_text")
        if not added.text and not added.note:
            raise QuarantineError(words("add.no_note"), reason="no_note")
        return added

    def _seen(self, text: str, now: datetime, words: Wording) -> datetime | None:
        if not text:
            return None
        try:
            local = datetime.fromisoformat(text)
        except ValueError as error:
            raise QuarantineError(words("add.bad_time"), reason="time") from error
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(self._context.profile.timezone))
        if local > now:
            raise QuarantineError(words("add.future"), reason="time")
        return local.astimezone(UTC)

    def _take(self, added: Added, session: Session) -> Accepted:
        """Take it in, then note who did; a known one is noted too."""
        known = self._door.known_at(added.link) if added.link else None
        if known is not None:
            accepted = Accepted(post_id=PostId(known), fate=Fate.KNOWN)
        else:
            (accepted,) = self._door.take([added.report(self._context.clock.now())])
        if accepted.fate is Fate.CHANGED:
            accepted = Accepted(post_id=accepted.post_id, fate=Fate.KNOWN)
        self._context.casework.record(
            session.account.id,
            "post.add",
            accepted.post_id,
            {
                "sha256": added.sha256,
                "evidence": accepted.evidence or "",
                "kind": added.kind.value,
                "picture": added.picture is not None,
                "known": accepted.fate is Fate.KNOWN,
            },
        )
        return accepted

    def _done(self, request: Request, added: Added, accepted: Accepted) -> Response:
        queue = "answers" if added.kind is PostKind.REPORT else "claims"
        values: dict[str, object] = {
            "known": accepted.fate is Fate.KNOWN,
            "sha256": added.sha256,
            "picture": added.picture.name if added.picture else "",
            "evidence": accepted.evidence or "",
            "post": accepted.post_id,
            "desk": desk_link(queue, accepted.post_id),
        }
        return self._pages.answer(request, "added.html", values)

    def _page(
        self,
        request: Request,
        session: Session,
        filled: dict[str, str],
        error: str = "",
        status: int = 200,
    ) -> HTMLResponse:
        values: dict[str, object] = {
            "csrf": session.csrf,
            "error": error,
            "filled": filled,
            "megabytes": LARGEST // 1_000_000,
            "fetches": self._door.pages is not None,
        }
        return self._pages.answer(request, "add.html", values, status)


def routes(context: ConsoleContext) -> list[Route]:
    """Return the page, where reports can be taken in at all."""
    if context.intake is None:
        return []
    pages = AddPages(context, context.intake)

    async def endpoint(request: Request) -> Response:
        return await pages(request)

    made = [Route(ADD, endpoint, methods=["GET", "POST"])]
    if door := context.intake.pages:
        asked = fetching.AskedPage(context, door)

        async def became(request: Request) -> Response:
            return await asked(request)

        made.append(Route(fetching.ASKED, became, methods=["GET"]))
    return made


async def _form(request: Request, words: Wording) -> FormData:
    """Read the form. A browser says how long it is; what does not is not read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_FORM:
        raise QuarantineError(words("add.too_large"), reason="body_size")
    return await request.form(max_files=1, max_fields=10, max_part_size=100_000)


def _has_file(form: FormData) -> bool:
    sent = form.get("picture")
    return isinstance(sent, UploadFile) and bool(sent.filename)


async def _picture(form: FormData, words: Wording) -> Attachment | None:
    sent = form.get("picture")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    body = await sent.read(LARGEST + 1)
    try:
        return attachment(sent.filename, body, pictures_only=True)
    except QuarantineError as error:
        said = words(_REFUSALS.get(error.reason, "add.no_picture"))
        raise QuarantineError(said, reason=error.reason) from error


def _text(form: FormData, name: str, longest: int) -> str:
    value = form.get(name, "")
    return tidy(value).strip()[:longest] if isinstance(value, str) else ""
