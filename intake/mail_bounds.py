"""What is looked at before a stranger's mail is parsed: heads and parts within bounds.

The parser of the standard library takes quadratic time over a long head, reads each
part's `Content-Type` while it parses, and compares every line with every boundary.
"""

import re

from domain.errors import QuarantineError

LONGEST_HEAD = 16_384
"""Bytes of a head that is read, with its folded lines; a second of time is 50,000. A
list of three hundred senders is shorter."""

LONGEST_CONTENT_HEAD = 4_096
"""The same of a part's `Content-…`; the longest honest ones are long names of files."""

MOST_CONTENT_HEADS = 400
"""Of all parts together: a mail with fifty files has some 200. More is minutes of
parsing, during which nothing else of the scheduler runs."""

MOST_BOUNDARIES = 40
"""Multiparts in a mail, also within forwarded ones; a mail with pictures has two."""

LARGEST_MARKUP = 500_000
"""Letters of HTML that are made a tree, at some 100 bytes of memory each at worst.
The text that is kept has 20,000."""

_CONTENT = re.compile(
    rb"^content-[!-9;-~]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_READ = re.compile(
    rb"^(?:from|reply-to|sender|subject|date|message-id):[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)


def refuse_hostile_heads(raw: bytes) -> None:
    """Raise `QuarantineError` for a mail that no honest program writes."""
    # The parser takes a lone carriage return as the end of a line too.
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head = lines.partition(b"\n\n")[0]
    if any(len(found[0]) > LONGEST_HEAD for found in _READ.finditer(head)):
        raise _refused("A head of the mail is too long.")
    boundaries = 0
    for heads, found in enumerate(_CONTENT.finditer(lines), start=1):
        boundaries += _BOUNDARY.search(found[0]) is not None
        if len(found[0]) > LONGEST_CONTENT_HEAD:
            raise _refused("A head of a part is too long.")
        if heads > MOST_CONTENT_HEADS or boundaries > MOST_BOUNDARIES:
            raise _refused("The mail has too many parts.")


def _refused(said: str) -> QuarantineError:
    return QuarantineError(said, reason="mail_heads")
