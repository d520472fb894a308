"""Contacts in one pass: what one search for each of them finds, and soon."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.contacts import stretches
from nlp.unicode import fold
from nlp.victims import victims

WORDS = ["Lò", "Thị", "Hoa", "hoa", "a@b.vn", "(Lan)", "x.", "Bản 2,", "0912 345 678"]
NUMBERS = [
    "0912345678",
    "84912345678",
    "+84 91.234-5678",
    "123456",
    "12345678",
    "000000",
]
CONTACT = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    st.sampled_from(NUMBERS),
)
PIECE = st.sampled_from(
    [
        *WORDS,
        *NUMBERS,
        "912 345 678",
        "9",
        "0",
        "84",
        "+",
        "-",
        "(",
        ".",
        "_",
        " \n",
        "ạ",
    ]
)
TEXT = st.lists(PIECE, max_size=14).flatmap(
    lambda parts: st.sampled_from(["", " ", "  ", ", "]).map(
        lambda gap: gap.join(parts)
    )
)


def one_by_one(text: str, contacts: list[str]) -> set[int]:
    """Return the places that one search for each contact covers."""
    covered: set[int] = set()
    for contact in contacts:
        pattern = pattern_of(contact.strip())
        # Ahead only, so that what begins within another place is found too.
        for match in (
            re.finditer(f"(?={pattern})", text, re.IGNORECASE) if pattern else ()
        ):
            covered.update(range(match.start(1), match.end(1)))
    return covered


def pattern_of(contact: str) -> str:
    digits = re.sub(r"\D", "", contact)
    if len(digits) >= 6 and not re.search(r"[^\W\d_]", contact):
        core = re.sub(r"^(?:84|0)", "", digits)
        apart = r"[ .()-]{0,2}"
        return rf"(?<!\d)((?:\+?84|0)?{apart}{apart.join(core)})"
    if len(contact) < 3:
        return ""
    words = r"\s+".join(re.escape(word) for word in contact.split())
    return rf"(?<!\w)({words})(?!\w)"


@settings(max_examples=400, deadline=None)
@given(TEXT, st.lists(CONTACT, max_size=5))
def test_all_at_once_finds_what_one_by_one_does(text: str, contacts: list[str]) -> None:
    found = {
        place
        for span in stretches(text, contacts)
        for place in range(span.start, span.end)
    }
    assert found == one_by_one(text, contacts), text


def test_a_thousand_contacts_take_no_longer_than_a_few() -> None:
    senders = [f"Lò Văn {chr(97 + n % 26)}{n}" for n in range(1_500)]
    senders += [f"09{n * 7919 % 10**8:08d}" for n in range(1_500)]
    text = " ".join(senders)[:20_000]

    def took(contacts: list[str]) -> float:
        begun = time.process_time()
        list(stretches(text, contacts))
        return time.process_time() - begun

    # One by one they take two hundred times what a few take.
    assert took(senders) < 100 * took(senders[:3]) + 0.2


NAME = st.lists(
    st.sampled_from(["Lò", "Văn", "An", "Bé", "Hoa", "1", "và", "x_y"]), max_size=4
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(NAME, max_size=8))
def test_names_of_victims_are_found_wherever_they_are_repeated(
    parts: list[str],
) -> None:
    told = "nạn nhân Lò Văn An và nạn nhân Lò An, bị hại Lò Lò Lò. "
    text = told + ", ".join(parts)
    wanted = {
        match.span()
        for name in ("Lò Văn An", "Lò An", "Lò Lò Lò")
        for match in re.finditer(rf"(?<!\w){name}(?!\w)", text)
    }
    found = [(span.start, span.end) for span in victims(text, fold(text))]
    assert set(found) == wanted
    lengths = [end - start for start, end in found]
    assert lengths == sorted(lengths, reverse=True)
