"""Takes the pictures of the documentation: `python -m e2e.screenshots FOLDER`.

Run with the repository and its `tests` folder on the path (`make screenshots`).
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from e2e.browser import browser_page, open_desk, sign_in, wait_for_another
from e2e.serving import console


def take(folder: Path) -> None:
    """Photograph every screen on the office laptop's size."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        console(Path(home)) as address,
        browser_page() as page,
    ):
        page.goto(f"{address}/sign-in")
        _keep(page, folder, "sign-in")
        sign_in(page, address, "hoa")
        page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, svg.marks")
        _keep(page, folder, "overview")
        _desk(page, address, folder)
        page.goto(f"{address}/map")
        page.get_by_text("30 ngày", exact=True).click()
        page.wait_for_selector(".mt-counts a[href*='2026-10-25']")
        _keep(page, folder, "map")
        for name, path in (
            ("search", "/search?q=dien%20bien"),
            ("sources", "/sources"),
            ("models", "/models"),
            ("drift", "/drift"),
            ("audit", "/audit"),
            ("settings", "/settings"),
        ):
            page.goto(f"{address}{path}")
            page.wait_for_selector(".mt-list, .mt-table")
            _keep(page, folder, name)
        page.goto(f"{address}/sources?source=hoaban")
        page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, svg.marks")
        _keep(page, folder, "source")
        page.context.clear_cookies()
        sign_in(page, address, "admin")
        for name in ("account", "account/codes", "accounts"):
            page.goto(f"{address}/{name}")
            _keep(page, folder, name.replace("/", "-"))


def _desk(page: Page, address: str, folder: Path) -> None:
    open_desk(page, address, "queue=harmful&post=forum%3At05-3")
    _keep(page, folder, "desk")
    page.keyboard.press("1")
    page.wait_for_selector(".palette li")
    _keep(page, folder, "desk-palette")
    page.keyboard.press("Enter")
    wait_for_another(page, "forum:t05-3")
    page.keyboard.press("z")
    page.wait_for_selector(".desk[data-undone]")
    _keep(page, folder, "desk-undo")
    open_desk(page, address, "queue=harmful&post=test%3Awave-1")
    page.get_by_role("button", name="Bản sao").click()
    page.wait_for_selector(".panel article")
    _keep(page, folder, "desk-copies")
    open_desk(page, address, "queue=claims&post=test%3Arewritten")
    page.get_by_role("button", name="Diễn biến").click()
    page.wait_for_selector(".life")
    _keep(page, folder, "desk-history")
    open_desk(page, address, "queue=press")
    _keep(page, folder, "desk-press")
    page.keyboard.press("?")
    _keep(page, folder, "desk-keys")


def _keep(page: Page, folder: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(folder / f"{name}.png"), animations="disabled")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
