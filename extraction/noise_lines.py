"""Lines that are no part of an article's text, told by their words.

What points to other pages, invites, counts, or belongs to a player or a button. News
about the same things begins alike (“Tải ứng dụng lạ, mất hai tỷ đồng”), so a pattern
holds up to the end of the line or names what only an outlet says of itself.
"""

import re

_NETWORKS = (
    r"(?:facebook|fanpage|zalo|youtube|tiktok|twitter|x|telegram|instagram|linkedin|"
    r"messenger|pinterest|whatsapp|email|e-mail)"
)
_POINTERS = (
    (
        r"\W*(?:>>|»|›|➤|►|👉|"
        r"(?:xem|đọc|tìm hiểu|tham khảo|nghe)\s+(?:thêm|tiếp|ngay|cả bài)"
        r"\s*(?:$|[:：>\"“]|tại))"
    ),
    r"(?:xem|đọc) thêm\b",
    (
        r"(?:các )?(?:tin|bài|chủ đề|video|clip)(?: viết)?\s+"
        r"(?:liên quan|cùng chuyên mục|cùng chủ đề|khác|đọc nhiều|mới nhất|nổi bật)"
        r"\s*(?:$|[:：])"
    ),
    (
        r"(?:tin |bài )?(?:cùng chuyên mục|cùng chủ đề|đọc nhiều(?: nhất)?|xem nhiều|"
        r"mới nhất|mới|tiêu điểm)\s*$"
    ),
    r"(?:có thể )?bạn (?:quan tâm|có thể thích)|có thể bạn quan tâm",
    (
        r"mời (?:quý )?(?:độc giả|bạn đọc|quý vị|các bạn)[^.]{0,40}"
        r"(?:xem|đọc|theo dõi|đón)"
    ),
    r"xem (?:thêm )?(?:các )?(?:tin tức|tin|bài viết) [^.]{0,40}\btại\b[^.]{0,40}$",
    r"bạn đang (?:đọc|xem) (?:bài|tin)\b",
    r"(?:bấm|nhấn|click|kích)(?: chuột)? vào [^.]{0,20}để (?:xem|đọc|phóng)",
    r"(?:trở|quay) (?:về|lại) (?:trang chủ|đầu trang)",
    r"(?:tags?|từ khóa|từ khoá|chủ đề|sự kiện|dòng sự kiện)\s*[:：]",
    r"#\S.{0,80}$",
)
_INVITATIONS = (
    r"tải (?:ngay )?(?:ứng dụng|app)\s*$",
    (
        r"(?:(?:bạn đọc|độc giả|quý vị|quét (?:mã|qr))[^.,]{0,30}\s)?"
        r"tải (?:ngay )?(?:ứng dụng|app)\b[^.,]{0,50}"
        r"(?:để đọc|đọc (?:tin|báo)|app store|google play|ch play|tại đây)"
    ),
    r"tải (?:ngay )?(?:ứng dụng|app)(?: di động)?(?: của)? (?:báo|đài|tạp chí)\b",
    r"quét mã(?: qr)?[^.,]{0,20}tải (?:ứng dụng|app)[^.,]{0,20}$",
    (
        r"(?:theo dõi|follow|like|kết nối|quan tâm)[^.]{0,60}(?:google news|facebook|"
        r"fanpage|zalo|youtube|tiktok|twitter|telegram|trên mạng xã hội).{0,30}$"
    ),
    r".{0,40}\btrên google news\s*$",
    r"(?:thêm|chọn) .{0,60}\btrên google\b",
    r"đăng ký (?:nhận (?:bản )?tin|theo dõi|kênh|email)",
)
_CONSENT = (
    (
        r"(?:trang (?:web )?(?:này|web)|website(?: này)?|chúng tôi|báo[^.]{0,30})"
        r"[^.]{0,40}(?:sử dụng|dùng) (?:các )?cookies?"
    ),
    (
        r"(?:bằng cách|bằng việc|khi) (?:tiếp tục )?(?:sử dụng|truy cập)[^.]{0,60}"
        r"(?:đồng ý|chấp nhận)[^.]{0,60}(?:cookie|điều khoản|chính sách)"
    ),
    r"(?:cookie|tôi đồng ý|chấp nhận tất cả)\b.{0,60}$",
    r"(?:đồng ý|chấp nhận|từ chối|đã hiểu|tìm hiểu thêm|đóng|bỏ qua)\s*$",
    r"(?:©|copyright\b)",
    r"(?:mọi |toàn bộ )?bản quyền (?:thuộc|©|nội dung thuộc)",
    (
        r"(?:vui lòng |yêu cầu |đề nghị )?(?:ghi|dẫn|trích dẫn) (?:rõ )?nguồn\b"
        r".{0,80}(?:phát hành|sử dụng|đăng|dẫn|website|trang)"
    ),
    r"cấm sao chép\b",
)
_BUTTONS = (
    r"chia sẻ(?: bài viết)?\s*(?:$|[:：])",
    (
        rf"chia sẻ\s*(?:(?:lên|qua|trên)?\s*(?:{_NETWORKS}|sao chép (?:liên kết|link)|"
        r"copy link|in bài|bình luận|lưu bài)[\s,|·-]*)+$"
    ),
    rf"(?:{_NETWORKS}|thích|like|print|copy)\s*\(?\d*\)?\s*$",
    r"sao chép (?:liên kết|link)|copy link",
    r"(?:app store|google play|ch play)\s*$",
    r"(?:tác giả|vai trò)\s*,",
    r"(?:in|lưu|gửi|nghe|lưu lại) bài(?: viết| báo)?\s*(?:$|[:：])|in trang\s*$",
    r"(?:\d+ )?bình luận\s*(?:$|\(\d*\)|[:：])|ý kiến (?:bạn đọc|của bạn)\s*(?:$|\()",
    r"(?:hiện )?(?:chưa có|không có) (?:bình luận|ý kiến) nào",
    r"(?:vui lòng|bạn cần|hãy)\b.{0,30}\bbình luận",
    r"gửi (?:bình luận|ý kiến)(?: của bạn)?\s*(?:$|[:：])",
    r"\W*(?:quảng cáo|advertisement|advertising|sponsored|tài trợ)\W*$",
    r"bạn (?:nghĩ|thấy|đánh giá)[^.]{0,60}\?\s*$|thăm dò ý kiến|kết quả bình chọn",
    r"(?:biểu quyết|bình chọn|gửi bình chọn|xem kết quả)\s*$",
    r"đánh giá (?:bài viết|của bạn)\s*[:：]",
    r"(?:số )?lượt (?:xem|đọc)\s*[:：]?\s*[\d.,]+\s*$|[\d.,]+ lượt (?:xem|đọc)\s*$",
    r"cỡ chữ\b.{0,12}$|(?:a[-+]?\s*){1,4}$|[\W_]+$",
    r"\(?(?:email|e-mail|thư)?\W{0,2}\S+@\S+\.\w+\)?$",
)
_PLAYERS = (
    r"nghe (?:đọc bài|nội dung bài|bài viết|bài báo|audio|đọc báo).{0,60}$",
    r"giọng (?:đọc|nữ|nam|miền)\b.{0,40}$|(?:nữ|nam) miền (?:bắc|trung|nam)\s*$",
    (
        r"(?:play|pause|unmute|mute|loaded|current time|duration|remaining time|"
        r"stream type|playback rate|fullscreen)\b.{0,20}$"
    ),
    r"\d{1,2}:\d{2}\s*/\s*-?\d{1,2}:\d{2}|\d{1,2}:\d{2}\s*$|\d(?:[.,]\d+)?x\s*$",
    r"xem trực tiếp video|video player",
    r"trình duyệt (?:của bạn )?không hỗ trợ|your browser does not support",
)
_LINE_START = re.compile(
    r"^[*•–\-\s]*(?:"
    + "|".join(
        pattern
        for group in (_POINTERS, _INVITATIONS, _CONSENT, _BUTTONS, _PLAYERS)
        for pattern in group
    )
    + ")",
    re.IGNORECASE,
)
_CREDIT_LINE = re.compile(
    r"^\W*(?:\(|\[)?\s*(?:ảnh|hình ảnh|ảnh minh họa|ảnh minh hoạ|nguồn ảnh|video|clip|"
    r"đồ họa|đồ hoạ|infographic|nguồn|nguồn tin|photo)\s*[:：][^.]{0,80}[.)\]]*$|"
    r"^(?:video|clip)\s*[:：].{0,160}(?:nguồn|thực hiện|ảnh)\s*[:：][^.]{0,60}$|"
    r"^(?:nguồn hình ảnh|chụp lại (?:hình ảnh|video))\s*,|"
    r"^\W*(?:ảnh|hình) (?:minh họa|minh hoạ|tư liệu|internet)[.)\]\s]*$",
    re.IGNORECASE,
)
_CREDIT_END = re.compile(
    r"(?:[.…?!\"”)]\s*|\s[-–(/|]\s*|\()(?:ảnh|nguồn ảnh|đồ họa|photo|ảnh minh họa)"
    r"\s*[:：]\s*[^:!?]{2,40}[.)]*$|[(\-–]\s*(?:ảnh|hình) (?:minh họa|minh hoạ|tư liệu|"
    r"cắt từ clip|do nhân vật cung cấp|do gia đình cung cấp|chụp màn hình|internet)"
    r"\s*[.)]*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^\W*(?:bài|tin|nội dung|thực hiện|tác giả)\b[^.:]{0,20}[:：]", re.IGNORECASE
)
_LONGEST_POINTER = 250
_OTHERS = re.compile(
    r"^\W*(?:(?:các )?(?:tin|bài)(?: viết)?\s+(?:liên quan|cùng chuyên mục|cùng chủ đề|"
    r"khác|đọc nhiều|mới nhất|nổi bật|mới)|cùng chuyên mục|đọc nhiều|có thể bạn quan "
    r"tâm|xem thêm|đọc thêm|đọc tiếp)\b",
    re.IGNORECASE,
)


def is_noise_line(text: str) -> bool:
    """Tell a line of text that points elsewhere, invites, or names a picture."""
    if len(text) > _LONGEST_POINTER or _BYLINE.match(text):
        return False
    return bool(
        _LINE_START.match(text) or _CREDIT_LINE.match(text) or _CREDIT_END.search(text)
    )


def heads_other_articles(text: str) -> bool:
    """Tell a text that begins as boxes of other articles do."""
    return bool(_OTHERS.match(text))


def pointer_of(text: str) -> str:
    """Return the words at the start of a line that make it a pointer; "" for none."""
    found = _LINE_START.match(text)
    return found[0] if found else ""
