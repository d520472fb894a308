from classifier.features import LEXICONS, letter_groups, lexicon_hits, see, word_terms
from classifier.tokens import tokenise
from domain.labels import PostKind


def facts(text: str, kind: PostKind = PostKind.POST) -> set[str]:
    return set(see(text, kind).facts)


def test_every_lexicon_is_found_in_text() -> None:
    text = "ủy ban ngu mày giết mày bọn mọi cảnh báo mã otp phản ánh"
    names = {name for name, _, _ in lexicon_hits(tokenise(text))}
    assert names == set(LEXICONS)


def test_phrases_are_found_without_marks_too() -> None:
    hits = [h for h in lexicon_hits(tokenise("ra uy ban hoi")) if h[0] == "authority"]
    assert ("authority", 1, 3) in hits


def test_in_a_text_with_marks_they_count() -> None:
    assert "has swearing" not in facts("gửi cho em một ít đồ")
    assert "has swearing" not in facts("gui cho em mot it do")
    assert "has swearing" in facts("chó má thật")
    assert "has swearing" in facts("cho ma that")


def test_swearing_is_told_apart_by_its_target() -> None:
    assert "swears at somebody" in facts("mày ngu lắm")
    assert "swears near an authority" in facts("ủy ban ngu lắm")
    assert "swears without a cause" not in facts("ủy ban ngu lắm")


def test_a_lure_spoken_of_from_a_distance_is_no_lure() -> None:
    assert "lures without distance" in facts("gửi mã otp cho em")
    assert "lures without distance" not in facts("cảnh báo: đừng gửi mã otp")


def test_manner_and_shapes_are_facts() -> None:
    found = facts("GỌI NGAY 0987 000 123 !!! “nào”")
    assert {"shape PHONE", "sign !", "quotes", "short"} <= found


def test_a_long_quotation_is_a_fact() -> None:
    long, short = "nó nhắn “gửi mã xác nhận ngay” nhé", "quán “Gió” nhé"
    assert "quotes at length" in facts(long)
    assert "quotes at length" not in facts(short)


def test_faces_part_no_words() -> None:
    strewn = see("mày 😡 ngu 🤡 lắm, bọn 💩 mọi", PostKind.COMMENT)
    terms = {term for term, _, _ in word_terms(strewn.tokens)}
    assert {"wmày ngu", "wngu lắm", "f🤡"} <= terms
    assert "group without distance" in strewn.facts
    assert [token.form for token in strewn.tokens][-3:] == ["😡", "🤡", "💩"]


def test_only_articles_and_reports_carry_their_kind() -> None:
    assert "kind article" in facts("a", PostKind.ARTICLE)
    assert "kind report" in facts("a", PostKind.REPORT)
    assert not any(fact.startswith("kind") for fact in facts("a", PostKind.COMMENT))


def test_letter_groups_stay_within_a_syllable_and_skip_masks() -> None:
    assert letter_groups("an") == (
        "c_a", "can", "cn_", "c_an", "can_", "c_an_",
    )  # fmt: skip
    assert letter_groups("PHONE") == ()


def test_capitals_change_nothing() -> None:
    text = "cảnh báo: thằng này lừa 500k, tao đập chết nó!!!"
    small, large = see(text, PostKind.POST), see(text.upper(), PostKind.POST)
    assert small.facts == large.facts
    assert [t.form for t in small.tokens] == [t.form for t in large.tokens]


def test_a_text_without_marks_is_its_folded_words_alone() -> None:
    terms = {term for term, _, _ in word_terms(tokenise("mat nuoc"))}
    assert terms == {"fmat", "fnuoc", "fmat nuoc"}


def test_word_terms_come_with_and_without_marks() -> None:
    terms = {term for term, _, _ in word_terms(tokenise("mất nước"))}
    assert terms == {"wmất", "fmat", "wnước", "fnuoc", "wmất nước", "fmat nuoc"}
