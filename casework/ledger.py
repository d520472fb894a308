"""The audit log: add to it, read it, check its chain."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from casework.audit import verify
from casework.model import AuditCheck, AuditRow
from casework.part import CHAIN, Part
from casework.port import Op, Rows, Where, eq
from casework.rows import AuditEntry, ChainHead

PAGE = 1000
"""Rows read at once while checking: bounds memory, not work."""


class Ledger(Part):
    def record(
        self, actor: str, act: str, subject: str, detail: Mapping[str, Any]
    ) -> AuditRow:
        """Append a row for an act that has no method here (an export, a page opened).

        Long texts in `detail` are kept as their hash.
        """
        with self._store.write() as rows:
            return self._append(rows, actor, act, subject, detail)

    def audit(self, *, after: int = 0, limit: int = 200) -> Sequence[AuditRow]:
        """Return rows with ids above `after`, oldest first."""
        with self._store.read() as rows:
            return [_row(entry) for entry in _page(rows, after, limit)]

    def verify_audit(self) -> AuditCheck:
        """Check the whole chain and that nothing is missing at its end."""
        with self._store.read() as rows:
            head = rows.one(ChainHead, eq("chain", CHAIN))
            end = (head.rows, head.digest) if head else None
            seen: list[int] = [0]
            try:
                return verify(_walk(rows, seen), end)
            except ValueError:
                return AuditCheck(
                    rows=seen[0],
                    sound=False,
                    first_bad=seen[0] + 1,
                    problem=f"Không đọc được dữ liệu sau dòng {seen[0]}.",
                )


def _walk(rows: Rows, seen: list[int]) -> Iterator[AuditRow]:
    size = PAGE
    while True:
        try:
            page = _page(rows, seen[0], size)
        except ValueError:
            if size == 1:
                raise
            # Some row of the page cannot be read: go on one by one, to name it.
            size = 1
            continue
        for entry in page:
            yield _row(entry)
            seen[0] = entry.id
        if not page:
            return


def _page(rows: Rows, after: int, limit: int) -> Sequence[AuditEntry]:
    above = Where("id", Op.ABOVE, after)
    return rows.find(AuditEntry, above, order="id", limit=limit)


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        act=entry.act,
        subject=entry.subject,
        detail=json.loads(entry.detail),
        previous=entry.previous,
        digest=entry.digest,
    )
