from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.analysis import Judgement, LabelScore
from domain.events import PostGone
from domain.ids import PostId
from domain.labels import About, GoneReason, PostKind, Queue
from pipeline.keys import analysis_key, counts_key, gone_key, post_of_key
from pipeline.queues import route


def judged(*names, note=""):
    return Judgement(
        labels=tuple(
            LabelScore(name=name, probability=0.9, threshold=0.5, flagged=True)
            for name in names
        ),
        note=note,
    )


def routed(judgement, about=About.PROVINCE, kind=PostKind.POST, press=False):
    return route(judgement, about=about, kind=kind, licensed_press=press, words={})


def test_harm_and_complaint_in_one_post_reach_both_queues():
    assert routed(judged("abuse", "complaint")).queues == (
        Queue.HARMFUL,
        Queue.ANSWERS,
    )


def test_an_article_of_licensed_press_reaches_press_and_no_other_kind_does():
    article = PostKind.ARTICLE
    assert routed(judged(), kind=article, press=True).queues == (Queue.PRESS,)
    assert routed(judged(), kind=article).queues == ()
    assert routed(judged(), press=True).queues == ()


@pytest.mark.parametrize("about", [About.HISTORY, About.OTHER, About.NONE])
def test_nothing_else_reaches_any_queue(about):
    made = routed(judged("scam", "complaint"), about, PostKind.ARTICLE, press=True)
    assert made.queues == ()


def test_a_note_of_the_classifier_is_told():
    assert "Ghi chú" in routed(judged(note="Ghi chú")).why


@pytest.mark.parametrize("name", ["url:http://x/a#b", "f:1", "a#", "#", "x#gonex"])
def test_keys_lead_back_to_their_post(name):
    post_id = PostId(name)
    gone = PostGone(
        post_id=post_id,
        revision=1,
        reason=GoneReason.MOVED,
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    made = (analysis_key(post_id, 12), gone_key(gone), counts_key(post_id))
    for key in (*made, f"{post_id}#gone"):
        assert post_of_key(key) == post_id


def test_a_report_waits_for_an_answer_whatever_the_models_say() -> None:
    made = routed(judged(), kind=PostKind.REPORT)
    assert made.queues == (Queue.ANSWERS,)
    assert made.why == "Phản ánh gửi đến cơ quan"


def strange(*names: str) -> Judgement:
    return replace(judged(*names), strange=True)


def test_what_is_like_nothing_known_goes_to_a_person_without_a_harm() -> None:
    made = routed(strange())
    assert made.queues == (Queue.CLAIMS,)
    assert made.why == "Không giống gì đã biết, cần người xem"


def test_a_strange_post_stays_where_its_labels_put_it() -> None:
    made = routed(strange("complaint"))
    assert made.queues == (Queue.ANSWERS,)
    assert made.why.endswith("Không giống gì đã biết, cần người xem")


@pytest.mark.parametrize("about", [About.MENTION, About.OTHER, About.NONE])
def test_a_strange_post_about_elsewhere_reaches_nobody(about: About) -> None:
    assert routed(strange(), about).queues == ()
