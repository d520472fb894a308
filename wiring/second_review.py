"""Which verdicts two people must give, out of the settings."""

from casework.opinions import SecondReviewPolicy
from domain.errors import ConfigurationError
from domain.labels import Harm
from wiring.settings import Settings

NONE = ("none",)
"""How the environment says that no harm asks for a second verdict by itself."""


def second_review(settings: Settings) -> SecondReviewPolicy:
    """Return the policy. Raises `ConfigurationError` for what is no type of harm."""
    named = settings.second_review_harms
    return SecondReviewPolicy(
        share=settings.second_review_share,
        severe=frozenset(_harm(name) for name in named if named != NONE),
    )


def _harm(name: str) -> Harm:
    try:
        return Harm(name.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"second_review_harms names {name[:40]!r}, which is no type of harm.",
            hint=f"Types are {', '.join(Harm)}; `none` alone for none of them.",
        ) from error
