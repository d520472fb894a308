import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from nlp.normalise import normalise
from nlp.tones import place_tones
from nlp.unicode import clean, fold, is_marked

WORDS = st.sampled_from(
    (
        *("ko", "k", "dc", "đc", "hoà", "thuý", "quáaaa", "n.g.u", "đ", "ị", "t", "j"),
        *(
            "5k",
            "2",
            "m",
            "https://a.vn/k",
            "#ko",
            "L.T",
            "Điện",
            "Biên",
            "dien",
            "аbc",
        ),
        *("vcl", "dm", "mày", "K", "A.", "\u200b", "\u00a0", "Äiá»‡n", "®i", "§iÖn"),
    )
)
TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(WORDS, max_size=12).map(" ".join),
    st.text(alphabet="aáàậăđeêoơuưyhkqngui .-\u0301\u0323\u0306", max_size=40),
)


@given(TEXT)
@example("j%j%j%j%j%A")
@example("m t j k m t j k m t j k A")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(TEXT)
def test_composed_and_decomposed_text_are_equal_afterwards(text: str) -> None:
    composed = normalise(unicodedata.normalize("NFC", text)).text
    assert normalise(unicodedata.normalize("NFD", text)).text == composed


@given(TEXT)
def test_fold_keeps_the_length_of_composed_text(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(composed)) == len(composed)
    assert fold(fold(composed)) == fold(composed)


@given(TEXT, st.data())
def test_offsets_lead_into_the_original(text: str, data: st.DataObject) -> None:
    done = normalise(text)
    start = data.draw(st.integers(0, len(done.text)))
    end = data.draw(st.integers(start, len(done.text)))
    left, right = done.to_original(start, end)
    assert 0 <= left <= right <= len(text)
    assert done.to_original(0, len(done.text))[0] >= 0


@given(TEXT)
def test_cleaning_leaves_composed_text(text: str) -> None:
    cleaned, _ = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert len(place_tones(cleaned)) == len(cleaned)
    assert is_marked(cleaned) in {True, False}
