"""The tally of a candidate: bounded, counted once, joined with later verdicts."""

import pytest

from domain.labels import Harm, Verdict
from domain.shadow import ShadowDiffers
from jobs.learning import shadow as module
from jobs.learning.registry import Change, Entry, ModelRegistry
from jobs.learning.shadow import ShadowBook, ShadowJob
from learning_office import NOW, Office
from pipeline.keys import analysis_key, shadow_key


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


@pytest.fixture
def registry(tmp_path):
    made = ModelRegistry(tmp_path / "models")
    candidate(made, "v1")
    return made


def candidate(registry, version, at=NOW):
    draft = registry.draft()
    (draft / "model.json").write_text(version)
    registry.put_candidate(
        draft, Entry(at=at, by="cli", change=Change.CANDIDATE, version=version)
    )


@pytest.fixture
def book(registry, office):
    return ShadowBook(registry, office.log)


def differs(office, post, live=(), tried=(), candidate="v1", revision=1):
    office.write(
        shadow_key(post),
        ShadowDiffers(
            post_id=post,
            revision=revision,
            at=office.clock.now(),
            live="v0",
            candidate=candidate,
            live_flags=live,
            candidate_flags=tried,
        ),
    )


def shown(book, office):
    return book.shown(book.keep(office.clock.now()), office.casework)


def test_more_and_fewer_are_joined_with_what_reviewers_said(office, book):
    posts = [office.analysed(n, "x") for n in range(6)]
    for post in posts[:3]:
        differs(office, post, tried=("scam",))
    for post in posts[3:5]:
        differs(office, post, live=("hate",), tried=("complaint",))
    differs(office, posts[5], live=("hate",), tried=("abuse",))
    office.decide(posts[0], Verdict.HARMFUL, Harm.SCAM)
    office.decide(posts[1], Verdict.NO_ISSUE)
    found = shown(book, office)
    assert (found.compared, found.more, found.fewer, found.other) == (6, 3, 2, 1)
    assert (found.more_confirmed, found.more_denied) == (1, 1)
    office.decide(posts[3], Verdict.HARMFUL, Harm.HATE)
    office.decide(posts[4], Verdict.LEGITIMATE_CRITICISM)
    found = shown(book, office)
    assert (found.fewer_confirmed, found.fewer_denied) == (1, 1)


def test_counting_goes_on_where_it_ended_and_counts_a_post_once(office, book):
    post = office.analysed(1, "x")
    differs(office, post, tried=("scam",))
    first = book.keep(NOW)
    assert book.keep(NOW) == first
    differs(office, post, tried=("scam",), revision=2)
    office.analysed(2, "y")
    later = book.keep(NOW)
    assert (later.more, later.compared) == (1, 2)


def test_counting_alone_keeps_nothing(office, book):
    differs(office, office.analysed(1, "x"), tried=("scam",))
    assert book.count(NOW).more == 1
    assert book.read().more == 0


def test_a_deleted_post_leaves_the_tally(office, book):
    post = office.analysed(1, "x")
    differs(office, post, tried=("scam",))
    assert book.keep(NOW).more_posts == (post,)
    office.write(analysis_key(post, 1), None)
    office.write(shadow_key(post), None)
    left = book.keep(NOW)
    assert left.more_posts == ()
    assert left.more == 1


def test_another_candidate_begins_anew_and_old_differences_do_not_count(
    office, book, registry
):
    post = office.analysed(1, "x")
    differs(office, post, tried=("scam",))
    book.keep(NOW)
    office.clock.advance(seconds=60)
    candidate(registry, "v2", office.clock.now())
    tally = book.keep(NOW)
    assert (tally.candidate, tally.more, tally.compared) == ("v2", 0, 0)
    differs(office, office.analysed(2, "y"), tried=("scam",), candidate="v2")
    assert (book.keep(NOW).more, book.keep(NOW).compared) == (1, 1)


def test_the_list_of_posts_is_bounded_and_the_totals_go_on(office, book, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 3)
    posts = [office.analysed(n, "x") for n in range(5)]
    for post in posts:
        differs(office, post, tried=("scam",))
    tally = book.keep(NOW)
    assert tally.more == 5
    assert len(tally.more_posts) == 3


def test_the_job_says_what_it_counted(office, book, registry):
    differs(office, office.analysed(1, "x"), live=("scam",))
    job = ShadowJob(book)
    assert job.run(NOW) == "1 compared, 0 more, 1 fewer"
    registry.drop_candidate(
        Entry(at=NOW, by="cli", change=Change.DROPPED, version="v1")
    )
    assert job.run(NOW) == "no candidate"
    assert book.shown(book.count(NOW), office.casework) is None
