"""What every casework store must do, whatever it is made of."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from casework.port import CaseworkStore, Op, Where, eq, yes
from casework.rows import (
    AccountRow,
    DecisionRow,
    OutboxEntry,
    RunRow,
    SettingRow,
    StateRow,
)
from domain.errors import ConflictError

NOW = datetime(2026, 11, 23, 7, 0, 0, 123456, tzinfo=UTC)


def account(name: str = "an") -> AccountRow:
    return AccountRow(
        id=f"id-{name}",
        name=name,
        display="Lò Văn Ân",
        role="analyst",
        active=True,
        must_change=False,
        password="x",
        created=NOW,
    )


def setting(key: str, version: int, *, current: bool) -> SettingRow:
    return SettingRow(
        key=key, version=version, current=current, value="1", at=NOW, actor="cli"
    )


def sent(key: str = "k", value: bytes | None = b"v") -> OutboxEntry:
    return OutboxEntry(topic="reviews", key=key, value=value)


class CaseworkStoreContract(ABC):
    @abstractmethod
    def make(self) -> CaseworkStore:
        """Return an empty store."""

    @pytest.fixture
    def store(self) -> Iterator[CaseworkStore]:
        store = self.make()
        yield store
        store.close()

    def test_gives_back_what_was_added(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            assert rows.add(account()) == 0
            rows.add(sent(value=None))
            rows.add(sent(value=b"\x00\xff"))
        with store.read() as rows:
            assert rows.find(AccountRow) == [account()]
            assert [r.value for r in rows.find(OutboxEntry)] == [None, b"\x00\xff"]

    def test_times_stay_aware_and_exact_in_any_zone(self, store: CaseworkStore) -> None:
        east = NOW.astimezone(timezone(timedelta(hours=7)))
        with store.write() as rows:
            rows.add(
                RunRow(
                    job="digest",
                    due=east,
                    holder="a",
                    lease_until=east + timedelta(microseconds=1),
                    started=NOW,
                    finished=None,
                    ok=False,
                    message="",
                )
            )
            row = rows.one(RunRow, eq("due", NOW))
        assert row is not None
        assert row.due == NOW
        assert row.due.utcoffset() == timedelta(0)
        assert row.lease_until - row.due == timedelta(microseconds=1)
        assert row.finished is None

    def test_undoes_all_when_the_block_raises(self, store: CaseworkStore) -> None:
        def fail_between() -> None:
            with store.write() as rows:
                rows.add(account())
                rows.add(sent())
                raise RuntimeError("between")

        with pytest.raises(RuntimeError, match="between"):
            fail_between()
        with store.read() as rows:
            assert rows.count(AccountRow) == 0
            assert rows.count(OutboxEntry) == 0

    def test_never_gives_an_id_twice(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            first = [rows.add(sent()) for _ in range(3)]
            rows.remove(OutboxEntry)
        with store.write() as rows:
            later = rows.add(sent())
        assert first == sorted(set(first))
        assert later > max(first)

    def test_refuses_a_second_row_with_the_same_key(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            rows.add(account())
        with pytest.raises(ConflictError), store.write() as rows:
            rows.add(account())

    def test_refuses_rows_of_an_unknown_account(self, store: CaseworkStore) -> None:
        row = DecisionRow(
            at=NOW,
            account="nobody",
            post_id="p",
            revision=1,
            verdict="no_issue",
            harm=None,
            agency=None,
            reason="",
            evidence="[]",
            queue="",
            undoes=None,
        )
        with pytest.raises(ConflictError), store.write() as rows:
            rows.add(row)

    def test_put_inserts_then_replaces(self, store: CaseworkStore) -> None:
        state = {
            "post_id": "p",
            "revision": 1,
            "at": NOW,
            "account": "id-an",
            "verdict": None,
            "harm": None,
            "agency": None,
            "reason": "",
            "story": "s",
        }
        with store.write() as rows:
            rows.add(account())
            rows.put(StateRow(version=1, **state))
            rows.put(StateRow(version=2, **state | {"story": None}))
            found = rows.find(StateRow)
        assert [(r.version, r.story) for r in found] == [(2, None)]

    def test_finds_by_every_condition_in_order(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            for version in (2, 1, 3):
                rows.add(setting("k", version, current=version == 3))
            rows.add(setting("other", 1, current=True))
        with store.read() as rows:

            def versions(
                *on: Where, order: str = "", skip: int = 0, limit: int | None = None
            ) -> list[int]:
                on = (eq("key", "k"), *on)
                found = rows.find(SettingRow, *on, order=order, skip=skip, limit=limit)
                return [row.version for row in found]

            assert versions() == [2, 1, 3]
            assert versions(order="version") == [1, 2, 3]
            assert versions(order="-version", limit=2) == [3, 2]
            assert versions(yes("current")) == [3]
            assert versions(Where("version", Op.OTHER, 2)) == [1, 3]
            assert versions(Where("version", Op.BELOW, 2)) == [1]
            assert versions(Where("version", Op.ABOVE, 2)) == [3]
            assert versions(Where("version", Op.FROM, 2)) == [2, 3]
            assert versions(Where("version", Op.IN, [1, 2])) == [2, 1]
            assert versions(order="current -version") == [2, 1, 3]
            assert versions(order="-version", skip=1) == [2, 1]
            assert versions(order="version", skip=1, limit=1) == [2]
            assert versions(skip=3) == []
            assert rows.count(SettingRow, yes("current")) == 2

    def test_what_is_absent_comes_last_in_any_order(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            for key, value in (("a", None), ("b", b"2"), ("c", b"1"), ("d", None)):
                rows.add(sent(key, value))
            for order, wanted in (("value", "cbad"), ("-value -key", "bcda")):
                found = rows.find(OutboxEntry, order=order)
                assert "".join(row.key for row in found) == wanted

    def test_looks_for_a_text_within_another(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            for key in ("100%", "100 %", "a_b", "acb", "a\\b", "a/b", "nul \0"):
                rows.add(sent(key))

            def holding(part: str) -> list[str]:
                return [
                    r.key for r in rows.find(OutboxEntry, Where("key", Op.HOLDS, part))
                ]

            assert holding("0%") == ["100%"]
            assert holding("a_") == ["a_b"]
            assert holding("\\") == ["a\\b"]
            assert holding("/") == ["a/b"]
            assert holding("l \0") == ["nul \ufffd"]
            assert len(holding("")) == 7

    def test_sorts_texts_by_code_point(self, store: CaseworkStore) -> None:
        names = ["b", "B", "a", "á", "đ", "Z", "_", "10", "9", "a b", "ab", "ă"]
        with store.write() as rows:
            for name in names:
                rows.add(account(name))
            found = [row.name for row in rows.find(AccountRow, order="name")]
            back = [row.name for row in rows.find(AccountRow, order="-name")]
            keys = [row.id for row in rows.find(AccountRow)]
        assert found == sorted(names)
        assert back == sorted(names, reverse=True)
        assert keys == sorted(f"id-{name}" for name in names)

    def test_takes_any_letters(self, store: CaseworkStore) -> None:
        odd = "nul \0 surrogate \ud83d emoji 🙂 quote ' % \\ \u202e"
        kept = "nul \ufffd surrogate \ufffd emoji 🙂 quote ' % \\ \u202e"
        with store.write() as rows:
            rows.add(sent(odd))
            (row,) = rows.find(OutboxEntry, eq("key", odd))
            assert rows.change(OutboxEntry, {"topic": odd}, eq("key", kept)) == 1
        assert row.key == kept

    def test_asks_for_what_is_absent(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            rows.add(sent("a", None))
            rows.add(sent("b", b"1"))
            absent = rows.find(OutboxEntry, eq("value", None))
            present = rows.find(OutboxEntry, Where("value", Op.OTHER, None))
        assert [row.key for row in absent] == ["a"]
        assert [row.key for row in present] == ["b"]

    def test_finds_any_number_of_values(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            for n in range(1300):
                rows.add(sent(str(n)))
            keys = [str(n) for n in range(0, 2600, 2)]
            found = rows.find_in(OutboxEntry, "key", [*keys, *keys])
            assert rows.find_in(OutboxEntry, "key", []) == []
        assert sorted(int(r.key) for r in found) == list(range(0, 1300, 2))

    def test_changes_and_removes_what_fits_only(self, store: CaseworkStore) -> None:
        with store.write() as rows:
            for key in "aab":
                rows.add(sent(key))
            assert rows.change(OutboxEntry, {"topic": "t"}, eq("key", "a")) == 2
            assert rows.change(OutboxEntry, {"topic": "t"}, eq("key", "z")) == 0
            assert rows.remove(OutboxEntry, eq("topic", "t")) == 2
            assert [row.key for row in rows.find(OutboxEntry)] == ["b"]

    def test_writers_take_turns(self, store: CaseworkStore) -> None:
        def add_one() -> None:
            for _ in range(10):
                with store.write() as rows:
                    old = rows.one(SettingRow, order="-version")
                    version = old.version + 1 if old else 1
                    rows.add(setting("k", version, current=True))

        threads = [threading.Thread(target=add_one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.read() as rows:
            found = rows.find(SettingRow, order="version")
        assert [row.version for row in found] == list(range(1, 81))
