"""Sources changed by people: versions, reasons, rights, undo, two at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    QuarantineError,
)
from domain.ids import SourceId
from domain.labels import Role
from domain.profile import SourceSpec
from e2e.console_world import open_casework
from wiring.source_edits import (
    Change,
    SourceDesk,
    changes,
    draft_of,
    fields_of,
    flaws_of,
    shown,
)
from wiring.sources import remove_source, save_source

BAO = SourceSpec(id=SourceId("bao"), name="Báo", kind="feed", url="https://bao.vn/rss")
FILE = SourceSpec(id=SourceId("tep"), name="Tệp", kind="file", url="file:///a.csv")


@pytest.fixture
def casework(tmp_path: Path) -> Casework:
    made = open_casework(f"sqlite:///{tmp_path / 'c.sqlite'}", ManualClock())
    for name, role in (("lan", Role.ANALYST), ("hoa", Role.LEADER), ("ad", Role.ADMIN)):
        made.create_account(
            "cli", name=name, display=name, role=role, password="nui-xanh-suoi-dai-2026"
        )
    return made


@pytest.fixture
def desk(casework: Casework) -> SourceDesk:
    return SourceDesk(lambda: (BAO, FILE), casework)


def test_a_pause_is_a_version_with_its_reason(
    desk: SourceDesk, casework: Casework
) -> None:
    assert desk.present("bao") == (BAO, 0)
    desk.pause("hoa", "bao", "Trang bảo trì")
    assert desk.present("bao") == (replace(BAO, enabled=False), 1)
    (version,) = desk.versions("bao")
    assert (version.change, version.reason) == (Change.PAUSED, "Trang bảo trì")
    assert [(f.field, f.old, f.new) for f in version.fields] == [
        ("enabled", "true", "false")
    ]
    told = casework.audit(after=0, limit=100)[-1]
    assert (told.act, told.subject) == ("source.paused", "source.bao")
    desk.resume("hoa", "bao", "Đã xong")
    assert desk.present("bao") == (BAO, 2)


def test_an_edit_and_its_undo_are_versions(desk: SourceDesk) -> None:
    draft = draft_of(BAO, {"interval_minutes": "15", "selectors": "body = #x\nlink=a"})
    desk.edit("ad", draft, "Tin nhanh hơn")
    desk.edit("ad", draft_of(draft, {"name": "Báo mới"}), "Đổi tên")
    assert desk.undo("ad", "bao", "Nhầm") == draft
    assert desk.undo("ad", "bao", "Bỏ lần hoàn tác").name == "Báo mới"
    kinds = [version.change for version in desk.versions("bao")]
    assert kinds == [Change.UNDONE, Change.UNDONE, Change.EDITED, Change.EDITED]
    assert desk.versions("bao")[-1].fields[0].field == "interval_minutes"


def test_undoing_the_first_edit_gives_the_profiles_own(desk: SourceDesk) -> None:
    desk.pause("ad", "bao", "Thử")
    assert desk.undo("ad", "bao", "Thử xong") == BAO
    with pytest.raises(NotFoundError):
        desk.undo("ad", "tep", "Chưa sửa")


def test_two_at_once_do_not_overwrite_each_other(desk: SourceDesk) -> None:
    _, seen = desk.present("bao")
    desk.edit("ad", draft_of(BAO, {"note": "A"}), "Một", seen)
    with pytest.raises(ConflictError):
        desk.edit("ad", draft_of(BAO, {"note": "B"}), "Hai", seen)
    with pytest.raises(ConflictError):
        desk.pause("hoa", "bao", "Ba", seen)
    assert desk.present("bao")[0].note == "A"


def test_rights(desk: SourceDesk) -> None:
    with pytest.raises(ForbiddenError):
        desk.pause("lan", "bao", "Tôi muốn")
    with pytest.raises(ForbiddenError):
        desk.edit("hoa", draft_of(BAO, {"note": "A"}), "Tôi muốn")
    desk.pause("hoa", "bao", "Được")
    with pytest.raises(ForbiddenError):
        desk.undo("hoa", "bao", "Không được")


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"id": "khac"}, "field"),
        ({"kind": "file"}, "field"),
        ({"enabled": "false"}, "field"),
        ({"name": "  "}, "name"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "http://[::1"}, "url"),
        ({"interval_minutes": "0"}, "bounds"),
        ({"interval_minutes": "nan"}, "number"),
        ({"delay_seconds": "nan"}, "bounds"),
        ({"max_pages": "mười"}, "number"),
        ({"quiet_hours": "22h-5h"}, "quiet_hours"),
        ({"selectors": "body"}, "pairs"),
    ],
)
def test_what_is_no_source_is_refused(texts: dict[str, str], reason: str) -> None:
    with pytest.raises(QuarantineError) as caught:
        draft_of(BAO, texts)
    assert caught.value.reason == reason


def test_all_that_is_wrong_is_said_at_once() -> None:
    texts = {"interval_minutes": "nửa giờ", "note": "được", "url": "bao.vn", "name": ""}
    assert [(f.field, f.reason) for f in flaws_of(BAO, texts)] == [
        ("interval_minutes", "number"),
        ("url", "url"),
        ("name", "name"),
    ]
    with pytest.raises(QuarantineError) as caught:
        draft_of(BAO, texts)
    assert caught.value.message.startswith("Mục interval_minutes cần một số nguyên. ")
    assert flaws_of(BAO, {"interval_minutes": "15"}) == ()


def test_a_kind_is_offered_what_it_reads() -> None:
    own = {"selectors", "api", "sitemap", "page", "columns"}
    offered = {
        kind: own.intersection(fields_of(replace(BAO, kind=kind)))
        for kind in ("feed", "sitemap", "json_api", "page", "file", "forum")
    }
    assert offered == {
        "feed": {"selectors"},
        "sitemap": {"selectors", "sitemap"},
        "json_api": {"api"},
        "page": {"page"},
        "file": {"columns"},
        "forum": set(),
    }
    assert "api" in fields_of(replace(BAO, api={"items": "@"}))


def test_an_address_that_is_no_web_page_may_stay_but_not_come() -> None:
    assert draft_of(FILE, {"note": "x", "url": FILE.url}).url == FILE.url


def test_a_reason_is_asked_for_and_a_change(desk: SourceDesk) -> None:
    for act in (
        lambda: desk.pause("ad", "bao", "  "),
        lambda: desk.resume("ad", "bao", "Đang chạy rồi"),
        lambda: desk.edit("ad", BAO, "Không đổi gì"),
    ):
        with pytest.raises(QuarantineError):
            act()
    with pytest.raises(NotFoundError):
        desk.present("khong-co")


def test_fields_are_shown_as_they_are_read_back() -> None:
    spec = replace(
        BAO, delay_seconds=1.5, selectors={"link": "a = b", "next": "p"}, reach=3
    )
    texts = {
        name: shown(spec, name)
        for name in ("delay_seconds", "selectors", "licensed_press", "interval_minutes")
    }
    assert draft_of(BAO, texts) == replace(spec, reach=0)
    assert [c.field for c in changes(BAO, spec)] == [
        "reach",
        "delay_seconds",
        "selectors",
    ]


def test_versions_of_the_older_form_are_read(
    desk: SourceDesk, casework: Casework
) -> None:
    new = replace(BAO, id=SourceId("moi"))
    save_source(casework, "cli", new)
    remove_source(casework, "cli", "moi")
    kinds = [version.change for version in desk.versions("moi")]
    assert kinds == [Change.REMOVED, Change.ADDED]
    with pytest.raises(NotFoundError):
        desk.present("moi")
