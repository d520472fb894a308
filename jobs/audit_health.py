"""How the audit log is: verified lately and sound, anchored lately. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from jobs.health_facts import AuditFacts, Failure, HealthRow, State

OVERDUE = timedelta(hours=30)
"""Between two daily runs. Shorter raises an alarm when a night's run is late, longer
leaves more rows without an anchor unseen."""


def audit_rows(
    facts: AuditFacts | Failure | None, now: datetime
) -> Iterator[HealthRow]:
    """Yield the rows `audit` and `audit.anchor`."""
    if facts is None or isinstance(facts, Failure):
        return
    yield _verified(facts, now)
    if facts.anchoring is not None:
        yield _anchored(facts, now)


def _verified(facts: AuditFacts, now: datetime) -> HealthRow:
    hint = "Chạy lệnh minhtin audit verify và kiểm tra tiến trình minhtin jobs."
    if facts.verified is None:
        said = "Nhật ký kiểm toán chưa được kiểm tra lần nào."
        return _row("audit", State.UNKNOWN, said, hint)
    if facts.outcome != "sound":
        said = f"Nhật ký kiểm toán KHÔNG nguyên vẹn ({facts.outcome})."
        keep = (
            "Giữ nguyên máy chủ và bản sao lưu, báo lãnh đạo; xem lệnh minhtin audit "
            "verify và docs/audit.md."
        )
        return _row("audit", State.BAD, said, keep)
    if now - facts.verified > OVERDUE:
        said = "Nhật ký kiểm toán đã quá hạn kiểm tra hằng ngày."
        return _row("audit", State.BAD, said, hint)
    return _row("audit", State.OK, "Nhật ký kiểm toán nguyên vẹn.")


def _anchored(facts: AuditFacts, now: datetime) -> HealthRow:
    name = "audit.anchor"
    if not facts.anchoring:
        said = "Nhật ký kiểm toán chưa được neo ra ngoài cơ sở dữ liệu."
        hint = "Đặt audit_key_file và audit_anchor_dir, xem docs/audit.md."
        return _row(name, State.WARN, said, hint)
    hint = "Kiểm tra thư mục bản neo và chạy lệnh minhtin audit anchor."
    if facts.anchored is None:
        return _row(name, State.WARN, "Nhật ký kiểm toán chưa có bản neo nào.", hint)
    if now - facts.anchored > OVERDUE:
        return _row(name, State.BAD, "Bản neo nhật ký đã quá hạn một ngày.", hint)
    return _row(name, State.OK, "Nhật ký kiểm toán đã được neo trong ngày.")


def _row(name: str, state: State, said: str, hint: str = "") -> HealthRow:
    return HealthRow(name=name, state=state, message_vi=said, hint_vi=hint)
