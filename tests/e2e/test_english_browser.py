"""The English console says nothing in Vietnamese but what people wrote and names."""

import re

from playwright.sync_api import Page

from domain.labels import Queue
from e2e.browser import IN_BROWSER, open_desk, sign_in
from e2e.console_world import PEOPLE, SAMPLE_SOURCES
from ui.page import PAGES
from wiring.profile import load_profile

pytestmark = IN_BROWSER
PROFILE = load_profile("dien-bien")
VIETNAMESE = re.compile(
    "[ăâđêôơưàáãạảằắẵặẳầấẫậẩèéẽẹẻềếễệểìíĩịỉòóõọỏồốỗộổờớỡợởùúũụủừứữựửỳýỹỵỷ]",
    re.IGNORECASE,
)
WRITTEN = (
    ".row .first, .row .source, .post .text, .post .head, .terms, .why .sentence, "
    ".near a, ul.mt-list:not(.mt-settings), [lang=vi], .mt-who, svg, canvas"
)
"""What posts say, who posted and signed in, and the language's own name in its link."""

SHOWN = """
written => {
  const text = root => [...root.querySelectorAll('*')].filter(n => n.shadowRoot)
    .map(n => text(n.shadowRoot)).concat([...root.querySelectorAll(
      'p,b,td,th,li,button,a,h1,h2,h3,label,span,div,dt,dd,option,summary'
    )].filter(n => !n.closest(written) && n.tagName !== 'STYLE')
      .map(n => [...n.childNodes].filter(c => c.nodeType === 3)
        .map(c => c.textContent).join(' ') + ' ' + (n.title || '') + ' '
        + (n.placeholder || ''))).join('\\n');
  return text(document);
}
"""


def names() -> list[str]:
    """Return names of places, bodies, sources and people: they are never translated."""
    found = {unit.name for unit in PROFILE.gazetteer.units}
    found |= {source.name for source in (*SAMPLE_SOURCES, *PROFILE.sources)}
    found |= {source.note for source in PROFILE.sources}
    found |= {agency.name for agency in PROFILE.agencies}
    found |= {display for display, _ in PEOPLE.values()}
    found |= {PROFILE.name, PROFILE.full_name, "Tiếng Việt", "sạt lở", "quảng cáo"}
    found |= {"Phòng Quản trị, máy lẻ 115", "Trang tin Nậm Rốm 24h"}
    found |= {"Sông Nậm Rốm", "Quốc lộ"}
    return sorted(filter(None, found), key=len, reverse=True)


def left_over(page: Page) -> list[str]:
    text = str(page.evaluate(SHOWN, WRITTEN))
    lines = set()
    for line in text.split("\n"):
        bare = " ".join(line.split())
        for name in names():
            bare = bare.replace(" ".join(name.split()), "")
        if VIETNAMESE.search(bare):
            lines.add(line.strip())
    return sorted(lines)


def test_no_page_is_left_in_vietnamese(page: Page, address: str) -> None:
    sign_in(page, address, "admin")
    page.goto(f"{address}/language?to=en&back=/settings")
    for path in (*PAGES, "add", "password", "sign-out", "sources?source=hoaban"):
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        assert (path, left_over(page)) == (path, [])


def test_no_queue_is_left_in_vietnamese(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/language?to=en&back=/settings")
    for queue in Queue:
        open_desk(page, address, f"queue={queue}")
        page.wait_for_selector(".desk .near[aria-busy=false]")
        assert (queue, left_over(page)) == (queue, [])
    page.keyboard.press("?")
    page.wait_for_selector(".palette")
    assert left_over(page) == []
