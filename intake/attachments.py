"""What files may come along: few kinds, told by their bytes, with harmless names."""

import re
import unicodedata
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile

from domain.errors import QuarantineError
from intake.pixels import MOST_PIXELS, pixels_of
from intake.report import Attachment

LARGEST = 5_000_000
"""Bytes of a file. Telephone pictures have 2 to 4 MB; more fills the store."""

MOST = 5
"""Files of one report."""

LONGEST_LIST = 200_000
"""Bytes of the list of names in an office file, some two thousand names. Ten megabytes
of names take a second and a hundred megabytes of memory to read; letters with many
pictures have some hundred."""

_END, _HUGE = b"PK\x05\x06", b"PK\x06\x07"
"""Signs of the list's end, and of the place of its end in huge files."""

_LONGEST_NAME = 100
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"),
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OFFICE = (("word/document.xml", WORD), ("xl/workbook.xml", SHEET))
_ENDINGS = {kind: ending for _, kind, ending in _MAGIC}
_ENDINGS |= {"image/webp": ".webp", WORD: ".docx", SHEET: ".xlsx"}


def sniffed(body: bytes) -> str:
    """Return the media type that the bytes show, "" for none that is taken.

    What a sender or a file's name says counts for nothing.
    """
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind, _ in _MAGIC if body.startswith(magic)), "")


def sniffed_paper(body: bytes) -> str:
    """Do as `sniffed`, and tell letters and sheets of an office; not with macros.

    Only the list at a zip file's end is read: nothing is unpacked.
    """
    if kind := sniffed(body):
        return kind
    if not body.startswith(b"PK\x03\x04") or not _short_list(body):
        return ""
    try:
        names = set(ZipFile(BytesIO(body)).namelist())
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        # Damaged, or of a version of the format that zipfile cannot read.
        return ""
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    return next((kind for name, kind in _OFFICE if name in names), "")


def _short_list(body: bytes) -> bool:
    """Tell whether a zip file's list of names is of a length that office files have.

    Every record that could be the list's end must say so, and none of the kind for
    huge files may overrule it: which of them is read is not ours to say.
    """
    ends = [found.start() for found in re.finditer(_END, body)]
    sizes = [int.from_bytes(body[at + 12 : at + 16], "little") for at in ends]
    return _HUGE not in body and all(size <= LONGEST_LIST for size in sizes)


def harmless_name(name: str, media_type: str) -> str:
    """Return a name to show: no folder, control or direction sign; the right ending."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(
        sign for sign in last if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    )
    stem = re.sub(r"[^\w .()-]", "_", plain).strip(" .")[:_LONGEST_NAME]
    ending = _ENDINGS.get(media_type, "")
    if ending and stem.lower().endswith(ending):
        stem = stem[: -len(ending)]
    return (stem or "tep") + ending


def attachment(name: str, body: bytes, *, pictures_only: bool = False) -> Attachment:
    """Check a file. Raises `QuarantineError` for one that is not taken."""
    if len(body) > LARGEST:
        raise QuarantineError(
            f"The file has {len(body)} bytes, at most {LARGEST} are taken.",
            reason="attachment_size",
        )
    kind = sniffed(body)
    if not kind or (pictures_only and not kind.startswith("image/")):
        raise QuarantineError(
            "The file is none of PNG, JPEG, GIF, WebP"
            + ("." if pictures_only else ", PDF."),
            reason="attachment_type",
        )
    if pixels_of(body) > MOST_PIXELS:
        raise QuarantineError(
            f"The picture has more than {MOST_PIXELS} pixels.",
            reason="attachment_pixels",
        )
    return Attachment(name=harmless_name(name, kind), media_type=kind, body=body)
