"""What must be found in an audit log, whatever database it lies in."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.anchors import Anchor, sign
from casework.model import AuditFault, AuditFilter, AuditRow
from casework.service import Casework
from domain.clock import ManualClock
from support_audit import rewrite, tamper

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


class AuditContract(ABC):
    @abstractmethod
    def address(self) -> str:
        """Return the address of an empty database that others may open too."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(NOW)

    @pytest.fixture
    def url(self) -> str:
        return self.address()

    @pytest.fixture
    def office(self, url: str, clock: ManualClock) -> Iterator[Casework]:
        office = Casework(SqlCaseworkStore(url), clock, lambda value: b"")
        for n in range(1, 10):
            office.record(
                f"an{n % 2}", "export", f"list:{n % 3}", {"rows": n, "q": "lũ"}
            )
            clock.advance(seconds=60)
        yield office
        office.close()

    @pytest.fixture
    def anchors(self, office: Casework) -> list[Anchor]:
        """Give heads of the log at rows 3, 6 and 9."""
        rows = {row.id: row for row in office.audit()}
        return [sign(KEY, n, rows[n].digest, rows[n].at) for n in (3, 6, 9)]

    def test_a_sound_log_meets_its_anchors(
        self, office: Casework, anchors: list[Anchor]
    ) -> None:
        office.record("an", "later", "x", {})
        check = office.verify_audit(anchors)
        assert (check.sound, check.rows, check.anchors, check.agreed) == (
            True,
            10,
            3,
            9,
        )
        assert office.audit_head() == (10, check.head)

    @pytest.mark.parametrize("number", range(1, 10))
    def test_any_row_changed_is_found(
        self, office: Casework, url: str, number: int
    ) -> None:
        tamper(url, f"UPDATE audit SET actor = 'x' WHERE id = {number}")  # noqa: S608 - a number of the test
        check = office.verify_audit()
        assert (check.fault, check.first_bad) == (AuditFault.CHANGED, number)

    @pytest.mark.parametrize(
        "detail", ['{"rows":9,"rows":3,"q":"lũ"}', '{ "q":"lũ","rows":3}', "no json"]
    )
    def test_another_spelling_of_a_detail_is_found(
        self, office: Casework, url: str, detail: str
    ) -> None:
        tamper(url, f"UPDATE audit SET detail = '{detail}' WHERE id = 3")  # noqa: S608 - a text of the test
        check = office.verify_audit()
        assert (check.fault, check.first_bad) == (AuditFault.CHANGED, 3)
        # Whoever looks at the log must see the row none the less.
        assert len(office.audit()) == 9
        assert office.audit()[2].detail == {"unreadable": detail}

    def test_rows_that_changed_places_are_found(
        self, office: Casework, url: str
    ) -> None:
        moves = ("UPDATE audit SET id = 99 WHERE id = 4",)
        moves += ("UPDATE audit SET id = 4 WHERE id = 5",)
        tamper(url, *moves, "UPDATE audit SET id = 5 WHERE id = 99")
        check = office.verify_audit()
        assert (check.fault, check.first_bad) == (AuditFault.UNLINKED, 4)

    def test_a_row_taken_out_is_found(self, office: Casework, url: str) -> None:
        tamper(url, "DELETE FROM audit WHERE id = 4")
        check = office.verify_audit()
        assert (check.fault, check.first_bad) == (AuditFault.MISSING, 5)

    def test_a_tail_cut_off_is_found_by_the_head(
        self, office: Casework, url: str
    ) -> None:
        tamper(url, "DELETE FROM audit WHERE id > 7")
        check = office.verify_audit()
        assert (check.fault, check.first_bad) == (AuditFault.TAIL, 8)

    def test_a_tail_cut_off_with_its_head_is_found_by_an_anchor(
        self, office: Casework, url: str, anchors: list[Anchor]
    ) -> None:
        rewrite(url, lambda rows: rows[:7])
        assert office.verify_audit().sound
        check = office.verify_audit(anchors)
        assert (check.fault, check.rows, check.agreed) == (AuditFault.CUT, 7, 6)

    def test_a_tail_written_anew_is_found_by_an_anchor(
        self, office: Casework, url: str, anchors: list[Anchor]
    ) -> None:
        def change(rows: list[AuditRow]) -> list[AuditRow]:
            return [*rows[:6], replace(rows[6], subject="other"), *rows[7:]]

        rewrite(url, change)
        assert office.verify_audit().sound
        check = office.verify_audit(anchors)
        assert (check.fault, check.first_bad) == (AuditFault.REWRITTEN, 7)
        assert (check.rows, check.anchors, check.agreed) == (9, 2, 6)

    def test_a_whole_chain_written_anew_is_found_by_an_anchor(
        self, office: Casework, url: str, anchors: list[Anchor]
    ) -> None:
        rewrite(url, lambda rows: [replace(row, actor="nobody") for row in rows])
        assert office.verify_audit().sound
        check = office.verify_audit(anchors)
        assert (check.fault, check.first_bad) == (AuditFault.REWRITTEN, 1)
        assert (check.rows, check.agreed) == (3, 0)

    def test_a_row_left_out_of_a_chain_written_anew_is_found(
        self, office: Casework, url: str, anchors: list[Anchor]
    ) -> None:
        rewrite(url, lambda rows: [row for row in rows if row.id != 5])
        assert office.verify_audit().sound
        assert office.verify_audit(anchors).fault is AuditFault.REWRITTEN

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit SET actor = 'x' WHERE id = 3",
            "DELETE FROM audit WHERE id = 9",
            "DELETE FROM audit",
        ],
    )
    def test_the_database_refuses_what_is_no_addition(
        self, office: Casework, url: str, statement: str
    ) -> None:
        engine = create_engine(url, poolclass=NullPool)
        with (
            pytest.raises(DBAPIError, match="audit rows are never"),
            engine.begin() as plain,
        ):
            plain.execute(text(statement))
        engine.dispose()
        assert office.verify_audit().sound

    def test_rows_are_found_by_all_that_is_asked(self, office: Casework) -> None:
        def ids(**asked: object) -> list[int]:
            wanted = AuditFilter(**asked)  # type: ignore[arg-type] - a filter's fields
            found = [row.id for row in office.audit_found(wanted)]
            assert office.audit_count(wanted) == len(found)
            return found

        minute = timedelta(minutes=1)
        assert ids() == [9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert ids(actors=("an1",)) == [9, 7, 5, 3, 1]
        assert ids(actors=("an1", "an0"), subject="list:2") == [8, 5, 2]
        assert ids(acts=("decide", "undo")) == []
        assert ids(since=NOW + 2 * minute, until=NOW + 4 * minute) == [4, 3]
        pages = office.audit_found(AuditFilter(actors=("an1",)), before=7, limit=2)
        assert [row.id for row in pages] == [5, 3]

    def test_an_export_holds_what_fits_at_its_moment_and_is_noted(
        self, office: Casework
    ) -> None:
        noted = office.export_audit("cli", AuditFilter(actors=("an1",)), "jsonl")
        office.record("an1", "later", "x", {})
        assert [row.id for row in office.exported(noted)] == [1, 3, 5, 7, 9]
        assert (noted.rows, noted.upto) == (5, 9)
        row = office.audit(after=9)[0]
        assert (row.act, row.subject) == ("audit.export", "jsonl")
        assert row.detail == {"rows": 5, "upto": 9, "filter": {"actors": ["an1"]}}
        assert noted.head == row.previous

    def test_the_standing_is_that_of_the_newest_rows(
        self, office: Casework, clock: ManualClock
    ) -> None:
        assert office.audit_standing().verified is None
        office.note_verification("jobs", office.verify_audit())
        clock.advance(days=1)
        check = office.verify_audit()
        office.note_verification("jobs", check)
        standing = office.audit_standing()
        assert standing.anchored is None
        assert standing.verified is not None
        assert (standing.rows, standing.verified.at) == (11, clock.now())
        assert standing.verified.detail["head"] == check.head
