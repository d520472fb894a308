"""Bytes of unknown encoding to clean Unicode text."""

import codecs
import re
import unicodedata

_META = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:-]+)""", re.IGNORECASE
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0xFEFF], None
)
_HEAD = 4096
_BINARY_SHARE = 0.02
"""Share of undecodable or control characters from which a body is no text. Larger
lets random bytes through as posts; smaller drops pages with a few broken letters."""


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text in NFC without control characters.

    UTF-8 that decodes is UTF-8, whatever the header or the page claim; only then the
    byte order mark, the page's own claim and the header's are tried.
    """
    return tidy(_decode(body, content_type))


def tidy(text: str) -> str:
    """Normalise to NFC, one kind of line end, no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return unicodedata.normalize("NFC", text)


def looks_binary(body: bytes, content_type: str = "") -> bool:
    """Tell whether the bytes are no text in any encoding that they may claim."""
    sample = body[:_HEAD]
    if not sample:
        return False
    text = _decode(sample, content_type)
    odd = sum(1 for c in text if c == "\ufffd" or ord(c) in _CONTROLS)
    return odd > max(2, len(text) * _BINARY_SHARE)


def _decode(body: bytes, content_type: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if _nearly_utf8(body, error):
            return body.decode("utf-8", errors="replace")
    for name in _claims(body, content_type):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", errors="replace")


def _nearly_utf8(body: bytes, error: UnicodeDecodeError) -> bool:
    """Tell a UTF-8 body with a few broken places from one in another encoding."""
    if error.start >= len(body) - 4:
        return True
    broken = body.decode("utf-8", errors="replace").count("\ufffd")
    letters = sum(1 for byte in body if byte >= 0x80)  # noqa: PLR2004 - not ASCII
    return broken * 20 < letters


def _claims(body: bytes, content_type: str) -> list[str]:
    claims = [m.decode("ascii") for m in _META.findall(body[:_HEAD])]
    claims += _HEADER.findall(content_type)
    return [c for c in claims if c.lower() not in {"utf-8", "utf8"}]
