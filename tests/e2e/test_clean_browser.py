"""Every page in a real browser: nothing fails to load, one banner, one main part."""

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in
from ui.page import PAGES

pytestmark = IN_BROWSER
PLAIN = (
    "account",
    "account/codes",
    "account/tokens",
    "accounts",
    "password",
    "sign-out",
)


def watched(page: Page) -> list[str]:
    """Return a list that grows by whatever is refused or complained of.

    Requests that end because the page is left are none of these.
    """
    found: list[str] = []
    page.on(
        "response",
        lambda answer: (
            answer.status >= 400 and found.append(f"{answer.status} {answer.url}")
        ),
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: said.type == "error" and found.append(said.text),
    )
    return found


def test_no_page_asks_for_what_is_not_there(page: Page, address: str) -> None:
    sign_in(page, address, "admin")
    page.wait_for_load_state("networkidle")
    found = watched(page)
    for path in (*PAGES, *PLAIN, "sources?source=hoaban"):
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("banner")).to_have_count(int(path not in PLAIN))
        assert (path, found) == (path, [])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_says_its_language_and_name(
    page: Page, address: str, language: str
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/language?to={language}&back=/map")
    page.wait_for_load_state("networkidle")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.title() != "Streamlit"
