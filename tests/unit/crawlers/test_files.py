"""CSV, JSON Lines and XLSX into the log, and the rows that are refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from crawlers.deps import CrawlDeps
from crawlers.files import file_import
from crawlers.frontier.memory import MemoryFrontier
from domain.clock import ManualClock
from domain.errors import QuarantineError
from domain.events import PostEvent, PostSeen
from domain.ids import SourceId
from domain.labels import PostKind
from domain.profile import SourceSpec
from eventlog.adapters.memory import MemoryEventLog
from eventlog.port import LogTopic

CLOCK = ManualClock(datetime(2026, 3, 7, tzinfo=UTC))
SPEC = SourceSpec(id=SourceId("luu-tru"), name="Lưu trữ", kind="file", url="x")


@pytest.fixture
def deps() -> CrawlDeps:
    return CrawlDeps(
        event_log=MemoryEventLog(),
        evidence=None,
        frontier=MemoryFrontier(),
        clock=CLOCK,
        pseudonym_key=b"k",
        user_agent="x",
        topic=LogTopic.BACKFILL,
    )


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_with_vietnamese_heads(tmp_path: Path, deps: CrawlDeps) -> None:
    path = write(
        tmp_path,
        "a.csv",
        "\ufeffTiêu đề;Nội dung;Đường dẫn;Ngày đăng\n"
        'Cầu mới;"Dòng một\nDòng hai";https://a.vn/1?utm_source=x;06/03/2026 08:15\n',
    )
    told: list[PostEvent] = []
    report = file_import(path, SPEC, deps, told.append)
    assert (report.rows, report.taken, report.rejected) == (1, 1, ())
    (event,) = told
    assert isinstance(event, PostSeen)
    assert event.post.title == "Cầu mới"
    assert event.post.text == "Dòng một\nDòng hai"
    assert event.post.url == "https://a.vn/1"
    assert event.post.published == datetime(2026, 3, 6, 1, 15, tzinfo=UTC)
    assert event.post.kind is PostKind.ARTICLE
    assert sum(deps.event_log.ends(LogTopic.BACKFILL).values()) == 1  # type: ignore[union-attr]


def test_columns_are_mapped_and_authors_hidden(tmp_path: Path, deps: CrawlDeps) -> None:
    path = write(
        tmp_path,
        "a.jsonl",
        '{"k": 7, "cmt": "Đường hỏng \u2028 quá", "who": "nguoi_a", "reply": 3}\n',
    )
    spec = SourceSpec(
        id=SourceId("fb"),
        name="FB",
        kind="file",
        url="x",
        columns={"id": "k", "text": "cmt", "author": "who", "parent": "reply"},
    )
    told: list[PostEvent] = []
    file_import(path, spec, deps, told.append)
    (event,) = told
    assert isinstance(event, PostSeen)
    assert event.post.id == "fb:7"
    assert event.post.parent_id == "fb:3"
    assert event.post.kind is PostKind.POST
    assert event.post.author
    assert "nguoi_a" not in repr(event)


def test_xlsx(tmp_path: Path, deps: CrawlDeps) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "text", "published"])
    sheet.append([1, "Một", datetime(2026, 3, 6, 8, 15)])  # noqa: DTZ001 - as Excel has it
    sheet.append([None, None, None])
    sheet.append([2, "Hai", "không rõ"])
    book.save(tmp_path / "a.xlsx")
    told: list[PostEvent] = []
    report = file_import(tmp_path / "a.xlsx", SPEC, deps, told.append)
    assert [(row.line, row.reason) for row in report.rejected] == [(4, "bad_date")]
    (event,) = told
    assert isinstance(event, PostSeen)
    assert event.post.published == datetime(2026, 3, 6, 1, 15, tzinfo=UTC)


def test_every_refused_row_has_its_line_and_reason(
    tmp_path: Path, deps: CrawlDeps
) -> None:
    path = write(
        tmp_path,
        "a.csv",
        "id,text,published,kind\n"
        "1,tốt,2026-03-01,post\n"
        "2,,2026-03-01,post\n"
        ",không có mã,,post\n"
        "4,ngày sai,32/13/2026,post\n"
        "5,tương lai,2099-01-01,post\n"
        "6,loại lạ,,banner\n"
        "1,lặp lại,,post\n"
        "8,thừa ô,,post,x\n",
    )
    report = file_import(path, SPEC, deps)
    assert report.taken == 1
    assert [(row.line, row.reason) for row in report.rejected] == [
        (3, "no_text"),
        (4, "no_identity"),
        (5, "bad_date"),
        (6, "future_date"),
        (7, "bad_kind"),
        (8, "repeated"),
        (9, "unreadable"),
    ]
    assert all(row.detail for row in report.rejected)


def test_broken_json_lines_do_not_stop_the_rest(
    tmp_path: Path, deps: CrawlDeps
) -> None:
    path = write(tmp_path, "a.jsonl", '{"id": 1, "text": "a"}\n{oops\n[1]\n\n')
    report = file_import(path, SPEC, deps)
    assert [(row.line, row.reason) for row in report.rejected] == [
        (2, "unreadable"),
        (3, "unreadable"),
    ]
    assert report.taken == 1


def test_a_second_import_hands_nothing_over_again(
    tmp_path: Path, deps: CrawlDeps
) -> None:
    path = write(tmp_path, "a.csv", "id,text\n1,a\n2,b\n")
    told: list[PostEvent] = []
    file_import(path, SPEC, deps, told.append)
    file_import(path, SPEC, deps, told.append)
    assert len(told) == 2


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsx"])
def test_a_file_that_is_none_of_the_kinds(
    tmp_path: Path, deps: CrawlDeps, name: str
) -> None:
    with pytest.raises(QuarantineError):
        file_import(write(tmp_path, name, "%PDF"), SPEC, deps)


def test_a_file_that_is_not_there(tmp_path: Path, deps: CrawlDeps) -> None:
    with pytest.raises(QuarantineError, match="cannot be read"):
        file_import(tmp_path / "x.csv", SPEC, deps)


def test_half_a_letter_and_nul_do_not_end_an_import(
    tmp_path: Path, deps: CrawlDeps
) -> None:
    rows = [r'{"id": "1\u0000", "text": "một \ud83d"}', '{"id": "2", "text": "hai"}']
    path = write(tmp_path, "a.jsonl", "\n".join(rows))
    told: list[PostEvent] = []
    assert file_import(path, SPEC, deps, told.append).taken == 2
    texts = [event.post.text for event in told if isinstance(event, PostSeen)]
    assert texts == ["một", "hai"]
    assert all("\0" not in event.post.id for event in told if hasattr(event, "post"))
