"""How large pictures are drawn: as Pillow writes them, and of bytes that lie."""

from io import BytesIO
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.errors import QuarantineError
from intake.attachments import attachment
from intake.mail import files_of_mail
from intake.pictures import pictures_of
from intake.pixels import MOST_PIXELS, pixels_of

WAYS = {
    "PNG": {},
    "JPEG": {"progressive": True},
    "GIF": {},
    "WEBP": {},
    "WEBP lossless": {"lossless": True},
    "WEBP extended": {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"},
}


def drawn(way: str, width: int, height: int) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (width, height), "green")
    image.save(out, way.partition(" ")[0], **WAYS[way])
    return out.getvalue()


def bomb(width: int = 65_000, height: int = 65_000) -> bytes:
    """Return a PNG of a few bytes whose head says how large it is."""
    head = pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + head + b"\0" * 40


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WAYS)), st.integers(1, 300), st.integers(1, 300))
def test_the_head_says_what_was_drawn(way: str, width: int, height: int) -> None:
    assert pixels_of(drawn(way, width, height)) == width * height


@given(
    st.sampled_from([drawn(way, 9, 9) for way in sorted(WAYS)] + [b"", bomb()]),
    st.integers(0, 60),
    st.binary(max_size=60),
)
def test_of_any_bytes_a_number_or_nothing(head: bytes, cut: int, rest: bytes) -> None:
    assert pixels_of(head[:cut] + rest) >= 0


@pytest.mark.parametrize(
    ("begun", "rest"),
    [
        (b"\xff\xd8", b"\xff" * 100_000),
        (b"\xff\xd8", b"\xff\xe0\0\0" * 100_000),
        (b"\xff\xd8", b"\xff\xd9" + b"\xff\xc0" * 9),
        (b"RIFF0000WEBPVP8X", b""),
        (b"RIFF0000WEBPABCD", b"0" * 40),
        (b"BM", b"0" * 40),
    ],
)
def test_what_tells_no_size_has_none(begun: bytes, rest: bytes) -> None:
    assert pixels_of(begun + rest) == 0


def test_what_stands_before_the_frame_of_a_jpeg_is_passed_over() -> None:
    plain = drawn("JPEG", 7, 5)
    odd = plain[:2] + b"junk\xff\xff\xfe\0\x09\xff\xc0\0\x0b\0\0\0" + plain[2:]
    assert pixels_of(odd) == 35


def test_a_bomb_is_refused_on_arrival_and_left_in_a_mail() -> None:
    with pytest.raises(QuarantineError) as refused:
        attachment("anh.png", bomb())
    assert refused.value.reason == "attachment_pixels"
    assert attachment("anh.png", bomb(8_000, 8_000)).media_type == "image/png"
    head = b"Subject: x\r\nContent-Type: image/png\r\n"
    head += b"Content-Disposition: attachment; filename=a.png\r\n"
    head += b"Content-Transfer-Encoding: binary\r\n\r\n"
    assert files_of_mail(head + bomb()) == ()
    assert len(files_of_mail(head + bomb(90, 90))) == 1


def test_pictures_of_one_report_are_bounded_together() -> None:
    side = 5_000
    files = [bomb(side, side + n) for n in range(4)]
    parts = b"".join(
        b"--b\r\nContent-Type: image/png\r\n"
        b"Content-Disposition: attachment; filename=a.png\r\n"
        b"Content-Transfer-Encoding: binary\r\n\r\n" + file + b"\r\n"
        for file in files
    )
    mail = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + parts
        + b"--b--\r\n"
    )
    shown = pictures_of(mail, "message/rfc822")
    assert len(files_of_mail(mail)) == 4
    assert len(shown) == 2
    assert sum(pixels_of(file.body) for file in shown) <= MOST_PIXELS


def test_what_tells_no_size_is_kept_and_not_shown() -> None:
    odd = b"\x89PNG\r\n\x1a\n" + b"0" * 40
    assert attachment("a.png", odd).body == odd
    assert pictures_of(odd, "image/png") == ()
