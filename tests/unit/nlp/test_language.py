import pytest

from nlp.language import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Đường sạt lở mấy hôm nay không ai sửa", "vi"),
        ("duong sat lo qua troi oi khong ai sua", "vi"),
        ("the road is broken again and they do nothing", "en"),
        ("kuv nyob ntawm no, peb tsis muaj dej tsis muaj kev", "hmn"),
        ("ຂ້ອຍຢູ່ເມືອງນີ້ ບໍ່ມີນ້ຳ", "lo"),
        ("?? 123 :))", ""),
        ("", ""),
    ],
)
def test_language_is_told(text: str, code: str) -> None:
    assert language(text) == code


def test_foreign_text_that_quotes_a_name_is_not_vietnamese() -> None:
    text = "The chairman Nguyễn said that the road to the town will be open by May"
    assert language(text) == "en"
