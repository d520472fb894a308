"""An office of the first schema, as the program before accounts filled it.

`former_office.json` holds its rows, read out of the SQLite file that program made.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from casework.adapters.columns import UtcTime
from casework.adapters.dialect import open_engine
from casework.adapters.schema import downgrade, upgrade, version
from casework.adapters.settled import WRITE
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.adapters.tables import metadata
from casework.model import Account, Decision
from casework.permissions import Act, may
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.clock import ManualClock
from domain.ids import PostId
from domain.labels import Role, Verdict

ROWS = Path(__file__).with_name("former_office.json")
THEN = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
PASSWORD = "ruong bac 26"
"""Of the test's office; shorter than a new one may be."""

COOKIE = "cookie-of-the-leader"
ROLES = ("analyst", "press", "leader", "admin")


def check_a_former_office_keeps_its_access(url: str) -> None:
    """Who could work before the upgrade can after it, and again after going back."""
    upgrade(url, "0001")
    former = _filled(url)
    office = _opened(url)
    people = {role: _signed_in(office, role) for role in ROLES}
    going_on = office.session(COOKIE)
    assert going_on is not None
    assert going_on.account.id == people["leader"].id
    for role, account in people.items():
        if may(account.role, Act.DECIDE):
            post = PostId(f"forum:new-{role}")
            decision = Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
            office.decide(account, decision)
    office.set_role("admin", "analyst", Role.SENIOR)
    check = office.verify_audit()
    assert check.sound
    assert check.rows > len(former["audit"])
    office.close()
    downgrade(url, "0001")
    _check_nothing_of_before_was_lost(url, former)
    upgrade(url)
    office = _opened(url)
    assert _signed_in(office, "analyst").role is Role.ANALYST
    assert office.verify_audit().sound
    office.close()


def _opened(url: str) -> Casework:
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    return Casework(SqlCaseworkStore(url), ManualClock(THEN), lambda state: b"", policy)


def _signed_in(office: Casework, name: str) -> Account:
    session = office.sign_in(name, PASSWORD, origin="10.0.0.7")
    assert not session.must_enrol
    assert not session.account.must_change_password
    return session.account


def _filled(url: str) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = json.loads(ROWS.read_text("utf-8"))
    engine = open_engine(url)
    with engine.connect() as plain:
        writing = plain.execution_options(**{WRITE: True})
        with writing.begin():
            assert version(writing) == "0001"
            for table in metadata.sorted_tables:
                for row in rows.get(table.name, []):
                    writing.execute(table.insert().values(_typed(table.name, row)))
            _go_on_counting(writing, rows)
    engine.dispose()
    return rows


def _typed(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Give SQLite's texts, numbers and bytes the types of their columns."""
    columns = metadata.tables[table].columns
    found = {}
    for name, value in row.items():
        if isinstance(columns[name].type, UtcTime) and value is not None:
            found[name] = datetime.fromisoformat(value).replace(tzinfo=UTC)
        elif isinstance(value, dict):
            found[name] = bytes.fromhex(value["hex"])
        else:
            kind = columns[name].type.python_type
            found[name] = bool(value) if kind is bool else value
    return found


def _go_on_counting(writing: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    if writing.dialect.name == "sqlite":
        return
    count = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
    for name in ("decisions", "outbox"):
        last = max(row["id"] for row in rows[name])
        writing.execute(count, {"name": name, "last": last})


def _check_nothing_of_before_was_lost(
    url: str, former: dict[str, list[dict[str, Any]]]
) -> None:
    """What stands in the first schema again holds every row of then, but sessions."""
    engine = open_engine(url)
    with engine.connect() as reading:
        for name in ("accounts", "decisions", "audit", "settings", "saved_searches"):
            table = metadata.tables[name]
            known = [table.c[column] for column in former[name][0]]
            asked = table.select().with_only_columns(*known)
            found = [dict(row) for row in reading.execute(asked).mappings()]
            for row in former[name]:
                assert _typed(name, row) in found, (name, row)
    engine.dispose()
