"""Precedents on the desk: seen beside the reasons, reached and opened by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.browser import (
    IN_BROWSER,
    SCREEN,
    open_desk,
    shown_post,
    sign_in,
    wait_for_another,
)
from e2e.serving import console

pytestmark = IN_BROWSER
WARNING, ADVICE = "sample:a045", "forum:t17-1"
"""An article that warns of a quack cure, and the post that sells it."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("precedents")
    with console(folder) as url:
        yield url


def open_post(page: Page, address: str, queue: str, post: str) -> None:
    """Open a post that need not be on the list's first page."""
    page.goto(f"{address}/desk?queue={queue}&post={post}")
    page.wait_for_selector(f".desk[data-shown='{post}']")


def test_a_like_post_that_was_judged_stands_beside_the_reasons(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    open_post(page, address, "harmful", ADVICE)
    near = page.locator(".desk .near")
    expect(near).to_contain_text("Chưa có bài tương tự đã được xem.")
    open_post(page, address, "press", WARNING)
    page.keyboard.press("5")
    wait_for_another(page, WARNING)
    expect(page.locator(".desk .told")).to_contain_text("Đã lưu lúc")
    open_post(page, address, "harmful", ADVICE)
    link = near.locator("a")
    expect(link).to_have_count(1)
    expect(link).to_contain_text("Không có vấn đề")
    expect(link).to_contain_text("Cẩn trọng với “cao lá rừng")
    expect(near).to_contain_text("So với 1 bài đã có kết luận")
    box = link.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= SCREEN["height"]
    link.focus()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    other = opened.value
    other.wait_for_selector(".desk[data-shown]")
    assert shown_post(other) == WARNING
    expect(other.locator(".desk .fine-bar")).to_contain_text("Đã kết luận")
    other.close()
    page.keyboard.press("5")
    wait_for_another(page, ADVICE)


def test_the_post_waits_for_no_precedents_and_a_failure_is_said(
    page: Page, address: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/precedents*", hold)
    sign_in(page, address)
    open_desk(page, address, "queue=answers")
    expect(page.locator(".desk .post div.text")).not_to_be_empty()
    near = page.locator(".desk .near")
    expect(near).to_have_attribute("aria-busy", "true")
    first = shown_post(page)
    page.keyboard.press("j")
    wait_for_another(page, first)
    while held:
        held.pop().abort()
    expect(near).to_contain_text("Chưa tìm được bài tương tự")
    page.unroute("**/api/precedents*")
    page.keyboard.press("k")
    expect(page.locator(".desk")).to_have_attribute("data-shown", first)
    expect(near).to_have_attribute("aria-busy", "false")
    expect(near).not_to_contain_text("Chưa tìm được")
