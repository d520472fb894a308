"""What each verdict teaches, and what it leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.labels import Harm, Label, PostKind, Verdict
from jobs.learning.answers import SILENT, answers, contradict

HARMS = {harm.value for harm in Harm}
NAMES = sorted(HARMS | {label.value for label in Label})


def said(verdict, harm=None, *, kind=PostKind.POST, flagged=()):
    return dict(answers(verdict, harm, kind=kind, flagged=flagged))


def test_a_harm_confirmed_says_nothing_of_other_harms():
    assert said(Verdict.HARMFUL, Harm.SCAM) == {"scam": True}


@pytest.mark.parametrize("verdict", [Verdict.NO_ISSUE, Verdict.LEGITIMATE_CRITICISM])
def test_harmless_denies_the_harms_that_were_flagged(verdict):
    found = said(verdict, flagged={"scam", "panic"})
    assert {n: v for n, v in found.items() if n in HARMS} == {
        "scam": False,
        "panic": False,
    }


def test_harmless_without_a_flag_denies_every_harm():
    assert said(Verdict.NO_ISSUE) == dict.fromkeys(HARMS, False)


def test_criticism_is_a_complaint_and_no_issue_denies_the_labels_flagged():
    assert said(Verdict.LEGITIMATE_CRITICISM)["complaint"] is True
    found = said(Verdict.NO_ISSUE, flagged={"complaint", "scam"})
    assert found == {"scam": False, "complaint": False}


def test_an_answer_is_owed_to_articles_and_a_complaint_is_one_elsewhere():
    assert said(Verdict.ANSWER_NEEDED) == {"complaint": True}
    article = said(Verdict.ANSWER_NEEDED, kind=PostKind.ARTICLE)
    assert article == {"answer_owed": True}


@pytest.mark.parametrize("verdict", [Verdict.FALSE, Verdict.MISLEADING, Verdict.TRUE])
def test_what_was_checked_could_be_checked(verdict):
    assert said(verdict) == {"checkable_claim": True}


def test_a_false_post_with_a_harm_teaches_both():
    found = said(Verdict.FALSE, Harm.PANIC)
    assert found == {"checkable_claim": True, "panic": True}


@pytest.mark.parametrize("verdict", sorted(SILENT))
def test_no_ground_and_out_of_scope_teach_nothing(verdict):
    assert said(verdict, flagged=HARMS) == {}


ANSWERS = st.builds(
    said,
    st.sampled_from(sorted(set(Verdict) - {Verdict.HARMFUL})),
    st.none(),
    kind=st.sampled_from(PostKind),
    flagged=st.sets(st.sampled_from(NAMES)),
) | st.builds(said, st.just(Verdict.HARMFUL), st.sampled_from(Harm))


@given(ANSWERS, ANSWERS)
def test_contradiction_has_no_order_and_nobody_contradicts_himself(one, other):
    assert contradict(one, other) is contradict(other, one)
    assert not contradict(one, one)


def test_two_harms_go_together_but_none_with_harmless():
    scam, hate = said(Verdict.HARMFUL, Harm.SCAM), said(Verdict.HARMFUL, Harm.HATE)
    assert not contradict(scam, hate)
    assert contradict(scam, said(Verdict.NO_ISSUE, flagged={"hate"}))
    assert not contradict(scam, said(Verdict.ANSWER_NEEDED))
