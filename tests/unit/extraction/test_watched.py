import pytest

from domain.errors import ConfigurationError
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.watched import watch_rules, watched_fields

URL = "https://xa.example.vn/thong-bao"
PAGE = """<title>Thông báo | UBND xã</title><nav><a href="/">Trang chủ</a></nav>
<div class="dong-ho">Thứ Bảy, 07/03/2026 09:15:33</div><h1>Thông báo</h1>
<div id="noi-dung"><p>Lịch tiếp dân ngày 10 hằng tháng.</p><p>{more}</p></div>
<p>Lượt truy cập: {count}</p><p>Đang trực tuyến: {count} người</p><p>{clock}</p>
<footer>Bản quyền</footer>"""


def spec(**keys: str) -> SourceSpec:
    return SourceSpec(id=SourceId("p"), name="p", kind="page", url=URL, page=keys)


def read(more: str = "", count: str = "1.024", clock: str = "", **keys: str) -> str:
    body = PAGE.format(more=more, count=count, clock=clock).encode()
    found = watched_fields(body, URL, watch_rules(spec(**keys)))
    assert found is not None
    assert found.title == "Thông báo"
    return found.body


@pytest.mark.parametrize(
    "clock",
    [
        "Chủ nhật, 08/03/2026",
        "Thứ 2, ngày 9 tháng 3 năm 2026 | 10:20",
        "10:20:31 PM",
        "08/03/2026 - 10:20 (GMT+7)",
        "Hôm nay: 12",
        "Tổng truy cập 1.000.000 lượt",
    ],
)
def test_clocks_and_counters_are_no_change(clock: str) -> None:
    assert read(clock=clock, count="2.048") == read()


@pytest.mark.parametrize(
    "more",
    [
        "Hôm nay trời mưa to.",
        "Lượt xem tăng 5 lần so với năm trước, theo báo cáo.",
        "Ngày 10/3/2026 họp dân tại nhà văn hóa.",
        "Thứ Hai nghỉ.",
    ],
)
def test_sentences_are(more: str) -> None:
    assert more in read(more)


def test_a_part_by_css_or_xpath() -> None:
    for part in ("#noi-dung", "//*[@id='noi-dung']"):
        assert read("Thêm.", part=part) == "Lịch tiếp dân ngày 10 hằng tháng.\nThêm."


def test_dropped_and_ignored_parts() -> None:
    text = read("Mã phiên: 12ab", drop="h1, .dong-ho", ignore=r"mã phiên: \w+")
    assert text == "Lịch tiếp dân ngày 10 hằng tháng."


def test_a_page_without_the_part() -> None:
    rules = watch_rules(spec(part="#khac"))
    assert watched_fields(PAGE.encode(), URL, rules) is None
    assert watched_fields(b"", URL, rules) is None


def test_long_odd_lines_cost_nothing() -> None:
    assert len(read("- " * 20_000 + "x")) > 30_000


@pytest.mark.parametrize("keys", [{"pat": "x"}, {"ignore": "("}, {"part": "a[["}])
def test_rules_that_are_wrong(keys: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        watch_rules(spec(**keys))
