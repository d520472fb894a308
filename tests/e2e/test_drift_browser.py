"""The page on drift in a real browser."""

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in

pytestmark = IN_BROWSER


def test_what_moved_is_named_with_its_remedy_and_figures(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/drift")
    expect(page.locator("h2")).to_contain_text("Tuần trước có 3 mục đã lệch")
    expect(page.locator(".mt-quiet").first).to_contain_text("huấn luyện lại")
    moved = page.locator(".mt-table tr").filter(has_text="▲ đã lệch")
    expect(moved).to_have_count(3)
    expect(moved.filter(has_text="Từ lạ với mô hình")).to_contain_text("18,0%")
    page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks")
    # Names of sources are text, whatever they hold.
    expect(page.locator(".mt-table").last).to_contain_text("<b>la</b>")
    assert page.locator(".mt-table b").count() == 0


def test_in_english(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/settings")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.goto(f"{address}/drift")
    expect(page.locator("h2")).to_contain_text("Last week, 3 figures moved")
