from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.fingerprint import bands, fingerprint, similarity
from nlp.language import language
from nlp.personal_data import mask, personal_data
from nlp.sentences import sentences

PIECES = st.sampled_from(
    ["0912345678", "a@b.vn", "CCCD 011099001234", "số nhà 5", "27B1-123.45", "stk"]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=10).map(" ".join)
SMALLEST, LARGEST = -(2**63), 2**63 - 1


@given(TEXT)
def test_spans_of_personal_data_are_ordered_and_apart(text: str) -> None:
    spans = personal_data(text)
    ends = [0]
    for span in spans:
        assert ends[-1] <= span.start < span.end <= len(text)
        ends.append(span.end)
    assert len(mask(text, spans)) == len(text)


@given(TEXT)
def test_sentences_cover_all_that_is_not_space(text: str) -> None:
    found = sentences(text)
    covered = "".join(text[start:end] for start, end in found)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(one[1] <= two[0] for one, two in pairwise(found))


@given(TEXT)
@settings(deadline=None)
def test_fingerprints_fit_the_stores_and_equal_themselves(text: str) -> None:
    print_ = fingerprint(text)
    assert all(SMALLEST <= n <= LARGEST for n in (*print_, *bands(print_)))
    assert similarity(print_, fingerprint(text)) == (1.0 if print_ else 0.0)


@given(st.text(max_size=80))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert language(text) == "" or language(text).isalpha()
