import pytest

from classifier.tokens import tokenise


def forms(text: str) -> list[str]:
    return [token.form for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("0987 000 123", "PHONE"),
        ("0912.345.678", "PHONE"),
        ("+84 912 345 678", "PHONE"),
        ("09xx 345 678", "PHONE"),
        ("012345678901", "IDNUM"),
        ("1900 0000 1234 56", "IDNUM"),
        ("1tr8", "MONEY"),
        ("500k", "MONEY"),
        ("1.990.000đ", "MONEY"),
        ("3 triệu", "MONEY"),
        ("2,5%", "PERCENT"),
        ("https://a.example/x?y=1", "LINK"),
        ("vay-nhanh.top", "LINK"),
        ("a.b@c.vn", "MAIL"),
        ("12/5/2025", "DATE"),
        ("7h30", "TIME"),
        ("2024", "YEAR"),
        ("2008-2009", "YEAR"),
        ("510.100.000", "NUMBER"),
        ("3,400,666,667", "NUMBER"),
        ("5", "NUMBER1"),
        ("42", "NUMBER2"),
        ("108", "NUMBER"),
    ],
)
def test_numbers_are_masked_by_their_shape(text: str, mask: str) -> None:
    assert forms(f"gọi {text} nhé") == ["gọi", mask, "nhé"]


def test_two_made_up_numbers_cannot_be_told_apart() -> None:
    assert forms("gọi 0987 000 123") == forms("gọi 0345 678 219")


def test_stretched_words_are_shortened_and_folded() -> None:
    (token,) = tokenise("Quaaaaa")
    assert (token.form, token.folded) == ("qua", "qua")
    assert (token.start, token.end) == (0, 7)


def test_offsets_point_at_the_text() -> None:
    text = "Chuyển 500k vào SỐ 0987 000 123!!"
    pieces = [text[token.start : token.end] for token in tokenise(text)]
    assert pieces == ["Chuyển", "500k", "vào", "SỐ", "0987 000 123", "!!"]


def test_empty_and_odd_texts_have_no_tokens() -> None:
    assert tokenise("") == []
    assert tokenise("   \n…—") == []
