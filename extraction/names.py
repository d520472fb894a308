"""Names of people apart from names of newspapers, offices and sites."""

import re
import unicodedata
from collections.abc import Iterable

_HOUSE = re.compile(
    r"^(?:báo|tạp chí|đài|cổng (?:thông tin|ttđt)|trang (?:thông tin|tin)|tòa soạn|"
    r"toà soạn|ban biên tập|ban thời sự|thông tấn xã|truyền hình|kênh|website|"
    r"cổng tin|chuyên trang|trung tâm|công ty|sở|ubnd|nhà xuất bản|bbt|biên tập|"
    r"tổng hợp|sưu tầm|quản trị|[uủ]ỷ ban|ủy ban|hội đồng|văn phòng|phòng|ban|"
    r"công an|bộ (?:đội|chỉ huy|tư lệnh)|(?:đảng|tỉnh|thành|huyện|quận) [uủ][ỷy]|"
    r"mặt trận|liên đoàn|chi cục|cục|tổng (?:cục|công ty)|vụ|viện|bệnh viện|tập đoàn|"
    r"ngân hàng|vnpt|viettel|thông tin|vietnam\+)(?=\s|$)|"
    r"\s(?:news|newspaper|online|media|tv|team|staff|desk|press|agency|network)$",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"[a-z0-9._-]+|\S{3,}\.(?:vn|com|net|org)", re.ASCII)
"""What is a log-in or an address, written small or with a domain; nobody's name."""
_KNOWN = (
    "vnexpress tuoitre thanhnien dantri vietnamnet nhandan laodong tienphong nld "
    "nguoilaodong vtv vov ttxvn vietnamplus vnplus baotintuc zing znews zingnews "
    "24h soha kenh14 cafef cafebiz genk vneconomy vtcnews vtc plo phapluat "
    "baophapluat phapluatvn congan cand anninhthudo congly giaoducthoidai giaoduc "
    "suckhoedoisong vietbao dttc sggp saigongiaiphong saigontimes thesaigontimes "
    "hanoimoi kinhtedothi baogiaothong giaothong tinnhanhchungkhoan doanhnhansaigon "
    "doisongphapluat nguoiduatin infonet viettimes ictnews quandoinhandan qdnd "
    "baochinhphu chinhphu baomoi bnews daibieunhandan reuters ap afp bbc cnn tass "
    "tanhuaxa xinhua bloomberg guardian theguardian nytimes rt sputnik kyodo yonhap "
    "cnbc forbes dailymail thesun marca espn skysports goal scmp wsj nikkei aljazeera "
    "straitstimes bangkokpost cctv sina sohu ria interfax newsweek time people fortune "
    "techcrunch theverge businessinsider independent telegraph carscoops googlenews "
    "admin administrator "
    "editor quantri quantrivien btv bientapvien news baodientu ctv root "
)
_OUTLETS = frozenset(_KNOWN.split())
_DECOR = re.compile(
    r"^(?:baodientu|baomoi|tapchi|dai|bao|theo)|(?:online|dientu|media|"
    r"news|comvn|vn|com|net|tv|tructuyen)$"
)
_MARKS = re.compile(r"[^a-z0-9]+")
_MAIL = re.compile(r"\S+@\S+|\(?\bemail\b\s*:?\)?", re.IGNORECASE)
_ROLE = re.compile(
    r"^\W*(?:(?:đăng bởi|người đăng|viết bởi|tin|bài|ảnh|video|clip|đồ họa|"
    r"thực hiện|tác giả|"
    r"nhóm (?:tác giả|pv|phóng viên)|người viết|biên (?:tập|soạn|dịch)|nội dung|"
    r"thiết kế|trình bày|bút danh|phóng viên|by|author|theo|tổng hợp)"
    r"(?:[\s,&/–-]|và )*)+[:：]\s*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*[(\[][^()\[\]]{0,80}[)\]]\s*$|\s*[-–|,]\s*(?:\d{1,2}[/:h.].*)$|"
    r"\s*/\s*(?:VOV|TTXVN|VTV|VGP|BT|TTX|CTV|Báo|TPO|NDO)\b.*$|"
    r"\s*\|\s*.*$|\s+và \d+ tác giả khác.*$|\s*[,–-]\s*theo\s.*$|"
    r"\s*[-–,;/.]?\s*(?:ảnh|video|clip|đồ họa|thiết kế|kỹ thuật)\s*[:：].*$|"
    r"\s+(?:thực hiện|(?:lược )?ghi|(?:lược |biên )?dịch|biên soạn|tổng hợp|sưu tầm)$",
    re.IGNORECASE,
)
_READER = re.compile(
    r"^(?:độc giả|bạn đọc|CTV|phóng viên|nhà báo)\s+(?=[^\W\d_]\S*\s?)", re.IGNORECASE
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}")
_THEO = re.compile(r"^theo\s+(?!dõi)", re.IGNORECASE)
_EDGES = " \t\u00a0-–—|,;:•·*/"
_JOINT = re.compile(r"\s*(?:[-–—,;/&|+]|\bvà\b)\s*")
_WORD = re.compile(
    r"^(?:[A-ZĐÀ-Ỹ][\w.’'´-]*|[A-ZĐ]\.|PV|TTXVN|BTV|CTV|TS|ThS|GS|PGS|BS|LS|KTS|NSND)$"
)
_MANY_WORDS = 5
_LONGEST = 90
_READ = 300
_NOT_NAMES = re.compile(
    r"^(?:xem|đọc|chia sẻ|bình luận|theo dõi|đăng|thứ|ngày|cập nhật|liên hệ|tags?|"
    r"trang chủ|tin|video|ảnh|nguồn|quay lại|gửi|tags?|tải|mới nhất|chủ đề|từ khóa|"
    r"ghi bàn|đội hình|kết quả|lịch|thông tin|việt nam|hà nội|quảng cáo)\b",
    re.IGNORECASE,
)


def plain_key(text: str) -> str:
    """Return the letters and digits of a text in lower case without marks."""
    low = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return _MARKS.sub("", low)


def is_house(name: str, known: Iterable[str]) -> bool:
    """Tell whether a name is an outlet's, an office's or an account's.

    `known` holds what the page calls itself: its outlet's names and its host.
    """
    known = tuple(known)
    name = name.strip("()[] ")
    if "://" in name or "@" in name or _HOUSE.search(name) or name.isdigit():
        return True
    if _ACCOUNT.fullmatch(name):
        return True
    if "/" in name:
        return all(is_house(part, known) for part in name.split("/"))
    stages = _stages(plain_key(name))
    if not stages[-1] or any(key in _OUTLETS for key in stages):
        return True
    keys = {plain_key(name), stages[-1]}
    return any(own in keys for own in map(_known_key, known))


def _known_key(name: str) -> str:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", name.strip().lower())
    if " " not in host and "." in host:
        name = host.split("/", maxsplit=1)[0].split(".")[0]
    return _stages(plain_key(name))[-1]


def _stages(key: str) -> list[str]:
    """Return a key and what is left of it as “báo”, “online” and the like go."""
    stages = [key]
    for _ in range(3):
        shorter = _DECOR.sub("", stages[-1])
        if shorter in {"", stages[-1]}:
            break
        stages.append(shorter)
    return stages


def clean_name(text: str) -> str:
    """Return a printed byline without addresses, roles, sources and dates."""
    text = _MAIL.sub("", text[:_READ]).strip()
    text = _ROLE.sub("", text)
    for _ in range(3):
        shorter = _AFTER.sub("", text)
        if shorter == text or not shorter:
            break
        text = shorter
    text = _READER.sub("", _THEO.sub("", text)).strip(_EDGES)
    if _INITIALS.fullmatch(text):
        return text
    return text.strip(_EDGES + ".") if len(text) < _LONGEST else ""


def has_role(text: str) -> bool:
    """Tell whether the line says that a name follows (“Bài, ảnh: …”)."""
    return bool(_ROLE.match(text))


def parts_of(names: str) -> list[str]:
    """Return the names of which a byline is made."""
    return _JOINT.split(names)


def people_in(names: str, known: Iterable[str]) -> str:
    """Return names of which none is an outlet's; "" where nobody is left."""
    own = tuple(known)
    parts = parts_of(names)
    people = [part for part in parts if not is_house(part, own)]
    return names if len(people) == len(parts) else ", ".join(people)


def looks_like_names(text: str, *, fewest: int = 1) -> bool:
    """Tell whether a text is nothing but one or more people's names.

    `fewest` is how many words each name must have at least.
    """
    if not text or len(text) > _LONGEST or _NOT_NAMES.match(text):
        return False
    return all(_is_name(part, fewest) for part in _JOINT.split(text))


def _is_name(part: str, fewest: int) -> bool:
    words = part.split()
    if not fewest <= len(words) <= _MANY_WORDS:
        return False
    return all(_WORD.match(word) for word in words)
