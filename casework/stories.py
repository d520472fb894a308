"""A person's word on which story a post belongs to; it wins for good."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from casework.model import Account, StoryCut
from casework.part import Part
from casework.permissions import Act, require
from casework.port import eq
from casework.rows import CutRow, StateRow
from casework.states import publish
from domain.errors import QuarantineError
from domain.ids import PostId, StoryId
from domain.review import ReviewState


class Stories(Part):
    def cut_from_story(
        self,
        actor: Account,
        post_id: PostId,
        revision: int,
        story: StoryId,
        new_story: StoryId,
    ) -> ReviewState:
        """Say that the post is not of `story` but of `new_story`.

        A verdict that stands keeps standing on the revision it was given on. Putting a
        post back where it was once cut from takes the earlier word back.
        """
        if not post_id or not story or not new_story or story == new_story:
            raise QuarantineError(
                "Cần hai câu chuyện khác nhau để tách bài.", reason="story_same"
            )
        now = self._clock.now()
        with self._store.write() as rows:
            require(rows, actor, Act.CUT_STORY)
            for cut in (story, new_story):
                rows.remove(CutRow, eq("post_id", post_id), eq("story", cut))
            rows.add(
                CutRow(
                    post_id=post_id,
                    story=story,
                    new_story=new_story,
                    account=actor.id,
                    at=now,
                )
            )
            former = rows.one(StateRow, eq("post_id", post_id))
            state = former or _untouched(actor, post_id, revision, now)
            if state.verdict is None:
                state = dataclasses.replace(
                    state, revision=revision, at=now, account=actor.id
                )
            moved = dataclasses.replace(
                state, version=state.version + 1, story=new_story
            )
            review = publish(rows, moved, self._encode)
            self._trace(
                rows,
                actor.id,
                "story.cut",
                subject=post_id,
                story=story,
                new_story=new_story,
                version=review.version,
            )
        return review

    def story_cuts(
        self, post_ids: Sequence[PostId]
    ) -> Mapping[PostId, Sequence[StoryCut]]:
        """Return, for posts that have any, the stories they must not be put into."""
        cuts: dict[PostId, list[StoryCut]] = {}
        with self._store.read() as rows:
            for row in rows.find_in(CutRow, "post_id", post_ids):
                cut = StoryCut(
                    post_id=PostId(row.post_id),
                    story=StoryId(row.story),
                    by=row.account,
                    at=row.at,
                )
                cuts.setdefault(cut.post_id, []).append(cut)
        return cuts


def _untouched(
    actor: Account, post_id: PostId, revision: int, now: datetime
) -> StateRow:
    return StateRow(
        post_id=post_id,
        revision=revision,
        version=0,
        at=now,
        account=actor.id,
        verdict=None,
        harm=None,
        agency=None,
        reason="",
        story=None,
    )
