"""Fingerprints of training texts."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.tasks.seen import NOTHING, count_seen, fingerprints


@given(st.lists(st.text(min_size=1)), st.lists(st.text(min_size=1)))
def test_only_texts_that_were_there_are_known(there: list[str], new: list[str]) -> None:
    plain = {" ".join(text.casefold().split()) for text in there}
    expected = [
        text
        for text in new
        if text.strip() and " ".join(text.casefold().split()) in plain
    ]
    assert count_seen(fingerprints(there), new) == len(expected)


def test_case_and_spaces_do_not_count_and_an_old_folder_knows_nothing() -> None:
    seen = fingerprints(["Đường  hỏng\n"])
    assert count_seen(seen, ["đường hỏng", "ĐƯỜNG HỎNG", "đường", " "]) == 2
    assert count_seen(NOTHING, ["đường hỏng"]) == 0
