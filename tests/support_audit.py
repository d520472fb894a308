"""What somebody who owns the database can do to the audit log, on either engine."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, NullPool, create_engine, text

from casework.audit import canonical, digest
from casework.model import AuditRow

READ = "SELECT id, at, actor, act, subject, detail FROM audit ORDER BY id"
WRITE = """INSERT INTO audit (id, at, actor, act, subject, detail, previous, digest)
VALUES (:id, :at, :actor, :act, :subject, :detail, :previous, :digest)"""


def tamper(url: str, *statements: str) -> None:
    """Run statements as an owner would: with the triggers out of the way."""
    with_owner(url, lambda owner: [owner.exec_driver_sql(s) for s in statements])


def with_owner(url: str, act: Callable[[Connection], object]) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as owner:
        if engine.dialect.name == "sqlite":
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in owner.execute(text(names)).all():
                owner.execute(text(f"DROP TRIGGER {name}"))
        else:
            owner.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        act(owner)
    engine.dispose()


def rewrite(url: str, change: Callable[[list[AuditRow]], Iterable[AuditRow]]) -> None:
    """Write the whole chain anew, every digest and the head too."""

    def act(owner: Connection) -> None:
        rows = list(change([_row(found) for found in owner.execute(text(READ))]))
        owner.execute(text("DELETE FROM audit"))
        previous = ""
        for number, row in enumerate(rows, start=1):
            made = replace(row, id=number, previous=previous)
            previous = digest(made, previous)
            values = {name: getattr(made, name) for name in ("actor", "act", "subject")}
            at = made.at
            if owner.dialect.name == "sqlite":
                at = at.replace(tzinfo=None).isoformat(" ", "microseconds")
            owner.execute(
                text(WRITE),
                values
                | {
                    "id": number,
                    "at": at,
                    "detail": canonical(made.detail),
                    "previous": made.previous,
                    "digest": previous,
                },
            )
        head = {"rows": len(rows), "digest": previous}
        owner.execute(text("UPDATE chain_heads SET rows=:rows, digest=:digest"), head)

    with_owner(url, act)


def _row(found: object) -> AuditRow:
    number, at, actor, act, subject, detail = found  # type: ignore[misc] - a row of the query
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    return AuditRow(
        id=number,
        at=when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC),
        actor=actor,
        act=act,
        subject=subject,
        detail=json.loads(detail),
    )
