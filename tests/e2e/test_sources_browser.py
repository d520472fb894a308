"""A source looked after, and an article's life read, in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.browser import (
    IN_BROWSER,
    PATIENCE_MS,
    open_desk,
    sign_in,
)
from e2e.console_world import acts_in

expect.set_options(timeout=PATIENCE_MS)

pytestmark = IN_BROWSER


def open_care(page: Page, address: str, source: str) -> None:
    page.goto(f"{address}/sources?source={source}")
    page.get_by_role("tab", name="Điều chỉnh", exact=True).click()


def test_the_sick_are_on_top_and_one_is_looked_into(page: Page, address: str) -> None:
    sign_in(page, address, "lan")
    page.goto(f"{address}/sources")
    rows = page.locator(".mt-sources tbody tr")
    expect(rows.first).to_contain_text("■ không thu thập được")
    expect(page.locator("h1")).to_contain_text("nguồn đang bật cần xem lại")
    assert page.locator(".mt-spark i.gap").count() > 0
    rows.filter(has_text="Báo Hoa Ban Mới").get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("Báo Hoa Ban Mới")
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, svg.marks")
    page.get_by_role("tab", name="Bài mới nhất").click()
    expect(page.locator(".mt-list a").first).to_be_visible()
    page.get_by_role("tab", name="Điều chỉnh", exact=True).click()
    expect(page.get_by_text("là việc của lãnh đạo và quản trị viên")).to_be_visible()
    assert page.get_by_role("button", name="Tạm dừng").count() == 0


def test_a_leader_pauses_and_resumes_but_does_not_edit(
    page: Page, address: str, folder: Path
) -> None:
    sign_in(page, address, "hoa")
    open_care(page, address, "taybac")
    expect(page.get_by_text("Sửa nguồn là việc của quản trị viên")).to_be_visible()
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.locator(".mt-problem")).to_contain_text("Cần ghi lý do")
    page.get_by_role("textbox", name="Lý do").fill("Trang đang bảo trì")
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.locator("h1")).to_contain_text("đang tắt")
    assert acts_in(folder, "source")[-1] == ("source.paused", "source.taybac")
    open_care(page, address, "taybac")
    page.get_by_role("textbox", name="Lý do").fill("Đã chạy lại")
    page.get_by_role("button", name="Bật lại").click()
    expect(page.locator("h1")).not_to_contain_text("đang tắt")
    assert acts_in(folder, "source")[-1] == ("source.resumed", "source.taybac")


def test_an_edit_is_tried_compared_saved_and_undone(
    page: Page, address: str, folder: Path
) -> None:
    sign_in(page, address, "admin")
    open_care(page, address, "hoaban")
    expect(page.get_by_label("Đường dẫn phần tử")).to_be_visible()
    assert page.get_by_label("Cột", exact=True).count() == 0
    page.get_by_label("Chu kỳ (phút)").fill("nhanh")
    page.get_by_label("Giờ nghỉ").fill("đêm")
    page.get_by_role("button", name="Thử và xem trước").click()
    problem = page.locator(".mt-problem")
    expect(problem).to_contain_text("Mục “Chu kỳ (phút)” cần một số nguyên.")
    expect(problem).to_contain_text("Mục “Giờ nghỉ” cần có dạng")
    expect(problem).to_be_in_viewport()
    page.get_by_label("Giờ nghỉ").fill("")
    page.get_by_label("Chu kỳ (phút)").fill("25")
    page.get_by_role("button", name="Thử và xem trước").click()
    expect(page.get_by_role("cell", name="25", exact=True)).to_be_visible()
    expect(page.get_by_text("Đọc thử đạt: 5 trang")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Lưu thay đổi")).to_be_in_viewport()
    expect(page.get_by_text("<script>document.title")).to_be_visible()
    assert not [act for act in acts_in(folder, "source") if act[1] == "source.hoaban"]
    page.get_by_role("textbox", name="Lý do").last.fill("Tin nhanh hơn")
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_role("tab", name="Lịch sử điều chỉnh").click()
    expect(page.get_by_role("cell", name="Chu kỳ (phút): 60 → 25")).to_be_visible()
    expect(page.get_by_role("cell", name="Quản trị viên")).to_be_visible()
    assert acts_in(folder, "source")[-1] == ("source.edited", "source.hoaban")
    page.get_by_role("textbox", name="Lý do").last.fill("Quá dày")
    page.get_by_role("button", name="Quay lại bản trước bản 1").click()
    expect(page.get_by_role("cell", name="Chu kỳ (phút): 25 → 60")).to_be_visible()
    assert acts_in(folder, "source")[-1] == ("source.undone", "source.hoaban")


def test_whoever_is_second_overwrites_nothing(
    page: Page, address: str, folder: Path
) -> None:
    sign_in(page, address, "admin")
    open_care(page, address, "dien-dan-muong-troi")
    page.get_by_label("Ghi chú").fill("Của tôi")
    page.get_by_role("button", name="Thử và xem trước").click()
    expect(page.get_by_role("button", name="Lưu thay đổi")).to_be_visible()
    other = page.context.new_page()
    open_care(other, address, "dien-dan-muong-troi")
    other.get_by_role("textbox", name="Lý do").first.fill("Người khác nhanh hơn")
    other.get_by_role("button", name="Tạm dừng").click()
    expect(other.locator("h1")).to_contain_text("đang tắt")
    page.get_by_role("textbox", name="Lý do").last.fill("Chậm chân")
    page.get_by_role("button", name="Lưu thay đổi").click()
    expect(page.locator(".mt-problem")).to_contain_text("vừa được người khác")
    assert acts_in(folder, "source")[-1] == (
        "source.paused",
        "source.dien-dan-muong-troi",
    )


def test_the_life_of_an_article_and_what_changed(page: Page, address: str) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, address)
    open_desk(page, address, "queue=claims&post=test%3Arewritten")
    page.get_by_role("button", name="Diễn biến (4)").click()
    life = page.locator(".desk .life")
    expect(life.locator("li.revised")).to_have_count(2)
    expect(life.locator("li a").first).to_contain_text("Bản lưu sha256:")
    newest = life.locator("article").first
    expect(newest.locator(".differs").first.locator("del")).to_have_text("−bỏ Sạt lở")
    expect(newest.locator(".differs").first.locator("ins")).to_have_text(
        "+thêm Thông xe"
    )
    fold = life.locator("details.folded").first
    expect(fold.locator("summary")).to_contain_text("tiếng không đổi")
    expect(fold.locator("span")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("span")).to_be_visible()
    expect(life.locator("article").last.locator("ins").last).to_contain_text(
        "<script>document.title"
    )
    assert life.locator("script, img").count() == 0
    assert "chiếm" not in page.title()
    assert dialogs == []
