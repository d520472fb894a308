"""What makes a decision a valid one: pure checks, the product's rules."""

import dataclasses
from urllib.parse import urlsplit

from casework.model import Decision, Evidence
from domain.errors import QuarantineError
from domain.labels import Verdict

LONGEST_TEXT = 4000
"""Characters of a reason: a page and a half. More belongs into a case."""

MOST_EVIDENCE = 50

MOST_REVISIONS = 2**31
"""What an integer column of every database holds."""

_WITH_HARM = frozenset({Verdict.HARMFUL, Verdict.FALSE, Verdict.MISLEADING})


def checked(decision: Decision) -> Decision:
    """Return the decision with clean texts. Raises `QuarantineError` with a reason.

    `false`, `misleading` and `true` need evidence, `harmful` a type, `answer_needed`
    an agency; criticism and the like bear no type of harm.
    """
    clean = dataclasses.replace(
        decision,
        reason=plain(decision.reason),
        evidence=tuple(_checked_evidence(item) for item in decision.evidence),
    )
    if not clean.post_id or not 0 <= clean.revision < MOST_REVISIONS:
        raise QuarantineError("Thiếu bài đăng hoặc phiên bản.", reason="post_missing")
    _check_needs(clean)
    if len(clean.evidence) > MOST_EVIDENCE:
        raise QuarantineError(
            f"Nhiều nhất {MOST_EVIDENCE} căn cứ cho một kết luận.",
            reason="evidence_too_many",
            hint="Vui lòng lập vụ việc để lưu đủ tài liệu.",
        )
    return clean


def _check_needs(decision: Decision) -> None:
    verdict = decision.verdict
    if verdict.needs_evidence and not decision.evidence:
        raise QuarantineError(
            "Kết luận này cần ít nhất một căn cứ.",
            reason="evidence_missing",
            hint="Thêm liên kết hoặc tài liệu làm căn cứ rồi lưu lại.",
        )
    if verdict is Verdict.HARMFUL and decision.harm is None:
        raise QuarantineError(
            "Kết luận «có thể gây hại» cần chọn loại gây hại.",
            reason="harm_missing",
            hint="Chọn một loại trong danh sách.",
        )
    if decision.harm is not None and verdict not in _WITH_HARM:
        raise QuarantineError(
            "Kết luận này không đi kèm loại gây hại.",
            reason="harm_unfit",
            hint="Bỏ loại gây hại hoặc chọn kết luận khác.",
        )
    if verdict is Verdict.ANSWER_NEEDED and not decision.agency:
        raise QuarantineError(
            "Kết luận «cần trả lời» cần chọn cơ quan chủ quản.",
            reason="agency_missing",
            hint="Chọn cơ quan sẽ trả lời.",
        )


def _checked_evidence(item: Evidence) -> Evidence:
    clean = Evidence(
        **{f.name: plain(getattr(item, f.name)) for f in dataclasses.fields(item)}
    )
    if not clean.title:
        raise QuarantineError("Căn cứ cần có tên.", reason="evidence_untitled")
    if clean.url and not _is_web(clean.url):
        raise QuarantineError(
            "Liên kết của căn cứ phải bắt đầu bằng http:// hoặc https://.",
            reason="evidence_url",
        )
    return clean


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def plain(text: str) -> str:
    """Return text that every database takes; refuse what is too long."""
    clean = text.encode(errors="replace").decode().replace("\0", "").strip()
    if len(clean) > LONGEST_TEXT:
        raise QuarantineError(
            f"Nội dung dài quá {LONGEST_TEXT} ký tự.",
            reason="text_too_long",
            hint="Vui lòng viết ngắn lại.",
        )
    return clean
