"""The map in a real browser: circles, the table beside it, and a click."""

import re

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in
from wiring.profile import load_profile

pytestmark = IN_BROWSER

UNITS = load_profile("dien-bien").gazetteer.units
CHART = "[data-testid=stVegaLiteChart]"


def open_map(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/map")
    page.wait_for_selector(f"{CHART} canvas, {CHART} svg.marks")
    page.wait_for_selector(".mt-counts")


def click_circle(page: Page, name: str) -> None:
    circle = f"{CHART} [aria-roledescription=circle][aria-label*='{name};']"
    page.locator(circle).click()


def test_a_circle_leads_to_the_posts_of_its_commune(page: Page, address: str) -> None:
    hosts: set[str] = set()
    page.on("request", lambda asked: hosts.add(asked.url.split("/")[2]))
    open_map(page, address)
    choose(page, "30 ngày", "2026-10-25")
    rows = page.locator(".mt-counts tbody tr")
    expect(rows).to_have_count(len(UNITS))
    first, most, _ = rows.first.locator("th, td").all_inner_texts()
    expect(page.locator("h2")).to_contain_text(f"{first}, {most} bài")
    name = "xã Mường Luân"
    count = rows.filter(has_text=name).locator("td").first.inner_text()
    click_circle(page, name)
    expect(page.locator("h3")).to_contain_text(f"{name}: {count} bài")
    expect(page.locator(".mt-list li")).to_have_count(6)
    page.get_by_role("link", name="Xem tất cả trong Tìm kiếm").click()
    expect(page.locator("h2")).to_have_text(f"{count} bài")
    assert hosts == {address.split("/")[2]}


def choose(page: Page, button: str, day: str) -> None:
    """Choose days, and wait until the table, which is drawn last, is of them."""
    page.get_by_text(button, exact=True).click()
    link = page.locator(".mt-counts tbody a").first
    expect(link).to_have_attribute("href", re.compile(day))


def test_a_row_finds_the_posts_that_it_counted(page: Page, address: str) -> None:
    open_map(page, address)
    choose(page, "30 ngày", "2026-10-25")
    page.get_by_text("Cần trả lời", exact=True).click()
    link = page.locator(".mt-counts tbody tr").first.locator("a")
    expect(link).to_have_attribute("href", re.compile("queue%3Aanswers%20place"))
    count = page.locator(".mt-counts tbody td").first.inner_text()
    link.click()
    expect(page.locator("h2")).to_have_text(f"{count} bài")


def test_days_without_posts_say_so_and_nothing_is_drawn_as_calm(
    page: Page, address: str
) -> None:
    open_map(page, address)
    page.get_by_text("Chọn ngày", exact=True).click()
    for at, typed in ((0, "01022020"), (3, "03022020")):
        page.get_by_role("spinbutton").nth(at).click()
        page.keyboard.type(typed)
        page.keyboard.press("Escape")
    expect(page.locator(".mt-empty")).to_contain_text(
        "Không có bài nào từ 01/02/2020 đến 03/02/2020"
    )


def test_a_hostile_post_of_a_commune_is_only_text(page: Page, address: str) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    open_map(page, address)
    click_circle(page, "xã Sín Thầu")
    expect(page.locator(".mt-list")).to_contain_text("<script>document.title")
    assert page.locator(".mt-list script, .mt-list img").count() == 0
    assert dialogs == []


def test_in_english(page: Page, address: str) -> None:
    open_map(page, address)
    page.goto(f"{address}/settings")
    page.get_by_role("link", name="English").click()
    page.goto(f"{address}/map")
    expect(page.locator("h2")).to_contain_text("Most posts: ")
