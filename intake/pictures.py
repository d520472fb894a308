"""The pictures in what was kept of a report, for people who review it."""

from collections.abc import Iterable, Iterator

from domain.errors import QuarantineError
from intake.attachments import attachment, sniffed
from intake.mail import files_of_mail
from intake.pixels import MOST_PIXELS, pixels_of
from intake.report import Attachment
from intake.webhook import files_of_item

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What browsers draw without moving or running. Others stay in the original."""


def pictures_of(original: bytes, media_type: str) -> tuple[Attachment, ...]:
    """Return the pictures in an original, told by their bytes; none where it is odd.

    `media_type` says in what they came: a picture itself, a mail, or JSON. What does
    not say how large it is, or would be too much together, stays in the original.
    """
    kind = media_type.partition(";")[0].strip().lower()
    try:
        found = _files(original, kind)
    except QuarantineError:
        return ()
    return tuple(_bounded(file for file in found if sniffed(file.body) in SHOWN))


def _bounded(files: Iterable[Attachment]) -> Iterator[Attachment]:
    left = MOST_PIXELS
    for file in files:
        pixels = pixels_of(file.body)
        if 0 < pixels <= left:
            left -= pixels
            yield file


def _files(original: bytes, kind: str) -> tuple[Attachment, ...]:
    if kind.startswith("image/"):
        return (attachment("", original, pictures_only=True),)
    if kind == "message/rfc822":
        return files_of_mail(original)
    return files_of_item(original) if kind == "application/json" else ()
