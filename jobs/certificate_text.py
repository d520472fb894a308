"""A deletion certificate as a text to print and file. Pure; Vietnamese.

The text says nothing that the audit's row does not: whoever holds it can have the row
looked up by the digest and compared.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from jobs.certificate import digest_of

RULES: Mapping[str, str] = {
    "gate_dropped": "không thuộc địa bàn",
    "gate_sample": "mẫu ngẫu nhiên ngoài địa bàn",
    "unflagged_personal": "bài cá nhân không gắn cờ",
    "flagged_unreviewed": "đã gắn cờ, chưa có kết luận",
    "reviewed_harmless": "đã xem xét, không gây hại",
    "press": "bài báo",
    "press_flagged": "bài báo cần trả lời",
    "case_closed": "đã kết luận, thuộc vụ việc",
    "begun": "lượt xoá trước còn dở",
}
PLACES: Mapping[str, str] = {
    "log": "nhật ký thu thập",
    "rejected": "bản ghi bị gác lại",
    "copies": "bản sao lưu",
}


def certificate_text(detail: Mapping[str, Any], organisation: str, zone: tzinfo) -> str:
    """Return the text of the `detail` of an audit row `retention.certificate`."""
    return "\n".join(_lines(detail, organisation, zone)) + "\n"


def _lines(detail: Mapping[str, Any], organisation: str, zone: tzinfo) -> Iterator[str]:
    yield organisation or "[cần bổ sung: tên cơ quan]"
    yield ""
    yield "GIẤY CHỨNG NHẬN XOÁ DỮ LIỆU"
    yield ""
    yield f"Căn cứ xoá: {_reason(str(detail['reason']))}"
    yield f"Bắt đầu: {_moment(detail['started'], zone)}"
    yield f"Kết thúc: {_moment(detail['finished'], zone)}"
    yield f"Số bài đăng đã xoá: {len(detail['posts'])}"
    yield from _by_rule(detail)
    yield f"Bản ghi phân tích: {detail['records']}"
    yield f"Bài có quyết định, ghi chép xử lý: {detail['decisions']}"
    yield f"Bản chụp: {detail['captures']}"
    yield (
        "Bản chụp giữ lại vì bài khác, quyết định hoặc hồ sơ còn dựa vào: "
        f"{detail['captures_kept']}"
    )
    yield ""
    yield from _remains(detail, zone)
    yield ""
    yield "Mã băm SHA-256 của mã từng bài:"
    yield from (f"  {post}" for post in detail["posts"])
    yield f"Mã băm của chứng nhận: {detail['digest']}"
    if digest_of(detail) != detail["digest"]:
        yield "CẢNH BÁO: mã băm KHÔNG khớp với nội dung trên."


def _by_rule(detail: Mapping[str, Any]) -> Iterator[str]:
    for rule, count in sorted(detail["rules"].items()):
        days = detail["policy"].get(rule)
        term = f", thời hạn {days} ngày" if days else ""
        yield f"  - {RULES.get(rule, rule)}: {count}{term}"


def _remains(detail: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    # Certificates of former versions do not say.
    remains = detail.get("remains", {})
    if not remains:
        yield "Nơi có thể còn lưu: chứng nhận này không ghi."
        return
    yield "Nơi có thể còn lưu, chậm nhất đến:"
    for place, until in remains.items():
        when = _moment(until, zone) if until else "chưa đặt thời hạn"
        yield f"  - {PLACES.get(place, place)}: {when}"


def _reason(reason: str) -> str:
    if reason == "retention":
        return "hết thời hạn lưu theo quy định của cơ quan"
    return f"theo yêu cầu ({reason})"


def _moment(text: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%H:%M:%S ngày %d/%m/%Y}"
