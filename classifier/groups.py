"""Names of ethnic groups and faiths, masked so that no group weighs more than another.

A model that sees the names learns which group the corpus's angry texts happened to
name. It sees that a group is named, and what is said of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from classifier.tokens import Token
from nlp.unicode import fold

GROUP, FAITH = "GROUP", "FAITH"

_PLAIN = (
    "khơ mú|hà nhì|si la|la hủ|xinh mun|phù lá|lô lô|sán chay|sán dìu|ê đê|gia rai"
    "|ba na|pà thẻn|giáy|khmer|hmông|nùng|tày|chăm"
)
_AMBIGUOUS = "mông|thái|dao|lào|kinh|mường|cống|kháng|hoa|lự|lai"
_FAITHS = (
    "tin lành|công giáo|thiên chúa giáo|thiên chúa|phật giáo|hồi giáo|cao đài|hòa hảo"
)
_HEADS = frozenset({
    "người", "tộc", "tiếng", "chữ", "bọn", "lũ", "tụi", "đám", "bào", "gái", "trai",
    "thằng", "dân", "con", "cô", "chàng", "váy", "khèn", "xòe", "bản", "chúng",
    "toàn", "nguoi", "toc", "tieng", "bon", "lu", "tui", "bao",
})  # fmt: skip
"""Words after which a name that is also a common word is a name: «người Dao», not
«con dao». `con` counts only after «bà»."""

_NOT_BEFORE = frozenset({
    "bình", "nguyên", "lan", "độ", "tế", "doanh", "nghiệm", "cai", "châu", "chải",
    "hậu",
})  # fmt: skip
"""Syllables that make a place or another word of the name: «Thái Bình», «kinh tế»."""


def _phrases(names: str, mask: str) -> dict[tuple[str, ...], str]:
    return {tuple(name.split()): mask for name in names.split("|")}


_KNOWN = {**_phrases(_PLAIN, GROUP), **_phrases(_FAITHS, FAITH)}
_FOLDED = {
    tuple(map(fold, words)): mask for words, mask in _KNOWN.items() if len(words) > 1
}
_ALSO_WORDS = frozenset(_AMBIGUOUS.split("|"))
_ALSO_FOLDED = frozenset(map(fold, _ALSO_WORDS))


def mask_groups(tokens: Sequence[Token], text: str) -> list[Token]:
    """Put one token in place of each name; `text` is what the tokens were cut from."""
    known = _KNOWN
    if all(token.form == token.folded for token in tokens):
        known = {**_KNOWN, **_FOLDED}
    masked: list[Token] = []
    place = 0
    while place < len(tokens):
        pair = tuple(token.form for token in tokens[place : place + 2])
        triple = tuple(token.form for token in tokens[place : place + 3])
        for words in (triple, pair, pair[:1]):
            if words in known:
                masked.append(_joined(tokens[place : place + len(words)], known[words]))
                place += len(words)
                break
        else:
            name = _is_name(tokens, place, text)
            token = tokens[place]
            masked.append(_joined([token], GROUP) if name else token)
            place += 1
    return masked


def _joined(tokens: Sequence[Token], mask: str) -> Token:
    return replace(tokens[0], end=tokens[-1].end, form=mask, folded=mask, kind=mask)


def _is_name(tokens: Sequence[Token], place: int, text: str) -> bool:
    token = tokens[place]
    if token.form not in _ALSO_WORDS and token.form not in _ALSO_FOLDED:
        return False
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.form in _NOT_BEFORE:
        return False
    before = tokens[place - 1] if place else None
    if before is not None and before.form in _HEADS:
        return before.form != "con" or (place > 1 and tokens[place - 2].form == "bà")
    return token.form in _ALSO_WORDS and _stands_out(token, before, after, text)


def _stands_out(
    token: Token, before: Token | None, after: Token | None, text: str
) -> bool:
    """Tell whether a word is capitalised by itself, not within a person's name."""
    if before is None or not _capital(token, text) or text.isupper():
        return False
    return not any(
        near is not None and _capital(near, text) and near.form not in _NAMES
        for near in (before, after)
    )


_NAMES = _ALSO_WORDS | {word for words in _KNOWN for word in words}


def _capital(token: Token, text: str) -> bool:
    return text[token.start : token.start + 1].isupper()
