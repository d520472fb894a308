"""What went wrong with a page or a visit, in words. Pure."""

from collections.abc import Mapping

from ui.wording import Wording

_CHECK_LINK = frozenset({"dns", "connection", "robots_unreachable", "http_404"})
"""Codes for which a mistyped address is the likeliest reason."""


def said(code: str, words: Wording) -> str:
    """Say what a code means; an answer that has no words of its own by its number."""
    known = words.section("fault")
    status = code.removeprefix("http_")
    if code not in known and status != code:
        return words("fault.http_any", status=status)
    return known.get(code, known["other"])


def said_of_link(code: str, words: Wording) -> str:
    """Say what a code means to whoever typed the address."""
    text = said(code, words)
    return words("fault.check_link", said=text) if code in _CHECK_LINK else text


def with_code(code: str, words: Wording) -> str:
    """Say what a code means, with the code that the logs have."""
    return f"{said(code, words)} ({code})"


def counted(errors: Mapping[str, int], words: Wording) -> str:
    """Say how often each thing went wrong, the most frequent first."""
    often = sorted(errors.items(), key=lambda found: -found[1])
    return ", ".join(
        f"{with_code(code, words)}: {words.number(n)}" for code, n in often
    )
