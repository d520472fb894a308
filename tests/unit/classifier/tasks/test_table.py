"""Labelled files are read as they come, and refused with a reason."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.tasks.table import Wanted, read_table, renaming
from domain.errors import NotFoundError, QuarantineError
from domain.post import MAX_TEXT

WANTED = Wanted(text="nội dung", label="nhãn")


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8"))
    return path


def pairs(table):
    return [(example.text, example.label) for example in table.examples]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", '\ufeffnhãn,nội dung\r\n1,"một, hai"\r\n0,ba\r\n'),
        ("a.csv", 'nhãn,nội dung\n1,"một, hai"\n0,ba'),
        ("a.tsv", "nhãn\tnội dung\n1\tmột, hai\n0\tba\n"),
        ("a.jsonl", '{"nhãn":1,"nội dung":"một, hai"}\n{"nhãn":0.0,"nội dung":"ba"}\n'),
    ],
)
def test_every_kind_of_file_says_the_same(tmp_path, name, text) -> None:
    table = read_table(write(tmp_path, name, text), WANTED)
    assert pairs(table) == [("một, hai", "1"), ("ba", "0")]


def test_jsonl_is_split_at_line_feeds_alone(tmp_path) -> None:
    row = json.dumps({"nội dung": "a\u2028b\x85c", "nhãn": True}, ensure_ascii=False)
    table = read_table(write(tmp_path, "a.jsonl", row + "\n"), WANTED)
    assert pairs(table) == [("a\u2028b\x85c", "true")]


def test_titles_labels_sources_and_times(tmp_path) -> None:
    path = write(tmp_path, "a.csv", "t,c,l,s,d\nMột,hai,toxic,báo,2026-01-02\n")
    wanted = Wanted(
        text="c", label="l", title="t", source="s", time="d", renamed={"toxic": "1"}
    )
    (example,) = read_table(path, wanted).examples
    assert (example.text, example.label) == ("Một\nhai", "1")
    assert (example.source, example.time, example.row) == ("báo", "2026-01-02", 1)


def test_rows_without_label_or_text_are_counted(tmp_path) -> None:
    path = write(tmp_path, "a.csv", "nội dung,nhãn\na,1\n,0\nb,\n")
    table = read_table(path, WANTED)
    assert pairs(table) == [("a", "1"), ("", "0")]
    assert (table.unlabelled, table.empty) == (1, 1)


@pytest.mark.parametrize(
    ("name", "text", "error", "words"),
    [
        ("a.csv", "text,nhãn\na,1\n", NotFoundError, "no column “nội dung”"),
        ("a.csv", "", QuarantineError, "is empty"),
        ("a.csv", "nội dung,nhãn\n ,1\n", QuarantineError, "holds no text"),
        ("a.jsonl", "[1]\n", QuarantineError, "no JSON object"),
        ("a.csv", "nội dung,nhãn,nhãn\na,1,0\n", QuarantineError, "several columns"),
        ("a.jsonl", '{"nội dung":"\\ud83d","nhãn":1}', QuarantineError, "surrogate"),
        ("a.jsonl", "{\n", QuarantineError, "cannot be read"),
        ("a.jsonl", "[" * 100_000, QuarantineError, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, name, text, error, words) -> None:
    with pytest.raises(error, match=words):
        read_table(write(tmp_path, name, text), WANTED)


def test_long_texts_are_cut_and_counted(tmp_path) -> None:
    rows = f"nội dung,nhãn\n{'a' * (MAX_TEXT + 1)},1\n{'b' * MAX_TEXT},0\n"
    table = read_table(write(tmp_path, "a.csv", rows), WANTED)
    assert table.cut == 1
    assert [len(example.text) for example in table.examples] == [MAX_TEXT] * 2


def test_a_label_renamed_in_vain_is_named(tmp_path) -> None:
    path = write(tmp_path, "a.csv", "nội dung,nhãn\na,1\n")
    wanted = Wanted(text="nội dung", label="nhãn", renamed={"1": "x", "toxik": "1"})
    with pytest.raises(NotFoundError, match="no label “toxik”"):
        read_table(path, wanted)


def test_other_encodings_are_refused(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("nội dung,nhãn\n".encode("utf-16"))
    with pytest.raises(QuarantineError, match="Give UTF-8"):
        read_table(path, WANTED)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(NotFoundError, match=r"no\.csv"):
        read_table(tmp_path / "no.csv", WANTED)


def test_a_folder_is_no_file(tmp_path) -> None:
    with pytest.raises(NotFoundError, match="cannot be opened"):
        read_table(tmp_path, WANTED)


def test_renaming() -> None:
    assert renaming(["toxic = 1", "a=b=c"]) == {"toxic": "1", "a": "b=c"}
    with pytest.raises(QuarantineError, match="--map"):
        renaming(["toxic"])


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip)


@given(st.lists(st.tuples(CELLS.filter(bool), CELLS.filter(bool)), min_size=1))
def test_jsonl_round_trip(tmp_path_factory, rows) -> None:
    lines = (
        json.dumps({"nội dung": text, "nhãn": label}, ensure_ascii=False) + "\n"
        for text, label in rows
    )
    path = write(tmp_path_factory.mktemp("t"), "a.jsonl", "".join(lines))
    assert pairs(read_table(path, WANTED)) == rows


def test_a_number_too_large_to_read_is_said(tmp_path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": ' + "9" * 5_000 + "}\n")
    with pytest.raises(QuarantineError, match="cannot be read"):
        read_table(path, Wanted(text="text", label="label"))


def test_a_line_without_end_is_not_read_whole(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("classifier.tasks.table._LONGEST_LINE", 1_000)
    for name in ("a.jsonl", "a.csv"):
        (tmp_path / name).write_text("text,label\n" + "x" * 2_000)
        with pytest.raises(QuarantineError, match="cannot be read"):
            read_table(tmp_path / name, Wanted(text="text", label="label"))


def test_a_device_is_no_file() -> None:
    with pytest.raises(QuarantineError, match="no file"):
        read_table(Path("/dev/zero"), Wanted(text="text", label="label"))
