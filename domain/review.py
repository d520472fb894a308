"""What people decide, as casework tells the rest (topic `reviews`, compacted)."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import AgencyId, PostId, StoryId
from domain.labels import Harm, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """The present review state of one post, after the last decision or undo.

    `verdict` is None when the last decision was undone. `revision` is the revision
    decided on; a newer revision of the post reopens it. `version` grows by one with
    each change, so that states may arrive in any order. `by` is an account id.
    `story` is set when a person took the post out of its story or put it into one;
    it wins over every automatic story. `provisional`: a verdict was given that waits
    for a second person's; until then it is told to nobody, so `verdict` is None and
    `by` empty.
    """

    post_id: PostId
    revision: int
    version: int
    at: datetime
    by: str
    verdict: Verdict | None = None
    harm: Harm | None = None
    agency: AgencyId | None = None
    reason: str = ""
    story: StoryId | None = None
    provisional: bool = False
