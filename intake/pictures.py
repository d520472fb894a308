"""The pictures in what was kept of a report, for people who review it."""

from domain.errors import QuarantineError
from intake.attachments import attachment, sniffed
from intake.mail import files_of_mail
from intake.report import Attachment
from intake.webhook import files_of_item

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What browsers draw without moving or running. Others stay in the original."""


def pictures_of(original: bytes, media_type: str) -> tuple[Attachment, ...]:
    """Return the pictures in an original, told by their bytes; none where it is odd.

    `media_type` says in what they came: a picture itself, a mail, or JSON.
    """
    kind = media_type.partition(";")[0].strip().lower()
    try:
        found = _files(original, kind)
    except QuarantineError:
        return ()
    return tuple(file for file in found if sniffed(file.body) in SHOWN)


def _files(original: bytes, kind: str) -> tuple[Attachment, ...]:
    if kind.startswith("image/"):
        return (attachment("", original, pictures_only=True),)
    if kind == "message/rfc822":
        return files_of_mail(original)
    return files_of_item(original) if kind == "application/json" else ()
