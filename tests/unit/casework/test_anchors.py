"""Anchors: the line, its signature, and what is refused."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.anchors import (
    Anchor,
    key_id,
    new_key,
    newest,
    private_key,
    public_key,
    read_anchors,
    sign,
)
from domain.errors import ConfigurationError, QuarantineError

NOW = datetime(2026, 11, 23, 21, 10, 5, 999, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
DIGEST = "0123456789abcdef" * 4


def made(rows: int = 1234) -> Anchor:
    return sign(KEY, rows, DIGEST, NOW)


def test_the_line_is_what_the_document_says() -> None:
    anchor = made()
    kind, version, rows, digest, at, key, signature = anchor.line.split(" ")
    assert (kind, version, rows) == ("minhtin-audit-anchor", "1", "1234")
    assert (digest, at) == (DIGEST, "2026-11-23T21:10:05Z")
    assert key == key_id(KEY.public_key())
    assert len(signature) == 128
    assert anchor.line.isascii()
    assert anchor.file_name == "audit-000000001234-20261123T211005Z.anchor"


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 10**18 - 1),
    st.binary(min_size=32, max_size=32),
    st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
        datetime(9999, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.just(UTC),
    ),
    st.sampled_from([" ", "\n", "  \r\n\t"]),
)
def test_what_was_signed_is_read_back_also_from_wrapped_mail(
    rows: int, digest: bytes, at: datetime, space: str
) -> None:
    anchor = sign(KEY, rows, digest.hex(), at)
    mail = f"Subject: anchor\n\n{anchor.line.replace(' ', space)}\n-- \nroom 12\n"
    assert read_anchors(mail, KEY.public_key()) == [anchor]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(made().line) - 1), st.sampled_from("0123456789abcdefTZ-: "))
def test_no_letter_of_an_anchor_can_be_exchanged(at: int, letter: str) -> None:
    line = made().line
    forged = line[:at] + letter + line[at + 1 :]
    try:
        found = read_anchors(forged, KEY.public_key())
    except QuarantineError:
        return
    # The same letter, or a word that no longer names an anchor.
    assert found in ([made()], [])
    assert forged == line or not forged.startswith("minhtin-audit-anchor ")


def test_many_lines_of_a_file_are_read_and_others_passed_over() -> None:
    first, second = made(5), made(9)
    text = f"# kept in room 12\n{first.line}\n\n{second.line}\nend"
    assert read_anchors(text, KEY.public_key()) == [first, second]
    assert read_anchors("nothing", KEY.public_key()) == []
    assert newest([first, second]) == second
    assert newest([]) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (made().line[:-1], "anchor_shape"),
        (made().signed, "anchor_shape"),
        ("minhtin-audit-anchor", "anchor_shape"),
        (made().line.replace(" 1 ", " 2 ", 1), "anchor_shape"),
        (made().line.replace("-11-23T", "-11-32T"), "anchor_shape"),
        (made().line.replace(" 1234 ", " 1235 "), "anchor_signature"),
        (sign(OTHER, 1, DIGEST, NOW).line, "anchor_key"),
    ],
)
def test_an_anchor_that_proves_nothing_is_refused(text: str, reason: str) -> None:
    with pytest.raises(QuarantineError) as refused:
        read_anchors(text, KEY.public_key())
    assert refused.value.reason == reason


def test_keys_are_read_as_they_are_written() -> None:
    own = private_key(new_key().decode())
    pem = own.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    printed = own.public_key().public_bytes_raw().hex()
    spaced = " ".join(printed[at : at + 8] for at in range(0, 64, 8)).upper()
    for text in (pem.decode(), printed, spaced):
        assert key_id(public_key(text)) == key_id(own.public_key())


def test_what_is_no_key_is_refused_without_showing_it() -> None:
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for text in ("hush", other.decode(), ""):
        with pytest.raises(ConfigurationError) as refused:
            private_key(text)
        assert "hush" not in str(refused.value)
        with pytest.raises(ConfigurationError):
            public_key(text)
