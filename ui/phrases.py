"""Sentences of other parts in English.

What a source lacks, why a name counts as a place, what is wrong with a query: the parts
that know say it in Vietnamese, and some of it is kept with a post for years. The screen
translates it by whole sentences, so that what was stored before is English too.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

_GAP = re.compile(r"\{(\w+)\}")
_DEEPEST = 6
"""Sentences within sentences. More are none of ours; fewer would leave parts as is."""


@lru_cache(maxsize=4096)
def english(text: str, depth: int = 0) -> str:
    """Return a sentence in English; one that is not known stays as it is."""
    if depth >= _DEEPEST:
        return text
    for form, template in _phrases():
        found = form.fullmatch(text)
        if found is None:
            continue
        parts = {
            name: english(part, depth + 1) if name.startswith("said") else part
            for name, part in found.groupdict().items()
        }
        return template.format_map(parts)
    return text


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    source = files("ui").joinpath("locale", "phrases.toml").read_text(encoding="utf-8")
    found = tomllib.loads(source)["phrase"]
    return tuple((_form(one["vi"]), one["en"]) for one in found)


def _form(template: str) -> re.Pattern[str]:
    pieces = _GAP.split(template)
    odd = (
        f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    )
    return re.compile("".join(odd), re.DOTALL)
