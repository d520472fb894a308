import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest

from casework.model import Account
from casework.passwords import Passwords
from casework.policy import SignInPolicy
from casework.port import CaseworkStore
from casework.rows import AccountRow, AttemptRow, SessionRow
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, NotFoundError, QuarantineError
from domain.labels import Role

PASSWORD = "suối nậm rốm trong"
HOME = "10.0.0.7"

pytestmark = pytest.mark.usefixtures("people")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ForbiddenError) as error:
        act()
    return str(error.value)


def guess(casework: Casework, name: str = "analyst", origin: str = HOME) -> str:
    return refused(lambda: casework.sign_in(name, "đoán mò", origin=origin))


def test_signs_in_in_any_spelling_of_name_and_letters(casework: Casework) -> None:
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    session = casework.sign_in(" Analyst ", decomposed, origin=HOME)
    assert session.account.role is Role.ANALYST
    assert casework.session(session.token) == session
    assert len(session.csrf) == 64


def test_the_store_knows_neither_password_nor_token(
    casework: Casework, store: CaseworkStore
) -> None:
    session = casework.sign_in("analyst", PASSWORD, origin=HOME)
    with store.read() as rows:
        kept = repr((rows.find(SessionRow), rows.find(AccountRow)))
    for secret in (session.token, session.csrf, PASSWORD):
        assert secret not in kept
    assert "$argon2id$" in kept


def test_unknown_wrong_and_closed_look_the_same(casework: Casework) -> None:
    casework.set_active("cli", "press", active=False)
    said = {
        guess(casework, "nobody"),
        guess(casework, "analyst"),
        refused(lambda: casework.sign_in("press", PASSWORD, origin=HOME)),
    }
    assert len(said) == 1
    assert "không đúng" in said.pop()


def test_an_unknown_name_costs_a_hash_too(
    casework: Casework, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    matches = Passwords.matches

    def counting(self: Passwords, stored: str | None, password: str) -> bool:
        asked.append(stored is None)
        return matches(self, stored, password)

    monkeypatch.setattr(Passwords, "matches", counting)
    guess(casework, "nobody")
    guess(casework, "analyst")
    assert asked == [True, False]


def test_a_subscribers_many_addresses_are_one_origin(
    casework: Casework, clock: ManualClock
) -> None:
    for n in range(5):
        assert "không đúng" in guess(casework, origin=f"2001:db8:0:7::{n:x}")
        clock.advance(seconds=1)
    assert "quá nhiều lần" in guess(casework, origin="2001:db8:0:7:ffff::1")
    assert casework.sign_in("analyst", PASSWORD, origin="2001:db8:0:8::1")


@pytest.mark.parametrize("name", ["analyst", "nobody"])
def test_guessing_is_slowed_down_more_and_more(
    casework: Casework, clock: ManualClock, name: str
) -> None:
    for _ in range(5):
        assert "không đúng" in guess(casework, name)
    for wait in (30, 60, 120, 240, 480, 900, 900):
        assert "quá nhiều lần" in guess(casework, name)
        clock.advance(seconds=wait - 1)
        assert "1 giây" in guess(casework, name)
        clock.advance(seconds=1)
        assert "không đúng" in guess(casework, name)


def test_a_right_password_while_locked_is_refused_and_later_forgives(
    casework: Casework, clock: ManualClock
) -> None:
    for _ in range(5):
        guess(casework)
    said = refused(lambda: casework.sign_in("analyst", PASSWORD, origin=HOME))
    assert "30 giây" in said
    clock.advance(seconds=30)
    casework.sign_in("analyst", PASSWORD, origin=HOME)
    for _ in range(4):
        guess(casework)
    casework.sign_in("analyst", PASSWORD, origin=HOME)


def test_a_lock_at_one_origin_leaves_the_person_free_elsewhere(
    casework: Casework,
) -> None:
    for _ in range(5):
        guess(casework, origin="203.0.113.9")
    casework.sign_in("analyst", PASSWORD, origin=HOME)


def test_guessing_from_many_origins_and_at_many_names_is_seen(
    casework: Casework,
) -> None:
    for n in range(20):
        guess(casework, origin=f"203.0.113.{n}")
    assert "quá nhiều lần" in guess(casework, origin="198.51.100.1")
    for n in range(60):
        guess(casework, f"name{n}", origin="192.0.2.1")
    assert "quá nhiều lần" in guess(casework, "other", origin="192.0.2.1")


def test_old_failures_are_forgotten(
    casework: Casework, clock: ManualClock, store: CaseworkStore
) -> None:
    for _ in range(4):
        guess(casework)
    clock.advance(days=2)
    guess(casework)
    with store.read() as rows:
        assert {row.failures for row in rows.find(AttemptRow)} == {1}


def test_a_session_ends_when_idle_and_at_its_longest(
    casework: Casework, clock: ManualClock
) -> None:
    first = casework.sign_in("analyst", PASSWORD, origin=HOME)
    for _ in range(11):
        clock.advance(seconds=3600)
        assert casework.session(first.token) is not None
    clock.advance(seconds=3600)
    assert casework.session(first.token) is None
    second = casework.sign_in("analyst", PASSWORD, origin=HOME)
    clock.advance(seconds=2 * 3600)
    assert casework.session(second.token) is None
    assert casework.session("made up") is None


def test_signing_out_here_and_everywhere(
    casework: Casework, people: dict[str, Account]
) -> None:
    here, there, third = (
        casework.sign_in("analyst", PASSWORD, origin=HOME) for _ in range(3)
    )
    casework.sign_out(here.token)
    casework.sign_out(here.token)
    assert casework.session(here.token) is None
    assert casework.session(there.token) is not None
    assert casework.sign_out_everywhere(people["analyst"]) == 2
    assert casework.session(third.token) is None


def test_every_sign_in_leaves_a_trace_without_the_name_typed(
    casework: Casework, people: dict[str, Account]
) -> None:
    before = len(casework.audit())
    casework.sign_out(casework.sign_in("analyst", PASSWORD, origin=HOME).token)
    guess(casework)
    guess(casework, "mậtkhẩugõnhầm")
    rows = casework.audit(after=before)
    assert [row.act for row in rows] == [
        "sign_in",
        "sign_out",
        "sign_in.failed",
        "sign_in.failed",
    ]
    assert rows[2].subject == people["analyst"].id
    assert "mậtkhẩugõnhầm" not in repr(rows)


def test_hashes_are_renewed_when_the_costs_grow(
    casework: Casework, store: CaseworkStore, clock: ManualClock
) -> None:
    dearer = SignInPolicy(hash_time_cost=2, hash_memory_kib=64)
    again = Casework(store, clock, lambda _: b"", dearer)
    again.sign_in("analyst", PASSWORD, origin=HOME)
    with store.read() as rows:
        kept = {row.name: row.password for row in rows.find(AccountRow)}
    assert "m=64,t=2" in kept["analyst"]
    assert "m=32,t=1" in kept["press"]
    casework.sign_in("analyst", PASSWORD, origin=HOME)


def test_accounts_are_listed_and_names_are_unique(casework: Casework) -> None:
    assert [a.name for a in casework.accounts()] == [
        "admin",
        "analyst",
        "auditor",
        "drafter",
        "grassroots",
        "leader",
        "press",
        "senior",
    ]
    with pytest.raises(ConflictError):
        casework.create_account(
            "cli", name="ANALYST", display="", role=Role.PRESS, password=PASSWORD
        )


@pytest.mark.parametrize("name", ["", "a", "có cách", "cli", "System", "a/b", "x" * 65])
def test_refuses_names_that_mislead(casework: Casework, name: str) -> None:
    with pytest.raises(QuarantineError) as error:
        casework.create_account(
            "cli", name=name, display="", role=Role.PRESS, password=PASSWORD
        )
    assert error.value.reason == "account_name"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ngắn",
        "x" * 257,
        "aaaaaaaaaaaa",
        "Password123!",
        "analyst2026",
        "1234567890a",
    ],
)
def test_refuses_easy_passwords(casework: Casework, password: str) -> None:
    with pytest.raises(QuarantineError):
        casework.set_password("cli", "analyst", password)


def test_a_password_set_by_the_administrator_ends_sessions(casework: Casework) -> None:
    old = casework.sign_in("analyst", PASSWORD, origin=HOME)
    casework.set_password("admin", "analyst", "một mật khẩu mới", must_change=True)
    assert casework.session(old.token) is None
    new = casework.sign_in("analyst", "một mật khẩu mới", origin=HOME)
    assert new.account.must_change_password


def test_ones_own_password_keeps_the_session_in_use(
    casework: Casework, people: dict[str, Account]
) -> None:
    here, there = (casework.sign_in("analyst", PASSWORD, origin=HOME) for _ in "ab")
    casework.set_password(people["analyst"].id, "analyst", "một mật khẩu mới")
    assert casework.session(there.token) is not None
    casework.set_password(
        "analyst", "analyst", "thêm mật khẩu nữa", keep_token=here.token
    )
    assert casework.session(here.token) is not None
    assert casework.session(there.token) is None


def test_only_administrators_manage_accounts(casework: Casework) -> None:
    for act in (
        lambda: casework.set_password("leader", "analyst", "một mật khẩu mới"),
        lambda: casework.set_role("analyst", "analyst", Role.ADMIN),
        lambda: casework.set_active("press", "analyst", active=False),
        lambda: casework.create_account(
            "leader", name="moi", display="", role=Role.ADMIN, password=PASSWORD
        ),
    ):
        refused(act)
    with pytest.raises(NotFoundError):
        casework.set_role("admin", "nobody", Role.ADMIN)


def test_a_closed_account_is_out_at_once_and_a_role_changes_at_once(
    casework: Casework,
) -> None:
    session = casework.sign_in("analyst", PASSWORD, origin=HOME)
    casework.set_role("admin", "analyst", Role.LEADER)
    present = casework.session(session.token)
    assert present is not None
    assert present.account.role is Role.LEADER
    casework.set_active("admin", "analyst", active=False)
    assert casework.session(session.token) is None


def test_the_last_administrator_stays(casework: Casework) -> None:
    with pytest.raises(ConflictError):
        casework.set_active("cli", "admin", active=False)
    with pytest.raises(ConflictError):
        casework.set_role("cli", "admin", Role.ANALYST)
    casework.set_role("cli", "leader", Role.ADMIN)
    casework.set_active("leader", "admin", active=False)


def test_waits_never_overflow() -> None:
    policy = SignInPolicy()
    assert policy.wait(10**9, 5) == policy.longest_wait
    assert policy.wait(4, 5) is None
    assert policy.wait(5, 5) == timedelta(seconds=30)
