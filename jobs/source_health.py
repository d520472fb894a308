"""How the sources fare: silent, no longer understood, or fallen in volume. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

from jobs.health_facts import HealthRow, SourceFacts, State

LATE_WARN, LATE_BAD = 3, 12
"""Visits in a row that a source may miss."""

LEAST_LATE = timedelta(hours=2)
"""A source with a short interval is not late before."""

BASELINE_DAYS = 7
BASELINE_LEAST = 5
"""Posts a day from which a fall in volume says something."""

COLLAPSED = 0.2
"""Share of its own usual volume under which a source has collapsed."""

PAGES_LEAST = 5
PARSED_USUAL, PARSED_LEAST = 0.8, 0.5
"""Share of pages with a field that a source usually has, and that tells of a new
layout when it falls below."""


def source_row(source: SourceFacts, now: datetime) -> HealthRow:
    """Judge one source: silent, collapsed, or no longer understood."""
    name = f"source.{source.id}"
    found = _silent(source, now) or _misread(source) or _collapsed(source)
    if found is None:
        good = f"{source.name}: thu thập bình thường."
        return HealthRow(name=name, state=State.OK, message_vi=good)
    state, message, hint = found
    return HealthRow(
        name=name, state=state, message_vi=f"{source.name}: {message}", hint_vi=hint
    )


Finding = tuple[State, str, str]


def _silent(source: SourceFacts, now: datetime) -> Finding | None:
    known = source.last_success or source.first_visit
    if known is None:
        return State.UNKNOWN, "chưa thu thập lần nào.", ""
    quiet = now - known
    why = f" Lỗi gần nhất: {source.last_error}" if source.last_error else ""
    if quiet > max(LATE_BAD * source.interval, 4 * LEAST_LATE):
        state = State.BAD
    elif quiet > max(LATE_WARN * source.interval, LEAST_LATE):
        state = State.WARN
    else:
        return None
    message = f"{_hours(quiet)} chưa thu thập được.{why}"
    hint = "Mở trang nguồn để kiểm tra, rồi chạy minhtin sources check."
    return state, message, hint


def _hours(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours} giờ" if hours < 48 else f"{hours // 24} ngày"  # noqa: PLR2004 - two days


_PARTS = {"title": "tiêu đề", "date": "ngày đăng", "text": "nội dung"}


def _misread(source: SourceFacts) -> Finding | None:
    if source.pages < PAGES_LEAST:
        return None
    now, usual = source.parsed or {}, source.parsed_usual or {}
    lost = [
        _PARTS.get(part, part)
        for part, share in usual.items()
        if share >= PARSED_USUAL and now.get(part, 0.0) < PARSED_LEAST
    ]
    if not lost:
        return None
    message = f"phần lớn trang không còn đọc được {', '.join(lost)}."
    return State.BAD, message, "Trang có thể đã đổi giao diện; cần sửa bộ đọc."


def _collapsed(source: SourceFacts) -> Finding | None:
    if len(source.daily) < BASELINE_DAYS:
        return None
    usual = median(source.daily)
    if usual < BASELINE_LEAST or source.today >= usual * COLLAPSED:
        return None
    message = f"24 giờ qua chỉ có {source.today} bài, thường ngày khoảng {usual:.0f}."
    return State.WARN, message, "Kiểm tra xem trang có đổi địa chỉ danh sách bài không."


class Visit(Protocol):
    """One visit to a source, as the crawlers note it."""

    @property
    def started(self) -> datetime: ...
    @property
    def finished(self) -> datetime | None: ...
    @property
    def new(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def with_title(self) -> int: ...
    @property
    def with_date(self) -> int: ...
    @property
    def with_text(self) -> int: ...
    @property
    def failed(self) -> bool: ...


_DAY = timedelta(days=1)


def source_facts(
    source: str,
    name: str,
    interval: timedelta,
    visits: Sequence[Visit],
    now: datetime,
) -> SourceFacts:
    """Add up a source's visits of at least the last days; any order."""
    good = [v for v in visits if v.finished is not None and not v.failed]
    last = max((v.finished for v in good if v.finished is not None), default=None)
    first = min((v.started for v in visits), default=None)
    newest = max(visits, key=lambda v: v.started, default=None)
    fresh = [v for v in visits if v.started > now - _DAY]
    older = [v for v in visits if v.started <= now - _DAY]
    return SourceFacts(
        id=source,
        name=name,
        interval=interval,
        last_success=last,
        first_visit=first,
        last_error=newest.message if newest is not None and newest.failed else "",
        today=sum(v.new for v in fresh),
        daily=tuple(_daily(older, first, now)),
        pages=sum(v.pages for v in fresh),
        parsed=_shares(fresh),
        parsed_usual=_shares(older),
    )


def _daily(
    visits: Iterable[Visit], first: datetime | None, now: datetime
) -> Iterator[int]:
    """Yield new posts of each whole day before the last 24 hours, newest first."""
    counts: dict[int, int] = {}
    for visit in visits:
        age = (now - visit.started) // _DAY
        counts[age] = counts.get(age, 0) + visit.new
    # The day of the first visit brings a whole archive and is no usual day.
    whole = (now - first) // _DAY if first is not None else 0
    for age in range(1, min(whole, 2 * BASELINE_DAYS + 1)):
        yield counts.get(age, 0)


def _shares(visits: Sequence[Visit]) -> Mapping[str, float] | None:
    pages = sum(v.pages for v in visits)
    if not pages:
        return None
    return {
        "title": sum(v.with_title for v in visits) / pages,
        "date": sum(v.with_date for v in visits) / pages,
        "text": sum(v.with_text for v in visits) / pages,
    }
