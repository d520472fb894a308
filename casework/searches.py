"""Saved searches: one's own, and those that colleagues share."""

import dataclasses
from collections.abc import Sequence

from casework.audit import fingerprint
from casework.model import Account, SavedSearch
from casework.part import Part
from casework.permissions import Act, require
from casework.port import eq, yes
from casework.rows import SearchRow
from casework.verdicts import plain
from domain.errors import NotFoundError, QuarantineError

LONGEST_NAME = 120


class Searches(Part):
    def save_search(
        self, actor: Account, name: str, query: str, *, shared: bool = False
    ) -> SavedSearch:
        """Save a search; the same name of the same person replaces the former one."""
        label = plain(name)
        if not label or len(label) > LONGEST_NAME:
            raise QuarantineError(
                f"Tên tìm kiếm cần từ 1 đến {LONGEST_NAME} ký tự.", reason="search_name"
            )
        row = SearchRow(
            owner=actor.id,
            name=label,
            query=plain(query),
            shared=shared,
            created=self._clock.now(),
        )
        with self._store.write() as rows:
            require(rows, actor, Act.SAVE_SEARCH)
            old = rows.one(SearchRow, eq("owner", actor.id), eq("name", label))
            if old is None:
                row = dataclasses.replace(row, id=rows.add(row))
            else:
                row = dataclasses.replace(row, id=old.id, created=old.created)
                rows.put(row)
            self._trace(
                rows,
                actor.id,
                "search.save",
                subject=str(row.id),
                query=fingerprint(row.query),
                shared=shared,
            )
        return _saved(row)

    def searches(self, actor: Account) -> Sequence[SavedSearch]:
        """Return one's own searches and the shared ones, by name."""
        with self._store.read() as rows:
            own = rows.find(SearchRow, eq("owner", actor.id))
            shared = rows.find(SearchRow, yes("shared"))
        found = {row.id: row for row in (*own, *shared)}
        return sorted(map(_saved, found.values()), key=lambda s: (s.name, s.id))

    def drop_search(self, actor: Account, search_id: int) -> None:
        """Delete one's own search, or a shared one where the role allows it."""
        with self._store.write() as rows:
            row = rows.one(SearchRow, eq("id", search_id))
            if row is None or (row.owner != actor.id and not row.shared):
                raise NotFoundError("Không tìm thấy tìm kiếm đã lưu này.")
            own = row.owner == actor.id
            require(rows, actor, Act.SAVE_SEARCH if own else Act.DROP_SHARED_SEARCH)
            rows.remove(SearchRow, eq("id", search_id))
            self._trace(rows, actor.id, "search.drop", subject=str(search_id))


def _saved(row: SearchRow) -> SavedSearch:
    return SavedSearch(
        id=row.id,
        owner=row.owner,
        name=row.name,
        query=row.query,
        shared=row.shared,
        created=row.created,
    )
