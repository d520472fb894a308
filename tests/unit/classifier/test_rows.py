from pathlib import Path

import pytest

from classifier.rows import Row, read_rows, row_from, rows_from, write_rows
from domain.errors import ConfigurationError
from domain.labels import Harm, PostKind, Topic


def test_a_row_reads_the_names_of_the_domain() -> None:
    row = row_from(
        {
            "id": "x",
            "text": "b",
            "title": "a",
            "kind": "article",
            "harm": ["scam", "panic"],
            "claim": True,
            "stance": "neg",
            "topic": "economy",
            "about": "province",
        }
    )
    assert row.kind is PostKind.ARTICLE
    assert row.topic is Topic.ECONOMY
    assert row.whole_text == "a\nb"
    assert [name for name in (*Harm, "complaint", "checkable_claim", "answer_owed")
            if row.is_true(name)] == ["scam", "panic", "checkable_claim"]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"harm": ["opinion"]}, {"topic": "politics"}, {"stance": "bad"}, {"kind": "x"}],
)
def test_a_name_outside_the_closed_sets_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        row_from({"id": "x", "text": "a", **wrong})


def test_a_row_without_text_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        rows_from([{"id": "x"}])


def test_rows_survive_a_file_with_odd_line_separators(tmp_path: Path) -> None:
    rows = [
        Row(id="1", text="a\u2028b\nc", harm=(Harm.HATE,), complaint=True),
        Row(id="2", text="đ", title="t", topic=Topic.HEALTH),
    ]
    write_rows(tmp_path / "part" / "a.jsonl", rows)
    assert read_rows(tmp_path / "part") == rows


def test_only_a_complaint_without_harm_is_honest() -> None:
    assert Row(id="1", text="a", complaint=True).honest
    assert not Row(id="1", text="a", complaint=True, harm=(Harm.ABUSE,)).honest
    assert not Row(id="1", text="a").honest
