"""A mail to a report: what its sender wrote, without quotes, signature and markup."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Any

from lxml import etree, html

from domain.errors import QuarantineError
from domain.ids import SourceId
from extraction.charset import decode, tidy
from intake.attachments import LARGEST, MOST, harmless_name, sniffed
from intake.mail_bounds import LARGEST_MARKUP, refuse_hostile_heads
from intake.pixels import MOST_PIXELS, pixels_of
from intake.report import Attachment, Report

LARGEST_MAIL = 25_000_000
"""Bytes of a mail: what most servers send at most. Larger ones are put aside."""

LONGEST_TEXT = 20_000
_BLOCKS = "p|div|br|li|tr|h1|h2|h3|h4|blockquote|table"
_CUTS = re.compile(
    r"^(?:"
    r"-- ?$"
    r"|_{10,}\s*$"
    r"|-{2,}\s*(?:original message|forwarded message|thư gốc|tin nhắn gốc|"
    r"thư đã chuyển tiếp|thư được chuyển tiếp)\b"
    r"|on .{5,120} wrote:\s*$"
    r"|vào .{5,160}(?:đã )?viết:\s*$"
    r"|(?:sent from my|gửi từ|được gửi từ|đã gửi từ) (?:my |iphone|samsung|điện thoại|"
    r"outlook|yahoo|thiết bị)"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
"""Where what the sender wrote ends: signature, quote or the telephone's own words."""


_ODD = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    MessageError,
)
"""What the parser raises over odd mail. One that is missing here stops the mailbox: the
mail stays unread, and the next look begins with it again."""


def report_of_mail(raw: bytes, channel: SourceId, outlet: str, now: datetime) -> Report:
    """Read a mail. Raises `QuarantineError` for one without subject and text."""
    refuse_hostile_heads(raw)
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        title, senders = _head(mail, "Subject"), _senders(mail)
        text, files = own_words(_text(mail)), tuple(_attachments(mail))
        native, happened = _head(mail, "Message-ID"), _sent(mail, now)
    except _ODD as odd:
        raise QuarantineError("The mail cannot be read.", reason="unreadable") from odd
    if not title and not text:
        raise QuarantineError("The mail says nothing.", reason="no_text")
    return Report(
        channel=channel,
        native=native or f"sha256:{sha256(raw).hexdigest()}",
        received=now,
        text=text,
        title=title,
        happened=happened,
        outlet=outlet,
        contacts=senders,
        attachments=files,
        original=raw,
        original_type="message/rfc822",
    )


def files_of_mail(raw: bytes) -> tuple[Attachment, ...]:
    """Return the files that are taken of a mail. Raises `QuarantineError`."""
    refuse_hostile_heads(raw)
    try:
        return tuple(_attachments(message_from_bytes(raw, policy=policy.default)))
    except _ODD as odd:
        raise QuarantineError("The mail cannot be read.", reason="unreadable") from odd


def own_words(text: str) -> str:
    """Return the text up to its signature or quote, without lines that are quoted."""
    lines = [line for line in text.split("\n") if not line.lstrip().startswith(">")]
    plain = "\n".join(lines)
    cut = _CUTS.search(plain)
    own = plain[: cut.start()] if cut else plain
    # Somebody who only forwards means what was forwarded.
    chosen = own if own.strip() else text
    return re.sub(r"\n{3,}", "\n\n", chosen).strip()[:LONGEST_TEXT]


def _head(mail: EmailMessage, name: str) -> str:
    value = mail.get(name)
    return " ".join(tidy(str(value)).split())[:300] if value is not None else ""


def _senders(mail: EmailMessage) -> tuple[str, ...]:
    values = [str(mail.get(name, "")) for name in ("From", "Reply-To", "Sender")]
    pairs = getaddresses([value for value in values if value])
    return tuple(dict.fromkeys(part for pair in pairs for part in pair if part))


def _sent(mail: EmailMessage, now: datetime) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, OverflowError):  # figures of twenty digits are nobody's date
        return None
    sent = at if at.tzinfo else at.replace(tzinfo=UTC)
    return sent.astimezone(UTC) if sent <= now else None


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    # What a mail says of its letters is as often wrong as what a page says.
    text = decode(content, str(part.get("Content-Type", "")))
    return _of_markup(text) if part.get_content_subtype() == "html" else text


def _of_markup(text: str) -> str:
    try:
        tree: Any = html.fromstring(text[:LARGEST_MARKUP])
    except (etree.ParserError, ValueError):
        return ""
    for unseen in tree.xpath("//script|//style|//head|//title|//blockquote"):
        unseen.drop_tree()
    for block in tree.xpath("|".join(f"//{name}" for name in _BLOCKS.split("|"))):
        block.tail = "\n" + (block.tail or "")
    lines = tidy(str(tree.text_content())).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    """Yield the files that are taken; all others stay in the original."""
    taken = 0
    for part in mail.walk():
        name = part.get_filename()
        body = part.get_payload(decode=True) if name else None
        if not isinstance(body, bytes) or taken == MOST or len(body) > LARGEST:
            continue
        kind = sniffed(body)
        if kind and pixels_of(body) <= MOST_PIXELS:
            taken += 1
            shown = harmless_name(str(name), kind)
            yield Attachment(name=shown, media_type=kind, body=body)
