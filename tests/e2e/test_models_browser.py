"""Models compared, put to use and taken back in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, PATIENCE_MS, sign_in
from e2e.console_world import acts_in
from e2e.model_world import CANDIDATE, LIVE, WORSE, add_candidate
from jobs.learning.registry import ModelRegistry

expect.set_options(timeout=PATIENCE_MS)

pytestmark = IN_BROWSER


def test_an_analyst_sees_the_figures_and_chooses_nothing(
    page: Page, address: str
) -> None:
    sign_in(page, address, "lan")
    page.goto(f"{address}/models")
    expect(page.locator("h1")).to_contain_text(f"Đang dùng mô hình {LIVE}")
    expect(page.locator("h1")).to_contain_text("không kém ở chỉ số nào")
    rows = page.locator(".mt-table tr").filter(has_text="Bộ ý kiến phê bình")
    expect(rows.first).to_contain_text("2,0% (0,0–4,0)")
    expect(rows.last).to_contain_text("1,3%")
    shadow = page.locator(".mt-shadow")
    expect(shadow).to_contain_text("Gắn cờ thêm 17 bài")
    expect(shadow).to_contain_text("Bỏ cờ 41 bài")
    expect(page.get_by_text("là việc của lãnh đạo và quản trị viên")).to_be_visible()
    assert page.get_by_role("button", name="Đưa vào dùng").count() == 0


def test_a_leader_puts_a_candidate_to_use_and_goes_back(
    page: Page, address: str, folder: Path
) -> None:
    sign_in(page, address, "hoa")
    page.goto(f"{address}/models")
    page.get_by_role("button", name="Đưa vào dùng").click()
    page.get_by_role("textbox", name="Lý do").fill("Đã xem bảng so sánh")
    assert acts_in(folder, "model") == []
    page.get_by_role("button", name="Xác nhận đưa vào dùng").click()
    expect(page.locator("h1")).to_contain_text(f"Đang dùng mô hình {CANDIDATE}")
    row = page.locator(".mt-table tr").filter(has_text="Đã xem bảng so sánh")
    expect(row).to_contain_text("Giàng Thị Hoa")
    assert acts_in(folder, "model") == [("model.promote", CANDIDATE)]
    page.get_by_role("button", name="Quay lại bản trước").click()
    page.get_by_role("button", name="Xác nhận quay lại").click()
    expect(page.locator("h1")).to_contain_text(f"Đang dùng mô hình {LIVE}")
    assert acts_in(folder, "model")[-1] == ("model.roll_back", LIVE)


def test_a_worse_candidate_says_which_figure_and_can_only_be_dropped(
    page: Page, address: str, folder: Path
) -> None:
    add_candidate(ModelRegistry(folder / "models"), WORSE, 0.0267)
    sign_in(page, address, "admin")
    page.goto(f"{address}/models")
    expect(page.locator("h1")).to_contain_text("bản thử nghiệm chưa đạt")
    worse = page.locator(".mt-table tr").filter(has_text="kém hơn")
    expect(worse).to_have_count(1)
    expect(worse).to_contain_text("phê bình bị gắn cờ nhầm")
    expect(page.locator(".mt-problem")).to_contain_text("chưa đưa vào dùng được")
    assert page.get_by_role("button", name="Đưa vào dùng").count() == 0
    page.get_by_role("button", name="Thôi thử nghiệm").click()
    page.get_by_role("button", name="Xác nhận thôi thử").click()
    expect(page.locator("h1")).to_contain_text("chưa có bản thử nghiệm")
    assert acts_in(folder, "model")[-1] == ("model.drop", WORSE)


def test_the_page_speaks_english_too(page: Page, address: str) -> None:
    sign_in(page, address, "minh")
    page.goto(f"{address}/language?to=en&back=/models")
    expect(page.locator("h1")).to_contain_text("is in use")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
