"""The auditor's page in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.clock import ManualClock
from e2e.browser import IN_BROWSER, PATIENCE_MS, sign_in
from e2e.console_world import NOW, PASSWORD, PEOPLE, open_casework
from e2e.serving import console

expect.set_options(timeout=PATIENCE_MS)

pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with console(folder) as url:
        office = open_casework(
            f"sqlite:///{folder / 'casework.sqlite'}", ManualClock(NOW)
        )
        for number in range(60):
            detail = {"revision": number}
            office.record("jobs", "post.reveal", f"p:<b>{number}</b>", detail)
        office.note_verification("jobs", office.verify_audit())
        office.close()
        yield url


def enter(page: Page, address: str) -> None:
    """Sign the auditor in, by keyboard alone."""
    page.goto(f"{address}/sign-in")
    page.wait_for_function("document.activeElement.id === 'name'")
    page.keyboard.type("thanh")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("nguyên vẹn")


def test_an_auditor_filters_by_keyboard_pages_and_takes_the_rows_along(
    page: Page, address: str, folder: Path
) -> None:
    enter(page, address)
    expect(page.get_by_role("link", name="Thêm bài")).to_have_count(0)
    page.get_by_role("link", name="Xem nhật ký").click()
    rows = page.get_by_role("region").locator("tbody tr")
    expect(rows).to_have_count(50)
    # What somebody put into a subject is text.
    expect(page.locator(".mt-audit")).to_contain_text("p:<b>59</b>")
    page.get_by_label("Việc", exact=True).focus()
    page.keyboard.type("Xem thông tin cá nhân")
    page.keyboard.press("Enter")
    page.wait_for_url("**act=post.reveal*")
    # The keyboard stays where it was.
    expect(page.get_by_label("Việc", exact=True)).to_be_focused()
    expect(page.locator("h2")).to_contain_text("60 dòng khớp")
    page.get_by_role("button", name="Cũ hơn").click()
    expect(rows).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSONL").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    stated, *given = [json.loads(line) for line in lines]
    assert stated["export"]["rows"] == len(given) == 60
    assert {row["act"] for row in given} == {"post.reveal"}
    office = open_casework(f"sqlite:///{folder / 'casework.sqlite'}", ManualClock(NOW))
    last = office.audit(limit=10_000)[-1]
    office.close()
    assert (last.act, last.subject) == ("audit.export", "jsonl")


def test_an_address_with_a_filter_shows_what_it_says(page: Page, address: str) -> None:
    enter(page, address)
    page.goto(f"{address}/audit?act=account.create&until=2026-11-23")
    expect(page.locator("h2")).to_contain_text(f"{len(PEOPLE)} dòng khớp")
    page.goto(f"{address}/audit?since=2030-01-01")
    expect(page.locator(".mt-empty")).to_contain_text("Không có dòng nào khớp")


def test_every_control_has_a_name(page: Page, address: str) -> None:
    enter(page, address)
    page.goto(f"{address}/audit")
    for label in ("Từ ngày", "Đến hết ngày", "Người thực hiện", "Việc", "Đối tượng"):
        expect(page.get_by_label(label, exact=True).first).to_be_visible()
    expect(page.get_by_role("region")).to_have_attribute("tabindex", "0")
    expect(page.get_by_role("columnheader")).to_have_count(7)
    page.get_by_role("button", name="Kiểm tra chuỗi ngay").press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("liền mạch")


def test_a_leader_reads_and_takes_nothing_along(page: Page, address: str) -> None:
    sign_in(page, address, "hoa")
    page.goto(f"{address}/audit")
    expect(page.locator("h2")).to_contain_text("dòng khớp")
    expect(page.get_by_role("link", name="JSONL")).to_have_count(0)


def test_an_analyst_has_no_such_page_and_english_is_spoken(
    page: Page, address: str
) -> None:
    sign_in(page, address, "lan")
    expect(page.get_by_role("link", name="Nhật ký")).to_have_count(0)
    page.context.clear_cookies()
    enter(page, address)
    page.goto(f"{address}/language?to=en&back=/audit")
    expect(page.locator("h1")).to_contain_text("whole")
    expect(page.get_by_label("Person", exact=True).first).to_be_visible()
