"""What health says of drift."""

from collections.abc import Iterator, Sequence

from jobs.drift import Measure, Shift
from jobs.health_facts import Failure, HealthRow, State

NAMED = 4
"""Things named in the sentence; the page has them all."""

_HINT = (
    "Xem trang Độ lệch: đọc vài chục bài mới, sửa nguồn bị hỏng hoặc duyệt thêm bài "
    "rồi huấn luyện lại mô hình."
)


def drift_rows(drift: Sequence[Shift] | Failure | None) -> Iterator[HealthRow]:
    """Yield one row once a week was counted."""
    if not drift or isinstance(drift, Failure):
        return
    moved = [shift for shift in drift if shift.moved]
    if moved:
        names = ", ".join(_named(shift) for shift in moved[:NAMED])
        more = f" và {len(moved) - NAMED} mục khác" if len(moved) > NAMED else ""
        yield HealthRow(
            name="drift",
            state=State.WARN,
            message_vi=f"Tuần trước lệch so với các tuần trước đó: {names}{more}.",
            hint_vi=_HINT,
        )
        return
    compared = sum(shift.value is not None for shift in drift)
    said = (
        f"Điểm, từ lạ và tỉ lệ gắn cờ ổn định ({compared} phép so sánh)."
        if compared
        else "Chưa đủ bài để so sánh các tuần."
    )
    yield HealthRow(name="drift", state=State.OK, message_vi=said)


def _named(shift: Shift) -> str:
    match shift.measure:
        case Measure.SCORES:
            value = f"{shift.value or 0:.2f}".replace(".", ",")
            return f"điểm của nhãn {shift.name} (PSI {value})"
        case Measure.UNKNOWN:
            return f"từ lạ ({shift.before:.0%} thành {shift.now:.0%})"
        case Measure.SOURCE:
            shares = f"{shift.before:.0%} thành {shift.now:.0%}"
            return f"tỉ lệ gắn cờ của nguồn {shift.name} ({shares})"
