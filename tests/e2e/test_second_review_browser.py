"""Two reviewers who do not know of each other disagree, and a leader settles it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from e2e.browser import (
    IN_BROWSER,
    browser_page,
    open_desk,
    sign_in,
    wait_for_another,
)

pytestmark = IN_BROWSER

POST = "test:hostile"


def as_person(address: str, name: str, do: Callable[[Page, str], None]) -> None:
    """Do something in a browser of that person's own."""
    with browser_page() as page:
        sign_in(page, address, name)
        do(page, address)


def test_two_disagree_and_a_third_settles(address: str) -> None:
    as_person(address, "lan", finds_it_severe)
    as_person(address, "minh", finds_it_harmless)
    as_person(address, "hoa", settles)


def finds_it_severe(page: Page, address: str) -> None:
    open_post(page, address)
    page.keyboard.press("1")
    page.wait_for_selector(".palette input")
    page.keyboard.type("hoang mang")
    page.keyboard.press("Enter")
    saved(page)
    open_post(page, address)
    expect(page.locator(".desk .fine-bar")).to_contain_text("chưa có hiệu lực")
    assert POST not in listed(page)


def finds_it_harmless(page: Page, address: str) -> None:
    open_post(page, address)
    expect(page.locator(".desk .fine-bar")).to_have_count(0)
    expect(page.locator(".desk .tools")).to_contain_text("(0)")
    expect(page.locator(".desk")).not_to_contain_text("Lò Thị Lan")
    page.keyboard.press("5")
    saved(page)
    open_desk(page, address)
    assert POST not in listed(page)


def settles(page: Page, address: str) -> None:
    open_desk(page, address)
    expect(page.locator(".desk")).to_have_attribute("data-shown", POST)
    row = page.locator(".desk .row[aria-current=true]")
    expect(row).to_contain_text("cần phân xử")
    box = page.locator(".desk .opinions")
    expect(box.locator("article")).to_have_count(2)
    for words in ("Lò Thị Lan", "Gây hoang mang", "Không có vấn đề"):
        expect(box).to_contain_text(words)
    page.keyboard.press("5")
    saved(page)
    open_post(page, address)
    expect(page.locator(".desk .fine-bar")).to_have_text("Đã kết luận: Không có vấn đề")
    page.goto(f"{address}/audit?act=second.settled")
    expect(page.locator(".mt-audit tbody tr")).to_have_count(1)
    page.goto(f"{address}/models")
    expect(page.get_by_text("Trong 1 kết luận gây hại nghiêm trọng")).to_be_visible()


def open_post(page: Page, address: str) -> None:
    """Open the post by its address: it need not be in the list."""
    page.goto(f"{address}/desk?queue=harmful&post={POST.replace(':', '%3A')}")
    expect(page.locator(".desk")).to_have_attribute("data-shown", POST)


def saved(page: Page) -> None:
    wait_for_another(page, POST)
    expect(page.locator(".desk .told")).to_contain_text("Đã lưu lúc")


def listed(page: Page) -> list[str]:
    found = page.locator(".desk .row[data-id]")
    ids: list[str] = found.evaluate_all("rows => rows.map(row => row.dataset.id)")
    return ids
