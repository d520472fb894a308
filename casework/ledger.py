"""The audit log: add to it, read it, check its chain, give it out."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from casework.audit import (
    KnownHead,
    counted,
    parsed,
    storable,
    stored_digest,
    verify,
)
from casework.chain import CHAIN, append
from casework.faults import found
from casework.model import (
    Account,
    AuditCheck,
    AuditExport,
    AuditFault,
    AuditFilter,
    AuditRow,
    AuditStanding,
)
from casework.part import Part
from casework.permissions import Act, require
from casework.port import CHUNK, Op, Rows, Where, eq
from casework.rows import AuditEntry, ChainHead
from casework.second_review import TOLD_BY, hidden_posts

PAGE = 1000
"""Rows read at once while checking: bounds memory, not work."""

VERIFIED, ANCHORED, EXPORTED = "audit.verify", "audit.anchor", "audit.export"


class Ledger(Part):
    def record(
        self, actor: str, act: str, subject: str, detail: Mapping[str, Any]
    ) -> AuditRow:
        """Append a row for an act that has no method here (an export, a page opened).

        Long texts in `detail` are kept as their hash.
        """
        with self._store.write() as rows:
            return append(
                rows, self._clock.now(), actor, act, subject=subject, detail=detail
            )

    def record_allowed(
        self,
        actor: Account,
        needs: Act,
        act: str,
        subject: str,
        detail: Mapping[str, Any],
    ) -> AuditRow:
        """Do as `record`, if the person's present role allows `needs`."""
        with self._store.write() as rows:
            require(rows, actor, needs)
            return append(
                rows, self._clock.now(), actor.id, act, subject=subject, detail=detail
            )

    def audit(self, *, after: int = 0, limit: int = 200) -> Sequence[AuditRow]:
        """Return rows with ids above `after`, oldest first."""
        with self._store.read() as rows:
            return [_shown(entry) for entry in _page(rows, after, limit)]

    def audit_found(
        self,
        wanted: AuditFilter,
        *,
        before: int | None = None,
        limit: int = 100,
        reader: Account | None = None,
    ) -> Sequence[AuditRow]:
        """Return rows that fit with ids below `before`, newest first.

        Rows are left out that would tell the `reader` of a verdict which a second
        reviewer is to give blind.
        """
        found: list[AuditEntry] = []
        with self._store.read() as rows:
            hidden = set(hidden_posts(rows, reader)) if reader else set()
            while len(found) < limit:
                on = _conditions(wanted)
                if before is not None:
                    on.append(Where("id", Op.BELOW, before))
                some = rows.find(AuditEntry, *on, order="-id", limit=limit)
                found += [row for row in some if not _tells(row, hidden)]
                if len(some) < limit:
                    break
                before = some[-1].id
        return [_shown(entry) for entry in found[:limit]]

    def audit_count(self, wanted: AuditFilter, *, reader: Account | None = None) -> int:
        """Return how many rows fit, without those kept from the `reader`."""
        on = _conditions(wanted)
        with self._store.read() as rows:
            hidden = hidden_posts(rows, reader) if reader else []
            kept = sum(
                rows.count(
                    AuditEntry,
                    *on,
                    Where("act", Op.IN, TOLD_BY),
                    Where("subject", Op.IN, hidden[start : start + CHUNK]),
                )
                for start in range(0, len(hidden), CHUNK)
            )
            return rows.count(AuditEntry, *on) - kept

    def export_audit(
        self, actor: Account | str, wanted: AuditFilter, kind: str
    ) -> AuditExport:
        """Note an export of what fits at this moment; `exported` then gives the rows.

        The row of the export itself is not in it. Raises `ForbiddenError`.
        """
        by = actor.id if isinstance(actor, Account) else actor
        with self._store.write() as rows:
            require(rows, actor, Act.EXPORT_AUDIT)
            head = rows.one(ChainHead, eq("chain", CHAIN))
            count = rows.count(AuditEntry, *_conditions(wanted))
            upto = head.rows if head else 0
            noted = append(
                rows,
                self._clock.now(),
                by,
                EXPORTED,
                subject=kind,
                detail={"rows": count, "upto": upto, "filter": wanted.stated()},
            )
        return AuditExport(
            wanted=wanted,
            rows=count,
            upto=upto,
            head=noted.previous,
            at=noted.at,
            by=by,
        )

    def exported(self, export: AuditExport) -> Iterator[AuditRow]:
        """Yield the rows of an export, oldest first, with one page in memory.

        Each page is a transaction of its own: rows are never changed, and what was
        added meanwhile is left out.
        """
        on, last = _conditions(export.wanted), 0
        end = Where("id", Op.BELOW, export.upto + 1)
        while True:
            above = Where("id", Op.ABOVE, last)
            with self._store.read() as rows:
                page = rows.find(AuditEntry, *on, above, end, order="id", limit=PAGE)
            for entry in page:
                yield _shown(entry)
            if len(page) < PAGE:
                return
            last = page[-1].id

    def audit_head(self) -> tuple[int, str]:
        """Return the number of rows and the last digest; `(0, "")` of an empty log."""
        with self._store.read() as rows:
            head = rows.one(ChainHead, eq("chain", CHAIN))
        return (head.rows, head.digest) if head else (0, "")

    def audit_standing(self) -> AuditStanding:
        """Return how the log stands, from its own rows."""
        with self._store.read() as rows:
            head = rows.one(ChainHead, eq("chain", CHAIN))
            last = [
                rows.one(AuditEntry, eq("act", act), order="-id")
                for act in (VERIFIED, ANCHORED)
            ]
        verified, anchored = (_shown(entry) if entry else None for entry in last)
        return AuditStanding(
            rows=head.rows if head else 0, verified=verified, anchored=anchored
        )

    def verify_audit(
        self,
        known: Sequence[KnownHead] = (),
        tell: Callable[[int], None] = lambda _: None,
    ) -> AuditCheck:
        """Check the whole chain, that nothing is missing at its end, and known heads.

        `tell` is told the number of rows checked, each thousand.
        """
        with self._store.read() as rows:
            head = rows.one(ChainHead, eq("chain", CHAIN))
            end = (head.rows, head.digest) if head else None
            seen: list[int] = [0]
            try:
                walked = counted(_walk(rows, seen), tell, PAGE)
                return verify(walked, end, known, made=stored_digest)
            except ValueError:
                return found(
                    AuditFault.UNREADABLE,
                    rows=seen[0],
                    row=seen[0] + 1,
                    agreed=0,
                    met=0,
                )

    def note_verification(self, actor: str, check: AuditCheck) -> AuditRow:
        """Record how a verification ended; health and the auditor's page go by it."""
        detail = {
            "rows": check.rows,
            "head": check.head,
            "anchors": check.anchors,
            "agreed": check.agreed,
            "first_bad": check.first_bad,
        }
        outcome = "sound" if check.sound else str(check.fault)
        return self.record(actor, VERIFIED, outcome, detail)


def _conditions(wanted: AuditFilter) -> list[Where]:
    on: list[Where] = []
    if wanted.since is not None:
        on.append(Where("at", Op.FROM, wanted.since))
    if wanted.until is not None:
        on.append(Where("at", Op.BELOW, wanted.until))
    if wanted.actors:
        on.append(Where("actor", Op.IN, list(wanted.actors)))
    if wanted.acts:
        on.append(Where("act", Op.IN, list(wanted.acts)))
    if wanted.subject:
        on.append(eq("subject", wanted.subject))
    return on


def _tells(row: AuditEntry, hidden: Collection[str]) -> bool:
    return row.subject in hidden and row.act in TOLD_BY


def _walk(rows: Rows, seen: list[int]) -> Iterator[AuditEntry]:
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
            yield entry
            seen[0] = entry.id
        if not page:
            return


def _page(rows: Rows, after: int, limit: int) -> Sequence[AuditEntry]:
    above = Where("id", Op.ABOVE, after)
    return rows.find(AuditEntry, above, order="id", limit=limit)


def _shown(entry: AuditEntry) -> AuditRow:
    """Return a row to be read by people, who need to see one that was tampered with."""
    try:
        detail = parsed(entry.detail)
    except ValueError:
        detail = {"unreadable": storable(entry.detail)}
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        act=entry.act,
        subject=entry.subject,
        detail=detail,
        previous=entry.previous,
        digest=entry.digest,
    )
