"""Where a model that is only tried would have judged otherwise than the live one."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import PostId
from domain.labels import Harm

_HARMS = frozenset(harm.value for harm in Harm)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowDiffers:
    """Two models flagged one revision of a post differently (topic `analyses`).

    Written by the worker and counted by a job. It never reaches the search index, so no
    reviewer sees a second opinion.
    """

    post_id: PostId
    revision: int
    at: datetime
    live: str
    candidate: str
    live_flags: tuple[str, ...] = ()
    candidate_flags: tuple[str, ...] = ()

    @property
    def more(self) -> bool:
        """Whether only the candidate would have shown the post as harmful."""
        return _harmful(self.candidate_flags) and not _harmful(self.live_flags)

    @property
    def fewer(self) -> bool:
        """Whether only the live model shows the post as harmful."""
        return _harmful(self.live_flags) and not _harmful(self.candidate_flags)


def _harmful(flags: tuple[str, ...]) -> bool:
    return any(flag in _HARMS for flag in flags)
