"""The page that Streamlit starts from is told where its server is."""

from pathlib import Path

import streamlit

from ui.start_page import TOLD, start_page

ORIGINAL = Path(streamlit.__file__).with_name("static") / "index.html"


def test_streamlits_own_page_has_what_is_changed() -> None:
    page = start_page(ORIGINAL.read_text(encoding="utf-8"), "vi")
    assert page.index(TOLD) < page.index('<script type="module"')
    assert '<html lang="vi">' in page
    assert "<title>Minh Tin</title>" in page


def test_a_page_of_another_make_stays_as_it_is() -> None:
    assert start_page("<p>so</p>", "vi") == "<p>so</p>"
