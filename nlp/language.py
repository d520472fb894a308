"""Which language a text is in, as far as the cascade must know: cheap, no model.

Vietnamese with tone marks is told by its letters, without them by syllables that
nearly every Vietnamese sentence has and other languages rarely do.
"""

import re
from importlib.resources import files

_LETTERS = re.compile(r"[^\W\d_]+")
_MARKED = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]"
)
_ONLY_VIETNAMESE = re.compile("[ăđơưảãạằẳẵắặầẩẫấậẻẽẹềểễếệỉĩịỏõọồổỗốộờởỡớợủũụừửữứựỳỷỹỵ]")
_SCRIPTS = (
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
)
_ENGLISH = frozenset(
    {"the", "and", "of", "to", "is", "are", "was", "were", "that", "this", "with"}
    | {"for", "from", "have", "has", "not", "you", "it", "be", "by", "they", "will"}
    | {"would", "there", "their", "what", "which", "about", "or", "as", "at", "an"}
    | {"we", "can", "all", "our"}
)
_HMONG = frozenset(
    {"kuv", "koj", "nws", "peb", "lawv", "tsis", "nyob", "muaj", "hmoob", "tuaj"}
    | {"mus", "thiab", "tias", "ntawm", "zoo", "qab", "rau", "yog", "hais", "tau"}
    | {"no", "los", "lus", "cov", "dej", "kev", "tsev", "noj", "ua", "mob", "zos"}
)
"""Everyday words of Hmong as it is written with Latin letters."""
_SAMPLE = 400
"""Words looked at: the language of a long text shows in its beginning."""
_MINORITY = 0.3


def language(text: str) -> str:
    """Return `vi` (with tone marks or without), another ISO code, or `` if unknown.

    An empty answer means too few words; callers treat it as Vietnamese.
    """
    lowered = text.lower()
    words = _LETTERS.findall(lowered)[:_SAMPLE]
    letters = sum(map(len, words))
    if not words:
        return ""
    for code, script in _SCRIPTS:
        if len(script.findall(lowered[: letters * 2])) > _MINORITY * letters:
            return code
    marked = sum(1 for word in words if _ONLY_VIETNAMESE.search(word))
    if marked >= 1 and marked / len(words) >= 0.08:  # noqa: PLR2004 - foreign texts quote a name
        return "vi"
    return _unmarked(words, marked)


def _unmarked(words: list[str], marked: int) -> str:
    vietnamese = sum(1 for word in words if word in syllables()) + marked
    english = sum(1 for word in words if word in _ENGLISH)
    if english > vietnamese or (english >= 2 and english / len(words) >= 0.2):  # noqa: PLR2004 - two common words are no chance
        return "en"
    hmong = sum(1 for word in words if word in _HMONG)
    if hmong >= 3 and hmong / len(words) >= _MINORITY:  # noqa: PLR2004 - as above
        return "hmn"
    share = vietnamese / len(words)
    if share >= 0.5:  # noqa: PLR2004 - half of the words are Vietnamese syllables
        return "vi"
    few = 4
    if len(words) < few or share >= _MINORITY:
        return ""
    foreign = sum(1 for word in words if _MARKED.search(word) is None)
    return "other" if foreign == len(words) - marked else ""


_cache: list[frozenset[str]] = []


def syllables() -> frozenset[str]:
    """Return syllables of Vietnamese without tone marks, made of onsets and rhymes."""
    if not _cache:
        text = files("nlp").joinpath("data/syllables.txt").read_text(encoding="utf-8")
        onsets, rhymes = (line.split() for line in text.strip().split("\n"))
        made = {o.replace("-", "") + r for o in onsets for r in rhymes}
        _cache.append(frozenset(made))
    return _cache[0]
