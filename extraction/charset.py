"""Bytes of unknown encoding to clean Unicode text."""

import codecs
import re
from collections.abc import Callable
from encodings import normalize_encoding

from domain.legacy_letters import (
    TCVN3,
    TWICE,
    TWICE_STARTS,
    UNICODE_ONLY,
    VISCII,
    VNI,
    VNI_SIGN,
    bytes_of,
    read_once,
)
from domain.marks import composed
from extraction.syllables import spelled

_META = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:-]+)""", re.IGNORECASE
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200c\u2060\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
"""Signs that are taken out: controls, marks of no width that split words, and what is
no letter at all (halves of pairs), which neither log nor XML can hold."""
_NO_PAGES = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}
)
"""What Python can decode and no page is written in."""
_HEAD = 4096
_BINARY_SHARE = 0.02
"""Share of undecodable or control characters from which a body is no text. Larger
lets random bytes through as posts; smaller drops pages with a few broken letters."""

_NOT_TEXT = re.compile(r"<[^<>]*>")
_SAMPLE = 60_000
_SURE = 0.85
"""Share of well spelled words that proves an encoding. Larger loses pages with many
foreign names; smaller could take French for VNI."""
_LOST = 0.5
"""Share below which a text that did decode is looked at again."""
_FEWEST = 2
_FEWEST_TWICE = 3


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text in NFC without control characters.

    UTF-8 that decodes is UTF-8, whatever the header or the page claim; only then the
    byte order mark, the page's own claim and the header's are tried, and of the old
    Vietnamese encodings the one in which most words are spelled well. Text that was
    read wrongly before it was sent as UTF-8 is mended where all of it shows it.
    """
    return tidy(_decode(body, content_type))


def tidy(text: str) -> str:
    """Normalise to NFC, one kind of line end, no control characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return composed(_CONTROLS.sub("", text))


def looks_binary(body: bytes, content_type: str = "") -> bool:
    """Tell whether the bytes are no text in any encoding that they may claim."""
    sample = body[:_HEAD]
    if not sample:
        return False
    text = _decode(sample, content_type)
    odd = text.count("\ufffd") + len(_CONTROLS.findall(text))
    return odd > max(2, len(text) * _BINARY_SHARE)


def _decode(body: bytes, content_type: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, errors="replace")
    try:
        return _mended(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        if _nearly_utf8(body, error):
            return body.decode("utf-8", errors="replace")
    return _from_old(body, _claims(body, content_type))


def _nearly_utf8(body: bytes, error: UnicodeDecodeError) -> bool:
    """Tell a UTF-8 body with a few broken places from one in another encoding."""
    if error.start >= len(body) - 4 and "end of data" in error.reason:
        return True
    broken = body.decode("utf-8", errors="replace").count("\ufffd")
    letters = sum(1 for byte in body if byte >= 0x80)  # noqa: PLR2004 - not ASCII
    return broken * 20 < letters


def _claims(body: bytes, content_type: str) -> list[str]:
    claims = [m.decode("ascii") for m in _META.findall(body[:_HEAD])]
    claims += _HEADER.findall(content_type)
    return [c for c in claims if c.lower() not in {"utf-8", "utf8"}]


def _from_old(body: bytes, claims: list[str]) -> str:
    """Return the reading in which most words are Vietnamese, else the claimed one."""
    claimed = [text for name in claims if (text := _read_as(body, name)) is not None]
    best, most = "", 0.0
    for text in (*claimed, *_old_readings(body)):
        share = _share(text)
        if share > most:
            best, most = text, share
    if most >= _LOST:
        return best
    return claimed[0] if claimed else body.decode("utf-8", errors="replace")


def _read_as(body: bytes, name: str) -> str | None:
    if normalize_encoding(name).lower() in _NO_PAGES:
        return None
    try:
        return body.decode(name)
    except (LookupError, UnicodeError):
        return None


def _old_readings(body: bytes) -> list[str]:
    latin = body.decode("latin-1")
    vietnamese = _read_as(body, "cp1258")
    texts = [composed(vietnamese)] if vietnamese else []
    return [*texts, _from_tcvn3(latin), _from_vni(latin), _from_viscii(latin)]


def _from_tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _from_viscii(text: str) -> str:
    return text.translate(_VISCII)


def _from_vni(text: str) -> str:
    return VNI_SIGN.sub(lambda match: VNI[match.group()], text)


_TCVN3 = str.maketrans(TCVN3)
_VISCII = str.maketrans(VISCII)
_READERS: tuple[Callable[[str], str], ...] = (_from_tcvn3, _from_vni, _from_viscii)


def _share(text: str) -> float:
    sample = _NOT_TEXT.sub(" ", text[:_SAMPLE])
    well, words = spelled(sample)
    return well / words if words >= _FEWEST else 0.0


def _mended(text: str) -> str:
    """Mend text that was read as Latin-1 before it became UTF-8."""
    if text.isascii():
        return text
    if any(start.search(text) for start in TWICE_STARTS) and _is_twice(text):
        return TWICE.sub(lambda match: read_once(match.group()), text)
    if UNICODE_ONLY.search(text):
        return text
    return _of_old_letters(text)


_LATIN_LETTERS = frozenset("áàãâéèêíìóòõôúùý“”‘’–—…")


def _is_twice(text: str) -> bool:
    found = TWICE.findall(text)
    return len(found) >= _FEWEST_TWICE and all(
        UNICODE_ONLY.match(letter) or letter.lower() in _LATIN_LETTERS
        for letter in map(read_once, found)
    )


def _of_old_letters(text: str) -> str:
    if _share(text) >= _DOUBTFUL:
        return text
    try:
        latin = bytes_of(text).decode("latin-1")
    except UnicodeEncodeError:
        return text
    best = max((reader(latin) for reader in _READERS), key=_share)
    return best if _share(best) >= _SURE and spelled(best)[1] >= _FEWEST_OLD else text


_DOUBTFUL = 0.7
"""Share below which a text of Latin letters alone is read as an old encoding too. At
0.5 short sentences in TCVN3 stay as they are, for half their words look right; nearer
to 1 every foreign text is read four times."""

_FEWEST_OLD = 6
"""Odd words that prove an old encoding inside UTF-8; fewer may be a foreign name."""
