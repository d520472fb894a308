"""Lines that are no text go; sentences that begin alike stay. So with names."""

import pytest

from extraction.names import clean_name, is_house, looks_like_names
from extraction.noise_lines import is_noise_line


@pytest.mark.parametrize(
    "line",
    [
        ">> Xem thêm: Lũ cuốn cầu ở bản bên",
        "Tin liên quan",
        "Đọc tiếp",
        "Tải ứng dụng để đọc tin nhanh hơn",
        "Theo dõi chúng tôi trên Google News",
        "Website này sử dụng cookie để phục vụ bạn tốt hơn",
        "Chia sẻ qua Facebook",
        "Bình luận (12)",
        "Quảng cáo",
        "thu@bao.example.vn",
        "0:00 / 2:35",
        "(Nguồn: VTV)",
        "Ảnh: Nguyễn Thử",
        "Người dân qua cầu. Ảnh: N.T",
        "Cầu treo mới (Ảnh minh họa)",
        "Từ khóa: cầu treo, miền núi",
    ],
)
def test_no_text(line: str) -> None:
    assert is_noise_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "Chia sẻ qua điện thoại, anh Thử cho biết đường đã thông.",
        "Theo dõi trang Facebook của nhóm này nhiều tháng, công an xã lập hồ sơ.",
        "Gửi ý kiến tới xã, bà con mong sớm có điện.",
        "Tin mới đến vào buổi chiều làm cả bản vui.",
        "Bài, ảnh: Vừ Thị Mẫu",
        "Nguồn nước của bản đã sạch trở lại.",
        "Xem xét đơn của dân, xã trả lời trong tuần.",
    ],
)
def test_text(line: str) -> None:
    assert not is_noise_line(line)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Bài, ảnh: Vừ Thị Mẫu", "Vừ Thị Mẫu"),
        ("Hà Thử (tổng hợp)", "Hà Thử"),
        ("Hà Thử (Theo Reuters)", "Hà Thử"),
        ("Thử Văn Mẫu - mau@bao.example.vn", "Thử Văn Mẫu"),
        ("Theo Hà Thử (Báo Mẫu)", "Hà Thử"),
        ("Sùng Thử/VOV Tây Bắc", "Sùng Thử"),
        ("Tác giả: Lò Mẫu", "Lò Mẫu"),
        ("Nhóm PV", "Nhóm PV"),
        ("Lò Mẫu - 14/09/2026 08:00", "Lò Mẫu"),
    ],
)
def test_a_byline_is_cleaned(printed: str, name: str) -> None:
    assert clean_name(printed) == name


def test_names_of_houses_and_of_people() -> None:
    known = ("tuoitre.vn", "TUOI TRE ONLINE", "Báo Tuổi Trẻ")
    for house in ("Tuổi Trẻ Online", "tuoitre.vn", "Báo Mẫu", "admin", "VTV.vn", "a@b"):
        assert is_house(house, known), house
    for person in ("Hà Thử", "TÒNG VĂN THỬ", "Lò Thị Mẫu"):
        assert not is_house(person, known), person
        assert looks_like_names(person)
    assert looks_like_names("Giàng Thử - Lò Mẫu và Vừ A Thử", fewest=2)
    assert not looks_like_names("Xã đã mở cửa chợ")
    assert not looks_like_names("Thứ Hai")
