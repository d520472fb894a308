from ui.passages import (
    Mark,
    Paragraph,
    excerpt,
    paragraphs,
    pieces,
    plain,
)


def test_marks_cut_the_text_and_lose_nothing() -> None:
    text = "Chuyển khoản ngay cho công an"
    marks = [Mark(start=0, end=12, kind="harm", label="Lừa đảo")]
    found = pieces(text, marks, ())
    assert [(p.text, p.kind) for p in found] == [
        ("Chuyển khoản", "harm"),
        (" ngay cho công an", ""),
    ]
    assert plain(found) == text


def test_a_mask_wins_over_marks_and_shows_once() -> None:
    text = "gọi 0900 000 222 ngay"
    masks = [Mark(start=4, end=16, kind="mask", label="[số điện thoại]")]
    marks = [Mark(start=9, end=12, kind="harm"), Mark(start=0, end=6, kind="harm")]
    found = pieces(text, marks, masks)
    assert plain(found) == "gọi [số điện thoại] ngay"
    assert "0900" not in plain(found)


def test_two_masks_side_by_side_stay_two() -> None:
    masks = [
        Mark(start=0, end=2, kind="mask", label="[a]"),
        Mark(start=2, end=4, kind="mask", label="[b]"),
    ]
    assert plain(pieces("1122 x", (), masks)) == "[a][b] x"


def test_a_mask_cut_by_the_start_of_a_snippet_hides_its_rest() -> None:
    masks = [Mark(start=0, end=10, kind="mask", label="[số]")]
    assert plain(pieces("0912345678 gọi", (), masks, 4)) == "[số] gọi"


def test_spans_outside_the_text_do_no_harm() -> None:
    marks = [Mark(start=-5, end=999, kind="harm")]
    assert plain(pieces("abc", marks, ())) == "abc"


def test_paragraphs_keep_roles_and_places_of_marks() -> None:
    whole = "Tiêu đề\nDòng một\n\nDòng hai"
    at = whole.index("hai")
    marks = [Mark(start=at, end=at + 3, kind="harm")]
    parts = [("title", "Tiêu đề"), ("text", "Dòng một\n\nDòng hai")]
    found = paragraphs(parts, marks, ())
    assert [p.role for p in found] == ["title", "text", "text"]
    assert _marked(found) == ["hai"]


def _marked(found: tuple[Paragraph, ...]) -> list[str]:
    return [piece.text for p in found for piece in p.pieces if piece.kind]


def test_an_excerpt_ends_at_a_word() -> None:
    assert excerpt("một hai  ba\nbốn", 9) == "một hai…"
    assert excerpt("một hai", 9) == "một hai"
