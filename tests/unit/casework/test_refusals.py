"""What was refused stands in the audit, though its transaction was undone."""

import pytest

from casework.model import Account, AuditRow
from casework.permissions import Act, may
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ForbiddenError
from domain.labels import Role
from unit.casework.conftest import PASSWORD

HOME = "10.0.0.7"


def acts(casework: Casework, before: int) -> list[tuple[str, str, str]]:
    rows = casework.audit(after=before, limit=1000)
    return [(row.actor, row.act, row.subject) for row in rows]


def test_what_a_role_may_not_do_is_noted(
    casework: Casework, people: dict[str, Account]
) -> None:
    an = people["analyst"]
    before = len(casework.audit())
    with pytest.raises(ForbiddenError):
        casework.put_setting(an.id, "k", 1)
    with pytest.raises(ForbiddenError):
        casework.set_role(an.name, "analyst", Role.ADMIN)
    assert acts(casework, before) == [
        (an.id, "refused", "edit_settings"),
        (an.id, "refused", "manage_accounts"),
    ]
    assert casework.setting("k") is None
    assert casework.verify_audit().sound


def test_a_closed_account_is_refused_and_noted(
    casework: Casework, people: dict[str, Account]
) -> None:
    casework.set_active("admin", "press", active=False)
    before = len(casework.audit())
    with pytest.raises(ForbiddenError):
        casework.save_search(people["press"], "lũ", "lũ")
    assert acts(casework, before) == [(people["press"].id, "refused", "save_search")]


def test_an_auditor_takes_the_log_along_and_does_nothing_beyond_the_role(
    casework: Casework, people: dict[str, Account]
) -> None:
    auditor = people["auditor"]
    noted: AuditRow = casework.record_allowed(
        auditor, Act.EXPORT_AUDIT, "audit.export", "x", {}
    )
    assert noted.actor == auditor.id
    for act in {act for act in Act if not may(Role.AUDITOR, act)}:
        with pytest.raises(ForbiddenError):
            casework.record_allowed(auditor, act, "x", "y", {})
    with pytest.raises(ForbiddenError):
        casework.record_allowed(people["admin"], Act.EXPORT_AUDIT, "x", "y", {})


def test_a_lock_is_noted_once_however_often_it_refuses(
    casework: Casework, people: dict[str, Account], clock: ManualClock
) -> None:
    for _ in range(5):
        with pytest.raises(ForbiddenError):
            casework.sign_in("analyst", "wrong", origin=HOME)
    before = len(casework.audit())
    for _ in range(4):
        clock.advance(seconds=1)
        with pytest.raises(ForbiddenError, match="quá nhiều lần"):
            casework.sign_in("analyst", PASSWORD, origin=HOME)
    locked = ("anonymous", "sign_in.locked", people["analyst"].id)
    assert acts(casework, before) == [locked]
    clock.advance(seconds=30)
    with pytest.raises(ForbiddenError):
        casework.sign_in("analyst", "wrong", origin=HOME)
    clock.advance(seconds=1)
    with pytest.raises(ForbiddenError, match="quá nhiều lần"):
        casework.sign_in("analyst", PASSWORD, origin=HOME)
    failed = ("anonymous", "sign_in.failed", people["analyst"].id)
    assert acts(casework, before) == [locked, failed, locked]
    clock.advance(seconds=60)
    assert casework.sign_in("analyst", PASSWORD, origin=HOME)
