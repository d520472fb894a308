"""`analyse`, `extract` and `search` as scripts see them."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.labels import About, Harm, Label, Queue
from integration.line_support import Line, events_of, lines_of

LOCAL = (
    "Ở xã Mường Phăng, tỉnh Điện Biên, đường sạt lở cả tháng nay không ai sửa, bà con "
    "rất bực. Liên hệ 0912 345 678."
)
ELSEWHERE = "Sáng nay chợ Bến Thành ở Thành phố Hồ Chí Minh đông nghịt khách du lịch."
KEYS = {
    "id",
    "about",
    "places",
    "language",
    "queues",
    "labels",
    "flags",
    "why",
    "personal_data",
    "near_duplicate_of",
}
PAGE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<title>Mở lại</title>
<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "NewsArticle", "headline": "Mở lại chợ phiên", "description": "Sau mưa lũ.",
"datePublished": "2026-11-20T08:15:00+07:00",
"dateModified": "2026-11-20T09:00:00+07:00"}</script></head>
<body><article><h1>Mở lại chợ phiên</h1><p>Chợ phiên mở lại từ sáng thứ Bảy sau một
tuần nghỉ vì mưa lũ, bà con các bản mang nông sản ra bán từ sớm.</p><p>Đường vào chợ đã
được dọn sạch đất đá, xe tải nhỏ đi lại bình thường.</p></article></body></html>"""


def asked(*rows: Any) -> str:
    return "".join(
        (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n"
        for row in rows
    )


def test_analyse_says_everything_it_promises(line: Line) -> None:
    said = line.run(
        *("analyse", "-"),
        said=asked(
            {"id": "a", "text": LOCAL},
            {"id": 2, "text": ELSEWHERE},
            {"id": "c", "text": LOCAL},
        ),
    )
    assert said.returncode == 0, said.stderr
    local, elsewhere, copy = lines_of(said.stdout)
    for row in (local, elsewhere, copy):
        assert set(row) >= KEYS
        assert row["about"] in set(About)
        assert set(row["queues"]) <= set(Queue)
    assert [local["id"], elsewhere["id"], copy["id"]] == ["a", 2, "c"]
    assert local["about"] == "province"
    assert local["language"] == "vi"
    (commune,) = [p for p in local["places"] if p["unit"]]
    assert LOCAL[commune["start"] : commune["end"]] == "Mường Phăng"
    assert [LOCAL[s["start"] : s["end"]] for s in local["personal_data"]] == [
        "0912 345 678"
    ]
    assert copy["near_duplicate_of"] == "a"
    assert local["near_duplicate_of"] is None
    check_labels(local)
    assert elsewhere["about"] in {"other", "none"}
    assert (elsewhere["labels"].get("scam"), elsewhere["queues"]) == (None, [])


def check_labels(row: dict[str, Any]) -> None:
    numbers = {k: v for k, v in row["labels"].items() if k not in {"topic", "stance"}}
    assert set(numbers) == set(row["flags"])
    assert set(numbers) <= set(Harm) | set(Label)
    assert all(0 <= value <= 1 for value in numbers.values())
    assert all(isinstance(flag, bool) for flag in row["flags"].values())
    assert isinstance(row["labels"]["topic"], str)
    flagged = {name for name, flag in row["flags"].items() if flag}
    assert flagged == set(row["why"]["terms"])
    assert row["why"]["gate"]


def test_without_the_gate_every_text_is_judged(line: Line) -> None:
    said = line.run("analyse", "-", "--no-gate", said=asked({"id": 1, "text": "Chán."}))
    assert said.returncode == 0, said.stderr
    (row,) = lines_of(said.stdout)
    check_labels(row)
    assert row["flags"]
    assert row["about"] == "none"


def test_bad_lines_are_named_and_the_good_ones_judged(
    line: Line, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    lines = asked(
        {"id": "good", "text": LOCAL},
        "{not json",
        {"text": "no id"},
        {"id": "no text"},
        ["a list"],
        "[" * 100_000,
        r'{"id": "half", "text": "\ud83d"}',
        "",
        {"id": "last", "text": LOCAL, "kind": "nonsense", "title": None},
    )
    path.write_text(lines, encoding="utf-8")
    said = line.run("analyse", str(path))
    assert said.returncode == 1
    assert [row["id"] for row in lines_of(said.stdout)] == ["good", "last"]
    for number in (2, 3, 4, 5, 6, 7):
        assert f"line {number}: " in said.stderr
    assert "6 of 8 lines were left out." in said.stderr
    assert "Traceback" not in said.stderr


def test_a_file_of_another_kind_is_one_complaint(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n" + "1,chữ\n" * 60, encoding="utf-8")
    said = line.run("analyse", str(path))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.count("is not JSON") + said.stderr.count("expected") == 10
    assert "None of the 61 lines" in said.stderr
    assert '{"id": 1, "text": "…"}' in said.stderr


def test_analyse_needs_an_input_and_a_model(line: Line, tmp_path: Path) -> None:
    said = line.run("analyse", str(tmp_path / "nowhere.jsonl"))
    assert (said.returncode, said.stdout) == (2, "")
    assert "cannot be read" in said.stderr
    line.extra["MODELS_DIR"] = str(tmp_path / "no models")
    said = line.run("analyse", "-", said=asked({"id": 1, "text": LOCAL}))
    assert said.returncode == 3
    assert "minhtin train" in said.stderr
    assert "Traceback" not in said.stderr


def test_extract_gives_fields_and_times_with_zone(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    url = "https://example.org/cho-phien-1.html?utm_source=x"
    (row,) = lines_of(line.done("extract", str(path), "--url", url))
    assert {"title", "lead", "body", "author", "section", "outlet"} <= set(row)
    assert row["title"] == "Mở lại chợ phiên"
    assert "nông sản" in row["body"]
    assert "<p>" not in row["body"]
    published = datetime.fromisoformat(row["published"])
    assert published == datetime.fromisoformat("2026-11-20T08:15:00+07:00")
    modified = datetime.fromisoformat(row["modified"])
    assert modified.utcoffset() is not None
    assert "utm_source" not in row["canonical_url"]
    missing = line.run("extract", str(tmp_path / "none.html"), "--url", url)
    assert missing.returncode == 2


def test_search_prints_json_lines(line: Line) -> None:
    line.put(events_of(12, 4))
    line.settle()
    said = line.run("search", "dien bien", "--json", "--size", "5")
    assert said.returncode == 0, said.stderr
    rows = lines_of(said.stdout)
    assert len(rows) == 5
    assert "12 found" in said.stderr
    for row in rows:
        start, end = row["highlights"][0]
        whole = f"{row['title']}\n{row['text']}"
        assert whole[start:end].casefold() in {"điện", "biên", "điện biên"}
        assert datetime.fromisoformat(row["published"]).utcoffset() is not None
    assert len({row["id"] for row in line.found("Điện Biên")}) == 12
    assert line.found("text:khôngcóchữnày") == []


def test_wrong_calls_end_with_2(line: Line) -> None:
    assert line.run("search", "x", "--order", "sideways").returncode == 2
    assert line.run("search", "--no-such-option").returncode == 2
    assert line.run("crawl", "no-such-source").returncode in {2, 3}


def test_a_store_out_of_reach_ends_with_4(line: Line) -> None:
    line.done("init")
    for path in line.settings.index_folder.iterdir():
        path.write_bytes(b"this is no database" * 500)
    said = line.run("search", "x", "--json")
    assert said.returncode == 4, said.stderr
    assert "Traceback" not in said.stderr


def test_how_long_the_commands_take_to_start(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    line.done("init")
    seconds = {}
    for arguments in (["--help"], ["analyse", "-"]):
        started = time.monotonic()
        said = line.run(*arguments, said=asked({"id": 1, "text": LOCAL}))
        seconds[arguments[0]] = round(time.monotonic() - started, 2)
        assert said.returncode == 0
    # Measured for the reader; a busy machine would make an assertion lie.
    with capsys.disabled():
        print(f"seconds to start: {seconds}")  # noqa: T201 - the measurement
