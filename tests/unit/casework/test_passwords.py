"""Rules for new passwords after NIST SP 800-63B."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.passwords import LONGEST, SHORTEST, Passwords, check_new, guesses_log10
from domain.errors import QuarantineError

PLACES = ("Bến Đò Cũ", "Nậm Rốm")


@pytest.mark.parametrize(
    "password",
    [
        "matkhau123456789",
        "Mật khẩu 2026!!",
        "passwordpassword",
        "Qwertyuiop123456",
        "111111111111111111",
        "123456789012345678",
        "anhyeuem12345678",
        "Bến Đò Cũ 30/04/1975",
        "bendocu2026!!!!",
        "Lò Thị Lan 1990!",
        "lothilan19901990",
        "Nguyễn Văn A 2026",
        "abcabcabcabcabcabc",
    ],
)
def test_refuses_what_many_use_or_a_stranger_expects(password: str) -> None:
    assert len(password) >= SHORTEST
    with pytest.raises(QuarantineError) as error:
        check_new(password, "lan", "Lò Thị Lan", places=PLACES)
    assert error.value.reason == "password_weak"


@pytest.mark.parametrize(
    "password",
    [
        "suối nậm rốm trong",
        "bốn con trâu qua đèo",
        "nui-xanh-suoi-dai-2026",
        "correct horse battery staple",
        "ếch ngồi đáy giếng sâu",
        "đđđ ơơơ ưưư ăăă âââ êêê ôôô",
    ],
)
def test_takes_sentences_without_signs_or_figures(password: str) -> None:
    check_new(password, "lan", "Lò Thị Lan", places=PLACES)


def test_places_count_whole_and_only_where_they_are_known() -> None:
    check_new("Bến Đò Cũ 30/04/1975", places=())
    check_new("đò ơi về bến xa cũ kỹ", places=PLACES)


def test_tone_marks_do_not_make_a_common_one_strong() -> None:
    assert guesses_log10("mậtkhẩumậtkhẩu") < 8
    assert guesses_log10("anh yêu em nhiều") < 12


@pytest.mark.parametrize("length", [SHORTEST - 1, LONGEST + 1])
def test_length_counts(length: int) -> None:
    text = "".join(chr(0x4E00 + at * 37 % 5000) for at in range(length))
    with pytest.raises(QuarantineError) as error:
        check_new(text)
    assert error.value.reason == "password_length"


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_estimated_and_hashed(text: str) -> None:
    assert guesses_log10(text or "x") >= 0
    passwords = Passwords(time_cost=1, memory_kib=32)
    assert passwords.matches(passwords.hash(text), text)
    assert not passwords.matches(passwords.hash(text), text + "x")
