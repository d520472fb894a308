"""Texts written to stall or kill the worker: time grows with length, not its square."""

import time
from collections.abc import Callable

import pytest

from classifier.features import see
from domain.labels import PostKind
from extraction.charset import tidy
from nlp.fingerprint import fingerprint
from nlp.language import language
from nlp.normalise import normalise
from nlp.personal_data import personal_data
from nlp.places import PlaceGate
from nlp.spelled import join_split
from nlp.unicode import clean
from wiring.profile import load_profile

PIECES = (
    "n.g.u.",
    "đ ị t ",
    "a n ",
    "*a",
    "_",
    "a_b",
    "a-",
    "0.9",
    "0lo",
    "a.b.c-",
    "a@",
    "1.000.",
    "27a",
    "“",
    "“a",
    "[a",
    "a\n\n",
    "\u200b",
    "e\u0323\u0302",
    "\u0323\u0302",
    "\u202e",
    "👨\u200d👩\u200d👧",
    "#dienbien",
    "Điện Biên, ",
    "D, ",
    "nạn nhân bị giết Lê An ",
    "so nha 1, ",
    "stk 1",
    "(84",
    "http://",
)
SHORT = 1_200
"""Characters: what is quadratic takes sixteen times as long on four times as many."""
BARELY = 0.05
"""Seconds that may pass whatever the ratio: less is the clock's and the cache's."""

_gate = PlaceGate.of(load_profile("dien-bien"))
READERS: dict[str, Callable[[str], object]] = {
    "normalise": normalise,
    "see": lambda text: see(text, PostKind.POST, text),
    "personal data": personal_data,
    "place gate": lambda text: _gate.judge("", "", text, kind=PostKind.POST),
    "language": language,
    "fingerprint": fingerprint,
    "page": tidy,
}


def _seconds(read: Callable[[str], object], text: str) -> float:
    """Return processor time, the least of two: others run on this machine too."""
    taken = []
    for _ in range(2):
        began = time.process_time()
        read(text)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_length_takes_no_sixteen_times_as_long(reader: str) -> None:
    read = READERS[reader]
    read("Xin chào Điện Biên")
    slow = {}
    for piece in PIECES:
        lengths = (SHORT // len(piece), 4 * SHORT // len(piece))
        short, long = (_seconds(read, piece * times) for times in lengths)
        if long > BARELY + 8 * short:
            slow[piece] = (short, long)
    assert not slow


def test_a_row_of_ten_thousand_letters_is_cut_without_recursion() -> None:
    assert normalise("n.g.u." * 3_000).text
    row = " ".join("khuyếnnghị" * 500)
    assert join_split(row)[0] == " ".join(["khuyến nghị"] * 500)


def test_a_row_that_can_be_cut_in_countless_ways_is_settled() -> None:
    row = ".".join("nganhanh" * 200)
    assert join_split(row)[0] in {row, " ".join(["ngan hanh"] * 200)}


def test_marks_without_end_are_cut_and_lead_back() -> None:
    text = "lừa" + "\u0323\u0302" * 50_000 + " đảo"
    cleaned, layers = clean(text)
    assert len(cleaned) < 50
    assert cleaned.endswith(" đảo")
    assert layers
    normal = normalise(text)
    start = normal.text.index("đảo")
    assert text[slice(*normal.to_original(start, start + 3))] == "đảo"
