"""Where a reporter's contacts stand in a text, found in one pass for all of them.

A mail may name hundreds of senders: one search for each takes seconds.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from domain.analysis import Span

LONGEST = 300
"""Letters of a contact that are looked for, as many as a report's fields may have. More
lets one that repeats itself (`a a a …`) be compared with the whole text everywhere."""

_LEAST_DIGITS = 6
"""Digits from which a contact is looked for as a number; fewer would hide years."""
_LEAST_LETTERS = 3
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_DIGIT = re.compile(r"\d")
_COUNTRY = re.compile(r"84|0")
_APART = re.compile(r"[ .()-]{0,2}")
_LED = re.compile(r"[ .()-]{1,2}$")
_PLUS = re.compile(r"\+$")

_END = ""
"""Leads to what ends at a node; no token is empty."""


class _Tree:
    """Sequences by their beginnings."""

    def __init__(self) -> None:
        self._root: dict[Hashable, Any] = {}

    def add(self, sequence: Iterable[Hashable], value: object) -> None:
        node = self._root
        for one in sequence:
            node = node.setdefault(one, {})
        node[_END] = value

    def at(self, sequence: Sequence[str], start: int) -> Iterator[tuple[int, Any]]:
        """Yield (end, value) of the sequences that stand there, the shortest first."""
        node = self._root
        for place in range(start, len(sequence)):
            found = node.get(sequence[place])
            if found is None:
                return
            node = found
            if _END in node:
                yield place + 1, node[_END]


def stretches(text: str, contacts: Iterable[str]) -> Iterator[Span]:
    """Yield where contacts stand, numbers however they are spaced and begin.

    Capital and small letters are the same, and so is any white space. Contacts of fewer
    than three letters are nobody's.
    """
    words, numbers = _Tree(), _Tree()
    for contact in {contact.strip()[:LONGEST] for contact in contacts}:
        core = _core(contact)
        if core:
            numbers.add(core, core)
        elif len(contact) >= _LEAST_LETTERS:
            words.add(_tokens(" ".join(contact.split())), contact)
    yield from _of_words(text, words)
    yield from _of_numbers(text, numbers)


def _core(contact: str) -> str:
    """Return a number without its leading 0 or 84; "" for what is none."""
    digits = "".join(_DIGIT.findall(contact))
    if len(digits) < _LEAST_DIGITS or re.search(r"[^\W\d_]", contact):
        return ""
    # +84 912 … and 0912 … are one number.
    return digits[begun.end() :] if (begun := _COUNTRY.match(digits)) else digits


def _tokens(text: str) -> list[str]:
    return [
        " " if token.isspace() else token.casefold() for token in _TOKEN.findall(text)
    ]


def _of_words(text: str, words: _Tree) -> Iterator[Span]:
    spans = [match.span() for match in _TOKEN.finditer(text)]
    tokens = _tokens(text)
    for place, (start, _) in enumerate(spans):
        for end, _ in words.at(tokens, place):
            stop = spans[end - 1][1]
            before, after = text[max(0, start - 1) : start], text[stop : stop + 1]
            if not (_is_letter(before) or _is_letter(after)):
                yield Span(start=start, end=stop, kind="contact")


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _of_numbers(text: str, numbers: _Tree) -> Iterator[Span]:
    places = [match.start() for match in _DIGIT.finditer(text)]
    digits = [text[place] for place in places]
    groups = _groups(text, places)
    for at, place in enumerate(places):
        if at and places[at - 1] == place - 1:
            continue
        country = _COUNTRY.match(text, place)
        for skipped in {0, len(country[0]) if country else 0}:
            for end, _ in numbers.at(digits, at + skipped):
                if groups[at] == groups[end - 1]:
                    start = _begin(text, place, skipped)
                    yield Span(start=start, end=places[end - 1] + 1, kind="contact")


def _groups(text: str, places: Sequence[int]) -> list[int]:
    """Return for each digit which number it may belong to: few signs part them."""
    groups = [0] * len(places)
    for at, (before, place) in enumerate(pairwise(places), start=1):
        apart = _APART.fullmatch(text, before + 1, place) is None
        groups[at] = groups[at - 1] + apart
    return groups


def _begin(text: str, first: int, skipped: int) -> int:
    """Return where a number begins with the signs before its first digit."""
    led = (_LED if not skipped else _PLUS).search(text, max(0, first - 2), first)
    start = led.start() if led and skipped != 1 else first
    while start < first and text[start - 1 : start].isdecimal():
        start += 1
    return start
