"""How the sources fare: unseen, refused, no longer understood, fallen, silent. Pure.

Each rule compares a source with its own past, so that none needs figures of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.health_facts import HealthRow, SourceFacts, State
from jobs.source_past import HOUR

LATE_WARN, LATE_BAD = 3, 12
"""Visits in a row that may fail."""

LEAST_LATE = timedelta(hours=2)
"""A source with a short interval is not late before."""

DEAD = timedelta(days=7)
"""Without one good visit: it has moved or ended, and waiting will not mend it."""

COLLAPSED = 0.2
"""Share of its own usual volume under which a source has collapsed."""

BASELINE_LEAST = 5
"""Posts a day from which a fall in volume says something."""

PAGES_LEAST = 5
PARSED_USUAL, PARSED_LEAST, PARSED_FALL = 0.8, 0.5, 0.4
"""Share of pages with a field that a source usually has; that tells of a new layout
when it falls below; by which it may fall."""

REFUSED_MOST, WALLED_MOST, ERRORS_MOST = 0.5, 0.3, 0.5
"""Shares of addresses forbidden, pages for subscribers and requests failed, that are
news where there used to be hardly any (`RARE`)."""

RARE = 0.1
ERRORS_LEAST = 10
CUT_SHARE = 0.35
"""Of its usual length: shorter texts are the beginnings that a paywall shows."""

LETTERS_LEAST = 400
UNLISTED_LEAST = 3
UNLISTED_MOST = 0.7


class Condition(StrEnum):
    """How a source is; the order is that of urgency."""

    DEAD = "dead"
    FAILING = "failing"
    REFUSED = "refused"
    UNLISTED = "unlisted"
    MISREAD = "misread"
    LATE = "late"
    ERRORS = "errors"
    COLLAPSED = "collapsed"
    QUIET = "quiet"
    WALLED = "walled"
    CUT = "cut"
    NEVER = "never"
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's word on a source. `said` and `hint` are Vietnamese, for people."""

    condition: Condition
    state: State
    said: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """A source's facts and what the rules say of them, the worst first."""

    facts: SourceFacts
    findings: tuple[Finding, ...] = field(default=())

    @property
    def first(self) -> Finding:
        """The finding that matters most."""
        return self.findings[0]

    @property
    def sick(self) -> bool:
        return self.first.state in {State.WARN, State.BAD}


def report(source: SourceFacts, now: datetime) -> SourceReport:
    """Judge one source by all rules."""
    found = [finding for rule in _RULES for finding in rule(source, now)]
    order = {State.BAD: 0, State.WARN: 1}
    found.sort(key=lambda f: (order.get(f.state, 2), _URGENCY[f.condition]))
    if not found:
        found = [Finding(condition=Condition.GOOD, state=State.OK, said=_GOOD)]
    return SourceReport(facts=source, findings=tuple(found))


def source_row(source: SourceFacts, now: datetime) -> HealthRow:
    """Say how one source is, as a row of health."""
    first = report(source, now).first
    return HealthRow(
        name=f"source.{source.id}",
        state=first.state,
        message_vi=f"{source.name}: {first.said}",
        hint_vi=first.hint,
    )


Rule = Callable[[SourceFacts, datetime], Iterator[Finding]]
_GOOD = "thu thập bình thường."
_URGENCY = {condition: at for at, condition in enumerate(Condition)}
_CHECK = "Mở trang nguồn để kiểm tra, rồi chạy minhtin sources check."
_LAYOUT = "Trang có thể đã đổi giao diện; cần sửa bộ đọc."


def _unseen(source: SourceFacts, now: datetime) -> Iterator[Finding]:
    """Nothing was seen: never visited, not visited in time, or in vain."""
    known = source.last_success or source.first_visit
    if known is None:
        said = "chưa thu thập lần nào."
        yield Finding(condition=Condition.NEVER, state=State.UNKNOWN, said=said)
    elif source.streak:
        yield from _failing(source, now - known)
    elif source.due is not None:
        yield from _late(source, now - source.due)


def _failing(source: SourceFacts, quiet: timedelta) -> Iterator[Finding]:
    why = f" Lỗi gần nhất: {source.last_error}" if source.last_error else ""
    if quiet > DEAD:
        said = f"{_span(quiet)} không thu thập được; nguồn có thể đã ngừng hoạt động."
        hint = "Kiểm tra địa chỉ; nếu nguồn đã ngừng, tạm dừng hoặc thay nguồn."
        yield Finding(
            condition=Condition.DEAD, state=State.BAD, said=said + why, hint=hint
        )
        return
    # A source that never gave anything is no source that fares well for two hours.
    never = source.last_success is None
    if never or quiet > max(LATE_WARN * source.interval, LEAST_LATE):
        bad = quiet > max(LATE_BAD * source.interval, 4 * LEAST_LATE)
        said = (
            "chưa lần nào thu thập được."
            if never
            else f"{_span(quiet)} chưa thu thập được."
        )
        yield Finding(
            condition=Condition.FAILING,
            state=State.BAD if bad else State.WARN,
            said=said + why,
            hint=_CHECK,
        )


def _late(source: SourceFacts, overdue: timedelta) -> Iterator[Finding]:
    if overdue > max((LATE_WARN - 1) * source.interval, LEAST_LATE):
        bad = overdue > max(LATE_BAD * source.interval, 4 * LEAST_LATE)
        yield Finding(
            condition=Condition.LATE,
            state=State.BAD if bad else State.WARN,
            said=f"quá giờ thu thập {_span(overdue)}.",
            hint="Kiểm tra tiến trình thu thập (minhtin crawl --watch) có chạy không.",
        )


def _refused(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    now, before = source.day, source.before
    share, usual = (
        _refusal(now.refused, now.seen),
        _refusal(before.refused, before.seen),
    )
    if now.refused and share >= REFUSED_MOST and usual <= RARE and before.seen:
        yield Finding(
            condition=Condition.REFUSED,
            state=State.BAD,
            said="robots.txt nay không cho phép đọc những trang trước đây cho phép"
            f" ({now.refused} địa chỉ bị từ chối).",
            hint="Không được vượt qua. Liên hệ tòa soạn, hoặc tạm dừng nguồn.",
        )


def _refusal(refused: int, seen: int) -> float:
    return refused / (refused + seen) if refused else 0.0


def _unlisted(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    now, before = source.day, source.before
    if now.visits < UNLISTED_LEAST or not before.visits:
        return
    usual = before.unlisted / before.visits
    if now.unlisted / now.visits >= UNLISTED_MOST and usual <= RARE:
        said = "không còn nhận ra danh sách bài trên trang."
        yield Finding(
            condition=Condition.UNLISTED, state=State.BAD, said=said, hint=_LAYOUT
        )


PARTS = {
    "title": "tiêu đề",
    "date": "ngày đăng",
    "text": "nội dung",
    "author": "tác giả",
}
"""Fields whose presence is watched."""


def _misread(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    now, before = source.recent, source.before
    if now.tried < PAGES_LEAST or before.tried < PAGES_LEAST:
        return
    lost = [part for part in PARTS if _fell(before.share(part), now.share(part))]
    if lost:
        named = ", ".join(
            f"{PARTS[part]} ({_percent(now.share(part))},"
            f" trước đây {_percent(before.share(part))})"
            for part in lost
        )
        said = f"nhiều trang không còn đọc được {named}."
        yield Finding(
            condition=Condition.MISREAD, state=State.BAD, said=said, hint=_LAYOUT
        )


def _fell(usual: float, now: float) -> bool:
    fallen = now < PARSED_LEAST or now < usual - PARSED_FALL
    return usual >= PARSED_USUAL and fallen


def _errors(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    now, before = source.day, source.before
    if now.failures < ERRORS_LEAST or source.streak:
        return
    share = now.failures / (now.failures + now.seen)
    usual = before.failures / max(1, before.failures + before.seen)
    if share >= ERRORS_MOST and usual <= 2 * RARE:
        worst = max(now.errors, key=lambda code: now.errors[code])
        yield Finding(
            condition=Condition.ERRORS,
            state=State.WARN,
            said=f"{_percent(share)} lượt tải bị lỗi, nhiều nhất là {worst}.",
            hint=_CHECK,
        )


def _volume(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    today, usual = source.today, source.usual
    if today is None or usual is None or usual.median < BASELINE_LEAST:
        return
    if today < usual.median * COLLAPSED and today < usual.low:
        yield Finding(
            condition=Condition.COLLAPSED,
            state=State.WARN,
            said=f"24 giờ qua chỉ có {today} bài, ngày tương tự"
            f" thường khoảng {usual.median:.0f}.",
            hint="Kiểm tra xem trang có đổi địa chỉ danh sách bài không.",
        )


def _quiet(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    if source.quiet > source.quiet_limit:
        yield Finding(
            condition=Condition.QUIET,
            state=State.WARN,
            said=f"{_span(source.quiet)} không có bài mới, lâu hơn thường lệ.",
            hint="Mở trang nguồn: nếu có bài mới ở đó, cần sửa địa chỉ hoặc bộ đọc.",
        )


def _walled(source: SourceFacts, _now: datetime) -> Iterator[Finding]:
    now, before = source.recent, source.before
    if now.pages < PAGES_LEAST or before.pages < PAGES_LEAST:
        return
    walls = now.walled / now.pages, before.walled / before.pages
    if walls[0] >= WALLED_MOST and walls[1] <= RARE:
        said = f"{_percent(walls[0])} trang nay chỉ dành cho người trả phí."
        hint = "Chỉ phần được đọc tự do được lưu. Liên hệ tòa soạn nếu cần toàn văn."
        yield Finding(
            condition=Condition.WALLED, state=State.WARN, said=said, hint=hint
        )
    usual, length = before.letters / before.pages, now.letters / now.pages
    if usual >= LETTERS_LEAST and length < CUT_SHARE * usual:
        said = (
            f"bài chỉ còn trung bình {length:.0f} ký tự, trước đây {usual:.0f};"
            " có thể bị cắt ngắn."
        )
        yield Finding(
            condition=Condition.CUT, state=State.WARN, said=said, hint=_LAYOUT
        )


_RULES: tuple[Rule, ...] = (
    _unseen,
    _refused,
    _unlisted,
    _misread,
    _errors,
    _volume,
    _quiet,
    _walled,
)


def _span(length: timedelta) -> str:
    hours = int(length / HOUR)
    return f"{hours} giờ" if hours < 48 else f"{hours // 24} ngày"  # noqa: PLR2004 - two days


def _percent(share: float) -> str:
    return f"{share * 100:.0f}%"
