"""Old encodings are recognised, whatever is claimed, and good UTF-8 is left alone."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.legacy_letters import TCVN3, VISCII, VNI
from extraction.charset import decode
from extraction.syllables import spelled
from nlp.legacy import from_legacy

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORDS = (
    "trường học đường thủy lợi người dân ủng hộ nghèo xã bản mường quê nước lũ cuốn "
    "cầu treo mới mở cửa sáng chiều tối nghỉ việc kỹ thuật huyện tỉnh ủy ban thông "
    "báo khẩn cấp giá rau tăng nhẹ thịt giữ nguyên chợ phiên đông khách đến từ sớm"
)
SENTENCES = st.lists(
    st.sampled_from(sorted(set(_WORDS.split()))), min_size=12, max_size=40, unique=True
).map(lambda words: " ".join(words).capitalize() + ".")


def in_table(text: str, table: dict[str, str]) -> bytes:
    signs = {letter: sign for sign, letter in table.items()}
    return "".join(signs.get(letter, letter) for letter in text).encode("latin-1")


def in_tcvn3(text: str) -> bytes:
    """Encode; ABC fonts have no signs for capitals with tones."""
    return in_table(text[0].lower() + text[1:], TCVN3)


def in_windows_1258(text: str) -> bytes:
    signs = []
    for letter in text:
        split = unicodedata.normalize("NFD", letter)
        base = "".join(sign for sign in split if sign not in _TONES)
        tones = "".join(sign for sign in split if sign in _TONES)
        signs.append(unicodedata.normalize("NFC", base) + tones)
    return "".join(signs).encode("cp1258")


ENCODERS = {
    "tcvn3": in_tcvn3,
    "vni": lambda text: in_table(text, VNI),
    "viscii": lambda text: in_table(text, VISCII),
    "windows-1258": in_windows_1258,
    "utf-8 twice": lambda text: text.encode().decode("latin-1").encode(),
    "utf-8 decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "tcvn3 in utf-8": lambda text: in_tcvn3(text).decode("latin-1").encode(),
    "vni in utf-8": lambda text: in_table(text, VNI).decode("latin-1").encode(),
}
CLAIMS = st.sampled_from(
    [
        "",
        "text/html; charset=ISO-8859-1",
        "text/html; charset=windows-1252",
        "text/html; charset=utf-8",
        "text/html; charset=no-such-thing",
    ]
)


@pytest.mark.parametrize("name", ENCODERS)
@given(text=SENTENCES, claim=CLAIMS)
@example(text="Hộ ban treo ủy báo bản chiều chợ cuốn đường đến cấp.", claim="")
def test_sentences_survive(name: str, text: str, claim: str) -> None:
    found = decode(ENCODERS[name](text), claim)
    assert found.lower() == text.lower()


@given(st.lists(st.one_of(SENTENCES, st.text(max_size=12)), max_size=6))
def test_good_utf8_survives(parts: list[str]) -> None:
    text = " ".join([*parts, "Điện"])
    plain = "".join(c for c in text if c.isprintable())
    assert decode(plain.encode()) == unicodedata.normalize("NFC", plain)


@pytest.mark.parametrize(
    "text",
    [
        "Où sont les élèves ? À côté, déjà près du château, très âgés, même là-bas.",
        "Größe, Übung, schöne Mädchen, für Straßen, Öl, Äpfel, müde Füße, Höhe, Käse",
        "año niño señor mañana corazón también está aquí después así según",
    ],
)
def test_other_languages_are_left_alone(text: str) -> None:
    assert decode(text.encode()) == text
    assert decode(text.encode("cp1252"), "text/html; charset=windows-1252") == text


def test_the_page_around_a_text_does_not_hide_its_encoding() -> None:
    text = "Trường học vùng cao đón học sinh trở lại, thầy cô đều vui mừng."
    body = (
        b'<html><head><meta charset="iso-8859-1"><style>p{}</style></head><body><p>'
        + in_table(text, VNI)
        + b"</p></body></html>"
    )
    assert text in decode(body, "text/html; charset=utf-8")


def test_marks_of_no_width_are_taken_out() -> None:
    assert decode("Điện\u200b Bi\u00adên\ufeff".encode()) == "Điện Biên"


def test_vni_is_mended_in_posts_too() -> None:
    text = "Trường học vùng cao đón học sinh trở lại"
    mended, layers = from_legacy(in_table(text, VNI).decode("latin-1"))
    assert mended == text
    assert layers
    assert from_legacy("Où est la forêt, près de là ?") == (
        "Où est la forêt, près de là ?",
        (),
    )


def test_spelling() -> None:
    assert spelled("đường, nghiêng; nguyễn") == (3, 3)
    assert spelled("Größe naïve plain") == (0, 2)
