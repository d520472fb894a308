"""A real Chromium that talks to loopback only, and steps that people take in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from e2e.console_world import PASSWORD

CHROMIUM = Path(os.environ.get("MINHTIN_CHROMIUM", "/usr/bin/chromium"))
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(),
        reason=f"no Chromium at {CHROMIUM}; install it or set MINHTIN_CHROMIUM",
    ),
]
"""Marks of a module whose tests drive a browser."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
SCREEN = {"width": 1366, "height": 768}
"""The office laptop that the console is made for."""

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def browser_page(language: str = "vi-VN") -> Iterator[Page]:
    """Open a page of the office laptop's size."""
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, headless=True
        )
        try:
            context = browser.new_context(viewport=SCREEN, locale=language)
            context.set_default_timeout(PATIENCE_MS)
            yield context.new_page()
        finally:
            browser.close()


def sign_in(page: Page, address: str, name: str = "lan") -> None:
    """Sign in by keyboard alone."""
    page.goto(f"{address}/sign-in")
    page.wait_for_function("document.activeElement.id === 'name'")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".mt-six")


def open_desk(page: Page, address: str, query: str = "queue=harmful") -> None:
    """Open the desk and wait for its first post."""
    page.goto(f"{address}/desk?{query}")
    page.wait_for_selector(".desk .row[aria-current=true]")


def shown_post(page: Page) -> str:
    return page.locator(".desk").get_attribute("data-shown") or ""


def wait_for_another(page: Page, before: str) -> None:
    page.wait_for_function(
        """before => {
          const hosts = [...document.querySelectorAll('*')].filter(n => n.shadowRoot);
          const roots = [document, ...hosts.map(n => n.shadowRoot)];
          const desk = roots.map(r => r.querySelector('.desk')).find(Boolean);
          return desk && desk.dataset.shown && desk.dataset.shown !== before;
        }""",
        arg=before,
    )
