"""An analyst adds a screenshot in a real browser."""

import hashlib
import os
from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in

pytestmark = IN_BROWSER


def test_a_screenshot_is_added_and_its_hash_shown(
    page: Page, address: str, tmp_path: Path
) -> None:
    sign_in(page, address)
    page.get_by_role("link", name="Thêm bài").click()
    picture = tmp_path / "anh chup.png"
    page.screenshot(path=str(picture))
    page.set_input_files("#picture", str(picture))
    page.fill("#note", "Tin đồn trong nhóm cư dân")
    page.fill("#where", "Nhóm cư dân Mường Trời")
    page.fill("#seen", "2026-11-23T06:30")
    _look(page, "add-form")
    page.get_by_role("button", name="Thêm bài").click()
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    expect(page.locator("#sha256")).to_have_text(digest)
    expect(page.locator("h1")).to_have_text("Đã nhận bài")
    _look(page, "added")
    page.get_by_role("link", name="Thêm bài khác").click()
    page.set_input_files("#picture", str(picture))
    page.fill("#note", "Lại ảnh ấy")
    page.get_by_role("button", name="Thêm bài").click()
    expect(page.locator("h1")).to_have_text("Bài này đã có")


def test_a_wrong_file_keeps_what_was_typed(
    page: Page, address: str, tmp_path: Path
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/add")
    wrong = tmp_path / "anh.png"
    wrong.write_text("<svg onload='document.title=1'/>", encoding="utf-8")
    page.set_input_files("#picture", str(wrong))
    page.fill("#note", "Ghi chú còn nguyên")
    page.get_by_role("button", name="Thêm bài").click()
    expect(page.get_by_role("alert")).to_contain_text("không phải là ảnh")
    expect(page.locator("#note")).to_have_value("Ghi chú còn nguyên")


def test_a_link_alone_is_put_first_in_line(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/add")
    page.fill("#link", "https://bao.example.vn/tin-1.html#dau")
    page.get_by_role("button", name="Thêm bài").click()
    expect(page.locator("h1")).to_have_text("Đã đưa vào hàng lấy ngay")
    expect(page.locator("#link")).to_contain_text("https://bao.example.vn/tin-1.html")
    _look(page, "asked")
    page.goto(f"{address}/add")
    page.fill("#link", "http://127.0.0.1:22/")
    page.get_by_role("button", name="Thêm bài").click()
    expect(page.get_by_role("alert")).to_contain_text("không được phép lấy")
    expect(page.locator("#link")).to_have_value("http://127.0.0.1:22/")


def _look(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody asks for one."""
    if folder := os.environ.get("MINHTIN_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
