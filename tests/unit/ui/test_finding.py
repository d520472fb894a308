import csv
import io

import pytest

from domain.clock import ManualClock
from e2e.console_world import HOSTILE, NOW, analysed, made_post
from searchindex.document import Document
from searchindex.port import Hit
from searchindex.query import AllOf, FieldIs, Words
from ui import markup
from ui.finding import Filter, csv_of, facet_label, no_formula, snippet, with_filters
from ui.passages import Piece, plain
from ui.reading import Reading
from ui.wording import wording
from wiring.profile import load_profile


@pytest.fixture
def reading() -> Reading:
    return Reading(
        profile=load_profile("dien-bien"),
        words=wording("vi"),
        now=ManualClock(NOW).now(),
    )


def _document(text: str) -> Document:
    truth = {"queues": ["harmful"], "harm": ["scam"]}
    return Document(analysis=analysed(made_post("x", text, minutes=5), truth))


def test_filters_narrow_the_query() -> None:
    chosen = [Filter(field="queue", value="press")]
    node = with_filters(Words("lũ"), chosen)
    assert node == AllOf((Words("lũ"), FieldIs("queue", "press", phrase=True)))
    assert with_filters(None, []) is None


def test_a_snippet_shows_the_found_word_and_hides_numbers(reading: Reading) -> None:
    text = "mở đầu " * 60 + "gọi 0900 000 222 để nhận quà nhé " + "kết thúc " * 60
    at = text.index("nhận quà")
    hit = Hit(document=_document(text), highlights=((at, at + 8),))
    found = snippet(hit, reading)
    assert [p.text for p in found if p.kind == "found"] == ["nhận quà"]
    assert "0900" not in plain(found)
    assert len(plain(found)) < 400


def test_marked_text_is_escaped() -> None:
    drawn = markup.marked([Piece(text="<script>", kind="found"), Piece(text="&<b>")])
    assert drawn == "<mark>&lt;script&gt;</mark>&amp;&lt;b&gt;"


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-2", "@SUM(1)", " =1", "\t=1"])
def test_cells_are_no_formulas(cell: str) -> None:
    assert no_formula(cell).startswith("'")


def test_a_file_of_hostile_posts_is_harmless(reading: Reading) -> None:
    data = csv_of([_document(HOSTILE), _document("=CMD()|'/C calc'!A0")], reading)
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[2][-1].startswith("'=")
    assert "Có thể gây hại" in rows[1][4]


def test_facet_values_have_names(reading: Reading) -> None:
    assert facet_label("queue", "press", reading) == "Báo chí"
    assert facet_label("status", "open", reading) == "chờ duyệt"
    assert facet_label("outlet", "Báo X", reading) == "Báo X"
