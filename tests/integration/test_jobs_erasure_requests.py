"""Erasures that people's requests ended in, carried out from order to certificate."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from casework.request_model import (
    FoundPost,
    NewRequest,
    Outcome,
    RequestKind,
    RequestStep,
)
from domain.ids import PostId
from domain.labels import PostKind, Role
from integration.test_jobs_retention import Office
from jobs.copies.erased import Listing, read_erased
from jobs.erasure_requests import ErasureRequests

PASSWORD = "suối nậm rốm trong"


def digest_of(name: str) -> str:
    return sha256(name.encode()).hexdigest()


class Desk(Office):
    """An installation with somebody who handles requests, and somebody who erases."""

    def __init__(self, listed: Path) -> None:
        super().__init__()
        self.listed = listed
        self.senior, self.admin = (
            self.casework.create_account(
                "cli", name=role.value, display="A", role=role, password=PASSWORD
            )
            for role in (Role.SENIOR, Role.ADMIN)
        )
        self.erasures = ErasureRequests(
            self.casework,
            self.eraser,
            Listing(listed, self.clock),
            digest_of=digest_of,
            names=lambda: {"0" * 64},
            days={"requests": 30},
        )

    def order(self, *posts: str) -> str:
        new = NewRequest(
            kind=RequestKind.ERASE,
            who="A",
            contact="B",
            wanted="C",
            received=self.clock.now(),
        )
        work = self.casework
        number = work.receive_request(self.senior, new).number
        found = [FoundPost(post_id=PostId(post), revision=1) for post in posts]
        work.find_for_request(self.senior, number, 1, found)
        work.assess_request(self.senior, number, 2, Outcome.ERASED, "Đúng")
        work.order_erasure(self.admin, number, 3)
        return number


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "erased.txt")
    yield made
    made.casework.close()


def test_an_ordered_erasure_is_carried_out_once(desk: Desk) -> None:
    for name in ("mine", "held", "other"):
        desk.add(name, kind=PostKind.ARTICLE)
    desk.hold("held")
    number = desk.order("mine", "held")
    assert desk.erasures.run(desk.clock.now()).startswith("carried out 1 erasures")
    assert desk.posts() == {"held", "other"}
    done = desk.casework.request(number)
    (paper,) = desk.certificates()
    assert (done.step, done.kept_back) == (RequestStep.ACTED, 1)
    assert list(done.papers) == [paper["digest"]]
    assert (paper["reason"], len(paper["posts"])) == (number, 1)
    assert [post.post_id for post in done.posts] == ["held"]
    assert desk.frontier.erased(["mine", "held"]) == {"mine"}
    assert read_erased(desk.listed) == {digest_of("mine"), "0" * 64}
    assert desk.erasures.run(desk.clock.now()).startswith("carried out 0 erasures")


def test_a_kill_before_it_is_noted_is_made_good(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add("mine")
    number = desk.order("mine")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.casework), "request_erased", die)
        with pytest.raises(KeyboardInterrupt):
            desk.erasures.run(desk.clock.now())
    assert desk.posts() == set()
    assert desk.casework.request(number).step is RequestStep.ASSESSED
    desk.erasures.run(desk.clock.now())
    assert desk.casework.request(number).step is RequestStep.ACTED


def test_answered_requests_are_stripped_in_time(desk: Desk) -> None:
    number = desk.order("mine")
    desk.erasures.run(desk.clock.now())
    desk.casework.answer_request(desk.senior, number, 5, "Kính gửi")
    desk.clock.advance(days=29)
    assert desk.erasures.run(desk.clock.now()).endswith("stripped 0 requests")
    desk.clock.advance(days=2)
    assert desk.erasures.run(desk.clock.now()).endswith("stripped 1 requests")
    assert desk.casework.request(number).who == ""
    assert desk.erasures.run(desk.clock.now() + timedelta(days=1)).endswith(
        "stripped 0 requests"
    )
