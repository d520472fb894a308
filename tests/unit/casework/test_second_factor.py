"""Codes of an app and recovery codes: once each, and slowed down like passwords."""

from dataclasses import replace

import pyotp
import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Account, SecondStep, Session
from casework.port import CaseworkStore
from casework.rows import CodeDeviceRow, RecoveryRow
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import (
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    QuarantineError,
)
from domain.labels import Role

from .conftest import CHEAP, PASSWORD, People, encode

HOME = "10.0.0.7"
PATIENT = replace(CHEAP, free_pair=50, free_name=50)


@pytest.fixture
def casework(store: CaseworkStore, clock: ManualClock) -> Casework:
    return Casework(store, clock, encode, PATIENT)


@pytest.fixture
def an(people: People) -> Account:
    return people["analyst"]


def code(secret: str, clock: ManualClock, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=steps)


@pytest.fixture
def secret(casework: Casework, an: Account, clock: ManualClock) -> str:
    secret, _ = casework.begin_codes(an, "Minh Tin")
    casework.confirm_codes(an, code(secret, clock))
    clock.advance(seconds=60)
    return secret


def step(casework: Casework) -> str:
    found = casework.sign_in("analyst", PASSWORD, origin=HOME)
    assert isinstance(found, SecondStep)
    return found.token


def test_a_begun_app_counts_only_once_a_code_was_shown(
    casework: Casework, an: Account, clock: ManualClock
) -> None:
    secret, address = casework.begin_codes(an, "Minh Tin")
    assert casework.begin_codes(an, "Minh Tin") == (secret, address)
    assert address.startswith("otpauth://totp/Minh%20Tin:analyst?secret=")
    assert isinstance(casework.sign_in("analyst", PASSWORD, origin=HOME), Session)
    with pytest.raises(ForbiddenError):
        casework.confirm_codes(an, "000000")
    assert len(set(casework.confirm_codes(an, code(secret, clock)))) == 10
    with pytest.raises(ConflictError):
        casework.begin_codes(an, "Minh Tin")
    assert isinstance(casework.sign_in("analyst", PASSWORD, origin=HOME), SecondStep)


def test_a_code_opens_once(casework: Casework, secret: str, clock: ManualClock) -> None:
    token = step(casework)
    with pytest.raises(ForbiddenError, match="không đúng"):
        casework.second_step(token, "123", origin=HOME)
    right = code(secret, clock)
    session = casework.second_step(token, f" {right[:3]} {right[3:]} ", origin=HOME)
    assert casework.session(session.token) is not None
    with pytest.raises(ForbiddenError, match="hết hạn"):
        casework.second_step(token, right, origin=HOME)
    for spent in (right, code(secret, clock, steps=-1)):
        with pytest.raises(ForbiddenError, match="đã dùng"):
            casework.second_step(step(casework), spent, origin=HOME)
    clock.advance(seconds=30)
    late = code(secret, clock)
    assert casework.second_step(step(casework), late, origin=HOME)


def test_a_telephones_clock_may_be_half_a_minute_off(
    casework: Casework, secret: str, clock: ManualClock
) -> None:
    for steps in (-2, 2):
        with pytest.raises(ForbiddenError):
            far = code(secret, clock, steps=steps)
            casework.second_step(step(casework), far, origin=HOME)
    for steps in (-1, 1):
        clock.advance(seconds=120)
        near = code(secret, clock, steps=steps)
        assert casework.second_step(step(casework), near, origin=HOME)


def test_codes_are_guessed_as_slowly_as_passwords(
    store: CaseworkStore, secret: str, clock: ManualClock
) -> None:
    casework = Casework(store, clock, encode, CHEAP)
    token = step(casework)
    for _ in range(4):
        with pytest.raises(ForbiddenError, match="không đúng"):
            casework.second_step(token, "000000", origin=HOME)
    with pytest.raises(ForbiddenError, match="quá nhiều lần"):
        casework.second_step(token, code(secret, clock), origin=HOME)
    with pytest.raises(ForbiddenError, match="quá nhiều lần"):
        casework.sign_in("analyst", PASSWORD, origin=HOME)


def test_the_step_between_is_short_and_ends_with_the_account(
    casework: Casework, secret: str, clock: ManualClock
) -> None:
    token = step(casework)
    clock.advance(seconds=301)
    with pytest.raises(ForbiddenError, match="hết hạn"):
        casework.second_step(token, code(secret, clock), origin=HOME)
    token = step(casework)
    casework.set_active("admin", "analyst", active=False)
    with pytest.raises(ForbiddenError, match="hết hạn"):
        casework.second_step(token, code(secret, clock), origin=HOME)


def test_recovery_codes_open_once_each(
    casework: Casework, an: Account, secret: str, store: CaseworkStore
) -> None:
    codes = casework.renew_recovery(an)
    with store.read() as rows:
        kept = repr((rows.find(RecoveryRow), rows.find(CodeDeviceRow)))
    assert not any(one in kept or one.replace("-", "") in kept for one in codes)
    assert secret not in kept
    typed = codes[0].upper().replace("-", " ")
    assert casework.second_step(step(casework), typed, origin=HOME)
    with pytest.raises(ForbiddenError):
        casework.second_step(step(casework), codes[0], origin=HOME)
    device = casework.code_device(an)
    assert device is not None
    assert device.recovery_left == 9
    assert "recovery.used" in [row.act for row in casework.audit()]
    fresh = casework.renew_recovery(an)
    with pytest.raises(ForbiddenError):
        casework.second_step(step(casework), codes[1], origin=HOME)
    assert casework.second_step(step(casework), fresh[0], origin=HOME)


def test_recovery_codes_are_ones_own(
    casework: Casework, people: People, secret: str, clock: ManualClock
) -> None:
    other, _ = casework.begin_codes(people["press"], "Minh Tin")
    codes = casework.confirm_codes(people["press"], code(other, clock))
    with pytest.raises(ForbiddenError):
        casework.second_step(step(casework), codes[0], origin=HOME)


def test_who_may_take_an_app_away(
    casework: Casework, people: People, secret: str
) -> None:
    with pytest.raises(ForbiddenError):
        casework.drop_codes(people["leader"].id, "analyst")
    casework.drop_codes("admin", "analyst")
    assert isinstance(casework.sign_in("analyst", PASSWORD, origin=HOME), Session)
    with pytest.raises(NotFoundError):
        casework.drop_codes("admin", "analyst")


def strict(store: CaseworkStore, clock: ManualClock) -> Casework:
    policy = replace(CHEAP, code_roles=frozenset({Role.ANALYST}))
    return Casework(store, clock, encode, policy)


def test_a_role_may_not_go_without(
    casework: Casework, store: CaseworkStore, an: Account, clock: ManualClock
) -> None:
    office = strict(store, clock)
    session = office.sign_in("analyst", PASSWORD, origin=HOME)
    assert isinstance(session, Session)
    assert session.must_enrol
    other = office.sign_in("press", PASSWORD, origin=HOME)
    assert isinstance(other, Session)
    assert not other.must_enrol
    secret, _ = office.begin_codes(an, "Minh Tin")
    office.confirm_codes(an, code(secret, clock))
    present = office.session(session.token)
    assert present is not None
    assert not present.must_enrol
    with pytest.raises(ForbiddenError, match="phải dùng"):
        office.drop_codes(an.id, "analyst")


def test_a_password_beside_codes_may_be_shorter(
    casework: Casework, store: CaseworkStore, people: People, clock: ManualClock
) -> None:
    office = strict(store, clock)
    office.set_password("admin", "analyst", "ếch ngồi giếng")
    with pytest.raises(QuarantineError, match="15"):
        office.set_password("admin", "press", "ếch ngồi giếng")


def test_another_key_does_not_open_what_was_sealed(
    store: CaseworkStore, secret: str, clock: ManualClock
) -> None:
    office = Casework(store, clock, encode, replace(CHEAP, sealing=lambda: b"x"))
    found = office.sign_in("analyst", PASSWORD, origin=HOME)
    assert isinstance(found, SecondStep)
    with pytest.raises(ConfigurationError, match="Khoá bí mật"):
        office.second_step(found.token, code(secret, clock), origin=HOME)


def test_without_a_key_nothing_is_sealed(clock: ManualClock) -> None:
    office = Casework(SqlCaseworkStore("sqlite://"), clock, encode)
    with pytest.raises(ConfigurationError, match="minhtin init"):
        office._seal.close("x")
    office.close()
