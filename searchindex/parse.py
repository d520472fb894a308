"""What people type becomes a query; nothing that they type is an error.

Where the text does not read as the grammar of `query.py`, the odd part counts as
plain words and a warning (in Vietnamese, for the reader) says so.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from searchindex.document import FIELDS, FieldKind
from searchindex.fold import forms
from searchindex.names import field_named, value_named
from searchindex.query import AllOf, AnyOf, FieldIs, Node, Not, Phrase, Words
from searchindex.ranges import Days, date_range, number_range

GRAMMAR = r"""
start: either?
either: both (OR+ both)*
both: (term | AND)+
?term: MINUS atom -> without
     | atom
?atom: "(" either ")"
     | PHRASE -> phrase
     | FIELD (WORD | PHRASE) -> fielded
     | WORD -> word
OR.5: /(?:OR|HOẶC|HOAC)(?![^\s()"])/
AND.5: /(?:AND|VÀ)(?![^\s()"])/
PHRASE.4: /"[^"]*"/
FIELD.3: /[^\W\d_][\w-]*:(?=[^\s:)(])/
MINUS.2: /-(?=[^\s)-])/
WORD.1: /[^\s"()]+/
%ignore /\s+/
"""

MAX_QUERY = 2000
"""Characters read. More lets a pasted page take seconds to parse; fewer would cut
a long saved search."""

MAX_DEPTH = 8
"""Nested groups. Deeper ones reach the recursion bounds of back ends."""

MAX_REPAIRS = 20
"""Odd places mended one by one before the whole text is taken as plain words."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"：": ":", "\x00": " "})
_SURROGATES = re.compile("[\ud800-\udfff]")
_OPERATORS = re.compile(r'["():]')


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query with what its reader should know of how it was read."""

    node: Node
    warnings: tuple[str, ...] = ()


def parse(text: str, *, today: date, utc_offset_hours: float = 7) -> Parsed:
    """Read a query; `today` and the offset say what a day means. Never fails."""
    warnings: list[str] = []
    clean = _cleaned(text, warnings)
    tree = _tree(_balanced(clean, warnings), warnings)
    if tree is None:
        warnings.append("Không đọc được cú pháp; đã tìm như các từ thường.")
        return Parsed(Words(_OPERATORS.sub(" ", clean)), tuple(warnings))
    node = _Reading(Days(today, utc_offset_hours), warnings).node(tree)
    return Parsed(node or AllOf(()), tuple(dict.fromkeys(warnings)))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual")


def _cleaned(text: str, warnings: list[str]) -> str:
    if len(text) > MAX_QUERY:
        text = text[:MAX_QUERY]
        warnings.append(f"Câu tìm quá dài; chỉ đọc {MAX_QUERY} ký tự đầu.")
    plain = _SURROGATES.sub(" ", text.translate(_QUOTES))
    return unicodedata.normalize("NFC", plain)


def _balanced(text: str, warnings: list[str]) -> str:
    """Blank the quotation mark and the brackets that have no partner."""
    chars = list(text)
    quotes = [at for at, char in enumerate(chars) if char == '"']
    if len(quotes) % 2:
        chars[quotes.pop()] = " "
        warnings.append("Thiếu dấu ngoặc kép; dấu lẻ đã được bỏ qua.")
    lone = set(_lone_brackets(chars))
    if lone:
        chars = [" " if at in lone else char for at, char in enumerate(chars)]
        warnings.append("Dấu ngoặc đơn không khớp; dấu thừa đã được bỏ qua.")
    return "".join(chars)


def _lone_brackets(chars: Sequence[str]) -> Iterator[int]:
    open_at: list[int] = []
    quoted = False
    for at, char in enumerate(chars):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            open_at.append(at)
        elif char == ")" and open_at:
            start = open_at.pop()
            if len(open_at) >= MAX_DEPTH or not "".join(chars[start + 1 : at]).strip():
                yield from (start, at)
        elif char == ")":
            yield at
    yield from open_at


def _tree(text: str, warnings: list[str]) -> Tree[Token] | None:
    """Parse; an operator without its operand is made a plain word and tried again."""
    for _ in range(MAX_REPAIRS):
        try:
            return _parser().parse(text)
        except UnexpectedInput as error:
            at = cast("int | None", error.pos_in_stream)
            if at is None or not 0 <= at < len(text):
                at = _last_operator(text)
            if at < 0:
                return None
            end = _end_of_token(text, at)
            text = f"{text[:at]}{' ' * (end - at)}{text[end:]}"
            warnings.append("Có phép nối (OR, HOẶC, ngoặc) thiếu vế; đã bỏ qua.")
    return None


def _last_operator(text: str) -> int:
    found = re.search(r"(?:OR|HOẶC|HOAC|-|\(\s*\))\s*$", text)
    return found.start() if found else -1


def _end_of_token(text: str, at: int) -> int:
    if text[at] in '()"':
        return at + 1
    found = re.compile(r'[^\s()"]+').match(text, at)
    return found.end() if found else at + 1


class _Reading:
    """Turns one tree into nodes, collecting warnings."""

    def __init__(self, days: Days, warnings: list[str]) -> None:
        self._days = days
        self._warnings = warnings

    def node(self, tree: Tree[Token]) -> Node | None:
        parts = [part for part in tree.children if isinstance(part, Tree)]
        match tree.data:
            case "either":
                return _joined(AnyOf, [self.node(part) for part in parts])
            case "both":
                return self._both(parts)
            case "without":
                inner = self.node(parts[0])
                return Not(inner) if inner is not None else None
            case "start":
                return self.node(parts[0]) if parts else None
            case _:
                return self._leaf(tree.data, [str(part) for part in tree.children])

    def _leaf(self, kind: str, typed: list[str]) -> Node | None:
        if kind == "fielded":
            return self._fielded(typed[0][:-1], typed[1])
        return _phrase(typed[0]) if kind == "phrase" else _words(typed[0])

    def _both(self, parts: list[Tree[Token]]) -> Node | None:
        found: list[Node | None] = []
        for plain, run in groupby(parts, key=lambda part: part.data == "word"):
            if plain:
                found.append(_words(" ".join(str(p.children[0]) for p in run)))
            else:
                found.extend(self.node(part) for part in run)
        return _joined(AllOf, found)

    def _fielded(self, typed: str, value: str) -> Node | None:
        name = field_named(typed)
        bare = value.strip('"')
        if name is None:
            if not bare.startswith("//"):
                self._warn(f"Không có trường “{typed}”; đã tìm như từ thường.")
            return _words(f"{typed} {bare}")
        if not bare.strip():
            self._warn(f"Trường “{typed}” thiếu giá trị; đã bỏ qua.")
            return None
        return self._valued(name, typed, value)

    def _valued(self, name: str, typed: str, value: str) -> Node | None:
        bare = value.strip('"').strip()
        match FIELDS[name]:
            case FieldKind.KEYWORD:
                return FieldIs(name, value_named(name, bare))
            case FieldKind.TEXT:
                return FieldIs(name, bare, phrase=value.startswith('"'))
            case FieldKind.DATE:
                found = date_range(name, bare, self._days)
                return found or self._unread(typed, bare, "ngày")
            case FieldKind.NUMBER:
                return number_range(name, bare) or self._unread(typed, bare, "số")

    def _unread(self, typed: str, value: str, kind: str) -> Node | None:
        self._warn(f"“{value}” không phải {kind} hợp lệ; đã tìm như từ thường.")
        return _words(f"{typed} {value}")

    def _warn(self, text: str) -> None:
        self._warnings.append(text)


def _joined(kind: type[AllOf | AnyOf], parts: Sequence[Node | None]) -> Node | None:
    kept = [part for part in parts if part is not None]
    if len(kept) <= 1:
        return kept[0] if kept else None
    return kind(tuple(kept))


def _words(text: str) -> Node | None:
    return Words(text) if forms(text)[0] else None


def _phrase(quoted: str) -> Node | None:
    bare = quoted.strip('"').strip()
    return Phrase(bare) if forms(bare)[0] else None
