from pathlib import Path

from benchmarks.personal_data import agrees, sentences
from benchmarks.quality_page import table, wilson, write_head, write_section
from domain.analysis import Span


def test_a_section_replaces_its_last_writing_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    write_head("# Quality", page)
    write_section("one", "One", "first", page=page)
    write_section("two", "Two", "other", page=page)
    write_section("one", "One", "second", page=page)
    write_head("# Quality, again", page)
    text = page.read_text("utf-8")
    assert text.startswith("# Quality, again\n\n<!-- one: begin -->")
    assert "first" not in text
    assert text.index("second") < text.index("other")
    assert text.endswith("<!-- two: end -->\n")


def test_intervals_are_wilson_s() -> None:
    assert wilson(9, 10) == "0.900 (0.596 to 0.982)"
    assert wilson(0, 0) == "none"


def test_a_table_is_markdown() -> None:
    assert table(("a", "b"), [(1, 2)]) == "| a | b |\n| ---|--- |\n| 1 | 2 |"


def test_marked_sentences_lose_their_signs_and_keep_their_stretches() -> None:
    rows = list(sentences())
    assert len(rows) == 300
    assert all("|" not in text for text, _ in rows)
    text, (span,) = rows[0]
    assert (span.kind, text[span.start : span.end]) == ("phone", "0912345678")


def test_stretches_agree_by_kind_and_half_of_the_longer() -> None:
    one = Span(start=0, end=10, kind="phone")
    assert agrees(one, Span(start=5, end=10, kind="phone"))
    assert not agrees(one, Span(start=6, end=10, kind="phone"))
    assert not agrees(one, Span(start=0, end=10, kind="account"))
