"""The auditor's page without a browser: filters, lines, standing."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from casework.model import AuditFault
from domain.clock import ManualClock
from domain.errors import QuarantineError
from ui import audit_lines
from ui.audit_lines import Asked
from ui.context import ConsoleContext
from ui.reading import Reading
from ui.wording import LANGUAGES, wording

ZONE = "Asia/Ho_Chi_Minh"


def reading(context: ConsoleContext, language: str = "vi") -> Reading:
    words = wording(language)
    return Reading(profile=context.profile, words=words, now=context.clock.now())


def test_a_filter_goes_through_an_address_and_back() -> None:
    asked = Asked(since="2026-11-01", person="lan", act="decide", subject="a&b=ố")
    assert audit_lines.asked_of(dict(parse_qsl(asked.query))) == asked
    assert Asked().query == ""
    assert audit_lines.asked_of({"kind": "csv", "act": " undo "}) == Asked(act="undo")


def test_days_are_the_provinces_and_the_last_is_included(
    context: ConsoleContext,
) -> None:
    accounts = context.casework.accounts()
    lan = next(account for account in accounts if account.name == "lan")
    asked = Asked(since="2026-11-22", until="2026-11-23", person="lan", act="decide")
    wanted = audit_lines.filter_of(asked, accounts, ZONE)
    assert wanted.since == datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert wanted.until == datetime(2026, 11, 23, 17, tzinfo=UTC)
    # Some acts are noted under the id of an account, some under its name.
    assert wanted.actors == (lan.id, "lan")
    assert (wanted.acts, wanted.subject) == (("decide",), "")
    by_id = audit_lines.filter_of(Asked(person=lan.id), accounts, ZONE)
    assert by_id.actors == wanted.actors
    assert audit_lines.filter_of(Asked(person="jobs"), accounts, ZONE).actors == (
        "jobs",
    )


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "9999-12-31"])
def test_what_is_no_day_is_said(day: str) -> None:
    with pytest.raises(QuarantineError, match="không phải là ngày"):
        audit_lines.filter_of(Asked(until=day), (), ZONE)


def test_lines_name_people_and_acts(context: ConsoleContext) -> None:
    casework = context.casework
    accounts = casework.accounts()
    lan = next(account for account in accounts if account.name == "lan")
    casework.record(lan.id, "sign_in", lan.id, {"origin": "10.0.0.1"})
    casework.record("jobs", "of another version", "<b>x</b>", {})
    (later, earlier) = audit_lines.lines(
        casework.audit_found(audit_lines.filter_of(Asked(), (), ZONE), limit=2),
        accounts,
        reading(context),
    )
    assert (earlier.who, earlier.act, earlier.code) == (
        "Lò Thị Lan",
        "Đăng nhập",
        "sign_in",
    )
    assert (earlier.subject, earlier.at) == ("Lò Thị Lan", "23/11/2026 07:10:00")
    assert earlier.detail == "origin: 10.0.0.1"
    assert (later.who, later.act) == ("công việc tự động", "of another version")


def test_the_standing_says_what_is_wrong(
    context: ConsoleContext, clock: ManualClock
) -> None:
    casework = context.casework

    def told() -> audit_lines.Standing:
        return audit_lines.standing_of(casework.audit_standing(), reading(context))

    assert "chưa được kiểm tra" in told().title
    casework.note_verification("jobs", casework.verify_audit())
    detail = {"rows": 1234}
    casework.record("jobs", "audit.anchor", "audit-1.anchor", detail)
    assert "nguyên vẹn" in told().title
    assert "1.234 dòng" in told().anchored
    assert not told().bad
    clock.advance(days=2)
    assert told().bad
    assert "quá hạn" in told().anchored


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_and_machine_has_words(language: str) -> None:
    from casework.permissions import MACHINES

    texts = wording(language).texts
    wanted = [f"audit.fault_{fault}" for fault in AuditFault]
    wanted += [f"audit.by_{name}" for name in MACHINES]
    assert [key for key in wanted if key not in texts] == []
