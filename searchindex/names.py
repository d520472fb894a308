"""Vietnamese names of fields and of values, as people type them."""

from collections.abc import Mapping

from searchindex.document import FIELDS
from searchindex.fold import fold

_FIELDS: Mapping[str, str] = {
    "ma": "id",
    "nguon": "source",
    "bao": "outlet",
    "toasoan": "outlet",
    "loai": "kind",
    "phamvi": "about",
    "noi": "place",
    "xa": "place",
    "diaban": "place",
    "hangdoi": "queue",
    "hang": "queue",
    "nhan": "label",
    "chude": "topic",
    "sacthai": "stance",
    "ngonngu": "language",
    "trangthai": "status",
    "ketluan": "verdict",
    "sukien": "story",
    "chum": "story",
    "chuoi": "thread",
    "dago": "gone",
    "tieude": "title",
    "tit": "title",
    "noidung": "text",
    "ngay": "published",
    "dang": "published",
    "ngaydang": "published",
    "thuthap": "fetched",
    "ngaythu": "fetched",
    "lansua": "revision",
    "khan": "urgency",
    "mucdo": "urgency",
}

_VALUES: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "bai bao": "article",
        "bao": "article",
        "bai dang": "post",
        "binh luan": "comment",
        "phan anh": "report",
    },
    "queue": {
        "co the gay hai": "harmful",
        "gay hai": "harmful",
        "can xac minh": "claims",
        "xac minh": "claims",
        "can tra loi": "answers",
        "tra loi": "answers",
        "bao chi": "press",
    },
    "status": {
        "chua xu ly": "open",
        "cho": "open",
        "mo": "open",
        "da xu ly": "reviewed",
        "xong": "reviewed",
        "mo lai": "reopened",
    },
    "stance": {"tich cuc": "pos", "trung lap": "neu", "tieu cuc": "neg"},
    "gone": {"da xoa": "deleted", "chuyen": "moved", "khoi phuc": "restored"},
}


def field_named(typed: str) -> str | None:
    """Return the field of a name typed before a colon, None where there is none."""
    plain = _plain(typed).replace(" ", "")
    return plain if plain in FIELDS else _FIELDS.get(plain)


def value_named(field: str, typed: str) -> str:
    """Return the stored value of what was typed after the colon."""
    return _VALUES.get(field, {}).get(_plain(typed), typed)


def _plain(typed: str) -> str:
    return fold(typed.replace("_", " ").replace("-", " "))
