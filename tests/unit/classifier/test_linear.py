import math
from dataclasses import replace

import numpy as np
import pytest

from classifier.heads import HARMS
from classifier.linear import LinearClassifier, seen_of
from classifier.model import BINARY, Model, softmax
from classifier.port import Subject
from domain.labels import Harm, Label, PostKind, Stance, Topic
from nlp.normalise import normalise

ABUSE = "Thằng ngu kia, tao đập chết mày!"
CRITICISM = "Ủy ban ngu, sửa đường chưa"


def test_every_label_has_a_score_and_articles_have_more(
    judge: LinearClassifier,
) -> None:
    post, article = judge.judge(
        [Subject(text="a"), Subject(text="a", kind=PostKind.ARTICLE)]
    )
    always = {*Harm, Label.COMPLAINT, Label.CHECKABLE_CLAIM}
    assert {score.name for score in post.labels} == always
    assert {score.name for score in article.labels} == {*always, Label.ANSWER_OWED}
    assert post.stance is None
    assert article.stance in set(Stance)
    assert post.model == judge.version


def test_a_threat_is_flagged_with_the_words_that_weighed(
    judge: LinearClassifier,
) -> None:
    (judgement,) = judge.judge([Subject(text=ABUSE)])
    assert judgement.flagged("abuse")
    assert judgement.topic is Topic.SECURITY_ORDER
    score = next(s for s in judgement.labels if s.name == "abuse")
    assert score.threshold == 0.6
    terms = {term.term: term for term in score.why}
    assert "đập chết" in terms
    assert terms["đập chết"].weight > 0
    ((start, end),) = terms["đập chết"].spans
    assert ABUSE[start:end] == "đập chết"


def test_reasons_point_into_the_original_text(judge: LinearClassifier) -> None:
    # Composed anew, shortened and spelled out: offsets of the normal form differ.
    text = "ko  biết\u200b ae ơiiii gửi mã O\u0301TP  ạ, mã otp"
    (judgement,) = judge.judge([Subject(text=text)])
    score = next(s for s in judgement.labels if s.name == "scam")
    spans = [text[a:b].lower() for term in score.why for a, b in term.spans]
    assert "mã otp" in spans


def test_words_against_a_label_come_last_with_a_negative_weight(model: Model) -> None:
    abuse = BINARY.index("abuse")
    model.weights[abuse, model.vocabulary.columns["w"]["wđẹp"]] = -4.0
    text = f"Trời đẹp. {ABUSE}"
    (judgement,) = LinearClassifier(model).judge([Subject(text=text)])
    why = next(s for s in judgement.labels if s.name == "abuse").why
    assert [term.weight for term in why] == sorted(
        (t.weight for t in why), reverse=True
    )
    assert (why[-1].term, why[-1].weight < 0) == ("đẹp", True)
    assert [text[a:b] for a, b in why[-1].spans] == ["đẹp"]


def test_what_is_like_nothing_seen_is_strange_and_no_more_is_said(model: Model) -> None:
    foreign = "qwzx fjwk zzyq jfwx wqzf xkjq " * 4
    judge = LinearClassifier(replace(model, strange_from=0.5))
    odd, usual = judge.judge([Subject(text=foreign), Subject(text=ABUSE * 3)])
    assert odd.strange
    assert not any(odd.flagged(harm) for harm in Harm)
    assert not usual.strange


def test_without_explanation_there_are_no_reasons(judge: LinearClassifier) -> None:
    (judgement,) = judge.judge([Subject(text=ABUSE)], explain=False)
    assert judgement.flagged("abuse")
    assert all(not score.why for score in judgement.labels)


def test_criticism_is_not_flagged_and_the_note_says_why(
    judge: LinearClassifier,
) -> None:
    (judgement,) = judge.judge([Subject(text=CRITICISM)])
    odds = {score.name: score for score in judgement.labels}
    assert odds["abuse"].probability >= odds["abuse"].threshold
    assert not judgement.flagged("abuse")
    assert judgement.flagged("complaint")
    assert "«ủy ban»" in judgement.note


def test_a_threat_in_a_complaint_stays_flagged_with_the_complaint(
    judge: LinearClassifier,
) -> None:
    (judgement,) = judge.judge([Subject(text=f"{CRITICISM}, tao đập chết mày")])
    assert judgement.flagged("abuse")
    assert judgement.flagged("complaint")
    assert judgement.note == ""


def test_a_text_handed_in_normalised_is_judged_the_same(
    judge: LinearClassifier,
) -> None:
    text = "mã otp ko gửi đc"
    ready = Subject(text=text, normalised=normalise(text).text)
    assert judge.judge([ready]) == judge.judge([Subject(text=text)])


def test_many_texts_are_judged_in_order(judge: LinearClassifier) -> None:
    subjects = [Subject(text=ABUSE if n % 3 else "trời đẹp") for n in range(1_200)]
    judged = judge.judge(subjects, explain=False)
    assert [j.flagged("abuse") for j in judged] == [bool(n % 3) for n in range(1_200)]


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "🙂", "a" * 100_000, "\u202eabc", "=1+1", "<b>"]
)
def test_odd_texts_are_judged(judge: LinearClassifier, text: str) -> None:
    (judgement,) = judge.judge([Subject(text=text)])
    assert all(0 <= s.probability <= 1 for s in judgement.labels)
    assert not math.isnan(judgement.topic_probability)


def test_no_subjects_no_judgements(judge: LinearClassifier) -> None:
    assert list(judge.judge([])) == []


def test_softmax_sums_to_one_and_sharpens() -> None:
    scores = np.asarray([[1.0, 2.0, 3.0], [900.0, 0.0, 0.0]])
    soft, sharp = softmax(scores, 1.0), softmax(scores, 4.0)
    assert soft.sum(axis=1) == pytest.approx([1, 1])
    assert sharp[0, 2] > soft[0, 2]


def test_probabilities_follow_the_sigmoid(model: Model) -> None:
    scores = np.zeros((1, len(model.bias)))
    made = model.probabilities(scores, np.zeros(1))
    assert made[0, 0] == pytest.approx(0.5)


def test_what_is_owed_raises_harms_alone(model: Model) -> None:
    scores = np.zeros((1, len(model.bias)))
    plain = model.probabilities(scores, np.zeros(1))
    owed = model.probabilities(scores, np.ones(1))
    harms = [BINARY.index(name) for name in sorted(HARMS)]
    others = [n for n in range(len(model.bias)) if n not in harms]
    assert (owed[0, harms] > plain[0, harms]).all()
    assert owed[0, others] == pytest.approx(plain[0, others])


@pytest.mark.parametrize(("text", "owed"), [("thang ngu kia", 0.3), (ABUSE, 0.0)])
def test_text_without_marks_is_given_back_what_it_lost(
    judge: LinearClassifier, text: str, owed: float
) -> None:
    subject = Subject(text=text)
    scores = judge.model.scores(judge.model.vocabulary.matrix([seen_of(subject)]))
    wanted = judge.model.probabilities(scores, np.full(1, owed))[0]
    (judgement,) = judge.judge([subject])
    for score in judgement.labels:
        assert score.probability == pytest.approx(wanted[BINARY.index(score.name)])


def test_long_texts_are_weighed_in_parts_and_judged_as_alone(
    judge: LinearClassifier,
) -> None:
    subjects = [
        Subject(text=f"{text} " * 9_000) for text in ("gửi mã otp", "trời đẹp", "ngu")
    ] * 3
    together = judge.judge(subjects, explain=False)
    assert list(together) == [judge.judge([s], explain=False)[0] for s in subjects]


def test_syllables_without_end_are_remembered_by_their_beginning(
    judge: LinearClassifier,
) -> None:
    known = judge.model.vocabulary.group_columns("d" * 200_000)
    assert known == judge.model.vocabulary.group_columns("d" * 20)
    assert max(map(len, judge.model.vocabulary._groups)) <= 20
