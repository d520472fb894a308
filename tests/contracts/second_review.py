"""Blind second review as every database must keep it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from casework.adapters.schema import downgrade, upgrade
from casework.adapters.snapshot import snapshot
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.assignment import Offer
from casework.model import Account, AuditFilter, Decision
from casework.opinions import SEVERE, SecondReviewPolicy, Turn
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, NotFoundError
from domain.ids import PostId
from domain.labels import Harm, Role, Verdict
from domain.review import ReviewState
from eventlog.codec import decode_event, encode_event

POST = PostId("forum:1")
OFFER = (Offer(post_id=POST, revision=1),)
People = dict[str, Account]
NAMES = {
    "an": Role.ANALYST,
    "binh": Role.PRESS,
    "chi": Role.ANALYST,
    "sau": Role.SENIOR,
    "lanh": Role.LEADER,
    "kiem": Role.AUDITOR,
}


def said(
    verdict: Verdict = Verdict.HARMFUL,
    harm: Harm | None = None,
    *,
    post: PostId = POST,
    revision: int = 1,
) -> Decision:
    if verdict is Verdict.HARMFUL and harm is None:
        harm = Harm.PANIC
    return Decision(
        post_id=post, revision=revision, verdict=verdict, harm=harm, reason="Vì sao"
    )


HARMLESS = said(Verdict.NO_ISSUE)


class SecondReviewContract(ABC):
    @abstractmethod
    def address(self) -> str:
        """Return the address of an empty database."""

    @pytest.fixture
    def url(self) -> str:
        return self.address()

    @pytest.fixture
    def store(self, url: str) -> Iterator[SqlCaseworkStore]:
        store = SqlCaseworkStore(url)
        yield store
        store.close()

    @pytest.fixture
    def office(self, store: SqlCaseworkStore) -> Casework:
        """Give an office in which severe harm alone asks for a second word."""
        return opened(store, share=0.0)

    @pytest.fixture
    def people(self, office: Casework) -> People:
        return {
            name: office.create_account(
                "cli", name=name, display=name, role=role, password="suối nậm rốm trong"
            )
            for name, role in NAMES.items()
        }

    def test_a_severe_verdict_is_told_to_nobody_before_the_second(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said(), seen=0)
        (state,) = office.latest([POST]).values()
        assert (state.verdict, state.harm, state.by, state.reason) == (
            None, None, "", "",
        )  # fmt: skip
        assert state.provisional
        assert office.standing(10) == []
        assert told(office)[-1] == state
        assert office.reviewed([POST])[POST].verdict is Verdict.HARMFUL
        for name in ("binh", "lanh"):
            sight = office.sight(people[name], POST)
            assert (sight.version, sight.history, sight.opinions) == (0, (), ())
            assert (sight.waiting, sight.blind) == (False, True)
        own = office.sight(people["an"], POST)
        assert (own.version, len(own.history), own.waiting) == (1, 1, True)
        assert len(office.sight(people["kiem"], POST).history) == 1

    def test_the_second_is_another_person_and_agreement_stands(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        assert office.look_at(people["an"], POST) is None
        assert office.viewers([POST]) == {}
        assert office.claim(people["an"], OFFER).settled == (POST,)
        assert office.second_looks(people["an"]).kept == {POST: 1}
        assert office.claim(people["binh"], OFFER).post_id == POST
        made = office.decide(people["binh"], said(), seen=0)
        assert made.turn is Turn.SECOND
        (state,) = office.latest([POST]).values()
        assert (state.verdict, state.harm) == (Verdict.HARMFUL, Harm.PANIC)
        assert not state.provisional
        assert told(office)[-1] == state
        assert [one.provisional for one in office.history(POST)] == [False, False]
        assert acts(office) == ["second.waiting", "second.agreed"]
        with pytest.raises(ConflictError, match="kết luận của bạn"):
            office.decide(people["an"], HARMLESS)
        with pytest.raises(ForbiddenError):
            office.decide(people["chi"], HARMLESS)

    def test_disagreement_goes_to_a_third_who_may_settle(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        office.decide(people["sau"], HARMLESS, seen=0)
        for name in ("an", "binh", "chi", "sau"):
            assert office.claim(people[name], OFFER).post_id is None
            assert office.sight(people[name], POST).opinions == ()
            assert office.second_looks(people[name]).to_settle == ()
        assert len(office.sight(people["sau"], POST).history) == 1
        assert office.second_looks(people["lanh"]).to_settle == (POST,)
        assert office.claim(people["lanh"], OFFER).post_id == POST
        sight = office.sight(people["lanh"], POST)
        assert [one.by.name for one in sight.opinions] == ["an", "sau"]
        assert all(one.decision.reason == "Vì sao" for one in sight.opinions)
        with pytest.raises(ConflictError, match="vừa kết luận"):
            office.decide(people["lanh"], HARMLESS, seen=0)
        made = office.decide(people["lanh"], HARMLESS, seen=sight.version)
        assert made.turn is Turn.SETTLING
        assert office.latest([POST])[POST].verdict is Verdict.NO_ISSUE
        assert acts(office) == [
            "second.waiting", "second.disagreed", "second.settled",
        ]  # fmt: skip
        assert office.verify_audit().sound
        office.undo(people["lanh"])
        assert office.latest([POST])[POST].provisional
        assert office.second_looks(people["lanh"]).to_settle == (POST,)

    def test_undoing_the_first_word_withdraws_it(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        office.undo(people["an"])
        (state,) = office.latest([POST]).values()
        assert (state.verdict, state.provisional) == (None, False)
        assert acts(office) == ["second.waiting", "second.withdrawn"]
        office.decide(people["an"], HARMLESS)
        assert office.latest([POST])[POST].verdict is Verdict.NO_ISSUE
        office.undo(people["an"])
        office.decide(people["binh"], said())
        assert office.claim(people["an"], OFFER).post_id == POST

    def test_what_is_left_of_two_words_waits_for_another(
        self, office: Casework, people: People
    ) -> None:
        an, binh = people["an"], people["binh"]
        office.decide(an, said())
        office.decide(binh, said())
        office.undo(binh)
        assert office.second_looks(an).kept == {POST: 1}
        assert office.second_looks(binh).kept == {}
        office.decide(binh, said())
        office.undo(an)
        assert office.latest([POST])[POST].provisional
        assert office.second_looks(binh).kept == {POST: 1}
        assert office.second_looks(an).kept == {}
        assert len(office.blind_pairs()) == 0
        office.undo(binh)
        assert office.latest([POST])[POST].verdict is None
        assert acts(office)[-1] == "second.withdrawn"

    def test_a_settled_verdict_outlives_the_first_words(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        office.decide(people["binh"], HARMLESS)
        office.decide(people["sau"], said(harm=Harm.INCITEMENT))
        office.undo(people["an"])
        office.undo(people["binh"])
        (state,) = office.latest([POST]).values()
        assert (state.harm, state.provisional) == (Harm.INCITEMENT, False)

    def test_who_may_not_know_a_word_cannot_undo_it(
        self, office: Casework, people: People
    ) -> None:
        first = office.decide(people["an"], said())
        with pytest.raises(NotFoundError) as hidden:
            office.undo(people["lanh"], first.id)
        with pytest.raises(NotFoundError) as missing:
            office.undo(people["lanh"], 4711)
        assert str(hidden.value) == str(missing.value)
        office.decide(people["binh"], HARMLESS)
        office.undo(people["lanh"], first.id)
        assert office.second_looks(people["binh"]).kept == {}

    def test_a_changed_mind_is_one_word(self, office: Casework, people: People) -> None:
        an = people["an"]
        office.decide(an, said())
        office.decide(an, said(harm=Harm.INCITEMENT))
        office.decide(people["binh"], said(harm=Harm.INCITEMENT))
        assert office.latest([POST])[POST].harm is Harm.INCITEMENT
        other = PostId("forum:2")
        office.decide(an, said(post=other))
        office.decide(an, said(Verdict.NO_ISSUE, post=other))
        assert office.latest([other])[other].verdict is Verdict.NO_ISSUE

    def test_an_edited_post_begins_anew(self, office: Casework, people: People) -> None:
        office.decide(people["an"], said())
        newer = [Offer(post_id=POST, revision=2)]
        assert office.claim(people["an"], newer).post_id == POST
        office.decide(people["an"], said(Verdict.NO_ISSUE, revision=2))
        (state,) = office.latest([POST]).values()
        assert (state.verdict, state.revision) == (Verdict.NO_ISSUE, 2)
        assert acts(office) == ["second.waiting", "second.withdrawn"]
        assert not any(one.provisional for one in office.history(POST))

    def test_a_mind_changed_back_by_an_undo_waits_again(
        self, office: Casework, people: People
    ) -> None:
        an, binh = people["an"], people["binh"]
        office.decide(an, said())
        office.decide(an, said(harm=Harm.SCAM))
        assert office.latest([POST])[POST].harm is Harm.SCAM
        office.undo(an)
        assert office.latest([POST])[POST].provisional
        assert office.second_looks(an).kept == {POST: 1}
        office.decide(binh, said())
        assert office.latest([POST])[POST].harm is Harm.PANIC

    def test_an_undo_does_not_let_an_earlier_text_s_word_stand_alone(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        office.decide(people["binh"], said(Verdict.NO_ISSUE, revision=2))
        office.undo(people["binh"])
        (state,) = office.latest([POST]).values()
        assert (state.provisional, state.revision) == (True, 1)
        office.decide(people["binh"], said(Verdict.NO_ISSUE, revision=2))
        assert office.latest([POST])[POST].verdict is Verdict.NO_ISSUE
        assert acts(office)[-1] == "second.withdrawn"

    def test_the_audit_tells_nothing_to_who_may_be_asked(
        self, office: Casework, people: People
    ) -> None:
        before = office.audit_count(AuditFilter())
        first = office.decide(people["an"], said())
        shown = AuditFilter(subject=POST)
        lanh, kiem = people["lanh"], people["kiem"]
        assert office.audit_count(shown, reader=lanh) == 0
        assert office.audit_found(shown, reader=lanh, limit=1) == []
        assert office.audit_count(AuditFilter(), reader=lanh) == before
        by = AuditFilter(actors=(people["an"].id,), acts=("decide",))
        assert office.audit_count(by, reader=lanh) == 0
        assert office.audit_count(shown, reader=kiem) == 2
        assert len(office.audit_found(AuditFilter(), limit=3, reader=lanh)) == 3
        office.decide(people["binh"], said())
        found = office.audit_found(shown, reader=lanh)
        assert found[-1].detail.get("decision", first.id) == first.id
        assert len(found) == 4

    def test_pairs_are_what_two_said_blind(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        assert office.blind_pairs() == []
        office.decide(people["binh"], HARMLESS)
        office.decide(people["sau"], HARMLESS)
        (pair,) = office.blind_pairs()
        assert pair.verdicts == (Verdict.HARMFUL, Verdict.NO_ISSUE)
        assert pair.harms == (Harm.PANIC, None)
        assert not pair.drawn

    def test_erased_posts_leave_no_second_review(
        self, office: Casework, people: People
    ) -> None:
        office.decide(people["an"], said())
        office.decide(people["binh"], HARMLESS)
        office.forget_posts("jobs", [POST], "retention")
        assert office.second_looks(people["lanh"]).to_settle == ()
        assert office.blind_pairs() == []

    def test_a_drawn_post_asks_whatever_was_said(self, store: SqlCaseworkStore) -> None:
        office = opened(store, share=1.0)
        make = office.create_account
        an, binh = (
            make(
                "cli",
                name=n,
                display=n,
                role=Role.ANALYST,
                password="suối nậm rốm trong",
            )
            for n in ("an", "binh")
        )
        office.decide(an, HARMLESS)
        assert office.latest([POST])[POST].provisional
        later = opened(store, share=0.0)
        later.decide(an, said(Verdict.OUT_OF_SCOPE))
        assert later.latest([POST])[POST].provisional
        later.decide(binh, said(Verdict.OUT_OF_SCOPE))
        assert later.latest([POST])[POST].verdict is Verdict.OUT_OF_SCOPE
        assert [pair.drawn for pair in later.blind_pairs()] == [True]

    def test_a_copy_takes_it_along(
        self, office: Casework, people: People, url: str, tmp_path: Path
    ) -> None:
        office.decide(people["an"], said())
        office.decide(people["binh"], HARMLESS)
        snapshot(url, tmp_path / "copy.sqlite")
        store = SqlCaseworkStore(f"sqlite:///{tmp_path / 'copy.sqlite'}")
        copy = opened(store, share=0.0)
        assert copy.sight(people["sau"], POST) == office.sight(people["sau"], POST)
        assert copy.blind_pairs() == office.blind_pairs()
        copy.decide(people["sau"], HARMLESS)
        assert copy.latest([POST])[POST].verdict is Verdict.NO_ISSUE
        assert copy.verify_audit().sound
        store.close()

    def test_the_older_program_finds_a_verdict_and_the_newer_one_no_debt(
        self, office: Casework, people: People, store: SqlCaseworkStore, url: str
    ) -> None:
        office.decide(people["an"], said())
        store.close()
        downgrade(url, "0005")
        upgrade(url)
        again = opened(SqlCaseworkStore(url), share=0.0)
        (state,) = again.latest([POST]).values()
        assert (state.verdict, state.provisional) == (Verdict.HARMFUL, False)
        (kept,) = again.history(POST)
        assert kept.turn is Turn.FIRST
        assert again.second_looks(people["binh"]).kept == {}
        again.close()


def opened(store: SqlCaseworkStore, share: float) -> Casework:
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    return Casework(
        store,
        ManualClock(),
        encode_event,
        policy,
        second=SecondReviewPolicy(share=share, severe=SEVERE),
    )


def told(office: Casework) -> Sequence[ReviewState]:
    """Return what the log will learn, in order."""
    states = [decode_event(row.value or b"") for row in office.outbox(1000)]
    return [state for state in states if isinstance(state, ReviewState)]


def acts(office: Casework) -> list[str]:
    """Return what the audit says of second reviews."""
    found = office.audit(limit=1000)
    return [row.act for row in found if row.act.startswith("second.")]
