"""A browser opens pages full of what strangers wrote to harm: nothing of it happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import IN_BROWSER, sign_in
from e2e.hostile_world import MARK, SOURCE
from e2e.serving import console
from e2e.test_map_browser import CHART, click_circle

pytestmark = IN_BROWSER

FOREIGN = """mark => {
  const hosts = [...document.querySelectorAll('*')].filter(n => n.shadowRoot);
  const roots = [document, ...hosts.map(n => n.shadowRoot)];
  const all = roots.flatMap(root => [...root.querySelectorAll('*')]);
  const found = all.filter(n =>
    [...n.attributes].some(a => a.name.startsWith('on')) ||
    ['iframe', 'object', 'embed', 'base'].includes(n.localName) ||
    (['script', 'style', 'img', 'svg', 'math'].includes(n.localName) &&
      (n.textContent + (n.src || '')).includes(mark)) ||
    (n.localName === 'a' && /^(javascript|data|vbscript):/i.test(n.href)) ||
    (n.localName === 'a' && new RegExp('^https?://(www[.])?' + mark).test(n.href)));
  return found.map(n => n.outerHTML.slice(0, 200));
}"""

PAGES = (
    ("/desk?queue=harmful&post=xau%3A1", ".desk div.text"),
    ("/desk?queue=claims&post=xau%3A4", ".desk div.text"),
    (f"/search?q={MARK}", ".mt-list .text"),
    ("/", ".mt-six"),
    ("/sources", ".mt-sources"),
    (f"/sources?source={SOURCE}-1", ".stHtml h1"),
    ("/models", ".mt-table"),
    ("/drift", ".mt-table a"),
    ("/audit", ".mt-audit"),
    ("/settings", ".mt-table"),
    ("/cases", ".cases"),
    ("/case?number=2026-000002", "#timeline li"),
    ("/case/new?post=xau%3A1", "form"),
)


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with console(folder, {"HOSTILE": "yes"}) as url:
        yield url


def test_no_page_runs_or_draws_what_strangers_wrote(page: Page, address: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    sign_in(page, address, "hoa")
    for path, drawn in PAGES:
        page.goto(f"{address}{path}")
        page.wait_for_selector(drawn)
        expect(page.locator("body")).to_contain_text(MARK)
        _nothing_happened(page, path)
    page.goto(f"{address}/map")
    page.wait_for_selector(f"{CHART} svg.marks")
    page.wait_for_selector(".mt-counts")
    click_circle(page, "xã Sín Thầu")
    expect(page.locator(".mt-list")).to_contain_text(MARK)
    turned = page.locator(".mt-list bdi").first
    assert turned.evaluate("n => getComputedStyle(n).unicodeBidi") == "isolate"
    _nothing_happened(page, "/map")
    assert said == []
    # Addresses of pages may hold the word; pictures and scripts of it may not be asked.
    assert [url for url in asked if f"{MARK}.png" in url or "x:" in url] == []
    assert {url.split("/")[2] for url in asked if url[:4] == "http"} == {
        address.split("/")[2]
    }


def _nothing_happened(page: Page, path: str) -> None:
    assert MARK not in page.title() or path.startswith("/case"), path
    assert page.evaluate(f"window.{MARK}") is None, path
    assert page.evaluate(FOREIGN, MARK) == [], path
