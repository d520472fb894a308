"""What a sender wrote, told from quotes, signatures, markup and wrong charsets."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import QuarantineError
from domain.ids import SourceId
from intake.attachments import MOST, harmless_name, sniffed
from intake.mail import files_of_mail, own_words, report_of_mail
from intake.mail_bounds import LARGEST_MARKUP
from intake.masking import masked
from intake.report import Report

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def read(raw: bytes) -> Report:
    return report_of_mail(raw, SourceId("email"), "Hộp thư", NOW)


def mail(body: bytes, kind: str = "text/plain; charset=utf-8", head: str = "") -> bytes:
    return f"Subject: x\r\n{head}Content-Type: {kind}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Nội dung\n-- \nNguyễn Văn A\n0900", "Nội dung"),
        ("Nội dung\n\nOn Mon, 23 Nov 2026, X <x@y.vn> wrote:\n> cũ", "Nội dung"),
        ("Nội dung\nVào Th 2, 23 thg 11, 2026 lúc 07:00 X đã viết:\n> cũ", "Nội dung"),
        ("Nội dung\n-----Original Message-----\nFrom: x", "Nội dung"),
        ("Nội dung\nĐã gửi từ iPhone của tôi", "Nội dung"),
        ("> câu hỏi\nTrả lời\n> câu hỏi hai\nNữa", "Trả lời\nNữa"),
        ("---------- Forwarded message ---------\nNội dung", "---------- Forwarded"),
        ("Gửi từ huyện lên xã mất ba giờ", "Gửi từ huyện lên xã mất ba giờ"),
    ],
)
def test_quotes_and_signatures_are_cut(text: str, own: str) -> None:
    assert own_words(text).startswith(own)
    if not own.startswith("---"):
        assert own_words(text) == own


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Đường hỏng".encode(), "text/plain; charset=us-ascii"),
        ("Đường hỏng".encode(), "text/plain; charset=khong-co"),
        ("Đường hỏng".encode(), "text/plain"),
        (
            "<style>p{}</style><p>Đường hỏng</p><script>alert(1)</script>".encode(),
            "text/html; charset=utf-8",
        ),
    ],
)
def test_charsets_that_lie_and_markup(body: bytes, kind: str) -> None:
    assert read(mail(body, kind)).text == "Đường hỏng"


def test_blocks_of_markup_are_lines_and_quotes_are_left_out() -> None:
    body = b"<div>Mot</div><div>Hai<br>Ba</div><blockquote>cu</blockquote>"
    assert read(mail(body, "text/html")).text == "Mot\nHai\nBa"


def test_mail_without_an_id_is_named_by_its_bytes() -> None:
    first, again = read(mail(b"a")), read(mail(b"a"))
    assert first.native == again.native
    assert first.native.startswith("sha256:")


def test_a_date_ahead_or_none_is_left_out() -> None:
    ahead = "Date: Mon, 23 Nov 2099 08:00:00 +0700\r\n"
    assert read(mail(b"a", head=ahead)).happened is None
    assert read(mail(b"a", head="Date: hom qua\r\n")).happened is None


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_report_or_quarantined(raw: bytes) -> None:
    try:
        report = read(raw)
    except QuarantineError:
        return
    assert report.title or report.text
    assert "\0" not in report.title + report.text


@given(st.text(max_size=60), st.sampled_from(["image/png", "application/pdf", ""]))
def test_names_are_never_paths(name: str, kind: str) -> None:
    safe = harmless_name(name, kind)
    assert safe
    assert not set(safe) & set('/\\:*?"<>|\0\n\u202e')
    assert safe not in {".", ".."}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Windows\\anh.PNG", "anh.png"),
        ("anh\u202egnp.exe", "anhgnp.exe.png"),
        ("..", "tep.png"),
        ("", "tep.png"),
        ("ảnh chụp (1).png", "ảnh chụp (1).png"),
    ],
)
def test_names_of_attackers(name: str, safe: str) -> None:
    assert harmless_name(name, "image/png") == safe


def test_bytes_say_what_a_file_is() -> None:
    assert sniffed(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert sniffed(b"RIFF1234WEBPVP8 ") == "image/webp"
    assert sniffed(b"<svg/>") == sniffed(b"PK\x03\x04") == sniffed(b"") == ""


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("Gọi 0912.345.678 nhé", ["+84 912 345 678"]),
        ("Gọi +84912345678 nhé", ["0912345678"]),
        ("Tôi là LÒ  THỊ HOA ở bản", ["Lò Thị Hoa"]),
        ("Thư a.b@x.vn", ["A.B@X.VN"]),
    ],
)
def test_contacts_are_hidden_however_they_are_written(
    text: str, contacts: list[str]
) -> None:
    hidden = masked(text, contacts)
    assert "••" in hidden
    assert len(hidden) == len(text)
    for part in ("345", "hoa", "x.vn"):
        assert part not in hidden.lower()


def test_a_short_or_common_word_hides_nothing_else() -> None:
    assert masked("Lan can cầu hỏng", ["La", "an"]) == "Lan can cầu hỏng"


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_masking_keeps_the_length(text: str, contacts: list[str]) -> None:
    assert len(masked(text, contacts)) == len(text)


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/plain;" + b"\r\n a=b;" * 2_000,
        b"From: " + b"a@x.vn,\r\n " * 3_000 + b"\r\n",
        b"Subject: " + b"a b " * 10_000,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: text/plain\r\n\r\n" * 1_000,
        b"Content-Type: multipart/mixed;\r\n boundary=a\r\n\r\n--a\r\n" * 100,
    ],
    ids=["parameters", "senders", "subject", "parts", "nesting"],
)
def test_heads_that_would_hold_the_scheduler_up_are_refused(
    raw: bytes, end: bytes
) -> None:
    hostile = (raw + b"\r\n\r\nx").replace(b"\r\n", end)
    for read_it in (read, files_of_mail):
        with pytest.raises(QuarantineError) as refused:
            read_it(hostile)
        assert refused.value.reason == "mail_heads"


def test_of_masses_of_markup_only_the_beginning_becomes_a_tree() -> None:
    late = b"<!--" + b"x" * LARGEST_MARKUP + b"--><p>late"
    assert read(mail(b"<p>early" + late, "text/html")).text == "early"


def test_a_mail_with_many_files_is_read() -> None:
    part = b'--b\r\nContent-Type: image/png; name="a.png"\r\nContent-ID: <a>\r\n'
    part += b"Content-Transfer-Encoding: base64\r\n"
    part += b"Content-Disposition: attachment\r\n\r\niVBORw0KGgo=\r\n"
    body = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" + part * 50 + b"--b--"
    assert len(read(mail(body, "multipart/mixed; boundary=b")).attachments) == MOST


@pytest.mark.parametrize(
    "date",
    [
        "1 Jan 99999999999999999999 00:00:00 +0000",
        "1 Jan 2024 99999999999999999999:00:00 +0000",
        "1 Jan 2024 00:00:00 +99999999999999999999",
        "31 Dec 9999 23:59:59 -1200",
    ],
)
def test_an_impossible_date_does_not_stop_the_mailbox(date: str) -> None:
    report = read(mail(b"x", head=f"Date: {date}\r\n"))
    assert report.happened is None
