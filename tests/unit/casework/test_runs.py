"""Runs of jobs, the outbox, forgetting posts, backup."""

from datetime import timedelta

import pytest

from casework.model import Account, Decision
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ForbiddenError, NotFoundError
from domain.ids import PostId, StoryId
from domain.labels import Verdict

POST, OTHER = PostId("forum:1"), PostId("forum:2")
People = dict[str, Account]


def test_a_run_happens_once(casework: Casework, clock: ManualClock) -> None:
    due = clock.now()
    assert casework.claim_run("digest", due, "a", 60)
    assert not casework.claim_run("digest", due, "b", 60)
    assert casework.claim_run("digest", due + timedelta(days=1), "b", 60)
    casework.finish_run("digest", due, True, "41 bài")
    clock.advance(days=1)
    assert not casework.claim_run("digest", due, "a", 60)
    last = casework.last_runs("digest", limit=5)[-1]
    assert (last.holder, last.ok, last.message) == ("a", True, "41 bài")


def test_a_dead_holders_run_is_taken_over(
    casework: Casework, clock: ManualClock
) -> None:
    due = clock.now()
    casework.claim_run("digest", due, "a", 60)
    clock.advance(seconds=50)
    assert casework.claim_run("digest", due, "a", 60), "renews its own"
    clock.advance(seconds=50)
    assert not casework.claim_run("digest", due, "b", 60)
    clock.advance(seconds=11)
    assert casework.claim_run("digest", due, "b", 60)
    assert not casework.claim_run("digest", due, "a", 60)


def test_finishing_what_never_began(casework: Casework, clock: ManualClock) -> None:
    with pytest.raises(NotFoundError):
        casework.finish_run("digest", clock.now(), True, "")


def test_old_runs_are_forgotten_and_new_ones_come_first(
    casework: Casework, clock: ManualClock
) -> None:
    for day in range(100):
        casework.claim_run("digest", clock.now(), "a", 60)
        casework.finish_run("digest", clock.now(), True, str(day))
        clock.advance(days=1)
    casework.claim_run("alerts", clock.now(), "a", 60)
    runs = casework.last_runs(limit=1000)
    assert runs[0].job == "alerts"
    assert runs[0].finished is None
    assert [run.message for run in runs[1:3]] == ["99", "98"]
    assert len(runs) == 62


def test_the_outbox_hands_out_in_order_and_forgets_what_was_sent(
    casework: Casework, people: People
) -> None:
    for n in range(5):
        decide(casework, people, PostId(f"p:{n}"))
    first = casework.outbox(2)
    assert [row.key for row in first] == ["p:0", "p:1"]
    casework.outbox_sent([row.id for row in first])
    casework.outbox_sent([row.id for row in first])
    casework.outbox_sent([])
    assert casework.outbox_size() == 3
    rest = casework.outbox(9)
    casework.outbox_sent([row.id for row in rest])
    decide(casework, people, POST)
    assert casework.outbox(1)[0].id > rest[-1].id


def decide(casework: Casework, people: People, post: PostId) -> None:
    casework.decide(
        people["analyst"],
        Decision(
            post_id=post, revision=1, verdict=Verdict.INSUFFICIENT, reason="bí mật"
        ),
    )


def test_forgetting_a_post_leaves_ids_and_a_tombstone_only(
    casework: Casework, people: People
) -> None:
    decide(casework, people, POST)
    decide(casework, people, OTHER)
    casework.undo(people["analyst"])
    decide(casework, people, OTHER)
    casework.cut_from_story(people["press"], POST, 1, StoryId("a"), StoryId("b"))
    casework.look_at(people["press"], POST)
    casework.outbox_sent([row.id for row in casework.outbox(2)])
    gone = [POST, PostId("never:seen"), POST]
    assert casework.forget_posts("jobs", gone, "retention") == 1
    assert list(casework.latest([POST, OTHER])) == [OTHER]
    assert casework.history(POST) == []
    assert casework.story_cuts([POST]) == {}
    assert casework.viewers([POST]) == {}
    assert [row.value for row in casework.outbox(9) if row.key == POST] == [None]
    assert casework.outbox(9)[-1].key == POST
    trace = casework.audit(limit=1000)[-1]
    assert trace.detail["posts"] == [POST, "never:seen"]
    assert trace.detail["held"] == 1
    assert casework.verify_audit().sound
    assert casework.forget_posts("jobs", gone, "retention") == 0


def test_an_undone_decision_is_forgotten_too(
    casework: Casework, people: People
) -> None:
    decide(casework, people, POST)
    casework.undo(people["analyst"])
    assert casework.forget_posts("cli", [POST], "erasure") == 1
    decide(casework, people, POST)
    assert casework.reviewed([POST])[POST].version == 1


def test_only_administrators_forget(casework: Casework, people: People) -> None:
    with pytest.raises(ForbiddenError):
        casework.forget_posts(people["leader"].id, [POST], "erasure")


def test_many_posts_at_once(casework: Casework, people: People) -> None:
    decide(casework, people, PostId("p:1100"))
    posts = [PostId(f"p:{n}") for n in range(1200)]
    assert casework.forget_posts("jobs", posts, "retention") == 1
    traces = [row for row in casework.audit(limit=99) if row.act == "posts.forget"]
    assert [len(row.detail["posts"]) for row in traces] == [500, 500, 200]
