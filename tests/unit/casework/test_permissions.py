"""The table of roles and acts, as the office reads it."""

import pytest

from casework.model import Decision
from casework.permissions import ALLOWED, MEANING, Act, may
from casework.service import Casework
from domain.errors import ForbiddenError
from domain.ids import PostId
from domain.labels import Role, Verdict

from .conftest import People

POST = PostId("forum:1")
READS = {Act.READ_POSTS, Act.READ_PERSONAL, Act.READ_AUDIT}


def test_every_act_has_roles_and_a_meaning() -> None:
    assert set(ALLOWED) == set(MEANING) == set(Act)
    assert all(ALLOWED.values())


def test_an_auditor_reads_and_changes_nothing() -> None:
    allowed = {act for act in Act if may(Role.AUDITOR, act)}
    assert allowed == {
        Act.READ_POSTS,
        Act.READ_AUDIT,
        Act.EXPORT_AUDIT,
        Act.READ_CASES,
        Act.HOLD_TOKEN,
    }


def test_a_grassroots_officer_adds_posts_and_reads_none() -> None:
    assert {act for act in Act if may(Role.GRASSROOTS, act)} == {Act.ADD_POST}


def test_who_manages_accounts_does_not_judge_posts() -> None:
    managing = {role for role in Role if may(role, Act.MANAGE_ACCOUNTS)}
    judging = {role for role in Role if may(role, Act.DECIDE)}
    assert managing == {Role.ADMIN}
    assert not managing & judging


def test_a_senior_does_what_an_analyst_does_and_settles() -> None:
    senior, analyst = (
        {act for act in Act if may(role, act)} for role in (Role.SENIOR, Role.ANALYST)
    )
    more = senior - analyst
    assert more == {
        Act.UNDO_OTHERS,
        Act.SETTLE,
        Act.DROP_SHARED_SEARCH,
        Act.SETTLE_CASES,
        Act.READ_REQUESTS,
        Act.HANDLE_REQUESTS,
    }
    assert analyst < senior


@pytest.mark.parametrize("role", Role)
def test_deciding_and_undoing_hold_to_the_table(
    casework: Casework, people: People, role: Role
) -> None:
    made = casework.decide(
        people["analyst"],
        Decision(post_id=POST, revision=1, verdict=Verdict.NO_ISSUE),
    )
    other = Decision(post_id=PostId("forum:2"), revision=1, verdict=Verdict.NO_ISSUE)
    acts = {
        Act.DECIDE: lambda: casework.decide(people[role], other),
        Act.UNDO_OTHERS: lambda: casework.undo(people[role], made.id),
    }
    for act, do in acts.items():
        if may(role, act) or (role is Role.ANALYST and act is Act.UNDO_OTHERS):
            do()
        else:
            with pytest.raises(ForbiddenError):
                do()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DRAFTER, Role.ADMIN])
def test_reading_on_keeps_no_post_from_reviewers(
    casework: Casework, people: People, role: Role
) -> None:
    assert casework.look_at(people[role], POST) is None
    assert casework.viewers([POST]) == {}
    assert casework.look_at(people["analyst"], POST) is None
    seen = casework.look_at(people[role], POST)
    assert seen is not None
    assert seen.account == people["analyst"]
