"""Stories, viewing leases, saved searches, settings, permissions."""

import math

import pytest

from casework.model import Account, Decision
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConflictError, ForbiddenError, NotFoundError, QuarantineError
from domain.ids import PostId, StoryId
from domain.labels import Harm, Verdict

POST = PostId("forum:1")
FLOOD, BRIDGE, ROAD = StoryId("flood"), StoryId("bridge"), StoryId("road")
People = dict[str, Account]


def test_a_cut_sets_the_story_and_keeps_the_verdict(
    casework: Casework, people: People
) -> None:
    an, leader = people["analyst"], people["leader"]
    casework.decide(
        an,
        Decision(post_id=POST, revision=1, verdict=Verdict.HARMFUL, harm=Harm.PANIC),
    )
    state = casework.cut_from_story(leader, POST, 2, FLOOD, BRIDGE)
    assert (state.story, state.verdict, state.revision) == (BRIDGE, Verdict.HARMFUL, 1)
    assert (state.version, state.by) == (2, an.id)
    assert casework.latest([POST])[POST] == state
    assert casework.outbox_size() == 2
    (cut,) = casework.story_cuts([POST, PostId("forum:2")])[POST]
    assert (cut.story, cut.by) == (FLOOD, leader.id)
    casework.undo(an)
    assert casework.latest([POST])[POST].story == BRIDGE


def test_a_cut_before_any_decision(casework: Casework, people: People) -> None:
    state = casework.cut_from_story(people["press"], POST, 3, FLOOD, BRIDGE)
    assert (state.verdict, state.revision, state.version) == (None, 3, 1)


def test_the_last_word_on_a_story_wins(casework: Casework, people: People) -> None:
    an = people["analyst"]
    casework.cut_from_story(an, POST, 1, FLOOD, BRIDGE)
    casework.cut_from_story(an, POST, 1, BRIDGE, ROAD)
    assert {c.story for c in casework.story_cuts([POST])[POST]} == {FLOOD, BRIDGE}
    casework.cut_from_story(an, POST, 1, ROAD, FLOOD)
    assert {c.story for c in casework.story_cuts([POST])[POST]} == {BRIDGE, ROAD}
    with pytest.raises(QuarantineError):
        casework.cut_from_story(an, POST, 1, FLOOD, FLOOD)


def test_two_people_never_work_on_one_post_by_accident(
    casework: Casework, people: People, clock: ManualClock
) -> None:
    an, press = people["analyst"], people["press"]
    assert casework.look_at(an, POST) is None
    seen = casework.look_at(press, POST)
    assert seen is not None
    assert seen.account == an
    clock.advance(seconds=90)
    assert casework.look_at(an, POST) is None
    clock.advance(seconds=90)
    assert casework.viewers([POST])[POST].account == an
    clock.advance(seconds=30)
    assert casework.viewers([POST]) == {}
    assert casework.look_at(press, POST) is None


def test_a_decision_frees_the_post(casework: Casework, people: People) -> None:
    casework.look_at(people["analyst"], POST)
    casework.decide(
        people["analyst"],
        Decision(post_id=POST, revision=1, verdict=Verdict.NO_ISSUE),
    )
    assert casework.look_at(people["press"], POST) is None


def test_saved_searches_are_ones_own_or_shared(
    casework: Casework, people: People
) -> None:
    an, press, leader = people["analyst"], people["press"], people["leader"]
    mine = casework.save_search(an, "Lũ quét", '"lũ quét" -2024')
    shared = casework.save_search(an, "Cầu", "cầu OR đường", shared=True)
    again = casework.save_search(an, "Lũ quét", "lũ quét")
    assert again.id == mine.id
    assert [s.query for s in casework.searches(an)] == ["cầu OR đường", "lũ quét"]
    assert casework.searches(press) == [shared]
    with pytest.raises(NotFoundError):
        casework.drop_search(press, mine.id)
    with pytest.raises(ForbiddenError):
        casework.drop_search(press, shared.id)
    casework.drop_search(leader, shared.id)
    casework.drop_search(an, mine.id)
    assert casework.searches(an) == []
    with pytest.raises(QuarantineError):
        casework.save_search(an, "  ", "x")


def test_settings_keep_every_version(casework: Casework, clock: ManualClock) -> None:
    assert casework.setting("threshold.scam") is None
    first = casework.put_setting("cli", "threshold.scam", 0.5, expected_version=0)
    clock.advance(seconds=1)
    second = casework.put_setting("leader", "threshold.scam", {"á": [1, None]})
    casework.put_setting("cli", "source.forum", True)
    assert casework.setting("threshold.scam") == second
    assert casework.setting_history("threshold.scam") == [second, first]
    keys = [row.key for row in casework.settings()]
    assert keys == ["source.forum", "threshold.scam"]
    assert casework.settings("threshold.") == [second]
    assert (second.version, second.by) == (2, "leader")


def test_a_setting_changed_meanwhile_is_a_conflict(casework: Casework) -> None:
    casework.put_setting("cli", "k", 1)
    for expected in (0, 2):
        with pytest.raises(ConflictError):
            casework.put_setting("cli", "k", 2, expected_version=expected)
    assert casework.put_setting("cli", "k", 2, expected_version=1).version == 2


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", "\ud800", math.nan])
def test_refuses_settings_that_are_no_json(casework: Casework, value: object) -> None:
    with pytest.raises(QuarantineError):
        casework.put_setting("cli", "k", value)


@pytest.mark.parametrize("role", ["analyst", "press"])
def test_settings_are_edited_by_heads(
    casework: Casework, people: People, role: str
) -> None:
    with pytest.raises(ForbiddenError):
        casework.put_setting(people[role].id, "k", 1)
    with pytest.raises(ForbiddenError):
        casework.put_setting(people[role].name, "k", 1)
