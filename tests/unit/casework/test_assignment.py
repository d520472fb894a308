"""Two people never get one post; leases end; a post may be skipped or given back."""

import pytest

from casework.assignment import MOST_OFFERED, Claim, Offer
from casework.model import Account, Decision
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, QuarantineError
from domain.ids import PostId
from domain.labels import Verdict

A, B, C = (PostId(f"p:{name}") for name in "abc")
OFFERS = tuple(Offer(post_id=post, revision=1) for post in (A, B, C))
People = dict[str, Account]


def decision(post: PostId, revision: int = 1) -> Decision:
    return Decision(post_id=post, revision=revision, verdict=Verdict.NO_ISSUE)


def test_each_gets_another_post(casework: Casework, people: People) -> None:
    takers = [people[name] for name in ("analyst", "press", "leader", "senior")]
    made = [casework.claim(actor, OFFERS) for actor in takers]
    assert [one.post_id for one in made] == [A, B, C, None]
    assert made[3].taken[B].account == people["press"]
    assert list(made[1].taken) == [A]


def test_a_claim_repeated_is_the_same_post(casework: Casework, people: People) -> None:
    assert casework.claim(people["analyst"], OFFERS).post_id == A
    assert casework.claim(people["analyst"], OFFERS).post_id == A
    assert casework.claim(people["press"], []) == Claim()


def test_what_one_leaves_is_free_at_once(casework: Casework, people: People) -> None:
    casework.claim(people["analyst"], OFFERS)
    assert casework.claim(people["analyst"], OFFERS[1:], leaving=A).post_id == B
    assert casework.claim(people["press"], OFFERS).post_id == A
    assert casework.look_at(people["press"], C, leaving=A) is None
    assert casework.claim(people["leader"], OFFERS).post_id == A


def test_nobody_ends_the_lease_of_another(casework: Casework, people: People) -> None:
    casework.claim(people["analyst"], OFFERS)
    assert casework.claim(people["press"], OFFERS, leaving=A).post_id == B
    casework.give_back(people["press"], A, 1)
    assert casework.viewers([A])[A].account == people["analyst"]


def test_a_lease_lives_while_it_is_renewed_and_no_longer(
    casework: Casework, people: People, clock: ManualClock
) -> None:
    an, press = people["analyst"], people["press"]
    casework.claim(an, OFFERS)
    clock.advance(seconds=100)
    casework.look_at(an, A)
    clock.advance(seconds=100)
    assert casework.claim(press, OFFERS).post_id == B
    clock.advance(seconds=21)
    assert casework.claim(press, OFFERS).post_id == A


def test_a_decided_post_is_not_given_until_it_is_undone_or_edited(
    casework: Casework, people: People
) -> None:
    an, press = people["analyst"], people["press"]
    casework.decide(an, decision(A), seen=0)
    made = casework.claim(press, OFFERS)
    assert (made.post_id, made.settled) == (B, (A,))
    newer = Offer(post_id=A, revision=2)
    assert casework.claim(press, [newer], leaving=A).post_id == A
    casework.undo(an)
    casework.give_back(press, A, 0)
    assert casework.claim(an, OFFERS).post_id == A


def test_a_verdict_on_what_a_colleague_works_on_is_refused(
    casework: Casework, people: People, clock: ManualClock
) -> None:
    an, press = people["analyst"], people["press"]
    casework.claim(an, OFFERS)
    with pytest.raises(ConflictError, match="đang xử lý"):
        casework.decide(press, decision(A))
    clock.advance(seconds=121)
    casework.decide(press, decision(A))


def test_whoever_was_overtaken_overwrites_nothing(
    casework: Casework, people: People, clock: ManualClock
) -> None:
    an, press = people["analyst"], people["press"]
    casework.claim(an, OFFERS)
    clock.advance(seconds=121)
    casework.claim(press, OFFERS)
    made = casework.decide(press, decision(A), seen=0)
    with pytest.raises(ConflictError, match="vừa kết luận"):
        casework.decide(an, decision(A), seen=0)
    assert [one.id for one in casework.history(A)] == [made.id]
    casework.decide(an, decision(A), seen=1)


def test_what_was_given_back_goes_to_colleagues_only(
    casework: Casework, people: People
) -> None:
    an, press = people["analyst"], people["press"]
    casework.claim(an, OFFERS)
    casework.give_back(an, A, 1)
    made = casework.claim(an, OFFERS)
    assert (made.post_id, made.returned) == (B, (A,))
    assert casework.claim(press, OFFERS).post_id == A
    row = casework.audit(limit=1000)[-1]
    assert (row.act, row.subject, row.detail) == ("post.return", A, {"revision": 1})
    casework.give_back(an, A, 1)
    edited = Offer(post_id=A, revision=2)
    assert casework.claim(an, [edited]).taken[A].account == press
    casework.forget_posts("jobs", [A], "retention")
    assert casework.claim(an, OFFERS).post_id == A


@pytest.mark.parametrize("role", ["auditor", "admin", "drafter", "grassroots"])
def test_who_may_not_decide_takes_nothing(
    casework: Casework, people: People, role: str
) -> None:
    with pytest.raises(ForbiddenError):
        casework.claim(people[role], OFFERS)
    with pytest.raises(ForbiddenError):
        casework.give_back(people[role], A, 1)
    assert casework.viewers([A]) == {}


def test_a_claim_is_bounded(casework: Casework, people: People) -> None:
    many = [Offer(post_id=PostId(f"p:{n}"), revision=1) for n in range(1, 102)]
    assert casework.claim(people["analyst"], many[:MOST_OFFERED]).post_id == "p:1"
    with pytest.raises(QuarantineError):
        casework.claim(people["analyst"], many)
