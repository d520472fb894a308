from nlp.entities import entities
from nlp.segment import segment
from nlp.sentences import sentences

TEXT = "Ông Nguyễn Văn Mẫu đến Lào Cai. Trời mưa to!\nĐường sạt lở."


def test_words_are_joined_and_lines_kept() -> None:
    assert segment(["Đường sạt lở\nhọc sinh nghỉ học", ""]) == [
        "Đường sạt_lở\nhọc_sinh nghỉ học",
        "",
    ]


def test_sentences_point_into_the_text() -> None:
    assert [TEXT[start:end] for start, end in sentences(TEXT)] == [
        "Ông Nguyễn Văn Mẫu đến Lào Cai.",
        "Trời mưa to!",
        "Đường sạt lở.",
    ]


def test_names_are_found_without_any_download() -> None:
    found = {(span.kind, TEXT[span.start : span.end]) for span in entities(TEXT)}
    assert ("PER", "Nguyễn Văn Mẫu") in found
    assert ("LOC", "Lào Cai") in found


def test_text_without_capitals_is_not_guessed_at() -> None:
    assert entities("đường sạt lở rồi") == ()
