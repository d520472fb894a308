"""The little HTML that pages draw themselves; everything handed in is escaped here."""

import re
from collections.abc import Sequence
from html import escape

from ui.passages import Piece

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BEGINS = re.compile(r"([:.@])")
"""After these, emoji, icons and links begin that no backslash holds back."""


def literal(text: str) -> str:
    """Return what Streamlit draws as this text where it would read Markdown.

    Labels, help and toasts are Markdown to it: a stranger's words in them could draw
    pictures and links.
    """
    line = " ".join(text.split())
    return _BEGINS.sub("\\1\u2060", _PUNCTUATION.sub(r"\\\1", line))


def facts(known: Sequence[str]) -> str:
    """Draw quiet facts in a row; none can turn the order of its neighbours round."""
    return " · ".join(f"<bdi>{escape(fact)}</bdi>" for fact in known if fact)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a plain table, readable by keyboard and on paper."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return (
        f"<table class='mt-table'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def item(text: str, *known: str) -> str:
    """Draw a line of a list with quiet facts below it."""
    return f"<li>{escape(text)}<span class='meta'>{facts(known)}</span></li>"


def problem(text: str) -> str:
    """Say that something was refused, and why."""
    return f"<div class='mt-problem' role='alert'>{escape(text)}</div>"


def empty(title: str, hint: str) -> str:
    """Say that there is nothing, and what would be here."""
    return f"<div class='mt-empty'><b>{escape(title)}</b>{escape(hint)}</div>"


def link(address: str, text: str) -> str:
    """Draw a link to a page of ours."""
    return f"<a href='{escape(address)}' target='_self'>{escape(text)}</a>"


def outside(address: str, text: str) -> str:
    """Draw a link to the original; it opens apart and learns nothing of us."""
    where = escape(address)
    how = "target='_blank' rel='noopener noreferrer nofollow'"
    return f"<a href='{where}' {how} title='{where}'>{escape(text)}</a>"


def marked(pieces: Sequence[Piece]) -> str:
    """Draw pieces of a post's text with found words marked."""
    drawn = []
    for piece in pieces:
        text = escape(piece.text)
        if piece.kind == "found":
            text = f"<mark>{text}</mark>"
        elif piece.kind == "mask":
            text = f"<i>{text}</i>"
        drawn.append(text)
    return "".join(drawn)
