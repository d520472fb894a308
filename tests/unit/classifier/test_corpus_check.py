import json
from pathlib import Path

import pytest

from classifier.alike import similar_pairs
from classifier.corpus_check import (
    CORPUS,
    FROZEN,
    angry_complaints,
    counts,
    digests,
    drop_near_copies,
    faults,
    renew,
    template_share,
)
from classifier.rows import Row, read_rows, write_rows


def row(text: str, name: str = "") -> Row:
    return Row(id=name or text, text=text)


def test_the_shipped_corpus_is_sound() -> None:
    assert faults() == []


def test_no_training_text_is_like_a_test_or_guard_text() -> None:
    held = [*read_rows(CORPUS / "test"), *read_rows(CORPUS / "guard")]
    assert not list(similar_pairs(read_rows(CORPUS / "train"), held, 0.6))


def test_ids_are_unique() -> None:
    rows = [r for part in ("train", "test", "guard") for r in read_rows(CORPUS / part)]
    assert len({r.id for r in rows}) == len(rows)


def test_a_copy_with_other_marks_numbers_and_signs_is_a_copy() -> None:
    first = row("Chuyển 500k vào số 0987 000 123 để nhận quà tri ân nhé!", "1")
    copy = row("chuyen 700k vao so 0912 345 678 de nhan qua tri an nhe", "2")
    other = row("Hôm nay trời đẹp, cả nhà đi chợ phiên mua rau", "3")
    assert drop_near_copies([first, copy, other]) == [first, other]


def test_a_training_text_like_a_held_one_is_dropped() -> None:
    held = row("Cầu treo qua suối mất bốn tấm ván, cháu nhà bên suýt thụt chân")
    leak = row("Cầu treo qua suối mất bốn tấm ván, cháu nhà tôi suýt thụt chân xuống")
    assert drop_near_copies([leak, row("Trời đẹp quá")], [held]) == [
        row("Trời đẹp quá")
    ]
    assert drop_near_copies([], [held]) == []


def test_texts_from_a_template_are_counted() -> None:
    made = [row(f"tôi xin phản ánh việc {word} ở đây", word) for word in "abcdef"]
    free = [row(text) for text in ("mưa to quá", "chợ đông vui", "bán xe cũ", "ăn gì")]
    assert template_share([*made, *free]) == pytest.approx(0.6)
    assert template_share([]) == 0


def test_angry_complaints_are_honest_ones() -> None:
    angry = Row(id="1", text="a", complaint=True, note="angry")
    assert angry_complaints([angry, row("b")]) == 1


def test_renewing_removes_copies_freezes_and_counts(tmp_path: Path) -> None:
    write_rows(tmp_path / "test" / "t.jsonl", [row("một hai ba bốn năm sáu bảy", "t")])
    write_rows(tmp_path / "guard" / "g.jsonl", [row("chín mười đàn bò gặm cỏ", "g")])
    leak = row("mot hai ba bon nam sau bay", "leak")
    write_rows(tmp_path / "train" / "a.jsonl", [leak, row("trời đẹp quá đi thôi")])
    (tmp_path / "DATASHEET.md").write_text(
        "head\n<!-- counts -->\nold\n<!-- end of counts -->\ntail\n"
    )
    renew(tmp_path)
    assert [r.id for r in read_rows(tmp_path / "train")] == ["trời đẹp quá đi thôi"]
    assert json.loads((tmp_path / FROZEN).read_text()) == digests(tmp_path)
    sheet = (tmp_path / "DATASHEET.md").read_text()
    assert "| posts | 1 | 1 | 1 |" in sheet
    assert "old" not in sheet
    assert any("2500" in fault for fault in faults(tmp_path))


def test_a_changed_test_part_is_noticed(tmp_path: Path) -> None:
    for part in ("train", "test", "guard"):
        write_rows(tmp_path / part / "a.jsonl", [row(f"{part} của kho ngữ liệu nhỏ")])
    (tmp_path / FROZEN).write_text("{}")
    assert "test or guard changed after they were frozen" in faults(tmp_path)


def test_counts_have_a_column_per_part() -> None:
    assert "| posts | 2 | 0 |" in counts({"train": [row("a"), row("b")], "test": []})
