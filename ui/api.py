"""The JSON API of the review desk, behind the guard; see `docs/console.md`.

Endpoints are plain functions run in threads, since stores block. What they raise
becomes a sentence and a number, never a traceback.
"""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casework.assignment import MOST_OFFERED, Offer
from casework.model import Account, Decided, Decision, Evidence, Session
from casework.permissions import Act, may
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.ids import AgencyId, PostId, StoryId
from domain.labels import Harm, Queue, Verdict
from searchindex.document import Document
from searchindex.port import Order
from ui import captured, view_models
from ui.case_lines import case_link
from ui.context import ConsoleContext
from ui.guard import language_of, session_of
from ui.precedents import Precedents, PrecedentsView
from ui.problems import problem_of
from ui.reading import Reading
from ui.view_models import PostView
from ui.wording import wording
from ui.worklist import ORDERS, Worklist, WorkPage

LARGEST_BODY = 64 * 1024
"""Bytes of a request. A decision with fifty pieces of evidence needs about half."""

PAGE = 40
KEYS = {
    "1": Verdict.HARMFUL, "2": Verdict.MISLEADING, "3": Verdict.ANSWER_NEEDED,
    "4": Verdict.LEGITIMATE_CRITICISM, "5": Verdict.NO_ISSUE, "6": Verdict.INSUFFICIENT,
    "7": Verdict.FALSE, "8": Verdict.TRUE, "0": Verdict.OUT_OF_SCOPE,
}  # fmt: skip
"""The desk's keys; the digits that CONSOLE.md fixes, and the rarer verdicts after."""

T = TypeVar("T")
Short = Annotated[str, Meta(max_length=1000)]
Long = Annotated[str, Meta(max_length=4000)]


class EvidenceBody(Struct, forbid_unknown_fields=True):
    title: Short
    url: Short = ""
    publisher: Short = ""
    date: Short = ""


class AlsoBody(Struct, forbid_unknown_fields=True):
    post_id: Short
    revision: int


class DecisionBody(Struct, forbid_unknown_fields=True):
    """A verdict; `also` names near-copies that get the same one.

    `version` is that of the review state that was on the screen.
    """

    post_id: Short
    revision: int
    verdict: Verdict
    harm: Harm | None = None
    agency: Short | None = None
    reason: Long = ""
    evidence: Annotated[list[EvidenceBody], Meta(max_length=50)] = []
    queue: Annotated[str, Meta(max_length=20)] = ""
    version: int | None = None
    also: Annotated[list[AlsoBody], Meta(max_length=50)] = []


RowId = Annotated[int, Meta(ge=1, le=2**62)]
"""A row's number; databases count no further than 63 bits."""


class UndoBody(Struct, forbid_unknown_fields=True):
    decided_ids: Annotated[list[RowId], Meta(max_length=51)] = []


class CutBody(Struct, forbid_unknown_fields=True):
    post_id: Short
    revision: int
    story: Short


class PostBody(Struct, forbid_unknown_fields=True):
    post_id: Short


class LookBody(Struct, forbid_unknown_fields=True):
    post_id: Short
    leave: Short = ""


class ClaimBody(Struct, forbid_unknown_fields=True):
    """Posts in the order in which one would take them; `leave` is let go of."""

    posts: Annotated[list[Short], Meta(max_length=MOST_OFFERED)]
    leave: Short = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: who asks, in which words, with what."""

    context: ConsoleContext
    session: Session
    reading: Reading
    query: dict[str, str]
    body: bytes

    @property
    def account(self) -> Account:
        return self.session.account

    @property
    def worklist(self) -> Worklist:
        return Worklist(self.context, self.reading, self.account)

    def document(self, post_id: str) -> Document:
        found = self.worklist.document(PostId(post_id))
        if found is None:
            words = self.reading.words
            raise NotFoundError(words("desk.missing"), hint=words("desk.missing_hint"))
        return found

    def read(self, kind: type[T]) -> T:
        """Read the body strictly. Raises `QuarantineError` when it does not fit."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.DecodeError as error:
            raise QuarantineError(
                self.reading.words("problem.body"), reason="body", hint=str(error)
            ) from error


Answer = Callable[[Call], Any]


def routes(context: ConsoleContext) -> list[BaseRoute]:
    """Return the API's routes and the desk's own assets."""
    room = Precedents(context.index, context.casework, context.clock)

    def nearest(call: Call) -> PrecedentsView:
        """The nearest reviewed posts with their verdicts."""
        return room.of(call.document(call.query.get("id", "")), call.reading)

    reads: dict[str, Answer] = {
        "/api/session": session_info,
        "/api/queue": queue_page,
        "/api/counts": queue_counts,
        "/api/post": post_details,
        "/api/story": story_copies,
        "/api/pictures": post_pictures,
        "/api/precedents": nearest,
    }
    acts: dict[str, Answer] = {
        "/api/decisions": decide,
        "/api/undo": undo,
        "/api/stories/cut": cut_story,
        "/api/viewing": look_at,
        "/api/claim": claim,
        "/api/return": give_back,
        "/api/reveal": reveal,
    }
    return [
        *(Route(p, _endpoint(context, f), methods=["GET"]) for p, f in reads.items()),
        *(Route(p, _endpoint(context, f), methods=["POST"]) for p, f in acts.items()),
        *captured.routes(context),
        *(Route(f"/assets/{name}", _asset(name, kind)) for name, kind in ASSETS),
    ]


ASSETS = (
    ("desk.js", "text/javascript"),
    ("desk.css", "text/css"),
    ("cases.css", "text/css"),
    ("forms.js", "text/javascript"),
    ("letter.css", "text/css"),
)


def session_info(call: Call) -> dict[str, Any]:
    """What the desk needs once: who, words, keys, choices, the CSRF token."""
    reading, profile = call.reading, call.context.profile
    return {
        "csrf": call.session.csrf,
        "account": call.account.display,
        "language": reading.words.language,
        "words": reading.words.section("desk"),
        "queues": [
            {**_choice(q, reading.label("queues", q)), "order": ORDERS[q].value}
            for q in Queue
        ],
        "verdicts": [
            {**_choice(v, reading.label("verdicts", v)), "key": key, **_needs(v)}
            for key, v in KEYS.items()
            if may(call.account.role, Act.DECIDE)
        ],
        "cases": may(call.account.role, Act.WORK_CASES),
        "harms": [_choice(h, reading.label("harms", h)) for h in Harm],
        "agencies": [
            {**_choice(a.id, a.name), "also": " ".join(a.aliases)}
            for a in profile.agencies
        ],
    }


def _choice(identity: str, label: str) -> dict[str, str]:
    return {"id": str(identity), "label": label}


def _needs(verdict: Verdict) -> dict[str, str]:
    if verdict.needs_evidence:
        return {"needs": "evidence"}
    special = {Verdict.HARMFUL: "harm", Verdict.ANSWER_NEEDED: "agency"}
    return {"needs": special.get(verdict, "")}


def queue_page(call: Call) -> WorkPage:
    order = call.query.get("order", "")
    return call.worklist.page(
        _queue(call),
        order=Order(order) if order in set(Order) else None,
        after=call.query.get("after") or None,
        size=PAGE,
    )


def _queue(call: Call) -> Queue:
    name = call.query.get("queue", "")
    if name not in set(Queue):
        raise NotFoundError(call.reading.words("problem.queue"))
    return Queue(name)


def queue_counts(call: Call) -> dict[str, Any]:
    counts = call.worklist.counts()
    return {"counts": {queue.value: n for queue, n in counts.items()}}


def post_details(call: Call) -> PostView:
    document = call.document(call.query.get("id", ""))
    return _view(call, document)


def _view(call: Call, document: Document, *, unmasked: bool = False) -> PostView:
    casework, post_id = call.context.casework, document.post.id
    viewing = casework.viewers([post_id]).get(post_id)
    if viewing is not None and viewing.account.id == call.account.id:
        viewing = None
    sight = casework.sight(call.account, post_id)
    return view_models.post_view(
        document,
        call.reading,
        sight=sight,
        viewing=viewing,
        unmasked=unmasked,
        # That somebody opened a case on it would tell what they think of it.
        cases=() if sight.blind else _cases(call, post_id),
    )


def _cases(call: Call, post_id: PostId) -> tuple[dict[str, str], ...]:
    """Return the cases that a post is in, for who may read them."""
    if not may(call.account.role, Act.READ_CASES):
        return ()
    found = call.context.casework.cases_with([post_id]).get(post_id, ())
    return tuple(
        {"number": one.number, "title": one.title, "link": case_link(one.number)}
        for one in found
    )


def story_copies(call: Call) -> dict[str, Any]:
    """The other posts of a post's story, each with what differs."""
    document = call.document(call.query.get("id", ""))
    states = call.context.casework.latest([document.post.id])
    state = states.get(document.post.id)
    story = state.story if state and state.story else document.story_shown
    if story is None:
        return {"copies": []}
    worklist = call.worklist
    others = worklist.story(story, document.post.id)
    known = call.context.casework.latest([d.post.id for d in others])
    return {
        "copies": [
            view_models.copy_of(
                document,
                other,
                call.reading,
                decided=worklist.is_done(other, known.get(other.post.id)),
            )
            for other in others
        ]
    }


def post_pictures(call: Call) -> dict[str, Any]:
    """What pictures are kept of a post; none is loaded for it."""
    digest = call.document(call.query.get("id", "")).post.evidence
    store = call.context.evidence
    return {"pictures": captured.pictures(store, digest) if digest else []}


def decide(call: Call) -> dict[str, Any]:
    """Record a verdict, at once and durably; copies get a row each."""
    body = call.read(DecisionBody)
    posts = [AlsoBody(body.post_id, body.revision), *_free(call, body.also)]
    for post in posts:
        _known(call, post.post_id, post.revision)
    made = [_decide_one(call, body, posts[0], body.version)]
    made += [_decide_one(call, body, post, None) for post in posts[1:]]
    head = made[0]
    said = view_models.act(head, call.reading)
    return {"ids": [d.id for d in made], "act": said, "post_id": body.post_id}


def _free(call: Call, copies: Sequence[AlsoBody]) -> list[AlsoBody]:
    """Leave out copies on which a colleague's word is wanted, not this person's.

    A colleague works on them, or they wait for a second or third person.
    """
    casework, mine = call.context.casework, call.account.id
    held = casework.viewers([PostId(one.post_id) for one in copies])
    taken = {name for name, lease in held.items() if lease.account.id != mine}
    taken |= casework.second_looks(call.account).kept.keys() if copies else set()
    return [one for one in copies if PostId(one.post_id) not in taken]


def _known(call: Call, post_id: str, revision: int) -> Document:
    """Return a post that is there, in a revision that was seen.

    Else a forged or broken request could decide on nothing, or block a post by a
    revision that is yet to come.
    """
    document = call.document(post_id)
    if revision > document.post.revision:
        raise ConflictError(call.reading.words("problem.revision"))
    return document


def _decide_one(
    call: Call, body: DecisionBody, post: AlsoBody, seen: int | None
) -> Decided:
    decision = Decision(
        post_id=PostId(post.post_id),
        revision=post.revision,
        verdict=body.verdict,
        harm=body.harm,
        agency=_agency(call, body.agency),
        reason=body.reason,
        evidence=tuple(
            Evidence(title=e.title, url=e.url, publisher=e.publisher, date=e.date)
            for e in body.evidence
        ),
        queue=body.queue,
    )
    return call.context.casework.decide(call.account, decision, seen=seen)


def _agency(call: Call, agency: str | None) -> AgencyId | None:
    if not agency:
        return None
    if agency not in {a.id for a in call.context.profile.agencies}:
        raise QuarantineError(call.reading.words("problem.agency"), reason="agency")
    return AgencyId(agency)


def undo(call: Call) -> dict[str, Any]:
    """Undo the named decisions, else the account's own last one."""
    wanted = call.read(UndoBody).decided_ids
    casework = call.context.casework
    undone = [
        casework.undo(call.account, decided_id)
        for decided_id in (reversed(wanted) if wanted else [None])
    ]
    last = undone[-1]
    if last is None:
        return {"post_id": None, "sentence": call.reading.words("desk.undo_none")}
    post_id = last.decision.post_id
    document = call.worklist.document(post_id)
    act = view_models.act(last, call.reading)
    verdict = f"{act.verdict} ({act.detail})" if act.detail else act.verdict
    first = view_models.first_words(document, call.reading) if document else post_id
    said = call.reading.words("desk.undone", verdict=verdict, post=first)
    return {"post_id": post_id, "sentence": said, "count": len(undone)}


def cut_story(call: Call) -> dict[str, Any]:
    """Take a post out of its story, for good; it gets a story of its own."""
    body = call.read(CutBody)
    _known(call, body.post_id, body.revision)
    state = call.context.casework.cut_from_story(
        call.account,
        PostId(body.post_id),
        body.revision,
        StoryId(body.story),
        StoryId(f"cut-{uuid4().hex[:12]}"),
    )
    return {"story": state.story, "sentence": call.reading.words("desk.cut_done")}


def look_at(call: Call) -> dict[str, Any]:
    """Take or renew the viewing lease; say who else holds it."""
    body = call.read(LookBody)
    post_id = call.document(body.post_id).post.id
    leaving = PostId(body.leave) if body.leave else None
    other = call.context.casework.look_at(call.account, post_id, leaving=leaving)
    return {"viewing": other.account.display if other else ""}


def claim(call: Call) -> dict[str, Any]:
    """Take the first of the named posts that is free; say what became of those before.

    A post that is there no more counts as settled: nobody need decide on it.
    """
    body = call.read(ClaimBody)
    known = call.context.index.reader().get([PostId(name) for name in body.posts])
    offers = [
        Offer(post_id=PostId(name), revision=known[PostId(name)].post.revision)
        for name in body.posts
        if name in known
    ]
    leaving = PostId(body.leave) if body.leave else None
    made = call.context.casework.claim(call.account, offers, leaving=leaving)
    gone = [name for name in body.posts if name not in known]
    return {
        "post_id": made.post_id or "",
        "settled": [*made.settled, *gone],
        "taken": {name: one.account.display for name, one in made.taken.items()},
        "returned": made.returned,
    }


def give_back(call: Call) -> dict[str, Any]:
    """Leave a post to colleagues."""
    document = call.document(call.read(PostBody).post_id)
    call.context.casework.give_back(
        call.account, document.post.id, document.post.revision
    )
    return {"sentence": call.reading.words("desk.returned")}


def reveal(call: Call) -> PostView:
    """Show a post with its personal data; that somebody looked is recorded."""
    document = call.document(call.read(PostBody).post_id)
    call.context.casework.record_allowed(
        call.account,
        Act.READ_PERSONAL,
        "post.reveal",
        document.post.id,
        {"revision": document.post.revision},
    )
    return _view(call, document, unmasked=True)


def _endpoint(
    context: ConsoleContext, answer: Answer
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        words = wording(language_of(request))
        try:
            call = Call(
                context=context,
                session=session_of(request.scope),
                reading=Reading(
                    profile=context.profile, words=words, now=context.clock.now()
                ),
                query=dict(request.query_params),
                body=await _body(request),
            )
            found = await run_in_threadpool(answer, call)
        except Exception as error:  # noqa: BLE001 - the last place before the browser
            problem = problem_of(error, words)
            told = {
                "error": problem.message,
                "hint": problem.hint,
                "number": problem.number,
            }
            return _json(told, problem.status)
        return _json(found)

    endpoint.__doc__ = inspect.getdoc(answer)
    return endpoint


async def _body(request: Request) -> bytes:
    """Read a bounded body; what is longer is not read on."""
    read = b""
    async for part in request.stream():
        read += part
        if len(read) > LARGEST_BODY:
            raise QuarantineError("Yêu cầu quá lớn.", reason="body_size")
    return read


def _json(value: Any, status: int = 200) -> Response:  # noqa: ANN401 - any view model
    return Response(
        msgspec.json.encode(value),
        status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _asset(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_request: Request) -> Response:
        text = files("ui").joinpath("static", name).read_text(encoding="utf-8")
        headers = {"Cache-Control": "no-cache"}
        return Response(text, media_type=media_type, headers=headers)

    return endpoint
