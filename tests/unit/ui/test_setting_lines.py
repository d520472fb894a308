"""Versioned settings are shown in words, with the whole version apart."""

from datetime import UTC, datetime

import pytest

from casework.model import Setting
from e2e.console_world import NOW
from ui.reading import Reading
from ui.setting_lines import LONGEST, field_line, line, name_of
from ui.wording import wording
from wiring.profile import load_profile
from wiring.source_edits import Change, FieldChange, SourceVersion

AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
PEOPLE = {"7": "Lò Thị Lan"}


def read(language: str = "vi") -> Reading:
    profile = load_profile("mau-nho")
    return Reading(profile=profile, words=wording(language), now=NOW)


def setting(key: str, value: object, version: int = 2, by: str = "7") -> Setting:
    return Setting(key=key, value=value, version=version, at=AT, by=by)


def test_who_when_and_what_changed_from_what() -> None:
    before = setting("nguong", {"scam": {"at": 0.5}, "same": 1, "gone": ["a", "b"]}, 1)
    after = setting("nguong", {"scam": {"at": 0.7}, "same": 1, "new": "x" * 500})
    found = line(after, before, read(), PEOPLE)
    assert found.meta == "Lò Thị Lan · 23/11/2026 07:30 · bản 2"
    assert found.changes[:2] == ("scam at: 0.5 → 0.7", "gone: a, b → –")
    assert found.changes[2] == f"new: – → {'x' * LONGEST}…"
    assert '"same": 1' in found.whole
    assert len(found.changes) == 3


def test_a_plain_value_needs_no_name() -> None:
    found = line(setting("muc", "thấp"), setting("muc", "cao"), read(), PEOPLE)
    assert found.changes == ("cao → thấp",)


def test_a_source_says_what_was_done_why_and_which_fields() -> None:
    fields = (
        FieldChange(field="enabled", old="true", new="false"),
        FieldChange(field="note", old="", new="nghỉ"),
    )
    of = SourceVersion(
        version=2,
        at=AT,
        by="7",
        change=Change.PAUSED,
        reason="bảo trì",
        spec=None,
        fields=fields,
    )
    found = line(setting("source.bao", {"name": "Báo Ví Dụ"}), None, read(), PEOPLE, of)
    assert found.name == "Nguồn: Báo Ví Dụ"
    assert found.changes == (
        "tạm dừng: bảo trì",
        "Đang thu thập: có → không",
        "Ghi chú: – → nghỉ",
    )
    assert field_line(fields[0], read("en")) == "Visited: yes → no"


@pytest.mark.parametrize(
    ("key", "by", "name", "who"),
    [
        ("drift.week.2026-11-16", "jobs", "2026-11-16", "the system"),
        ("health.states", "jobs", "last check", "the system"),
        ("retention.hold.fb:1", "cli", "fb:1", "a command on the server"),
    ],
)
def test_what_the_system_keeps_is_named_too(
    key: str, by: str, name: str, who: str
) -> None:
    found = line(setting(key, {"a": 1}, by=by), None, read("en"), PEOPLE)
    assert name in found.name
    assert found.meta.startswith(who)
    assert name_of(setting("khác", 1), read()) == "khác"
