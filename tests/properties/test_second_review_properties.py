"""Whatever reviewers do, in whatever order, the same holds of a second review."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import example, given, settings
from hypothesis import strategies as st

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Account, Decided, Decision, Sight
from casework.opinions import SEVERE, SecondReviewPolicy
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import MinhTinError
from domain.ids import PostId
from domain.labels import Harm, Role, Verdict

POST = PostId("p:1")
ROLES = (Role.ANALYST, Role.PRESS, Role.SENIOR, Role.LEADER)
WORDS = (
    (Verdict.HARMFUL, Harm.PANIC),
    (Verdict.HARMFUL, Harm.SCAM),
    (Verdict.NO_ISSUE, None),
)
PANIC, SCAM, HARMLESS = WORDS
Word = tuple[Verdict, Harm | None] | None
STEP = st.tuples(st.integers(0, 3), st.sampled_from((*WORDS, None)), st.integers(1, 2))


@contextmanager
def office(share: float) -> Iterator[tuple[Casework, list[Account]]]:
    store = SqlCaseworkStore("sqlite://")
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    second = SecondReviewPolicy(share=share, severe=SEVERE)
    made = Casework(store, ManualClock(), lambda _: b"", policy, second=second)
    people = [
        made.create_account(
            "cli", name=role, display=role, role=role, password="suối nậm rốm trong"
        )
        for role in ROLES
    ]
    yield made, people
    store.close()


def act(made: Casework, who: Account, word: Word, revision: int) -> None:
    """Decide, or undo one's own last word; a refusal changes nothing."""
    try:
        if word is None:
            made.undo(who)
        else:
            verdict, harm = word
            wanted = Decision(
                post_id=POST, revision=revision, verdict=verdict, harm=harm
            )
            made.decide(who, wanted)
    except MinhTinError:
        pass


def others(sight: Sight, who: Account) -> list[Decided]:
    """Return what a person knows of others' words on the text that is judged."""
    return [
        one
        for one in sight.history
        if one.by.id != who.id
        and sight.state is not None
        and one.decision.revision == sight.state.revision
    ]


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEP, max_size=9), share=st.sampled_from((0.0, 1.0)))
@example([(1, PANIC, 1), (1, SCAM, 1), (1, None, 1)], 0.0)
@example([(1, PANIC, 1), (2, HARMLESS, 2), (2, None, 2)], 0.0)
@example([(0, PANIC, 1), (1, PANIC, 1), (0, PANIC, 2), (1, None, 1)], 0.0)
def test_no_severe_verdict_of_one_person_alone_is_ever_told(
    steps: list[tuple[int, Word, int]], share: float
) -> None:
    with office(share) as (made, people):
        for number, word, revision in steps:
            act(made, people[number], word, revision)
            state = made.latest([POST]).get(POST)
            standing = [
                one
                for one in made.history(POST)
                if one.undoes is None and not one.undone
            ]
            if state is None or state.verdict is None:
                continue
            assert not any(one.provisional for one in standing)
            if share or state.harm is Harm.PANIC:
                settled = [one for one in standing if one.turn == 3]
                agreeing = {
                    one.by.id
                    for one in standing
                    if (one.decision.verdict, one.decision.harm)
                    == (state.verdict, state.harm)
                }
                assert settled or len(agreeing) >= 2
        for who in people:
            sight = made.sight(who, POST)
            assert sight.opinions or not sight.blind or not others(sight, who)
        assert made.verify_audit().sound
