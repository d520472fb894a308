"""The shipped corpus makes a model that keeps its promises."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.artefact import load
from classifier.corpus_check import CORPUS
from classifier.evaluation import Report, evaluate_command
from classifier.guard_suites import Pool, behind, release_line
from classifier.port import Subject
from classifier.rows import read_rows
from classifier.training import TrainReport, train, train_command
from domain.analysis import Judgement, LabelScore
from domain.errors import ConfigurationError
from domain.labels import Harm

pytestmark = pytest.mark.timeout(600)  # half a minute of one free core a training

FALSE_FLAGS_ON_GUARD = 0.02
WIDEST_GAP = 0.02
EXAMPLES = Path(__file__).parents[2] / "profiles/dien-bien/examples.jsonl"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainReport]:
    out = tmp_path_factory.mktemp("model")
    told: list[tuple[str, float]] = []
    report = train_command(
        out,
        examples=read_rows(EXAMPLES),
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return out, report


@pytest.fixture(scope="module")
def report(trained: tuple[Path, TrainReport]) -> Report:
    return evaluate_command(load(trained[0]))


def test_criticism_is_not_flagged(report: Report) -> None:
    assert report.guard.false_flags.value <= FALSE_FLAGS_ON_GUARD
    assert report.honest_false_flags.value <= FALSE_FLAGS_ON_GUARD


def test_release_check_of_the_criticism_guard(report: Report) -> None:
    """Fails a release that flags honest posts or misses their look-alikes."""
    assert [
        fault
        for pool in Pool
        for fault in behind(release_line(pool), report.suites, pool)
    ] == []


def test_which_group_is_named_decides_nothing(report: Report) -> None:
    assert report.swaps.max_gap <= WIDEST_GAP


def test_harm_is_found(report: Report) -> None:
    assert report.harmful_recall.value >= 0.6
    for harm in Harm:
        assert report.labels[harm].pr_auc >= 0.75, harm


def test_complaints_and_articles_are_found(report: Report) -> None:
    assert report.labels["complaint"].recall.value >= 0.85
    assert report.labels["answer_owed"].pr_auc >= 0.85
    assert report.topic_macro_f1 >= 0.65
    assert report.stance_macro_f1 >= 0.65


def test_probabilities_are_calibrated(report: Report) -> None:
    for harm in Harm:
        assert report.labels[harm].calibration_error <= 0.05, harm


def test_the_card_says_what_it_is(trained: tuple[Path, TrainReport]) -> None:
    card = (trained[0] / "card.md").read_text(encoding="utf-8")
    assert trained[1].version in card
    assert "Not for: deciding anything" in card


def test_threats_to_officials_are_flagged_beside_the_complaint(
    trained: tuple[Path, TrainReport],
) -> None:
    text = (
        "Đường hỏng ba năm không ai sửa, cán bộ xã ăn hại. "
        "Tao mà gặp thằng chủ tịch thì tao chém chết, đốt nhà mày luôn"
    )
    (judgement,) = load(trained[0]).judge([Subject(text=text)])
    assert judgement.flagged("abuse") or judgement.flagged("incitement")
    assert judgement.note == ""


def test_numbers_alone_do_not_decide(trained: tuple[Path, TrainReport]) -> None:
    model = load(trained[0])
    texts = ["Bán rau sạch, gọi 0987 000 123", "Bán rau sạch, gọi 0346 219 875"]
    one, two = model.judge([Subject(text=text) for text in texts])
    assert [s.probability for s in one.labels] == [s.probability for s in two.labels]


def test_judging_needs_no_scikit_learn(trained: tuple[Path, TrainReport]) -> None:
    code = (
        "import sys, json; from pathlib import Path\n"
        "from classifier.artefact import load; from classifier.port import Subject\n"
        f"load(Path({str(trained[0])!r})).judge([Subject(text='a')])\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('sklearn')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []


def test_too_few_texts_are_refused_in_words(tmp_path: Path) -> None:
    rows = read_rows(CORPUS / "train")[:100]
    with pytest.raises(ConfigurationError, match="Too few texts"):
        train(rows, tmp_path)


def test_held_out_texts_do_not_slip_in_through_a_profile(tmp_path: Path) -> None:
    held = read_rows(CORPUS / "test")[:50]
    with_leak = train_command(tmp_path, examples=held)
    assert with_leak.rows == len(read_rows(CORPUS / "train"))


CUT_LOWERS = 0.99
"""Share of flags whose score must fall when the words given as reasons are cut out.
All did when this was written; what is left of a short text may weigh more."""


def test_reasons_are_what_the_score_rests_on(
    trained: tuple[Path, TrainReport],
) -> None:
    """Cuts the heaviest words out of every harmful test text that is flagged."""
    model = load(trained[0])
    rows = [row for row in read_rows(CORPUS / "test") if row.harm]
    subjects = [Subject(text=row.whole_text, kind=row.kind) for row in rows]
    flags = [
        (subject, score)
        for subject, judged in zip(subjects, model.judge(subjects), strict=True)
        for score in judged.labels
        if score.flagged and score.name in set(Harm)
    ]
    for subject, score in flags:
        for term in score.why:
            assert term.weight
            assert {subject.text[a:b].lower() for a, b in term.spans} == {term.term}
    cut = [without_reasons(subject, score) for subject, score in flags]
    fallen = [
        probability(judged, score.name) < score.probability
        for judged, (_, score) in zip(
            model.judge(cut, explain=False), flags, strict=True
        )
    ]
    assert len(flags) >= 200
    assert sum(fallen) >= CUT_LOWERS * len(fallen)


def without_reasons(subject: Subject, score: LabelScore) -> Subject:
    """Cut the words that speak for the label out of the original text."""
    text = subject.text
    spans = {span for term in score.why if term.weight > 0 for span in term.spans}
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return replace(subject, text=text)


def probability(judged: Judgement, name: str) -> float:
    return next(score.probability for score in judged.labels if score.name == name)


def test_foreign_text_is_strange_and_few_others_are(
    trained: tuple[Path, TrainReport],
) -> None:
    model = load(trained[0])
    rows = read_rows(CORPUS / "test")
    usual = model.judge(
        [Subject(text=row.whole_text, kind=row.kind) for row in rows], explain=False
    )
    assert sum(judged.strange for judged in usual) <= 0.05 * len(usual)
    foreign = model.judge([Subject(text=text) for text in FOREIGN], explain=False)
    assert all(judged.strange for judged in foreign)


FOREIGN = (
    "Przedsiębiorstwo wodociągowe zawiadamia mieszkańców o przerwie w dostawie wody.",
    "The waterworks will shut down every western district because of broken pipes.",
    "Wir schalten die Straßenbeleuchtung wegen dringender Reparaturarbeiten ab.",
)
