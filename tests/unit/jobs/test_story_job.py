"""Stories do not depend on which worker saw which post when."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.analysis import Analysis
from domain.clock import ManualClock
from domain.ids import PostId, SourceId, StoryId
from domain.labels import About, PostKind, Role
from domain.post import Post
from domain.review import ReviewState
from eventlog.codec import decode_review, encode_event
from jobs.stories import Likeness, StoriesJob, consolidate
from nlp.fingerprint import bands, fingerprint, similarity
from searchindex.adapters.memory import MemorySearchIndex
from searchindex.port import Search

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LIKENESS = Likeness(bands, similarity)


def text_of(story, changed=0):
    """Sixty words of one story; `changed` of them replaced, from the end."""
    rng = random.Random(story)
    words = [f"tu{rng.randrange(10_000)}" for _ in range(60)]
    words[60 - changed :] = [f"moi{changed}x{n}" for n in range(changed)]
    return " ".join(words)


def analysis(name, text, *, hours=0, fetched=NOW, story=None):
    post = Post(
        id=PostId(name),
        revision=1,
        source=SourceId("s"),
        kind=PostKind.ARTICLE,
        url=f"https://x.example/{name}",
        fetched=fetched,
        published=NOW - timedelta(hours=hours),
        text=text,
    )
    return Analysis(
        post=post,
        about=About.PROVINCE,
        analysed_at=NOW,
        fingerprint=fingerprint(text),
        story=StoryId(story or name),
    )


def corpus():
    """Twelve stories of one to six posts; in each, every post is older or newer."""
    return [
        analysis(f"s{story}p{n}", text_of(story, n), hours=(story * 7 + n * 5) % 48)
        for story in range(12)
        for n in range(1 + story % 6)
    ]


@pytest.fixture
def index():
    return MemorySearchIndex(bands_of=bands)


@pytest.fixture
def casework():
    made = Casework(SqlCaseworkStore("sqlite://"), ManualClock(NOW), encode_event)
    yield made
    made.close()


def put(index, analyses):
    with index.writer() as writer:
        for item in analyses:
            writer.put_analysis(item)


def stories(index):
    hits = index.reader().search(Search(size=1000)).hits
    return {hit.document.post.id: hit.document.story_shown for hit in hits}


def assigned(workers, seed):
    """What workers write who see their own posts only, in the order they came."""
    rng = random.Random(seed)
    posts = corpus()
    rng.shuffle(posts)
    known = [{} for _ in range(workers)]
    made = []
    for item in posts:
        mine = rng.choice(known)
        near = [
            other
            for other in mine.values()
            if similarity(item.fingerprint, other.fingerprint) >= LIKENESS.near
        ]
        oldest = min(near, key=lambda o: (o.post.when, o.post.id), default=None)
        linked = analysis(
            item.post.id,
            item.post.text,
            hours=(NOW - item.post.when).total_seconds() / 3600,
            story=oldest.story if oldest else None,
        )
        mine[item.post.id] = linked
        made.append(linked)
    return made


def expected():
    posts = corpus()
    groups = {}
    for item in posts:
        groups.setdefault(item.post.id.split("p")[0], []).append(item.post)
    return {
        post.id: min(group, key=lambda p: (p.when, p.id)).id
        for group in groups.values()
        for post in group
    }


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("seed", range(8))
def test_one_and_four_workers_end_with_the_same_stories(index, casework, workers, seed):
    put(index, assigned(workers, seed))
    consolidate(index, casework, LIKENESS, since=NOW - timedelta(days=3))
    assert stories(index) == expected()
    assert consolidate(index, casework, LIKENESS, since=None) == 0


def test_without_the_job_four_workers_do_miss_some(index):
    put(index, assigned(4, 0))
    assert stories(index) != expected()


def test_a_new_post_joins_its_old_story(index, casework):
    old = NOW - timedelta(days=20)
    put(
        index,
        [
            analysis("old", text_of(1), hours=480, fetched=old),
            analysis("middle", text_of(1, 4), hours=400, fetched=old, story="old"),
            analysis("new", text_of(1, 8)),
        ],
    )
    StoriesJob(index, casework, LIKENESS).run(NOW)
    assert stories(index) == {"old": "old", "middle": "old", "new": "old"}


def test_what_a_person_said_wins_and_joins_no_others(index, casework):
    boss = casework.create_account(
        "cli", name="an", display="An", role=Role.ANALYST, password="suối nậm rốm trong"
    )
    put(
        index,
        [
            analysis("a", text_of(1), hours=9),
            analysis("b", text_of(1, 1), hours=8, story="a"),
            analysis("c", text_of(1, 2), hours=7, story="a"),
        ],
    )
    casework.cut_from_story(boss, PostId("a"), 1, StoryId("a"), StoryId("mine"))
    consolidate(index, casework, LIKENESS, since=None)
    (row,) = casework.outbox(10)
    with index.writer() as writer:
        writer.put_review(decode_review(row.value))
    assert stories(index) == {"a": "mine", "b": "b", "c": "b"}
    consolidate(index, casework, LIKENESS, since=None)
    assert stories(index) == {"a": "mine", "b": "b", "c": "b"}


def test_a_review_in_the_index_is_enough(index, casework):
    put(index, [analysis("a", text_of(1), hours=9), analysis("b", text_of(1, 1))])
    with index.writer() as writer:
        writer.put_review(
            ReviewState(
                post_id=PostId("b"),
                revision=1,
                version=1,
                at=NOW,
                by="x",
                story=StoryId("b"),
            )
        )
    consolidate(index, casework, LIKENESS, since=None)
    assert stories(index) == {"a": "a", "b": "b"}


def test_a_rebuilt_index_gets_the_same_stories_again(index, casework):
    made = assigned(4, 3)
    put(index, made)
    consolidate(index, casework, LIKENESS, since=None)
    before = stories(index)
    with index.begin_rebuild() as writer:
        for item in made:
            writer.put_analysis(item)
    index.swap()
    consolidate(index, casework, LIKENESS, since=None)
    assert stories(index) == before


def test_a_widely_copied_story_keeps_its_oldest_post(index, casework, monkeypatch):
    monkeypatch.setattr("jobs.stories.CANDIDATES", 5)
    old = NOW - timedelta(days=20)
    first = analysis("first", text_of(1), hours=480, fetched=old)
    copies = [
        analysis(f"c{n:02}", text_of(1), hours=40 - n, story="first") for n in range(30)
    ]
    late = analysis("late", text_of(1))
    put(index, [first, *copies, late])
    consolidate(index, casework, LIKENESS, since=NOW - timedelta(days=1))
    assert set(stories(index).values()) == {"first"}


def test_posts_without_words_stand_alone(index, casework):
    put(index, [analysis("a", ""), analysis("b", "")])
    consolidate(index, casework, LIKENESS, since=None)
    assert stories(index) == {"a": "a", "b": "b"}
