"""From a post on the desk to a case that is worked on, in a browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in
from e2e.console_world import PASSWORD, acts_in

pytestmark = IN_BROWSER


TITLE = "Ngân hàng hỗ trợ vay 0% tại Điện Biên, liên hệ [số điện thoại] cọc"
POST = "queue=harmful&post=test%3Awave-0"


def open_post(page: Page, address: str) -> None:
    """Open a copy on the desk: it stands in the row of its wave."""
    page.goto(f"{address}/desk?{POST}")
    page.wait_for_selector(".desk[data-shown='test:wave-0']")


def work_on(case: Page, paper: Path) -> None:
    """Note, start a clock, add a task, attach a file, move on."""
    case.fill("#note", "Đã gọi Công an xã.\nHẹn trả lời chiều nay.")
    # A hand that presses twice notes once.
    case.get_by_role("button", name="Ghi", exact=True).dblclick()
    expect(case.locator("#timeline")).to_contain_text("Hẹn trả lời chiều nay")
    expect(case.locator("#timeline .noted")).to_have_count(1)
    case.locator("#clocks summary").click()
    case.select_option("#rule", "answer-forwarded-opinion")
    case.fill("#trigger", "2026-11-20T16:00")
    case.locator("#clocks").get_by_role("button", name="Bắt đầu tính hạn").click()
    expect(case.locator("#clocks")).to_contain_text("14/12/2026 23:59")
    case.fill("#text", "Đối chiếu với ngân hàng")
    case.fill("#tasks input[name=due]", "2026-11-24T08:00")
    case.get_by_role("button", name="Thêm việc").click()
    expect(case.locator("#tasks")).to_contain_text("Đối chiếu với ngân hàng")
    case.set_input_files("#file", paper)
    case.get_by_role("button", name="Đính kèm").click()
    case.get_by_role("button", name="Chuyển sang: đang xử lý").click()
    expect(case.locator(".state")).to_have_text("đang xử lý")


def opened_by_key(page: Page) -> Page:
    """Open a case with the post that the desk shows."""
    with page.expect_popup() as opened:
        page.keyboard.press("h")
    case = opened.value
    case.get_by_role("button", name="Lập hồ sơ").dblclick()
    case.wait_for_url("**/case?number=2026-000001**")
    expect(case.get_by_role("status").last).to_contain_text("Đã lập hồ sơ")
    expect(case.locator("#posts")).to_contain_text(TITLE)
    return case


def shown_first(page: Page, address: str) -> None:
    """See what is due soon on the overview."""
    page.goto(address)
    due = page.locator(".mt-list", has_text="24/11/2026 08:00")
    expect(due.get_by_role("link")).to_contain_text(f"2026-000001 {TITLE}")


def test_from_the_desk_to_a_case_and_back(
    page: Page, address: str, folder: Path, tmp_path: Path
) -> None:
    paper = tmp_path / "cong van 12.pdf"
    paper.write_bytes(b"%PDF-1.7\n12")
    sign_in(page, address, "hoa")
    open_post(page, address)
    case = opened_by_key(page)
    work_on(case, paper)
    with case.expect_download() as download:
        case.get_by_role("link", name="cong van 12.pdf").click()
    assert download.value.path().read_bytes() == paper.read_bytes()
    case.screenshot(path=folder / "case.png")
    assert case.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    case.get_by_role("link", name="Mở trên bàn duyệt").click()
    case.wait_for_selector(".desk[data-shown='test:wave-0']")
    # The desk says that the post is in a case, and offers the case for the next one.
    open_post(page, address)
    expect(page.get_by_role("link", name="2026-000001")).to_be_visible()
    page.goto(f"{address}/case/new?post=test%3Awave-1&q=000001")
    page.screenshot(path=folder / "case-new.png")
    page.get_by_role("button", name="Thêm vào hồ sơ này").click()
    expect(page.locator("#posts form")).to_have_count(2)
    page.goto(f"{address}/cases?kind=harm&owner=me")
    expect(page.locator(".cases tr")).to_have_count(2)
    page.screenshot(path=folder / "cases.png")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Cases that fit the filter: 1")).to_be_visible()
    shown_first(page, address)
    page.screenshot(path=folder / "overview.png")
    assert ("case.opened", "2026-000001") in acts_in(folder, "case")


def test_a_note_outlives_the_session_that_it_was_begun_in(
    page: Page, address: str
) -> None:
    sign_in(page, address, "hoa")
    page.goto(f"{address}/case/new")
    page.fill("#title", "Báo hỏi về cầu treo")
    page.get_by_role("button", name="Lập hồ sơ").click()
    page.wait_for_url("**/case?number=**")
    page.fill("#note", "Đã gọi xã.\nHẹn chiều.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Ghi", exact=True).click()
    page.wait_for_url("**/sign-in**")
    page.fill("#name", "hoa")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?number=**")
    expect(page.locator("#note")).to_have_value("Đã gọi xã.\nHẹn chiều.")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator("#timeline .noted")).to_have_count(1)
    expect(page.locator("#note")).to_have_value("")
    page.reload()
    expect(page.locator("#note")).to_have_value("")
