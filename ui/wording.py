"""The console's own words, in Vietnamese and English, out of `locale/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from domain.profile import Profile
from ui import shown
from ui.phrases import english

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT_LANGUAGE = "vi"


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of one language; call it with a dotted key and what fills the gaps."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.texts[key].format_map(values)

    def told(self, text: str) -> str:
        """Return what another part of the program said, in this language."""
        return english(text) if self.language == "en" else text

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number as readers of this language do: 1.234,5 or 1,234.5."""
        return shown.number(value, decimals, self.language)

    def percent(self, share: float, decimals: int = 0) -> str:
        """Write a share (0 to 1) in per cent."""
        return f"{self.number(share * 100, decimals)}%"

    def chance(self, probability: float) -> str:
        """Write a model's probability; it is never sure, so never 0 % or 100 %."""
        return self.percent(min(0.99, max(0.01, probability)))

    def section(self, name: str) -> dict[str, str]:
        """Return the texts below `name.`, without that prefix."""
        start = f"{name}."
        return {
            k[len(start) :]: t for k, t in self.texts.items() if k.startswith(start)
        }

    def label(self, profile: Profile, group: str, name: str) -> str:
        """Return how the profile calls a closed-set name, else the name itself."""
        text = profile.labels.get(group, {}).get(name)
        if text is None:
            return name
        return text.en if self.language == "en" else text.vi


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """Load a language; an unknown one gives Vietnamese."""
    known = language if language in LANGUAGES else DEFAULT_LANGUAGE
    source = files("ui").joinpath("locale", f"{known}.toml").read_text(encoding="utf-8")
    return Wording(known, dict(_flat(tomllib.loads(source), "")))


def _flat(tree: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found = []
    for key, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found
