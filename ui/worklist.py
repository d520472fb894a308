"""What waits in each queue: the index's answer, put right by casework at once.

The index learns of a decision some seconds later, through outbox and indexer. Until
then casework's word overrides what the index says, so that a decided post never comes
back, and an undone one is there again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from casework.model import Account, SecondLooks, Viewing
from domain.ids import PostId, StoryId
from domain.labels import Queue
from domain.review import ReviewState
from searchindex.document import Document
from searchindex.port import IndexReader, Order, Search
from searchindex.query import AllOf, AnyOf, FieldIs, Node
from ui import view_models
from ui.context import ConsoleContext
from ui.reading import Reading
from ui.view_models import Row

UNSETTLED = timedelta(minutes=30)
"""How long the index may lag behind casework before queue counts are a little off."""

MOST_READS = 8
"""Pages of settled posts skipped at once before the screen says «load more»."""

MOST_COPIES = 30

ORDERS: Mapping[Queue, Order] = {
    Queue.HARMFUL: Order.URGENT,
    Queue.CLAIMS: Order.URGENT,
    Queue.ANSWERS: Order.URGENT,
    Queue.PRESS: Order.NEWEST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """Lines of one queue; `cursor` continues it."""

    rows: tuple[Row, ...]
    total: int
    exact: bool
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overlay:
    """Documents whose state casework knows better than the index."""

    closed: tuple[Document, ...]
    opened: tuple[Document, ...]


def waiting(queue: Queue) -> Node:
    """Return the query of what waits in a queue."""
    status = AnyOf((FieldIs("status", "open"), FieldIs("status", "reopened")))
    return AllOf((FieldIs("queue", queue), status))


def is_settled(document: Document, state: ReviewState | None) -> bool:
    """Tell whether a verdict stands on this very revision."""
    review = state or document.review
    if review is None or review.verdict is None:
        return False
    return review.revision >= document.post.revision


def is_kept(document: Document, looks: SecondLooks) -> bool:
    """Tell whether a second review keeps this revision from the person."""
    return looks.kept.get(document.post.id, -1) >= document.post.revision


class Worklist:
    """Queues as one person sees them."""

    def __init__(
        self, context: ConsoleContext, reading: Reading, account: Account
    ) -> None:
        self._context = context
        self._reading = reading
        self._account = account
        self._reader: IndexReader = context.index.reader()

    @cached_property
    def _looks(self) -> SecondLooks:
        return self._context.casework.second_looks(self._account)

    def counts(self) -> dict[Queue, int]:
        """Return how many posts wait in each queue."""
        overlay = self._overlay()
        found = {}
        for queue in Queue:
            total = self._reader.search(Search(query=waiting(queue), size=1)).total
            total -= sum(queue in d.analysis.queues for d in overlay.closed)
            total += sum(queue in d.analysis.queues for d in overlay.opened)
            found[queue] = max(0, total)
        return found

    def page(
        self,
        queue: Queue,
        *,
        order: Order | None = None,
        after: str | None = None,
        size: int = 40,
    ) -> WorkPage:
        """Return the next lines of a queue, near-copies folded."""
        documents: list[Document] = []
        cursor, total, exact = after, 0, True
        if after is None:
            again = [*self._to_settle(), *self._overlay().opened]
            first = {d.post.id: d for d in again if queue in d.analysis.queues}
            documents += first.values()
        for _ in range(MOST_READS):
            search = Search(
                query=waiting(queue),
                order=order or ORDERS[queue],
                size=size,
                after=cursor,
            )
            found = self._reader.search(search)
            cursor, total, exact = found.next_cursor, found.total, found.total_exact
            documents += self._open([hit.document for hit in found.hits], documents)
            if cursor is None or len(documents) >= size // 2:
                break
        rows = self._rows(queue, documents)
        return WorkPage(rows=rows, total=total, exact=exact, cursor=cursor)

    def story(self, story: StoryId, but: PostId) -> Sequence[Document]:
        """Return the other posts of a story, oldest first, casework's cuts obeyed."""
        search = Search(
            query=FieldIs("story", story), order=Order.OLDEST, size=MOST_COPIES
        )
        documents = [hit.document for hit in self._reader.search(search).hits]
        states = self._context.casework.latest([d.post.id for d in documents])
        return [
            d
            for d in documents
            if d.post.id != but and _story_of(d, states.get(d.post.id)) == story
        ]

    def document(self, post_id: PostId) -> Document | None:
        return self._reader.get([post_id]).get(post_id)

    def _open(
        self, documents: Sequence[Document], already: Sequence[Document]
    ) -> list[Document]:
        have = {d.post.id for d in already}
        states = self._context.casework.latest([d.post.id for d in documents])
        return [
            d
            for d in documents
            if d.post.id not in have and not self.is_done(d, states.get(d.post.id))
        ]

    def is_done(self, document: Document, state: ReviewState | None) -> bool:
        """Tell whether there is nothing to decide for this person."""
        return is_settled(document, state) or is_kept(document, self._looks)

    def _to_settle(self) -> list[Document]:
        """Return posts on which colleagues disagree; they come first."""
        found = self._reader.get(self._looks.to_settle)
        return [d for d in found.values() if not is_kept(d, self._looks)]

    def _overlay(self) -> _Overlay:
        since = self._context.clock.now() - UNSETTLED
        recent = self._context.casework.decisions_since(since)
        ids = list(
            dict.fromkeys([*(d.decision.post_id for d in recent), *self._looks.kept])
        )
        if not ids:
            return _Overlay(closed=(), opened=())
        states = self._context.casework.latest(ids)
        documents = self._reader.get(ids)
        closed, opened = [], []
        for post_id, document in documents.items():
            settled = self.is_done(document, states.get(post_id))
            if settled and document.status != "reviewed":
                closed.append(document)
            if not settled and document.status == "reviewed":
                opened.append(document)
        return _Overlay(closed=tuple(closed), opened=tuple(opened))

    def _rows(self, queue: Queue, documents: Sequence[Document]) -> tuple[Row, ...]:
        ids = [d.post.id for d in documents]
        viewers = self._context.casework.viewers(ids)
        states = self._context.casework.latest(ids)
        groups: dict[str, list[Document]] = {}
        for document in documents:
            story = _story_of(document, states.get(document.post.id))
            groups.setdefault(story or document.post.id, []).append(document)
        sizes = self._story_sizes(
            [key for key, g in groups.items() if g[0].story_shown]
        )
        return tuple(
            view_models.row(
                group[0],
                self._reading,
                queue=queue,
                copies=sizes.get(key, 1),
                folded=[
                    view_models.row(d, self._reading, queue=queue) for d in group[1:]
                ],
                viewing=_colleague(viewers.get(group[0].post.id), self._account),
                to_settle=group[0].post.id in self._looks.to_settle,
            )
            for key, group in groups.items()
        )

    def _story_sizes(self, stories: Sequence[str]) -> Mapping[str, int]:
        """Count all posts of each story, also those that wait in no queue."""
        if not stories:
            return {}
        any_of = AnyOf(tuple(FieldIs("story", story) for story in stories))
        found = self._reader.search(Search(query=any_of, size=1, facets=("story",)))
        return found.facets.get("story", {})


def _story_of(document: Document, state: ReviewState | None) -> str | None:
    return state.story if state and state.story else document.story_shown


def _colleague(viewing: Viewing | None, account: Account) -> Viewing | None:
    return viewing if viewing and viewing.account.id != account.id else None
