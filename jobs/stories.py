"""Story consolidation: what two workers could not see of each other.

A story is the set of posts that near-copies join, directly or over others, and is named
after its oldest member. So it is a pure function of the documents and of what people
said, and where each post happened to be analysed plays no part.

The job writes to the index alone: topic `analyses` is the worker's, and a second writer
there could undo a later analysis. A rebuild of the index starts from the workers'
stories and is followed by `consolidate` over everything (`since=None`), which makes the
same stories again; nothing that cannot be derived is lost, since what people say about
stories is casework.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.ids import PostId, StoryId
from jobs.ports import StoryWords
from jobs.schedule import Every, Job, Schedule
from pipeline.stories import NEAR
from searchindex.document import Document
from searchindex.port import IndexReader, IndexWriter, Order, Search, SearchIndex
from searchindex.query import AllOf, DateRange, Node

Fingerprint = tuple[int, ...]

PAGE = 200
"""Documents read at once: more costs memory (texts come along), fewer more queries."""

CANDIDATES = 500
"""Near-copies looked at per post. Fewer may lose the oldest of a story that hundreds
copied; more makes each of these hundreds compare with all others."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near-copies are found: `nlp.fingerprint.bands` and `similarity`."""

    bands: Callable[[Fingerprint], Sequence[int]]
    similarity: Callable[[Fingerprint, Fingerprint], float]
    near: float = NEAR


@dataclass(frozen=True, slots=True)
class _Member:
    when: datetime
    fingerprint: Fingerprint
    story: StoryId | None


@dataclass(slots=True)
class _Groups:
    """Union-find; the oldest post is the root of its group."""

    members: dict[PostId, _Member] = field(default_factory=dict)
    parent: dict[PostId, PostId] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        post = document.post
        story = document.story or document.analysis.story
        member = _Member(post.when, document.analysis.fingerprint, story)
        self.members[post.id] = member
        self.parent[post.id] = post.id

    def root(self, post: PostId) -> PostId:
        while self.parent[post] != post:
            self.parent[post] = self.parent[self.parent[post]]
            post = self.parent[post]
        return post

    def join(self, one: PostId, other: PostId) -> None:
        pair = {self.root(one), self.root(other)}
        oldest = min(pair, key=lambda post: (self.members[post].when, post))
        for post in pair:
            self.parent[post] = oldest


class StoriesJob(Job):
    """Groups the near-copies of the last days again, with all that they lead to."""

    name = "stories"
    schedule = Schedule(when=Every(300), lease_seconds=900)

    def __init__(
        self, index: SearchIndex, words: StoryWords, likeness: Likeness, days: int = 3
    ) -> None:
        self._index = index
        self._words = words
        self._likeness = likeness
        self._days = days

    def run(self, now: datetime) -> str:
        since = now - timedelta(days=self._days)
        changed = consolidate(self._index, self._words, self._likeness, since=since)
        return f"changed the story of {changed} posts"


def consolidate(
    index: SearchIndex,
    words: StoryWords,
    likeness: Likeness,
    *,
    since: datetime | None,
) -> int:
    """Give the posts fetched since then, and their stories, one name each.

    Posts that a person put into a story, or took out of one, are left where that
    person put them, and join no others. Returns the number of posts that changed.
    """
    reader = index.reader()
    groups = _grouped(reader, words, likeness, since)
    changed = 0
    with index.writer() as writer:
        for post, member in groups.members.items():
            story = StoryId(groups.root(post))
            if member.story != story:
                changed += _put(writer, post, story, changed)
    return changed


def _put(writer: IndexWriter, post: PostId, story: StoryId, before: int) -> int:
    writer.put_story(post, story)
    if before % PAGE == PAGE - 1:
        writer.flush()
    return 1


def _grouped(
    reader: IndexReader,
    words: StoryWords,
    likeness: Likeness,
    since: datetime | None,
) -> _Groups:
    """Walk from recent posts over near-copies until no new ones appear."""
    groups = _Groups()
    pinned: set[PostId] = set()
    for page in _recent(reader, since):
        fresh = _taken(groups, pinned, page, words)
        while fresh:
            found = _links(reader, likeness, groups, fresh)
            others = {other for _, other in found} | _named(groups, fresh)
            unknown = others - groups.members.keys() - pinned
            documents = [d for part in _parts(unknown) for d in _read(reader, part)]
            fresh = _taken(groups, pinned, documents, words)
            for one, other in found:
                if other in groups.members:
                    groups.join(one, other)
    return groups


def _taken(
    groups: _Groups,
    pinned: set[PostId],
    documents: Iterable[Document],
    words: StoryWords,
) -> list[PostId]:
    """Take documents in, except those that a person placed; return the new ones."""
    new = [d for d in documents if d.analysis.fingerprint]
    ids = [d.post.id for d in new if d.post.id not in groups.members]
    pinned.update(words.story_cuts(ids))
    pinned.update(p for p, state in words.latest(ids).items() if state.story)
    for document in new:
        post = document.post.id
        if document.review is not None and document.review.story is not None:
            pinned.add(post)
        if post not in pinned and post not in groups.members:
            groups.add(document)
    return [post for post in dict.fromkeys(ids) if post in groups.members]


def _links(
    reader: IndexReader, likeness: Likeness, groups: _Groups, posts: Sequence[PostId]
) -> list[tuple[PostId, PostId]]:
    """Return each of the posts with each of its near-copies."""
    links = []
    for part in _parts(posts):
        prints = [groups.members[post].fingerprint for post in part]
        wanted = [likeness.bands(fingerprint) for fingerprint in prints]
        answers = reader.near_copy_candidates(wanted, CANDIDATES)
        for post, mine, answer in zip(part, prints, answers, strict=True):
            links += [
                (post, other)
                for other, theirs in answer.items()
                if other != post and likeness.similarity(mine, theirs) >= likeness.near
            ]
    return links


def _named(groups: _Groups, posts: Iterable[PostId]) -> set[PostId]:
    """Return what the posts' present stories are named after.

    In a story that very many copied, the oldest is not among the newest candidates of
    anyone, but its own candidates lead back to the rest.
    """
    stories = (groups.members[post].story for post in posts)
    return {PostId(story) for story in stories if story is not None}


def _recent(reader: IndexReader, since: datetime | None) -> Iterator[list[Document]]:
    query: Node = DateRange("fetched", since, None) if since else AllOf(())
    cursor = None
    while True:
        search = Search(query=query, order=Order.OLDEST, size=PAGE, after=cursor)
        page = reader.search(search)
        yield [hit.document for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            return


def _read(reader: IndexReader, posts: Sequence[PostId]) -> list[Document]:
    found = reader.get(posts)
    return [found[post] for post in posts if post in found]


def _parts(posts: Iterable[PostId]) -> Iterator[list[PostId]]:
    known = sorted(posts)
    for start in range(0, len(known), PAGE):
        yield known[start : start + PAGE]
