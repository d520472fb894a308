"""What a text shows to the models: words, letter groups, and a few plain facts.

Three blocks, each weighted and scaled by itself: `w` syllables and pairs of them with
and without marks, `c` groups of 2 to 5 letters inside a folded syllable, `x` facts such
as «swears and addresses somebody» or «holds a link».
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from classifier.groups import mask_groups
from classifier.tokens import Token, tokenise
from domain.labels import PostKind
from nlp.unicode import clean, fold

LEXICONS = (
    "authority",
    "swearing",
    "second_person",
    "threat",
    "attacked_groups",
    "distance",
    "lures",
    "complaining",
)
_LONGEST_PHRASE = 5
_SHORT, _LONG = 12, 60
_QUOTED = re.compile(r'[“"«\[][^“«\[”"»\]\n]{12,}[”"»\]]')


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as the models see it; `tokens` point into the text that was cut.

    Faces stand behind the words: strewn between them they would part what belongs
    together, a phrase of a lexicon or a pair of syllables.
    """

    tokens: Sequence[Token]
    facts: tuple[str, ...]


Phrases = Mapping[tuple[str, ...], tuple[str, ...]]


@cache
def _phrases(*, marked: bool) -> Phrases:
    """Map each phrase to the lexicons that hold it.

    For texts without marks the phrases are folded too, but not single syllables such
    as «chó», which would be taken for «cho»; `=` keeps a phrase out altogether.
    """
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name in LEXICONS:
        text = (files("classifier") / "lexicons" / f"{name}.txt").read_text("utf-8")
        for line in text.splitlines():
            entry = line.strip()
            if not entry or entry.startswith("#"):
                continue
            if (words := _words(entry, marked=marked)) is not None:
                phrases[words] = (*phrases.get(words, ()), name)
    return phrases


def _words(entry: str, *, marked: bool) -> tuple[str, ...] | None:
    words = tuple(entry.removeprefix("=").split())
    if marked or entry.isascii():
        return words
    if entry.startswith("=") or len(words) == 1:
        return None
    return tuple(map(fold, words))


@cache
def _first_words(*, marked: bool) -> frozenset[str]:
    return frozenset(words[0] for words in _phrases(marked=marked))


def is_bare(tokens: Sequence[Token]) -> bool:
    """Tell whether no word carries a mark."""
    return all(token.form == token.folded for token in tokens)


def lexicon_hits(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield (lexicon, first token, last token + 1) for each phrase found.

    A text that carries marks is matched with them, any other without.
    """
    marked = not is_bare(tokens)
    phrases, first = _phrases(marked=marked), _first_words(marked=marked)
    forms = [token.form for token in tokens]
    for start, form in enumerate(forms):
        if form not in first:
            continue
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(forms)) + 1):
            for name in phrases.get(tuple(forms[start:end]), ()):
                yield name, start, end


def see(text: str, kind: PostKind, normalised: str = "") -> Seen:
    """Cut a text and collect its facts; without `normalised` it is only cleaned."""
    cut = normalised or clean(text)[0]
    tokens = mask_groups(_faces_last(tokenise(cut)), cut)
    names = {name for name, _, _ in lexicon_hits(tokens)}
    facts = [f"has {name}" for name in sorted(names)]
    facts += _together(names)
    facts += _deeds(text, tokens)
    facts += sorted({f"shape {t.kind}" for t in tokens if t.kind not in _PLAIN})
    facts += _manner(text, tokens)
    if kind in {PostKind.ARTICLE, PostKind.REPORT}:
        facts.append(f"kind {kind}")
    return Seen(tokens, tuple(facts))


_FIRST_FACE = "\u2600"
"""The first sign of those that `tokens` takes for pictures; quotes stand before it."""


def _faces_last(tokens: Sequence[Token]) -> list[Token]:
    """Set faces behind the words, both in their order."""
    return sorted(
        tokens, key=lambda token: token.kind == "sign" and token.form >= _FIRST_FACE
    )


_PLAIN = {"word", "sign", "NUMBER", "TIME", "DATE"}


def _together(names: set[str]) -> Iterator[str]:
    swears = "swearing" in names
    if swears and "second_person" in names:
        yield "swears at somebody"
    if swears and "authority" in names:
        yield "swears near an authority"
    if swears and not names & {"authority", "complaining"}:
        yield "swears without a cause"
    if "lures" in names and "distance" not in names:
        yield "lures without distance"
    if "threat" in names and "distance" not in names:
        yield "threatens without distance"
    if "attacked_groups" in names and "distance" not in names:
        yield "group without distance"


_SPEAKERS = frozenset({
    "tao", "tau", "tui", "tôi", "t", "bố", "ông", "toi",
})  # fmt: skip
_VIOLENCE = frozenset({
    "giết", "chém", "đốt", "đâm", "đập", "đánh", "tông", "bắn", "xé", "bóp", "vả",
    "tát", "thiêu", "nổ", "châm", "chặt", "xiên", "đấm", "húc", "cán", "phang",
    "bẻ", "chôn", "quánh", "giet", "chem", "dot",
})  # fmt: skip
_REACH = 4
"""Words from «I» to the deed: «tôi sẽ mang xăng đốt»; more joins other clauses."""
_LAUGHS = re.compile(
    r"[:=;]\){2,}|[:=][v>dD]\b|\bk{3,}\b|\b(?:ha|hi|he){2,}\b|[😂🤣😆😜😝🤪😹]",
    re.IGNORECASE,
)


def _deeds(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    """Tell a deed the writer announces, and a laugh beside it."""
    announced = any(
        token.form in _SPEAKERS
        and any(near.form in _VIOLENCE for near in tokens[place + 1 :][:_REACH])
        for place, token in enumerate(tokens)
    )
    laughs = bool(_LAUGHS.search(text))
    if laughs:
        yield "laughs"
    if announced:
        yield "announces violence"
        yield "announces violence " + ("laughing" if laughs else "soberly")


def _manner(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    words = sum(token.kind == "word" for token in tokens)
    if words < _SHORT:
        yield "short"
    if words > _LONG:
        yield "long"
    signs = {token.form for token in tokens if token.kind == "sign"}
    yield from (f"sign {sign}" for sign in sorted(signs & {"!", "?"}))
    if signs & set('"“”«»'):
        yield "quotes"
    if _QUOTED.search(text):
        yield "quotes at length"


def letter_groups(folded: str) -> tuple[str, ...]:
    """Groups of 2 to 5 letters of one syllable with its edges (`_`)."""
    return _letter_groups(beginning(folded))


def beginning(folded: str) -> str:
    """Return the part of a syllable that its letter groups are made of.

    What is remembered by syllable is to be remembered by this: a hostile one is long.
    """
    return folded[:20]


@lru_cache(maxsize=60_000)
def _letter_groups(folded: str) -> tuple[str, ...]:
    if folded.isupper():
        return ()
    padded = f"_{folded}_"
    return tuple(
        f"c{padded[start : start + size]}"
        for size in range(2, 6)
        for start in range(len(padded) - size + 1)
    )


def word_terms(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield (term, first token, last token + 1) of the word block.

    A text without marks is its folded words alone, so that what they weigh is learned
    from every text and not only from the few that were typed so.
    """
    marked = not is_bare(tokens)
    for place, token in enumerate(tokens):
        yield f"f{token.folded}", place, place + 1
        if marked:
            yield f"w{token.form}", place, place + 1
        if place:
            before = tokens[place - 1]
            yield f"f{before.folded} {token.folded}", place - 1, place + 1
            if marked:
                yield f"w{before.form} {token.form}", place - 1, place + 1
