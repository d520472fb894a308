"""Precedents: what is shown of how like posts were judged, and what never is."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Never

import pytest
from starlette.testclient import TestClient

from casework.model import Account, Decision
from domain.analysis import PlaceHit, Span
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.ids import PostId, StoryId
from domain.labels import Harm, Verdict
from e2e.console_world import NOW, analysed, fill, made_post
from nlp.fingerprint import fingerprint
from ui.context import ConsoleContext
from ui.precedents import LONGEST_SHARED, RENEWED, SHOWN, Precedents, PrecedentsView
from ui.reading import Reading
from ui.wording import wording

SCAM = {"queues": ["harmful"], "harm": ["scam"]}
TEXT = "Tuyển người xâu vòng tại nhà, đặt cọc ba trăm nghìn giữ chỗ, gọi 0900 000 111"
LIKE = "Cần gấp người xâu vòng tại nhà, đặt cọc hai trăm nghìn giữ chỗ nha mọi người"
OTHER = "Cầu treo hỏng ván, đi lại rất khó khăn, mong xã cho người sửa sớm"
SignedIn = Callable[[str], TestClient]


class Office:
    """A context whose posts and verdicts a test makes."""

    def __init__(self, context: ConsoleContext, clock: ManualClock) -> None:
        self.context, self.clock = context, clock
        self.lan = next(one for one in context.casework.accounts() if one.name == "lan")
        self.room = Precedents(context.index, context.casework, clock)

    def post(self, name: str, text: str, *, minutes: int = 60, **more: Any) -> PostId:
        post = made_post(name, text, minutes=minutes)
        found = analysed(post, SCAM, story=more.pop("story", None))
        found = dataclasses.replace(found, **more)
        fill(self.context.index, iter([found]))
        return post.id

    def decide(
        self,
        post_id: PostId,
        verdict: Verdict = Verdict.HARMFUL,
        harm: Harm | None = Harm.SCAM,
        *,
        by: Account | None = None,
    ) -> int:
        harm = harm if verdict is Verdict.HARMFUL else None
        decision = Decision(post_id=post_id, revision=1, verdict=verdict, harm=harm)
        return self.context.casework.decide(by or self.lan, decision).id

    def view(self, post_id: PostId, language: str = "vi") -> PrecedentsView:
        document = self.context.index.reader().get([post_id])[post_id]
        words, now = wording(language), self.clock.now()
        profile = self.context.profile
        return self.room.of(document, Reading(profile=profile, words=words, now=now))

    def names(self, post_id: PostId) -> list[str]:
        return [one.id for one in self.view(post_id).precedents]


@pytest.fixture
def office(context: ConsoleContext, clock: ManualClock) -> Office:
    return Office(context, clock)


@pytest.fixture
def shown(office: Office) -> PostId:
    return office.post("shown", TEXT, minutes=5)


@pytest.fixture
def like(office: Office) -> PostId:
    return office.post("like", LIKE)


def test_none_says_so(office: Office, shown: PostId, like: PostId) -> None:
    assert office.view(shown) == PrecedentsView(precedents=(), among=0)


def test_a_like_post_is_shown_with_its_verdict(
    office: Office, shown: PostId, like: PostId
) -> None:
    office.decide(office.post("other", OTHER), Verdict.NO_ISSUE)
    office.decide(like)
    view = office.view(shown)
    (one,) = view.precedents
    assert (one.id, one.verdict, one.detail) == (like, "Gây hại", "Lừa đảo")
    assert (one.source, one.decided) == ("Diễn đàn Mường Trời", "23/11/2026")
    assert one.first.startswith("Cần gấp người xâu vòng")
    assert one.degree in {"rất giống", "khá giống"}
    assert one.shared[0] == "người xâu vòng tại nhà, đặt cọc"
    assert view.among == 2
    (one,) = office.view(shown, "en").precedents
    assert (one.verdict, one.detail) == ("Harmful", "Scam")


def test_what_was_decided_before_the_first_look_counts_and_what_came_after(
    office: Office, shown: PostId, like: PostId
) -> None:
    office.decide(like)
    assert office.names(shown) == [like]
    later = office.post("later", LIKE.replace("gấp", "thêm"))
    office.clock.advance(seconds=3600)
    office.decide(later, Verdict.NO_ISSUE)
    assert set(office.names(shown)) == {like, later}


def test_undone_changed_edited_and_erased_verdicts_go_at_once(
    office: Office, shown: PostId, like: PostId
) -> None:
    number = office.decide(like)
    assert office.names(shown) == [like]
    office.context.casework.undo(office.lan, number)
    assert office.names(shown) == []
    office.decide(like, Verdict.NO_ISSUE)
    (one,) = office.view(shown).precedents
    assert one.verdict == "Không có vấn đề"
    edited = made_post("like", f"{LIKE}, xin lỗi đã đăng", minutes=60, revision=2)
    fill(office.context.index, iter([analysed(edited, SCAM)]))
    assert office.names(shown) == []
    office.context.casework.decide(
        office.lan, Decision(post_id=like, revision=2, verdict=Verdict.NO_ISSUE)
    )
    assert office.names(shown) == [like]
    with office.context.index.writer() as writer:
        writer.delete(like)
    assert office.names(shown) == []


def test_a_post_is_no_precedent_of_itself(office: Office, shown: PostId) -> None:
    office.decide(shown)
    assert office.names(shown) == []


@pytest.mark.parametrize("more", [{"story": "s"}, {"fingerprint": fingerprint(TEXT)}])
def test_a_copy_judged_while_the_post_waits_is_not_told(
    office: Office, more: dict[str, Any]
) -> None:
    shown = office.post("shown", TEXT, minutes=5, **more)
    copy = office.post("copy", f"{TEXT} nhé", minutes=4, **more)
    office.decide(copy)
    assert office.names(shown) == []


def test_a_copy_judged_before_the_post_came_is_a_precedent(office: Office) -> None:
    old = office.post("old", TEXT, minutes=60, story="s")
    office.decide(old)
    office.clock.advance(seconds=7200)
    came = made_post("came", f"{TEXT} nhé", minutes=-90)
    fill(office.context.index, iter([analysed(came, SCAM, story="s")]))
    (one,) = office.view(came.id).precedents
    assert (one.id, one.degree) == (old, "gần như giống hệt")


def test_what_a_person_took_out_of_the_story_is_another_work(office: Office) -> None:
    shown = office.post("shown", TEXT, minutes=5, story="s")
    rumour = office.post("rumour", f"{TEXT} nhé", minutes=4, story="s")
    office.decide(rumour)
    assert office.names(shown) == []
    office.context.casework.cut_from_story(
        office.lan, rumour, 1, StoryId("s"), StoryId("cut-1")
    )
    assert office.names(shown) == [rumour]


def test_a_wave_judged_alike_takes_one_line(office: Office, shown: PostId) -> None:
    wave = [office.post(f"w{n}", f"{LIKE} {n}", story="w") for n in range(6)]
    for post_id in wave:
        office.decide(post_id)
    assert len(office.names(shown)) == 1
    office.decide(wave[3], Verdict.NO_ISSUE)
    verdicts = {one.verdict for one in office.view(shown).precedents}
    assert verdicts == {"Gây hại", "Không có vấn đề"}


def test_no_more_are_shown_than_fit(office: Office, shown: PostId) -> None:
    for n in range(SHOWN + 3):
        office.decide(office.post(f"l{n}", f"{LIKE} số {n}"))
    assert len(office.names(shown)) == SHOWN


def test_names_places_numbers_and_authors_make_nothing_alike(office: Office) -> None:
    name, place = "Lường Văn Páo", "Bản Nậm Xả Lầu"

    def named(post_id: str, text: str) -> PostId:
        start, end = text.index(name), text.index(place)
        who = Span(start=start, end=start + len(name), kind="PER")
        hit = PlaceHit(name=place, start=end, end=end + len(place), unit=None, why="")
        return office.post(post_id, text, entities=(who,), places=(hit,))

    shown = named("shown", f"{name} ở {place} gọi 0900 000 111 bán cháo lòng")
    other = named("other", f"{place} có {name}, gọi 0900 000 111, thích đá bóng")
    office.decide(other)
    assert office.names(shown) == []


def test_personal_data_is_masked(office: Office, like: PostId) -> None:
    told = office.post("told", TEXT)
    office.decide(told)
    (one,) = office.view(like).precedents
    assert "000 111" not in f"{one.first} {one.shared}"
    assert "[số điện thoại]" in one.first


def test_shared_words_are_short_and_none_lies_in_another(office: Office) -> None:
    shown = office.post("shown", f"{TEXT}. {OTHER}. Đặt cọc ba trăm.", minutes=5)
    office.decide(office.post("old", f"{TEXT}! {OTHER}. Đặt cọc ba trăm"))
    (one,) = office.view(shown).precedents
    assert 0 < len(one.shared) <= 3
    assert all(len(stretch) <= LONGEST_SHARED + 1 for stretch in one.shared)


def test_all_is_read_anew_after_some_hours(
    office: Office, shown: PostId, like: PostId
) -> None:
    office.decide(like)
    assert office.view(shown).among == 1
    with office.context.index.writer() as writer:
        writer.delete(like)
    office.clock.advance(seconds=RENEWED.total_seconds() + 60)
    assert office.view(shown) == PrecedentsView(precedents=(), among=0)


def test_a_first_look_that_failed_is_made_again(
    office: Office, shown: PostId, like: PostId, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.decide(like)
    document = office.context.index.reader().get([shown])[shown]
    reading = Reading(
        profile=office.context.profile, words=wording("vi"), now=office.clock.now()
    )

    def out_of_reach() -> Never:
        raise RetryLaterError("out of reach")

    with monkeypatch.context() as patch:
        patch.setattr(office.context.index, "reader", out_of_reach)
        with pytest.raises(RetryLaterError):
            office.room.of(document, reading)
    assert office.names(shown) == [like]


def test_the_api_answers_every_role(
    office: Office, shown: PostId, like: PostId, signed_in: SignedIn
) -> None:
    office.decide(like)
    for name in ("minh", "hoa", "admin"):
        answer = signed_in(name).get("/api/precedents", params={"id": shown})
        assert answer.status_code == 200
        told = answer.json()
        assert [one["id"] for one in told["precedents"]] == [like]
        assert "Lò Thị Lan" not in answer.text
    missing = signed_in("minh").get("/api/precedents", params={"id": "test:none"})
    assert missing.status_code == 404


def test_the_verdicts_of_others_move_no_score(
    office: Office, shown: PostId, like: PostId
) -> None:
    before = office.context.index.reader().get([shown])[shown]
    office.decide(like)
    office.view(shown)
    assert office.context.index.reader().get([shown])[shown] == before


def test_days_are_of_the_provinces_clock(
    office: Office, shown: PostId, like: PostId
) -> None:
    assert NOW.utcoffset() == timedelta(hours=7)
    late = datetime.fromisoformat("2026-11-23T18:30:00+00:00")
    office.clock.advance(seconds=(late - office.clock.now()).total_seconds())
    office.decide(like)
    (one,) = office.view(shown).precedents
    assert one.decided == "24/11/2026"
