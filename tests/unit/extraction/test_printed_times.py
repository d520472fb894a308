"""The minute of publication, as pages print it and as they claim it."""

import json
from datetime import UTC, datetime

import pytest

from extraction.page import extract_page

URL = "https://bao.example.vn/ban-20260914081500123.htm"
FETCHED = datetime(2026, 9, 15, 5, tzinfo=UTC)
MINUTE = datetime(2026, 9, 14, 1, 15, tzinfo=UTC)
CLOCK = '<div class="header-top"><span>Thứ Ba, 15/09/2026, 09:40</span></div>'
TITLE = "<h1>Bản vùng cao có cầu treo mới sau mười năm chờ đợi</h1>"
BODY = (
    f"<div class='detail-content'><p>{'Cầu dài 62 mét, rộng hai mét. ' * 9}</p></div>"
)
PRINTED = "<span>14/09/2026 08:15</span>"


def published(time: str, *, head: str = "", **claims: str) -> datetime | None:
    """Return the time found on a page that prints `time` below its heading."""
    node = json.dumps({"@type": "NewsArticle", "headline": "Bản", **claims})
    script = f'<script type="application/ld+json">{node}</script>'
    page = f"<head>{head}{script}</head><body>{CLOCK}{TITLE}{time}{BODY}</body>"
    when = extract_page(page.encode(), URL, fetched=FETCHED).published
    return when.replace(second=0) if when else None


@pytest.mark.parametrize(
    "time",
    [
        "<span>Thứ Hai, 14/09/2026 - 08:15 (GMT+7)</span>",
        "<span>08:15 | 14/09/2026</span>",
        "<span>08h15 ngày 14/9/2026</span>",
        "<span>Ngày đăng: 14/09/2026 08:15'</span>",
        "<span>14/9/2026 8:15 AM</span>",
        "<span>14.09.2026, 08:15</span>",
        "<span>08:15, Thứ Hai, ngày 14 tháng 9 năm 2026</span>",
        "<span>14 Thg 9, 2026 08:15</span>",
        "<span>14 Th9, 2026 08:15</span>",
        "<div><b>08:15</b>&nbsp;|&nbsp;<i>14/09/2026</i></div>",
        "<div><span>14/09/2026</span><span>08:15</span></div>",
        "<ul><li>Xã hội</li><li>14/09/2026</li><li>08:15</li></ul>",
        "<p><b>Ngày đăng:</b> 14/09/2026 <b>Giờ:</b> 08:15</p>",
        "<span>Cập nhật 10:20 14/09/2026</span><span>Đăng 08:15 14/09/2026</span>",
        "<span>Đăng lúc 08:15 14/09/2026 - Cập nhật lúc 10:20 14/09/2026</span>",
        "<span>Cập nhật lúc 08:15, 14/09/2026 (GMT+7)</span>",
        '<time datetime="2026-09-14T01:15:00Z">hôm qua</time>',
        '<time datetime="2026-09-14T08:15:00Z">14/09/2026 08:15</time>',
        '<time data-time="1789348500">14/09/2026</time>',
        '<span class="time-ago" title="2026-09-14T08:15:00">1 ngày trước</span>',
    ],
)
def test_printed(time: str) -> None:
    assert published(time) == MINUTE


@pytest.mark.parametrize(
    "claim",
    [
        "2026-09-14T08:15:00+07:00",
        "2026-09-14T01:15:00.000Z",
        "2026-09-14T08:15:00Z",
        "2026-09-14T08:15:00+00:00",
        "2026-09-14T08:15:00+08:00",
        "2026-09-14T01:15:00+07:00",
        "2026-09-14",
        "2026-09-14T00:00:00+07:00",
        "2026-09-14T00:00:00Z",
        "9/14/2026 8:15:00 AM",
        "Thứ Hai, 14/09/2026 - 08:15",
    ],
)
def test_a_claim_is_set_right_by_the_print(claim: str) -> None:
    assert published(PRINTED, datePublished=claim) == MINUTE
    meta = f'<meta property="article:published_time" content="{claim}">'
    assert published(PRINTED, head=meta) == MINUTE


def test_hours_of_a_clock_of_twelve_and_days_the_other_way_round() -> None:
    evening = datetime(2026, 9, 14, 13, 15, tzinfo=UTC)
    claim = "2026-09-14T08:15:00+07:00"
    assert published("<i>14/09/2026 20:15</i>", datePublished=claim) == evening
    day = datetime(2026, 9, 4, 1, 15, tzinfo=UTC)
    claim = "2026-04-09T08:15:00+07:00"
    assert published("<i>04/09/2026 08:15</i>", datePublished=claim) == day


def test_a_time_that_is_no_known_mistake_is_believed() -> None:
    claim = "2026-09-14T07:58:12+07:00"
    assert published(PRINTED, datePublished=claim) == datetime(
        2026, 9, 14, 0, 58, tzinfo=UTC
    )
