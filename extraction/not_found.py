"""Pages that answer 200 and say, or show by where they led, that nothing is there."""

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from domain.marks import composed
from extraction.charset import tidy
from extraction.content_text import squeeze, text_of
from extraction.headline import page_title
from extraction.page import parse_tree

_THING = (
    r"(?:trang(?: web)?|bài(?: viết| báo| đăng)?|nội dung|tin(?: tức| bài)?|"
    r"đường dẫn|liên kết|chủ đề|dữ liệu)"
)
_SAYS = re.compile(
    r"^(?:lỗi\W*|error\W*)?404(?:\W+(?:lỗi|error|page|not found|trang|không).*)?\W*$"
    rf"|^(?:rất tiếc|xin lỗi|lỗi)?\W*(?:không tìm thấy|không có) {_THING}"
    rf"(?: này| nào| bạn.*| mà.*| theo.*| yêu cầu.*)?\W*$"
    rf"|^(?:rất tiếc|xin lỗi|lỗi)?\W*{_THING}(?: này| bạn[^.]*| mà[^.]*)? "
    r"(?:không (?:còn )?tồn tại|không (?:được )?tìm thấy|không có sẵn|"
    r"đã (?:bị )?(?:xóa|xoá|gỡ)(?: bỏ)?)(?: hoặc .*)?\W*$"
    r"|^(?:error\W*)?(?:the |this )?(?:requested )?"
    r"(?:page|article|content|thread)?\s*(?:you .* )?"
    r"(?:was |could |can)?\s?(?:not (?:be )?found|does not exist|doesn.t exist|"
    r"no longer exists|(?:has been|was) (?:removed|deleted))\W*$",
    re.IGNORECASE,
)
_LONGEST = 90
"""Characters of a heading that says so. Longer ones are headlines about something that
was not found."""
_HOMES = {"", "index", "default", "home", "trang-chu", "404", "error", "not-found"}


def says_not_found(body: bytes, content_type: str = "") -> bool:
    """Tell whether the page's title or first heading says that nothing is there."""
    tree = parse_tree(body, content_type)
    if tree is None:
        return False
    headings = [text_of(heading) for heading in tree.xpath("//h1")[:2]]
    return any(is_phrase(text) for text in (page_title(tree), *headings))


def is_phrase(text: str) -> bool:
    """Tell whether a heading is one of the usual words for a missing page."""
    # Some sites put their name behind the words, after a dash or a bar.
    said = composed(squeeze(tidy(text)))
    first = re.split(r"\s+[|–—-]\s+", said)[0]
    return any(len(words) <= _LONGEST and _SAYS.match(words) for words in (first, said))


def leads_up(asked: str, came: str) -> bool:
    """Tell whether a redirect led from a page to its site's home or a section.

    A section is what an address begins with: `/thoi-su` of `/thoi-su/bai-1.html`.
    """
    before, after = (urlsplit(url) for url in (asked, came))
    if before.path == after.path or not came:
        return False
    section = PurePosixPath(after.path.lower() or "/")
    name = section.with_name(section.stem) if section.name else section
    if name.name in _HOMES and len(name.parts) <= 2:  # noqa: PLR2004 - the root and a name
        return True
    parents = PurePosixPath(before.path.lower()).parents
    return section in parents or name in parents
