"""What may be wrong with the audit log, in words that say what it means. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from casework.model import AuditCheck, AuditFault

PROBLEMS: Mapping[AuditFault, str] = MappingProxyType(
    {
        AuditFault.CHANGED: "Nội dung dòng {row} đã bị sửa.",
        AuditFault.MISSING: "Thiếu dòng {next}: dòng đã bị xoá hoặc đổi chỗ.",
        AuditFault.UNLINKED: "Dòng {row} không nối với dòng trước.",
        AuditFault.UNREADABLE: "Không đọc được dữ liệu sau dòng {rows}.",
        AuditFault.TAIL: "Nhật ký phải có {expected} dòng nhưng chỉ khớp {rows} dòng.",
        AuditFault.CUT: "Bản neo ghi {expected} dòng nhưng nhật ký chỉ còn {rows}: "
        "phần cuối đã bị cắt.",
        AuditFault.REWRITTEN: "Nhật ký không khớp bản neo ở dòng {rows}: có dòng từ "
        "{row} đến {rows} đã bị viết lại.",
        AuditFault.ANCHOR: "Chuỗi nhật ký liền mạch nhưng {count} bản neo bị thiếu, "
        "hỏng hoặc chữ ký không đúng.",
    }
)
"""For people at the console, who are told in Vietnamese wherever they look."""

MEANINGS: Mapping[AuditFault, str] = MappingProxyType(
    {
        AuditFault.CHANGED: "The content of this row is not what its digest was made "
        "of: somebody changed the row after it was written.",
        AuditFault.MISSING: "Numbers run without gaps: a row before this one was "
        "removed, or rows were moved.",
        AuditFault.UNLINKED: "This row was made after another one than stands before "
        "it: a row was put in, exchanged or moved.",
        AuditFault.UNREADABLE: "The row holds what the program never writes: somebody "
        "wrote into the table.",
        AuditFault.TAIL: "The rows are sound in themselves, but the log does not end "
        "where the head that is kept apart says: rows were cut off or added at the "
        "end, or the head was changed.",
        AuditFault.CUT: "A signed head proves that there were more rows: the end of "
        "the log was cut off, or an old copy of the database was put in its place.",
        AuditFault.REWRITTEN: "The chain is sound in itself, but it is not the one "
        "whose head was signed: rows were changed and all later digests made anew, or "
        "the anchors belong to another log.",
        AuditFault.ANCHOR: "The chain is sound, but an anchor is missing, was changed "
        "or was signed by another key: somebody meddled with the anchors, or the key "
        "was exchanged.",
    }
)
"""For those who verify: what each fault proves, and no more than that."""


def found(
    fault: AuditFault, *, rows: int, row: int, agreed: int, met: int, expected: int = 0
) -> AuditCheck:
    """Return the check that ends with a fault, in words.

    `rows` were right, `row` is the first that is not, `agreed` the last row that a
    signed head vouches for, `met` how many such heads were met.
    """
    words = {"rows": rows, "row": row, "next": rows + 1, "expected": expected}
    return AuditCheck(
        rows=rows,
        sound=False,
        first_bad=row,
        fault=fault,
        problem=PROBLEMS[fault].format(**words),
        agreed=agreed,
        anchors=met,
    )
