"""How sources are written on the page."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.profile import SourceSpec
from e2e.console_world import NOW
from jobs.health_facts import Lag, SourceFacts, State
from jobs.source_habit import Usual
from jobs.source_health import Condition, Finding, SourceReport
from jobs.source_past import VisitSum
from source_visits import SPEC
from ui import source_lines
from ui.context import SourceTrial
from ui.reading import Reading
from ui.wording import wording
from wiring.profile import load_profile
from wiring.source_edits import flaws_of

FACTS = SourceFacts(id="bao", name="Báo", interval=timedelta(hours=1))


@pytest.fixture
def reading() -> Reading:
    return Reading(profile=load_profile("mau-nho"), words=wording("vi"), now=NOW)


def found(name: str, state: State, *, enabled: bool = True) -> SourceSpec:
    return replace(SPEC, id=name, name=f"{name} {state}", enabled=enabled)


def report(name: str, state: State) -> SourceReport:
    finding = Finding(condition=Condition.FAILING, state=state, said="hỏng <b>")
    return SourceReport(facts=replace(FACTS, id=name), findings=(finding,))


def test_the_sick_come_first_and_those_switched_off_last(reading: Reading) -> None:
    states = {"a": State.OK, "b": State.BAD, "c": State.UNKNOWN, "d": State.WARN}
    specs = [found(name, state) for name, state in states.items()]
    off = found("0", State.BAD, enabled=False)
    reports = [report(name, state) for name, state in states.items()]
    lines = source_lines.lines([off, *specs], [*reports, report("0", State.BAD)])
    assert [line.spec.id for line in lines] == ["b", "d", "c", "a", "0"]
    assert [line.sick for line in lines] == [True, True, False, False, False]
    marks = [source_lines.state_of(line, reading)[0] for line in lines]
    assert len(set(marks)) == 5
    assert source_lines.state_of(lines[0], reading)[1:] == (
        "không thu thập được",
        "hỏng <b>",
    )
    assert source_lines.state_of(lines[4], reading)[1] == "đang tắt"


def test_the_heading_counts_as_well_only_what_is(reading: Reading) -> None:
    def heading(*states: State) -> str:
        names = [f"s{n}" for n in range(len(states))]
        specs = [found(n, s) for n, s in zip(names, states, strict=True)]
        channel = replace(found("kenh", State.OK), kind="intake")
        reports = [report(n, s) for n, s in zip(names, states, strict=True)]
        lines = source_lines.lines([*specs, channel], reports)
        return source_lines.finding(lines, reading)

    assert heading(State.OK, State.OK).startswith("Cả 2 nguồn")
    assert heading(State.OK, State.UNKNOWN).startswith(
        "1/2 nguồn đang bật thu thập bình"
    )
    assert heading(State.OK, State.BAD, State.UNKNOWN).startswith(
        "1/3 nguồn đang bật cần"
    )


def test_a_channel_of_reports_receives(reading: Reading) -> None:
    channel = replace(found("kenh", State.OK), kind="intake")
    (line,) = source_lines.lines([channel], [])
    assert source_lines.state_of(line, reading)[1] == "đang nhận"
    assert not line.well


def test_figures_as_they_are_read_here(reading: Reading) -> None:
    minutes = timedelta(minutes=1)
    assert source_lines.lag(None, reading) == "–"
    known = Lag(p50=9 * minutes, p95=200 * minutes, posts=5)
    assert source_lines.lag(known, reading) == "9 phút / 3 giờ"
    assert source_lines.today_against_usual(FACTS, reading.words) == "– / –"
    usual = Usual(median=1234, mad=2, days=4)
    facts = replace(FACTS, today=0, usual=usual)
    assert source_lines.today_against_usual(facts, reading.words) == "0 / 1.234"
    words = reading.words
    sums = VisitSum(pages=4, with_title=4, with_date=3, with_text=4, errors={"dns": 2})
    assert source_lines.shares(sums, words) == "100% · 75% · 100% · 0%"
    assert source_lines.shares(VisitSum(), words) == "–"
    assert source_lines.errors(sums, words) == "2: không tìm thấy tên miền"
    assert source_lines.errors(VisitSum(), words) == "0"
    assert source_lines.next_visit(None, reading) == "–"
    assert source_lines.next_visit(NOW, reading) == "đến lượt"
    assert source_lines.next_visit(NOW + 5 * minutes, reading) == "07:15"


def test_a_gap_is_drawn_otherwise_than_a_zero(reading: Reading) -> None:
    days = [(date(2026, 11, 20 + at), count) for at, count in enumerate((4, None, 0))]
    drawn = source_lines.sparkline(days, reading)
    assert drawn.count("class='gap'") == 1
    assert drawn.count("<b style='height:100%'>") == 1
    assert drawn.count("<i></i>") == 1
    assert "21/11: không có dữ liệu; 22/11: 0" in drawn
    assert source_lines.gaps(days) == 1


def test_a_trial_is_said_truly(reading: Reading) -> None:
    whole = {"title": 3, "date": 3, "text": 3, "author": 3}
    bad = SourceTrial(
        sound=False, pages=3, parts=whole, errors={"timeout": 1, "http_404": 2}
    )
    verdict, *rest = source_lines.trial(bad, reading.words)
    assert verdict.startswith("Đọc được 3 trang, đủ tiêu đề, ngày đăng và nội dung; 3")
    assert rest == [
        "tiêu đề 3/3 · ngày đăng 3/3 · nội dung 3/3 · tác giả 3/3",
        "Lỗi: không tìm thấy trang (http_404): 2, quá thời gian (timeout): 1.",
    ]
    lacks = replace(bad, parts=whole | {"date": 0}, errors={})
    assert "có trang thiếu ngày đăng." in source_lines.trial(lacks, reading.words)[0]
    none = SourceTrial(sound=False, pages=0, parts={}, errors={}, message="x")
    assert source_lines.trial(none, reading.words) == [
        "Đọc thử chưa được bài nào. Vẫn có thể lưu nếu đã rõ nguyên nhân.",
        "x",
    ]


def test_wrong_fields_have_the_names_of_the_page(reading: Reading) -> None:
    wrong = flaws_of(SPEC, {"interval_minutes": "nhanh", "quiet_hours": "đêm"})
    assert source_lines.flaws(wrong, reading.words) == [
        "Mục “Chu kỳ (phút)” cần một số nguyên.",
        "Mục “Giờ nghỉ” cần có dạng 22:00-05:00.",
    ]
