"""What becomes of accounts when the schema goes back and forth, on any database."""

from datetime import UTC, datetime

from casework.adapters.dialect import open_engine
from casework.adapters.schema import downgrade, upgrade
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.adapters.tables import TABLES
from casework.rows import AccountRow, SessionRow
from domain.labels import Role

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BEFORE = {"analyst", "press", "leader", "admin"}


def accounts(url: str) -> dict[str, tuple[str, bool]]:
    """Read the accounts as the older program would: their roles, and who is open."""
    engine = open_engine(url)
    table = TABLES[AccountRow]
    with engine.connect() as connection:
        found = connection.execute(
            table.select().with_only_columns(table.c.name, table.c.role, table.c.active)
        ).all()
    engine.dispose()
    return {name: (role, active) for name, role, active in found}


def check_roles_go_back_and_forth(url: str) -> None:
    """Nobody may do more after going back; the former roles are untouched."""
    store = SqlCaseworkStore(url)
    with store.write() as rows:
        for role in (*Role, "linked"):
            rows.add(
                AccountRow(
                    id=f"id-{role}",
                    name=str(role),
                    display="Ân",
                    role="press" if role == "linked" else str(role),
                    active=True,
                    must_change=False,
                    password="" if role == "linked" else "x",
                    created=NOW,
                )
            )
        rows.add(
            SessionRow(
                token="t",
                account="id-auditor",
                origin="o",
                started=NOW,
                seen=NOW,
                expires=NOW,
                sid="s",
                id_token="sealed",
            )
        )
    store.close()
    downgrade(url, "0001")
    back = accounts(url)
    assert {name: back[name] for name in BEFORE} == {n: (n, True) for n in BEFORE}
    assert back["senior"] == ("analyst", True)
    for closed in ("drafter", "grassroots", "auditor"):
        assert back[closed] == ("analyst", False)
    assert back["linked"] == ("press", False)
    upgrade(url)
    assert accounts(url) == back
    store = SqlCaseworkStore(url)
    with store.read() as rows:
        assert rows.count(SessionRow) == 0
    store.close()
