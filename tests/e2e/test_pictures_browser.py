"""Pictures on the desk: blurred and greyed until somebody asks."""

import os

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, open_desk, sign_in

pytestmark = IN_BROWSER


def test_a_reports_picture_is_blurred_until_asked_for(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, address)
    open_desk(page, address, "queue=answers&post=test:pictured")
    expect(page.locator(".desk .legend")).to_contain_text("1 ảnh kèm theo")
    assert not [url for url in asked if "/pictures/" in url]
    page.get_by_role("button", name="Ảnh", exact=True).click()
    veil = page.locator(".desk .shade")
    picture = veil.locator("img")
    expect(picture).to_have_css("filter", "blur(28px) grayscale(1)")
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") == 640
    _look(page, "picture-veiled")
    veil.focus()
    page.keyboard.press("Enter")
    expect(picture).to_have_css("filter", "none")
    expect(veil).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".desk")).to_have_attribute("data-shown", "test:pictured")
    _look(page, "picture-seen")
    veil.click()
    expect(picture).to_have_css("filter", "blur(28px) grayscale(1)")


def test_the_picture_of_a_captured_page_and_the_page_itself(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/desk?queue=answers&post=test:paged")
    page.wait_for_selector(".desk[data-shown='test:paged']")
    page.get_by_role("button", name="Ảnh", exact=True).click()
    expect(page.locator(".desk figcaption")).to_contain_text("Ảnh chụp trang")
    with page.expect_popup() as opened:
        page.locator(".desk .panel a").click()
    expect(opened.value.locator("body")).to_contain_text("<p>Tin</p>")


def _look(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody asks for one."""
    if folder := os.environ.get("MINHTIN_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")
