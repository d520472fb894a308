"""What stands inside an article's container and is no part of its text.

Known by the names that content systems give to boxes, by the shape of a box (nothing
but links, a picture and a few words), and by the words of a line.
"""

import re

from lxml.html import HtmlElement

from extraction.content_text import text_of

_SKIP = (
    "script style noscript template svg figure figcaption aside nav form button select "
    "iframe video audio object embed input textarea footer picture dialog option"
)
SKIPPED_TAGS = frozenset(_SKIP.split())
_INLINES = "a b strong i em u font mark sub sup small span s q cite "
_INLINE = frozenset(_INLINES.split())

_NAMES = re.compile(
    r"(?:^|[-_])(?:"
    # other articles
    r"relate[ds]?|related\w*|relation[s]?|relative-news|lien-?quan|"
    r"(?:box-?)?tin-?lien-?quan\w*|"
    r"tin-?khac|(?:box-?)?doc-?(?:them|tiep|nhieu)|xem-?(?:them|nhieu)|read-?more|"
    r"see-?more|more-?news|other-?news|most-?read|suggest(?:ion)?s?|"
    r"recommend(?:ed|ation)?s?|kbwscwl|"
    # pictures and players
    r"caption|\w*_?caption|chu-?thich|photocms|imgcaption|picture|"
    r"credit|video-?(?:box|player|stream|content)?|player|tts|audio|podcast|voice|"
    # adverts, sharing, talk
    r"ads?|adv|advert\w*|adzone|ads(?:ense|ygroup)?|vmcadszone|banner|quang-?cao|qc|"
    r"sponsor(?:ed)?|promo\w*|share|sharing|social\w*|like-fb|fb|zalo|google-news|"
    r"comments?|binh-?luan|cmt|poll|vote|survey|tham-?do|newsletter|subscri\w+|"
    r"cookies?|consent|gdpr|popup|modal|toast|app-?(?:banner|download|install)|"
    r"(?:download|tai)-?(?:app|ung-?dung)|"
    # furniture
    r"breadcrumbs?|bread-?crumb|widget|tags?|tag-list|keywords?|tu-?khoa|"
    r"hidden|d-none|hide|sr-only|visually-hidden|tplcaption|articles-edit|"
    r"insert-wiki-content|inner-article|print|toolbar|toc|muc-?luc|pagination|"
    # the author's box
    r"author\w*|tac-?gia|byline|bio"
    r")(?:$|[-_])",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"related|photo|video|poll|vote|quiz|audio|adv|livestream|link|image", re.IGNORECASE
)
"""Values of `type` that the editors of some content systems give to boxes."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STYLED_AWAY = re.compile(r"display:\s*none", re.IGNORECASE)
_PICTURE_TABLE = re.compile(
    r"(?:^|[-_ ])(?:image|picture|photo|tplcaption|imgeditor|contentimg|fig)",
    re.IGNORECASE,
)
_PICTURE_LINE = re.compile(
    r"^(?:image|photo|pic|img|anh|avatar|desc-?img|note-?(?:img|photo))$", re.IGNORECASE
)
_ITALIC = frozenset({"i", "em", "small"})
_CENTRED = re.compile(r"center", re.IGNORECASE)
_HEADLINE = 30
"""Characters from which a paragraph that is one link is a pointer to another page."""
_LINK_SHARE = 0.8
_LONGEST_CAPTION = 600
_CARD = 400
_POINTERS = "p ul ol div h2 h3 h4 h5 li section blockquote strong "
_POINTING = frozenset(_POINTERS.split())


def is_noise(element: HtmlElement) -> bool:
    """Tell whether an element inside an article body is no part of its text."""
    if element.tag in SKIPPED_TAGS or _is_away(element):
        return True
    if has_noise_name(element):
        return not _is_boxed_text(element)
    if element.tag == "table":
        return _holds_picture(element)
    if element.tag == "article":
        return len(text_of(element)) < _CARD and element.find(".//a") is not None
    return _only_points(element) or is_caption(element)


def has_noise_name(element: HtmlElement) -> bool:
    """Tell whether class, id or type say that the element is a box of another kind.

    Words and links inside a sentence are kept whatever their names: content systems
    mark links to their own topic pages as tags.
    """
    names = [*(element.get("class") or "").split(), element.get("id") or ""]
    if element.tag in _INLINE:
        return any("caption" in n.lower() or n in {"hidden", "d-none"} for n in names)
    if any(_NAMES.search(_CAMEL.sub("-", name)) for name in names if name):
        return True
    kind = element.get("type") or ""
    if element.tag in {"p", "div"} and any(_PICTURE_LINE.match(n) for n in names):
        return len(text_of(element)) < _LONGEST_CAPTION
    return bool(kind and element.tag not in {"ol", "ul"} and _KIND.search(kind))


def _is_away(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    return bool(style and _STYLED_AWAY.search(style))


def _is_boxed_text(element: HtmlElement) -> bool:
    """Tell a table of results, say, in a box that some outlets call a caption."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return "caption" in names and len(text_of(element)) > _LONGEST_CAPTION


def _holds_picture(table: HtmlElement) -> bool:
    names = [*(table.get("class") or "").split(), table.get("id") or ""]
    if any(_PICTURE_TABLE.search(name) for name in names):
        return len(text_of(table)) <= _LONGEST_CAPTION or not table.xpath(".//p[2]")
    pictures = len(table.xpath(".//img"))
    return bool(pictures) and len(table.xpath(".//td")) <= 2 * pictures


def _only_points(element: HtmlElement) -> bool:
    """Tell a list or paragraph that only links to other pages."""
    if element.tag not in _POINTING:
        return False
    linked = 0
    for anchor in element.iter("a"):
        linked += len(text_of(anchor))
    if linked < _HEADLINE:
        return False
    return linked >= _LINK_SHARE * len(text_of(element))


def is_caption(element: HtmlElement) -> bool:
    """Tell a line below a picture: named so, in italics, or centred."""
    if "caption" in (element.get("class") or "").lower():
        return True
    if element.tag not in {"p", "div", "center"}:
        return False
    above = element.getprevious()
    if above is None or not _is_bare_picture(above):
        return False
    text = text_of(element)
    if not text or len(text) > _LONGEST_CAPTION // 2:
        return False
    return _is_centred(element) or _is_italic(element, text)


def _is_bare_picture(element: HtmlElement) -> bool:
    if element.tag == "img":
        return True
    return element.find(".//img") is not None and not text_of(element)


def _is_centred(element: HtmlElement) -> bool:
    marks = (element.get("style"), element.get("align"), element.get("class"))
    return element.tag == "center" or any(m and _CENTRED.search(m) for m in marks)


def _is_italic(element: HtmlElement, text: str) -> bool:
    leaning = sum(len(text_of(e)) for e in element if e.tag in _ITALIC)
    return leaning >= _LINK_SHARE * len(text)


_LINE_START = re.compile(
    r"^(?:\(?(?:email|e-mail|thư)?\W{0,2}\S+@\S+\.\w+\)?$)|"
    r"^\W*(?:>>|»|›|➤|►|👉|"
    r"(?:xem|đọc|tìm hiểu|tham khảo|nghe)\s+(?:thêm|tiếp|ngay|cả bài)"
    r"\s*(?:$|[:：>\"“]|tại)|"
    r"(?:xem|đọc) thêm\b|"
    r"(?:các )?(?:tin|bài|chủ đề|video|clip)(?: viết)?\s+"
    r"(?:liên quan|cùng chuyên mục|cùng chủ đề|khác|đọc nhiều|mới nhất|nổi bật)"
    r"\s*(?:$|[:：])|"
    r"(?:có thể )?bạn (?:quan tâm|có thể thích)|có thể bạn quan tâm|"
    r"mời (?:quý )?(?:độc giả|bạn đọc|quý vị|các bạn)[^.]{0,40}"
    r"(?:xem|đọc|theo dõi|đón)|"
    r"tải (?:ngay )?(?:ứng dụng|app)\b|"
    r"(?:theo dõi|follow|like|kết nối)[^.]{0,60}(?:google news|facebook|fanpage|zalo|"
    r"youtube|tiktok|twitter|telegram|trên mạng xã hội).{0,30}$|"
    r"đăng ký (?:nhận (?:bản )?tin|theo dõi|kênh|email)|"
    r"(?:trang (?:web )?(?:này|web)|website(?: này)?|chúng tôi|báo[^.]{0,30})"
    r"[^.]{0,40}(?:sử dụng|dùng) (?:các )?cookies?|"
    r"(?:cookie|tôi đồng ý|chấp nhận tất cả)\b.{0,60}$|"
    r"chia sẻ(?: bài viết)?\s*(?:$|[:：]|(?:lên|qua) (?:facebook|zalo|email)\s*$)|"
    r"sao chép (?:liên kết|link)|copy link|"
    r"(?:in|lưu|gửi|nghe|lưu lại) bài(?: viết| báo)?\s*(?:$|[:：])|in trang\s*$|"
    r"(?:\d+ )?bình luận\s*(?:$|\(\d*\)|[:：])|ý kiến (?:bạn đọc|của bạn)\s*(?:$|\()|"
    r"gửi (?:bình luận|ý kiến)(?: của bạn)?\s*(?:$|[:：])|"
    r"(?:quảng cáo|advertisement|advertising|sponsored|tài trợ)\s*$|"
    r"(?:tags?|từ khóa|từ khoá|chủ đề)\s*[:：]|"
    r"giọng (?:đọc|nữ|nam)\b.{0,40}$|(?:play|pause|unmute|mute|loaded)\b.{0,20}$|"
    r"\d{1,2}:\d{2}\s*/\s*-?\d{1,2}:\d{2}|xem trực tiếp video|video player|"
    r"(?:trở|quay) (?:về|lại) (?:trang chủ|đầu trang)|"
    r"bạn (?:nghĩ|thấy|đánh giá)[^.]{0,60}\?\s*$|thăm dò ý kiến|kết quả bình chọn)",
    re.IGNORECASE,
)
_CREDIT_LINE = re.compile(
    r"^\W*(?:\(|\[)?\s*(?:ảnh|hình ảnh|ảnh minh họa|ảnh minh hoạ|nguồn ảnh|video|clip|"
    r"đồ họa|đồ hoạ|infographic|nguồn|nguồn tin|photo)\s*[:：][^.]{0,80}[.)\]]*$|"
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
_LONGEST_POINTER = 250


def is_noise_line(text: str) -> bool:
    """Tell a line of text that points elsewhere, invites, or names a picture."""
    if len(text) > _LONGEST_POINTER:
        return False
    return bool(
        _LINE_START.match(text) or _CREDIT_LINE.match(text) or _CREDIT_END.search(text)
    )


def pointer_of(text: str) -> str:
    """Return the words at the start of a line that make it a pointer; "" for none."""
    found = _LINE_START.match(text)
    return found[0] if found else ""
