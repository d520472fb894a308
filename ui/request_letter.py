"""The answer to a person's request, as a draft to print. Pure; Vietnamese only.

A letter of a state office: number, date and signature stay empty for those who sign.
What is not known stands as a gap to be filled, never as something invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from casework.request_model import Outcome, RequestKind, RightsRequest
from domain.profile import Profile

ASKED: Mapping[RequestKind, str] = {
    RequestKind.ERASE: "xoá dữ liệu cá nhân",
    RequestKind.RESTRICT: "hạn chế xử lý dữ liệu cá nhân",
    RequestKind.CORRECT: "chỉnh sửa dữ liệu cá nhân",
    RequestKind.OBJECTION: "xem xét lại việc gắn cờ, kết luận đối với bài đăng",
}
ENDED: Mapping[Outcome, str] = {
    Outcome.ERASED: "đã xoá các bài đăng được xác định trong yêu cầu khỏi hệ thống.",
    Outcome.RESTRICTED: "đã hạn chế xử lý dữ liệu nêu trong yêu cầu.",
    Outcome.CORRECTED: "đã chỉnh sửa dữ liệu nêu trong yêu cầu.",
    Outcome.REFUSED: "không thực hiện được yêu cầu.",
    Outcome.NOTHING_KEPT: "không tìm thấy dữ liệu nào như nêu trong yêu cầu.",
    Outcome.UPHELD: "chấp nhận phản đối; kết luận trước đây đã được thay bằng "
    "kết luận mới.",
    Outcome.REJECTED: "không chấp nhận phản đối; kết luận được giữ nguyên.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Parts of a letter; `about` is the line «V/v …»."""

    office: str
    parent: str
    place: str
    about: str
    to: str
    contact: str
    paragraphs: tuple[str, ...]


def gap(what: str) -> str:
    return f"[cần bổ sung: {what}]"


def letter_of(request: RightsRequest, profile: Profile) -> Letter:
    """Draft the answer out of what the request holds."""
    return Letter(
        office=profile.organisation or gap("tên cơ quan"),
        parent=gap("cơ quan cấp trên"),
        place=profile.name,
        about=f"V/v trả lời yêu cầu {ASKED[request.kind]}",
        to=request.who or gap("tên người nhận"),
        contact=request.contact or gap("địa chỉ người nhận"),
        paragraphs=tuple(_paragraphs(request, profile)),
    )


def _paragraphs(request: RightsRequest, profile: Profile) -> Iterator[str]:
    zone = ZoneInfo(profile.timezone)
    day = f"{request.received.astimezone(zone):%d/%m/%Y}"
    office = profile.organisation or gap("tên cơ quan")
    yield (
        f"{office} nhận được đơn ngày {day} của Ông/Bà (Quý cơ quan) đề nghị "
        f"{ASKED[request.kind]}, thụ lý số {request.number}."
    )
    bases = {
        rule.basis
        for rule in profile.rules
        if rule.id in {duty.rule for duty in request.duties}
    }
    if request.kind is not RequestKind.OBJECTION:
        yield f"Căn cứ {'; '.join(sorted(bases)) or gap('căn cứ pháp lý')}."
    ended = ENDED[request.outcome] if request.outcome else gap("kết quả giải quyết")
    yield f"Sau khi xem xét, {office} {ended}"
    yield f"Lý do: {request.reason or gap('lý do')}"
    if request.outcome is Outcome.ERASED:
        yield from _erased(request)
    elif request.done:
        yield f"Việc đã thực hiện: {request.done}"
    yield request.answer or gap("nội dung trả lời thêm, quyền khiếu nại và nơi nhận")


def _erased(request: RightsRequest) -> Iterator[str]:
    papers = ", ".join(request.papers) or gap("mã chứng nhận xoá dữ liệu")
    yield f"Mã chứng nhận xoá dữ liệu: {papers}."
    yield (
        "Bản sao lưu có thể còn giữ dữ liệu đến thời hạn ghi trong chứng nhận; khi "
        "khôi phục từ bản sao lưu, dữ liệu này được xoá lại."
    )
    if request.kept_back:
        yield (
            f"Có {request.kept_back} bài đăng đang được lưu giữ theo yêu cầu pháp lý "
            "nên chưa xoá."
        )
