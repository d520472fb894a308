"""First password, authenticator app, access tokens and single sign-on in a browser."""

import re
from collections.abc import Iterator

import httpx
import pyotp
import pytest
from playwright.sync_api import Page, expect

from domain.labels import Role
from e2e.browser import IN_BROWSER, sign_in
from e2e.console_world import NOW, PASSWORD
from e2e.serving import console, free_port
from support_oidc.running import Running, running

pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def provider(console_port: int) -> Iterator[Running]:
    callback = f"http://127.0.0.1:{console_port}/oidc/callback"
    with running(free_port(), callback) as started:
        started.tell(roles={"seo": ["mt-analyst"]})
        yield started


@pytest.fixture(scope="module")
def console_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory, provider: Running, console_port: int
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("accounts")
    with console(folder, port=console_port, provider=provider.issuer) as url:
        yield url


def form_sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#name", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def test_a_first_password_is_given_and_changed(page: Page, address: str) -> None:
    sign_in(page, address, "admin")
    page.goto(f"{address}/accounts")
    page.fill("#name", "mai")
    page.fill("#display", "Lường Thị Mai")
    page.select_option("#role", Role.SENIOR.value)
    page.get_by_role("button", name="Tạo tài khoản").click()
    first = page.locator("#first").inner_text()
    page.context.clear_cookies()
    form_sign_in(page, address, "mai", first)
    page.wait_for_url("**/password")
    page.goto(f"{address}/desk")
    page.wait_for_url("**/password")  # nothing else before
    page.fill("#first", "bốn con trâu qua đèo")
    page.fill("#second", "bốn con trâu qua đèo")
    page.get_by_role("button", name="Lưu mật khẩu").click()
    page.wait_for_selector(".mt-six")
    expect(page.locator(".mt-who")).to_contain_text("cán bộ theo dõi chính")


def test_codes_are_switched_on_and_asked_for(page: Page, address: str) -> None:
    sign_in(page, address, "minh")
    page.goto(f"{address}/account/codes")
    expect(page.locator(".drawing svg")).to_be_visible()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).at(NOW))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.context.clear_cookies()
    form_sign_in(page, address, "minh", PASSWORD)
    page.wait_for_url("**/sign-in/code**")
    page.fill("#code", pyotp.TOTP(secret).at(NOW))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("đã dùng")
    page.fill("#code", recovery)
    page.keyboard.press("Enter")
    page.wait_for_selector(".mt-six")
    page.goto(f"{address}/account")
    expect(page.locator(".ways")).to_contain_text("còn 9 mã khôi phục")


def test_a_token_is_made_and_opens_its_scope_only(page: Page, address: str) -> None:
    sign_in(page, address, "lan")
    page.goto(f"{address}/account/tokens")
    page.fill("#name", "báo cáo tuần")
    page.get_by_label(re.compile("đọc bài")).check()
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Tạo thẻ").click()
    token = page.locator("#made").inner_text()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers) as program:
        assert program.get("/api/counts").status_code == 200
        assert program.post("/api/undo", json={}).status_code == 403
        assert program.get("/account").status_code == 403


def test_single_sign_on_there_and_back(
    page: Page, address: str, provider: Running
) -> None:
    page.goto(f"{address}/desk?queue=press")
    page.wait_for_url("**/sign-in?next=**")
    page.click("#sign-on")
    page.wait_for_url(f"{provider.issuer}/authorize**")
    page.fill("#name", "seo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/desk?queue=press**")
    expect(page.locator(".mt-who")).to_contain_text("Người seo")
    page.goto(f"{address}/sign-out")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/sign-in")
    hints = provider.tell(roles={"seo": ["mt-analyst"]})["hints"]
    assert len(hints) == 1
    page.goto(f"{address}/desk")
    page.wait_for_url("**/sign-in?next=**")


def test_a_grassroots_officer_lands_on_the_form(page: Page, address: str) -> None:
    sign_in(page, address, "admin")
    page.goto(f"{address}/accounts")
    page.fill("#name", "xa1")
    page.select_option("#role", Role.GRASSROOTS.value)
    page.get_by_role("button", name="Tạo tài khoản").click()
    first = page.locator("#first").inner_text()
    page.context.clear_cookies()
    form_sign_in(page, address, "xa1", first)
    page.wait_for_url("**/password")
    page.fill("#first", "ếch ngồi đáy giếng sâu")
    page.fill("#second", "ếch ngồi đáy giếng sâu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/add")
    page.goto(f"{address}/search")
    expect(page.locator("body")).to_contain_text("không được phép")
