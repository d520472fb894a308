from nlp.fingerprint import bands, fingerprint, similarity

STORY = (
    "Sáng nay mưa lớn làm sạt lở tuyến đường vào bản, hai mươi hộ dân bị chia cắt. "
    "Chính quyền xã đã cử lực lượng dân quân dọn đất đá, dự kiến chiều mai thông xe."
)


def test_copy_with_other_case_marks_and_signs_is_the_same() -> None:
    assert fingerprint(STORY) == fingerprint(STORY.upper().replace(",", " "))


def test_near_copy_shares_a_band_and_is_similar() -> None:
    near = "NÓNG: " + STORY + " Mong bà con chú ý."
    one, other = fingerprint(STORY), fingerprint(near)
    assert similarity(one, other) > 0.7
    assert set(bands(one)) & set(bands(other))


def test_other_story_is_not() -> None:
    other = fingerprint(
        "Trường tiểu học của xã vừa khánh thành dãy phòng mới với tám phòng học, "
        "phụ huynh và học sinh đều vui vì hết cảnh học nhờ nhà văn hóa."
    )
    assert similarity(fingerprint(STORY), other) < 0.2


def test_short_texts_need_equality() -> None:
    one, other = fingerprint("khổ quá trời ơi"), fingerprint("khổ quá trời")
    assert similarity(one, fingerprint("Khổ quá trời ơi!")) == 1.0
    assert similarity(one, other) == 0.0
    assert not set(bands(one)) & set(bands(other))


def test_text_without_words_has_none() -> None:
    assert fingerprint("!!! :))") == ()
    assert bands(()) == ()
    assert similarity((), ()) == 0.0
