"""Numbers that belong to one person: telephones, papers, accounts, plates."""

import re
from collections.abc import Iterator

from domain.analysis import Span

_PHONE = re.compile(
    r"(?<![\w.,/=-])(?:\(?\+?84\)?|\(?[0o]\d{0,3}\)?)"
    r"(?:[ .·_()-]{0,2}\d|[ol]){6,10}(?![\w/])"
)
_SPOKEN = re.compile(
    r"\b(?:khong|ko)(?:[ .,-]+(?:khong|ko|mot|hai|ba|bon|tu|nam|lam|sau|bay|bay|tam"
    r"|chin)){8,10}\b"
)
_MOBILE = re.compile(r"[35789]\d{8}")
_LANDLINE = re.compile(r"2\d{9}")
_REAL_DIGITS = 7
"""Of a telephone's digits so many must be digits, the rest may be `o` and `l`."""

_HOTLINE = re.compile(r"(?:duong day nong|hotline|tong dai|truc ban)[^\n]{0,60}$")
_OFFICE = re.compile(
    r"(?:ubnd|hdnd|cong an"
    r"|so (?:y te|giao duc|tai|xay|noi|tu|cong|nong|van|khoa|dan toc)"
    r"|chi cuc|van phong|trung tam|benh vien|phong kham"
    r"|toa soan|buu dien|dien luc|truong|ngan hang|dien thoai tiep don)[^\n]{0,50}$"
)
_FALSE_OFFICE = re.compile(r"gia danh|xung|mao danh|lua dao")
_MONEY = re.compile(r"\s?(?:dong|d\b|vnd|ty|trieu|usd)")

_PAPER = re.compile(
    r"(?:cccd|cmn?d|cmt(?:nd)?|can cuoc|chung minh|dinh danh|ho chieu|passport"
    r"|bhxh|bhyt|bao hiem)[^\d\n]{0,30}?"
    r"(?P<value>\b(?:[a-z]{2}\d{13}|[a-z]\d{7}|0\d{2}(?:[ .]?\d{3}){3}"
    r"|\d{3}(?:[ .]?\d{3}){2}|\d{10})\b)"
)
_CITIZEN = re.compile(r"(?<![\w.,/=-])0\d{2}[0-3]\d{8}(?![\w/])")

# Bounded: an endless run of letters would be read again from each of them.
_BANK = r"(?:\w{0,20}bank|\bbidv|\bmomo)"
_DIGITS = r"\d(?:[ .-]?\d){7,18}"
_ACCOUNT = re.compile(
    r"(?:(?P<named>tai khoan|\bstk\b|\btk\b|so the|the tin dung)"
    rf"|chuyen khoan|{_BANK})"
    rf"[^\d\n]{{0,40}}(?P<value>{_DIGITS})(?![\w/])"
)
_BEFORE_BANK = re.compile(
    rf"(?<![\w.,/-])(?P<value>{_DIGITS})[^\w\n]{{1,3}}(?:ngan hang )?{_BANK}"
)
_CARD = re.compile(r"(?<![\w.,/-])[3-6]\d{3}(?:[ -]?\d{4}){3}(?![\w/])")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_DATE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-]\d{4}")
_SERVICE = re.compile(r"1[89]00")

_PLATE = re.compile(
    r"(?<![\w.])[1-9]\d[- ]?(?:[a-z]{2}|[a-z]\d?)[- .]?"
    r"(?:\d{3}[.]?\d{2}|\d{4})(?![\w.]\d|\d)"
)
_PLATE_WORD = re.compile(
    r"(?:\bxe\b|bien|\bbks\b|\bbs\b|o to|oto|taxi|wave|ro mooc)[^\n]{0,40}$"
)
_SERIES = re.compile(r"[1-9]\d[- ]?(?:[A-Z]{2}|[A-Z]\d?)[- .]?\d{3}[.]?\d{2}")


def phones(folded: str) -> Iterator[Span]:
    """Yield telephone numbers, also with signs between or `o` and `l` for digits."""
    for match in _PHONE.finditer(folded):
        start, end = match.span()
        number = _national(match.group())
        if number and not _is_public(folded, start, end, number):
            yield Span(start=start, end=end, kind="phone")
    for match in _SPOKEN.finditer(folded):
        yield Span(start=match.start(), end=match.end(), kind="phone")


def papers(folded: str) -> Iterator[Span]:
    """Yield numbers of identity cards, passports and insurance cards."""
    for match in _PAPER.finditer(folded):
        start, end = match.span("value")
        yield Span(start=start, end=end, kind="identity")
    for match in _CITIZEN.finditer(folded):
        yield Span(start=match.start(), end=match.end(), kind="identity")


def accounts(folded: str) -> Iterator[Span]:
    """Yield numbers of bank accounts and cards."""
    for pattern in (_ACCOUNT, _BEFORE_BANK):
        for match in pattern.finditer(folded):
            start, end = match.span("value")
            named = match.groupdict().get("named")
            if not named and _national(match["value"]):
                continue  # “chuyển khoản, gọi 09…”: a telephone
            if _is_account(folded, start, end):
                yield Span(start=start, end=end, kind="account")
    for match in _CARD.finditer(folded):
        if _luhn(re.sub(r"\D", "", match.group())):
            yield Span(start=match.start(), end=match.end(), kind="account")


def plates(text: str, folded: str) -> Iterator[Span]:
    """Yield number plates; in small letters or short only beside a vehicle's word."""
    for match in _PLATE.finditer(folded):
        start, end = match.span()
        written = text[start:end]
        beside = _PLATE_WORD.search(folded, max(0, start - 50), start)
        if beside or _SERIES.fullmatch(written):
            yield Span(start=start, end=end, kind="plate")


def _national(written: str) -> str:
    """Return the number without its leading 0 or 84 ("" for no telephone number)."""
    if sum(map(str.isdigit, written)) < _REAL_DIGITS:
        return ""
    digits = re.sub(r"\D", "", written.replace("o", "0").replace("l", "1"))
    number = re.sub(r"^(?:84|0)", "", digits)
    sound = _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)
    return number if sound else ""


def _is_public(folded: str, start: int, end: int, number: str) -> bool:
    """Tell sums of money and the numbers that offices give to everybody."""
    if _MONEY.match(folded, end):
        return True
    before = folded[max(0, start - 70) : start]
    if _HOTLINE.search(before):
        return True
    office = number.startswith("2") and _OFFICE.search(before)
    return bool(office) and not _FALSE_OFFICE.search(before)


def _is_account(folded: str, start: int, end: int) -> bool:
    value = folded[start:end]
    other = _THOUSANDS.fullmatch(value) or _DATE.match(value) or _SERVICE.match(value)
    return not other and not _MONEY.match(folded, end)


def _luhn(digits: str) -> bool:
    """Check the last digit of a card's number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - two digits
    return total % 10 == 0
