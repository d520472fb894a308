"""Whether all is well, in words. Pure rules over facts that were gathered elsewhere.

The same rows are shown by the console and `minhtin doctor`. A fact that is None was not
asked for and makes no row; a `Failure` in a fact's place says that asking failed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from jobs.audit_health import audit_rows
from jobs.drift_words import drift_rows
from jobs.health_facts import (
    Facts,
    Failure,
    HealthRow,
    JobFacts,
    SourceFacts,
    State,
)
from jobs.source_health import source_row

__all__ = ["Facts", "Failure", "HealthRow", "JobFacts", "SourceFacts", "State"]
__all__ += ["check", "worst"]

BEHIND_WARN, BEHIND_BAD = 1_000, 20_000
"""Records that a group may be behind: minutes and hours of a worker's time. Lower
raises an alarm at each import, higher lets a stuck worker go unseen for a day."""

OUTBOX_WARN, OUTBOX_BAD = 100, 2_000
"""Decisions not yet passed on: a busy minute, and half a day of an office."""

REJECTED_WARN = 1
REJECTED_BAD = 500

FREE_WARN, FREE_BAD = 5 * 1024**3, 1024**3
"""Bytes free: about three weeks of a province's press, and a few days."""


def check(
    facts: Facts, before: Mapping[str, HealthRow] | None = None
) -> list[HealthRow]:
    """Judge the facts; `before` are the former rows, so that `since` is kept."""
    known = before or {}
    return [_dated(row, known.get(row.name), facts.now) for row in _rows(facts)]


def worst(rows: Sequence[HealthRow]) -> State:
    """Return the state of the whole."""
    order = (State.BAD, State.WARN, State.UNKNOWN)
    present = {row.state for row in rows}
    return next((state for state in order if state in present), State.OK)


def _dated(row: HealthRow, before: HealthRow | None, now: datetime) -> HealthRow:
    same = before is not None and before.state is row.state
    return replace(row, since=before.since if before and same else now)


def _rows(facts: Facts) -> Iterator[HealthRow]:
    yield from _lag(facts.lag)
    yield from _documents(facts.documents)
    yield from _casework(facts.casework)
    yield from _evidence(facts.evidence)
    yield from _outbox(facts.outbox)
    yield from _rejected(facts.rejected)
    yield from _disk(facts.free_bytes)
    yield from _model(facts.model)
    yield from drift_rows(facts.drift)
    yield from audit_rows(facts.audit, facts.now)
    yield from _sources(facts.sources, facts.now)
    yield from _jobs(facts.jobs)


def _bad(name: str, message: str, hint: str) -> HealthRow:
    return HealthRow(name=name, state=State.BAD, message_vi=message, hint_vi=hint)


def _ok(name: str, message: str) -> HealthRow:
    return HealthRow(name=name, state=State.OK, message_vi=message)


def _over(value: float, warn: float, bad: float) -> State:
    if value >= bad:
        return State.BAD
    return State.WARN if value >= warn else State.OK


_STEPS = {
    "worker": "phân tích bài đăng",
    "worker.idle": "phân tích dữ liệu quá khứ",
    "indexer": "đưa bài vào tìm kiếm",
}


def _lag(lag: Mapping[str, int] | Failure | None) -> Iterator[HealthRow]:
    match lag:
        case None:
            return
        case Failure(why):
            hint = (
                "Kiểm tra các máy chủ Kafka, hoặc ổ đĩa và quyền truy cập thư mục "
                "dữ liệu nếu không dùng Kafka. Công việc tự tiếp tục khi kết nối lại."
            )
            yield _bad("log", f"Không đọc được nhật ký sự kiện: {why}", hint)
        case _:
            yield _ok("log", "Nhật ký sự kiện hoạt động bình thường.")
            for group, behind in lag.items():
                yield _lag_of(group, behind)


def _lag_of(group: str, behind: int) -> HealthRow:
    # History may take days; nobody waits for it.
    patient = group.endswith(".idle")
    state = State.OK if patient else _over(behind, BEHIND_WARN, BEHIND_BAD)
    step = _STEPS.get(group, group)
    return HealthRow(
        name=f"lag.{group}",
        state=state,
        message_vi=f"Công đoạn {step}: còn {behind} mục chờ xử lý.",
        hint_vi=""
        if state is State.OK
        else f"Kiểm tra tiến trình {group} có đang chạy không; có thể chạy thêm.",
    )


def _documents(documents: int | Failure | None) -> Iterator[HealthRow]:
    match documents:
        case None:
            return
        case Failure(why):
            hint = (
                "Bài vẫn được phân tích. Kiểm tra máy chủ tìm kiếm hoặc ổ đĩa; chỉ "
                "chạy minhtin reindex khi kho tìm kiếm bị hỏng, mất hoặc thuộc phiên "
                "bản khác."
            )
            yield _bad("index", f"Không truy cập được kho tìm kiếm: {why}", hint)
        case _:
            yield _ok("index", f"Kho tìm kiếm có {documents} bài.")


def _casework(casework: bool | Failure | None) -> Iterator[HealthRow]:  # noqa: FBT001 - a fact, not a switch
    match casework:
        case None:
            return
        case Failure(why):
            hint = "Chưa thể ghi kết luận mới. Kiểm tra cơ sở dữ liệu nghiệp vụ."
            yield _bad(
                "casework", f"Không truy cập được dữ liệu nghiệp vụ: {why}", hint
            )
        case _:
            yield _ok("casework", "Dữ liệu nghiệp vụ hoạt động bình thường.")


def _evidence(evidence: bool | Failure | None) -> Iterator[HealthRow]:  # noqa: FBT001 - a fact, not a switch
    match evidence:
        case None:
            return
        case Failure(why):
            hint = "Việc thu thập đang chờ. Kiểm tra máy chủ lưu trữ và khóa truy cập."
            yield _bad("evidence", f"Không truy cập được kho chứng cứ: {why}", hint)
        case _:
            yield _ok("evidence", "Kho chứng cứ hoạt động bình thường.")


def _outbox(outbox: int | Failure | None) -> Iterator[HealthRow]:
    if outbox is None or isinstance(outbox, Failure):
        return
    state = _over(outbox, OUTBOX_WARN, OUTBOX_BAD)
    yield HealthRow(
        name="outbox",
        state=state,
        message_vi=f"Có {outbox} kết luận chờ chuyển sang tìm kiếm.",
        hint_vi="" if state is State.OK else "Kiểm tra tiến trình minhtin jobs.",
    )


def _rejected(rejected: int | Failure | None) -> Iterator[HealthRow]:
    if rejected is None or isinstance(rejected, Failure):
        return
    state = _over(rejected, REJECTED_WARN, REJECTED_BAD)
    yield HealthRow(
        name="rejected",
        state=state,
        message_vi=f"Có {rejected} bài không xử lý được."
        if rejected
        else "Không có bài nào bị lỗi xử lý.",
        hint_vi=""
        if state is State.OK
        else "Xem lý do bằng lệnh minhtin rejected list.",
    )


def _disk(free: int | Failure | None) -> Iterator[HealthRow]:
    match free:
        case None:
            return
        case Failure(why):
            hint = "Kiểm tra thư mục dữ liệu."
            yield _bad("disk", f"Không xem được dung lượng ổ đĩa: {why}", hint)
        case _:
            # Less is worse, so both sides are turned around.
            state = _over(-free, 1 - FREE_WARN, 1 - FREE_BAD)
            amount = f"{free / 1024**3:.1f}".replace(".", ",")
            yield HealthRow(
                name="disk",
                state=state,
                message_vi=f"Ổ đĩa dữ liệu còn trống {amount} GB.",
                hint_vi=""
                if state is State.OK
                else "Giải phóng ổ đĩa; khi đầy, hệ thống ngừng thu thập.",
            )


def _model(model: str | Failure | None) -> Iterator[HealthRow]:
    match model:
        case None:
            return
        case Failure(why):
            hint = "Chạy lệnh minhtin train để tạo lại mô hình."
            yield _bad("model", f"Không dùng được mô hình phân loại: {why}", hint)
        case _:
            yield _ok("model", f"Mô hình phân loại phiên bản {model}.")


def _sources(
    sources: Sequence[SourceFacts] | Failure | None, now: datetime
) -> Iterator[HealthRow]:
    match sources:
        case None:
            return
        case Failure(why):
            hint = "Kiểm tra tiến trình thu thập."
            yield _bad("sources", f"Không xem được tình trạng nguồn tin: {why}", hint)
        case _:
            for source in sources:
                yield source_row(source, now)


def _jobs(jobs: Sequence[JobFacts] | Failure | None) -> Iterator[HealthRow]:
    if jobs is None or isinstance(jobs, Failure):
        return
    for job in jobs:
        yield _job(job)


def _job(job: JobFacts) -> HealthRow:
    name = f"job.{job.name}"
    if job.overdue:
        message = f"Công việc {job.name} đã quá giờ mà chưa chạy."
        return _bad(name, message, "Kiểm tra tiến trình minhtin jobs.")
    if job.ok:
        return _ok(name, f"Công việc {job.name} chạy tốt: {job.message}.")
    return HealthRow(
        name=name,
        state=State.WARN,
        message_vi=f"Công việc {job.name} lần cuối không thành công: {job.message}",
        hint_vi=f"Chạy lại bằng lệnh minhtin jobs --once {job.name}.",
    )
