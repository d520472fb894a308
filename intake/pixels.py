"""How large a picture is once it is drawn, told by its head alone.

A file of 5 MB may unpack to gigabytes in the browser of who reviews it. Nothing is
unpacked to know: no decoder is shown what strangers send.
"""

import struct
from struct import unpack_from

MOST_PIXELS = 64_000_000
"""Of one picture, and of all that are shown of one report: 256 MB in a browser. Smaller
refuses telephones that take 50 megapixels; larger lets a report stop a desk."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that begin with precision, height and width."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_IMAGE_BEGINS = frozenset({0xD9, 0xDA})
_FILLING = 0xFF


def pixels_of(body: bytes) -> int:
    """Return width times height of a PNG, JPEG, GIF or WebP; 0 where none is told."""
    try:
        width, height = _size(body)
    except struct.error:
        return 0
    return width * height


def _size(body: bytes) -> tuple[int, int]:
    if body.startswith(b"\x89PNG"):
        return _two(">II", body, 16) if body[12:16] == b"IHDR" else (0, 0)
    if body.startswith(b"GIF8"):
        return _two("<HH", body, 6)
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return _webp(body)
    return _jpeg(body) if body.startswith(b"\xff\xd8") else (0, 0)


def _two(form: str, body: bytes, at: int) -> tuple[int, int]:
    first, second = unpack_from(form, body, at)
    return first, second


def _webp(body: bytes) -> tuple[int, int]:
    kind = body[12:16]
    if kind == b"VP8X":
        (wide,) = unpack_from("<I", body[24:27] + b"\0")
        (high,) = unpack_from("<I", body[27:30] + b"\0")
        return wide + 1, high + 1
    if kind == b"VP8L" and body[20:21] == b"\x2f":
        (bits,) = unpack_from("<I", body, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        wide, high = _two("<HH", body, 26)
        return wide & 0x3FFF, high & 0x3FFF
    return 0, 0


def _jpeg(body: bytes) -> tuple[int, int]:
    place = 2
    # As readers do: what stands between two segments is passed over.
    while (place := body.find(b"\xff", place)) >= 0 and place + 1 < len(body):
        marker = body[place + 1]
        if marker in _FRAMES:
            high, wide = _two(">HH", body, place + 5)
            return wide, high
        if marker in _IMAGE_BEGINS:
            return 0, 0
        if marker == _FILLING:
            place += 1
        elif marker in _BARE or not marker:
            place += 2
        else:
            place += 2 + max(2, *unpack_from(">H", body, place + 2))
    return 0, 0
