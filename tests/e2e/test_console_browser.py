"""An analyst's hour in a real browser, by keyboard."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from e2e.browser import (
    IN_BROWSER,
    open_desk,
    shown_post,
    sign_in,
    wait_for_another,
)

pytestmark = IN_BROWSER


def _count(page: Page) -> int:
    text = page.locator(".desk .tab[aria-selected=true] b").inner_text()
    return int(text.replace(".", ""))


def test_ten_posts_by_keyboard_one_undone(page: Page, address: str) -> None:
    sign_in(page, address)
    open_desk(page, address, "queue=answers")
    expect(page.locator(".desk .tab[aria-selected=true] b")).not_to_be_empty()
    before = _count(page)
    decided = []
    for key in "4545450454":
        post = shown_post(page)
        decided.append(post)
        page.keyboard.press(key)
        wait_for_another(page, post)
    assert len(set(decided)) == 10
    expect(page.locator(".desk .told")).to_contain_text("Đã lưu lúc")
    expect(page.locator(".desk .tab[aria-selected=true] b")).to_have_text(
        str(before - 10)
    )
    page.keyboard.press("z")
    expect(page.locator(".desk .told")).to_contain_text(
        "Đã hoàn tác “Ý kiến, phê bình hợp pháp”"
    )
    expect(page.locator(".desk")).to_have_attribute("data-shown", decided[-1])
    expect(page.locator(".desk .tab[aria-selected=true] b")).to_have_text(
        str(before - 9)
    )
    page.reload()
    page.wait_for_selector(".desk .row[aria-current=true]")
    left = page.locator(".desk .row[data-id]").evaluate_all(
        "rows => rows.map(row => row.dataset.id)"
    )
    assert not set(decided[:-1]) & set(left)
    assert decided[-1] in left


def test_a_type_of_harm_is_picked_by_typing(page: Page, address: str) -> None:
    sign_in(page, address)
    open_desk(page, address)
    post = shown_post(page)
    page.keyboard.press("1")
    page.wait_for_selector(".palette input")
    page.keyboard.type("nguy hai")
    expect(page.locator(".palette li")).to_have_text(["Nguy hại sức khỏe"])
    assert shown_post(page) == post
    page.keyboard.press("Enter")
    wait_for_another(page, post)
    expect(page.locator(".desk .told")).to_contain_text("Gây hại (Nguy hại sức khỏe)")


def test_keys_do_nothing_while_typing_and_escape_leaves(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    open_desk(page, address)
    post = shown_post(page)
    page.keyboard.press("7")
    page.wait_for_selector(".palette")
    page.keyboard.type("45 z jk")
    page.keyboard.press("Escape")
    expect(page.locator(".palette")).to_have_count(0)
    assert shown_post(page) == post
    page.keyboard.press("7")
    page.wait_for_selector(".palette")
    page.keyboard.press("Enter")
    expect(page.locator(".palette .wrong")).to_have_text("Cần ghi tên căn cứ.")
    page.keyboard.type("Thông báo số 12")
    page.keyboard.press("Enter")
    wait_for_another(page, post)
    expect(page.locator(".desk .told")).to_contain_text("Tin giả")


def test_the_address_names_the_post(page: Page, address: str) -> None:
    sign_in(page, address)
    open_desk(page, address, "queue=harmful&post=test%3Ahostile")
    assert shown_post(page) == "test:hostile"
    page.keyboard.press("j")
    wait_for_another(page, "test:hostile")
    assert re.search(r"post=", page.url)
    assert "hostile" not in page.url


def test_g_opens_the_original_in_a_tab_of_its_own(page: Page, address: str) -> None:
    asked: list[str] = []
    page.context.route(lambda url: not url.startswith(address), _note_and_stop(asked))
    sign_in(page, address)
    open_desk(page, address, "queue=claims&post=test%3Arewritten")
    key = page.locator(".desk .tools button").filter(has_text="Trang gốc")
    expect(key.locator("kbd")).to_have_text("G")
    with page.context.expect_page() as opened:
        page.keyboard.press("g")
    opened.value.close()
    assert asked == [key.get_attribute("title")]
    assert shown_post(page) == "test:rewritten"


def _note_and_stop(asked: list[str]) -> Callable[[Route], None]:
    def stop(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    return stop


def test_a_hostile_post_is_only_text(page: Page, address: str) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, address)
    open_desk(page, address, "queue=harmful&post=test%3Ahostile")
    expect(page.locator(".desk div.text")).to_contain_text("<script>document.title")
    assert page.locator(".desk div.text script, .desk div.text img").count() == 0
    page.goto(f"{address}/search?q=HYPERLINK")
    expect(page.locator(".mt-list")).to_contain_text("onerror=")
    assert page.locator(".mt-list script, .mt-list img").count() == 0
    assert "chiếm" not in page.title()
    assert dialogs == []


def test_search_without_tone_marks_finds_and_marks(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/search")
    box = page.get_by_role("textbox")
    box.fill("dien bien")
    box.press("Enter")
    first = page.locator(".mt-list mark").first
    expect(first).to_have_text("Điện")
    assert "Biên" in page.locator(".mt-list li").first.inner_text()


def test_a_search_is_saved_and_found_again(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/search?q=sat%20lo")
    page.get_by_role("button", name="Lưu tìm kiếm này").click()
    page.get_by_role("textbox", name="Tên gợi nhớ").fill("Sạt lở tuần này")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("button", name="Sạt lở tuần này")).to_be_attached()
    page.goto(f"{address}/search")
    page.get_by_role("button", name="Sạt lở tuần này").click()
    expect(page.get_by_role("textbox").first).to_have_value("sat lo")


def test_every_page_opens_says_sample_and_never_a_traceback(
    page: Page, address: str
) -> None:
    sign_in(page, address, "admin")
    for path in ("/", "/desk", "/search", "/map", "/drift", "/sources", "/settings"):
        page.goto(f"{address}{path}")
        expect(page.locator(".mt-sample")).to_contain_text("Dữ liệu mẫu")
        page.wait_for_load_state("networkidle")
        text = page.locator("body").inner_text()
        assert "Traceback" not in text
        assert page.locator("[data-testid=stException], .mt-problem").count() == 0


def test_only_the_administrator_sees_accounts(page: Page, address: str) -> None:
    sign_in(page, address, "lan")
    page.goto(f"{address}/settings")
    page.wait_for_selector(".mt-table")
    page.wait_for_load_state("networkidle")
    assert page.locator("a[href='/accounts']").count() == 0
    page.goto(f"{address}/accounts")
    expect(page.locator("body")).to_contain_text("không được phép")


def test_signing_out_closes_the_desk(page: Page, address: str) -> None:
    sign_in(page, address, "minh")
    open_desk(page, address)
    other = page.context.new_page()
    other.goto(f"{address}/sign-out")
    expect(other.locator("form button")).to_be_focused()
    other.keyboard.press("Enter")
    other.wait_for_url("**/sign-in")
    page.keyboard.press("5")
    expect(page.locator(".desk")).to_contain_text("Phiên làm việc đã kết thúc")
    link = page.get_by_role("link", name="Đăng nhập lại")
    assert "/sign-in?next=%2Fdesk" in (link.get_attribute("href") or "")


def test_the_english_switch(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/settings")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    open_desk(page, address)
    expect(page.locator(".desk .keys")).to_contain_text("Undo")
