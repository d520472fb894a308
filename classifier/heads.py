"""The questions the models answer, in the order of their weight rows."""

from domain.labels import Harm, Label, Stance, Topic

BINARY: tuple[str, ...] = (
    *(harm.value for harm in Harm),
    *(label.value for label in Label),
)
TOPICS: tuple[Topic, ...] = tuple(Topic)
STANCES: tuple[Stance, ...] = tuple(Stance)

HARMS = frozenset(harm.value for harm in Harm)
ARTICLES_ONLY = frozenset({Label.ANSWER_OWED.value})
"""Labels that no other kind of post is ever given."""
