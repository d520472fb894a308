"""Appending to the audit chain, inside the transaction of what it records."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from casework.audit import canonical, digest, storable, without_texts
from casework.model import AuditRow
from casework.port import Rows, eq
from casework.rows import AuditEntry, ChainHead

CHAIN = "audit"


def append(
    rows: Rows,
    at: datetime,
    actor: str,
    act: str,
    *,
    subject: str,
    detail: Mapping[str, Any],
) -> AuditRow:
    """Append a row; it is durable with the caller's transaction, or never was."""
    head = rows.one(ChainHead, eq("chain", CHAIN))
    previous = head.digest if head else ""
    # Hashed as it is stored, or the chain would not fit what is read back.
    bare = AuditRow(
        id=(head.rows if head else 0) + 1,
        at=at,
        actor=storable(actor),
        act=act,
        subject=storable(subject),
        detail=without_texts(detail),
        previous=previous,
    )
    row = replace(bare, digest=digest(bare, previous))
    rows.add(
        AuditEntry(
            id=row.id,
            at=row.at,
            actor=row.actor,
            act=act,
            subject=row.subject,
            detail=canonical(row.detail),
            previous=previous,
            digest=row.digest,
        )
    )
    rows.put(ChainHead(chain=CHAIN, rows=row.id, digest=row.digest))
    return row
