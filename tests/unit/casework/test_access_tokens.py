from dataclasses import replace

import pytest

from casework.access_tokens import MOST
from casework.model import Account, Scope
from casework.port import CaseworkStore
from casework.rows import AccessTokenRow
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ForbiddenError, NotFoundError, QuarantineError
from domain.labels import Role

from .conftest import CHEAP, PASSWORD, People, encode

ALL = frozenset(Scope)
POSTS = frozenset({Scope.POSTS})


def made(
    casework: Casework,
    account: Account,
    scopes: frozenset[Scope] = POSTS,
    days: int = 30,
) -> str:
    return casework.create_token(account, name="báo cáo", scopes=scopes, days=days)


def test_a_token_lets_in_as_its_owner_within_its_scopes(
    casework: Casework, people: People, clock: ManualClock, store: CaseworkStore
) -> None:
    token = made(casework, people["analyst"])
    assert token.startswith("mt_")
    with store.read() as rows:
        assert token not in repr(rows.find(AccessTokenRow))
    session = casework.token_session(token)
    assert session is not None
    assert (session.account.name, session.scopes) == ("analyst", POSTS)
    (known,) = casework.access_tokens(people["analyst"])
    assert (known.name, known.used) == ("báo cáo", clock.now())
    assert casework.session(token) is None
    assert casework.token_session("mt_made-up") is None


def test_it_ends_by_time_by_hand_and_with_the_account(
    casework: Casework, people: People, clock: ManualClock
) -> None:
    an = people["analyst"]
    first, second, third = (made(casework, an, days=days) for days in (1, 30, 30))
    clock.advance(days=1)
    assert casework.token_session(first) is None
    ids = [one.id for one in casework.access_tokens(an)]
    assert len(ids) == 2
    with pytest.raises(NotFoundError):
        casework.revoke_token(people["press"], ids[0])
    casework.revoke_token(an, ids[0])
    alive = [casework.token_session(token) is not None for token in (second, third)]
    assert sorted(alive) == [False, True]
    casework.set_active("admin", "analyst", active=False)
    assert casework.token_session(second) is casework.token_session(third) is None


def test_a_password_given_anew_ends_tokens(casework: Casework, people: People) -> None:
    token = made(casework, people["analyst"])
    casework.set_password("admin", "analyst", PASSWORD + " khác", must_change=True)
    assert casework.token_session(token) is None


def test_no_scope_goes_beyond_the_role_then_or_now(
    casework: Casework, people: People
) -> None:
    for role in ("auditor", "admin"):
        with pytest.raises(ForbiddenError):
            made(casework, people[role], ALL)
    with pytest.raises(ForbiddenError):
        made(casework, people["grassroots"])
    token = made(casework, people["analyst"], ALL)
    casework.set_role("admin", "analyst", Role.AUDITOR)
    session = casework.token_session(token)
    assert session is not None
    assert session.scopes == POSTS
    casework.set_role("admin", "analyst", Role.GRASSROOTS)
    assert casework.token_session(token) is None


def test_refuses_tokens_without_name_scope_or_end(
    casework: Casework, people: People
) -> None:
    an = people["analyst"]
    for name, scopes, days in (
        (" ", POSTS, 1),
        ("x", frozenset(), 1),
        ("x", POSTS, 0),
        ("x", POSTS, 366),
    ):
        with pytest.raises(QuarantineError):
            casework.create_token(an, name=name, scopes=scopes, days=days)


def test_an_account_has_a_bounded_number(casework: Casework, people: People) -> None:
    for _ in range(MOST):
        made(casework, people["analyst"])
    with pytest.raises(ForbiddenError, match="nhiều nhất"):
        made(casework, people["analyst"])
    made(casework, people["press"])


def test_a_token_waits_for_the_app_that_the_role_asks_for(
    casework: Casework, people: People, clock: ManualClock, store: CaseworkStore
) -> None:
    token = made(casework, people["analyst"])
    policy = replace(CHEAP, code_roles=frozenset({Role.ANALYST}))
    strict = Casework(store, clock, encode, policy)
    for office, waits in ((casework, False), (strict, True)):
        session = office.token_session(token)
        assert session is not None
        assert session.must_enrol is waits
