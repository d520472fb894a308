"""A candidate is split by time, kept with its provenance, and chosen by people."""

import random
from datetime import timedelta

import pytest

from classifier.compared import Compared, Comparison, Rule
from classifier.metrics import Figure
from classifier.rows import Row
from classifier.training import TrainReport
from domain.errors import ConflictError, ForbiddenError, NotFoundError, QuarantineError
from domain.ids import PostId
from domain.labels import Harm, PostKind, Verdict
from jobs.learning import candidate as module
from jobs.learning.acts import ModelDesk
from jobs.learning.candidate import (
    FEWEST,
    Workshop,
    split_by_time,
)
from jobs.learning.records import read_comparison, read_training
from jobs.learning.registry import ModelRegistry
from jobs.learning.reviewed import Gathered, LeftOut, Reviewed, Word
from learning_office import NOW, Office


def text(number):
    """Texts that are no near-copies of each other."""
    letters = random.Random(number)
    return " ".join("".join(letters.choices("abcdeghiklmnopq", k=6)) for _ in range(8))


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def reviewed(number, **changes):
    harmful = bool(number % 2)
    word = Word(
        by="a1",
        at=NOW + timedelta(minutes=number),
        queue="harmful",
        verdict=Verdict.HARMFUL if harmful else Verdict.NO_ISSUE,
        harm=Harm.SCAM if harmful else None,
        head=False,
    )
    values = {
        "post_id": PostId(f"p:{number}"),
        "revision": 1,
        "title": "",
        "text": text(number),
        "kind": PostKind.POST,
        "words": (word,),
        "said": {"scam": harmful},
    }
    return Reviewed(**{**values, **changes})


def reviews(count=FEWEST):
    return Gathered(
        reviewed=[reviewed(number) for number in range(count)],
        left_out={LeftOut.CONTRADICTED: 3},
    )


class Loaded:
    """What `load` gives here: a folder's version and nothing to judge with."""

    def __init__(self, folder):
        self.version = (folder / "model.json").read_text()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "load", Loaded)
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "model.json").write_text("v0")
    return folder


def figure(value):
    return Figure(value=value, low=value, high=value)


def made(live, candidate, honest=0.01):
    return Comparison(
        live=live.version,
        candidate=candidate.version,
        figures=(
            Compared(
                part="guard criticism",
                name="honest_flagged",
                texts=150,
                rule=Rule.NEVER_MORE,
                live=figure(0.01),
                candidate=figure(honest),
            ),
        ),
    )


class Trainer:
    """Writes a model of the next version and remembers what it was trained on."""

    def __init__(self):
        self.calls = []

    def __call__(self, out, *, examples, verdicts, held, progress):
        self.calls.append({"examples": examples, "verdicts": verdicts, "held": held})
        version = f"v{len(self.calls)}"
        (out / "model.json").write_text(version)
        progress("saved", 1.0)
        return TrainReport(
            version=version,
            rows=4048 + len(verdicts),
            columns=1,
            seed=7,
            seconds=1.0,
            labels={},
            topic_accuracy=0.0,
            stance_accuracy=0.0,
            reviews=len(verdicts),
            review_weight=1.0,
        )


def workshop(office, tmp_path, installed, honest=0.01, **changes):
    registry = ModelRegistry(tmp_path / "models")

    def live():
        version = registry.read().live
        return registry.folder(version) if version else installed

    return Workshop(
        registry=registry,
        installed=live,
        examples=(),
        clock=office.clock,
        train=Trainer(),
        compare=lambda live, candidate, **_: made(live, candidate, honest),
        **changes,
    )


def test_too_few_reviews_say_how_many_are_wanted():
    with pytest.raises(QuarantineError, match=f"7 reviews .* {FEWEST} are wanted"):
        split_by_time(reviews(7).reviewed)


def test_the_newest_fifth_only_measures_and_no_copy_of_it_trains():
    found = [
        reviewed(0, text=text(FEWEST) + " nhé"),
        *(reviewed(number) for number in range(1, FEWEST + 1)),
    ]
    split = split_by_time(found)
    assert len(split.newest) == 41
    assert max(o.at for o in split.older) < min(n.at for n in split.newest)
    assert len(split.older) == 159
    assert "p:0" not in {one.post_id for one in split.older}


def test_a_candidate_is_kept_with_what_it_learnt_and_how_it_stands(
    office, tmp_path, installed
):
    shop = workshop(office, tmp_path, installed, gold=(Row(id="g", text="vàng"),))
    told = []
    built = shop.build(
        reviews(),
        by="cli",
        progress=lambda what, share: told.append(share),
    )
    (call,) = shop.train.calls
    assert len(call["verdicts"]) == 160
    assert {row.speaks for row in call["verdicts"]} == {("scam",)}
    assert [row.id for row in call["held"]] == ["g"]
    training = read_training(built.folder)
    assert training == built.training
    assert (training.corpus, training.reviews, training.measured_on) == (4048, 160, 40)
    assert training.by_verdict == {"no_issue": 80, "harmful": 80}
    assert training.reviewers == 1
    assert training.left_out == {"contradicted": 3}
    assert read_comparison(built.folder) == built.comparison
    assert "may be promoted" in (built.folder / "comparison.md").read_text()
    assert (shop.registry.read().live, shop.registry.read().candidate) == ("v0", "v1")
    assert 0 < told[-1] <= 1


def test_no_text_and_no_post_id_is_kept_beside_a_version(office, tmp_path, installed):
    shop = workshop(office, tmp_path, installed)
    built = shop.build(reviews(), by="cli")
    kept = (built.folder / "training.json").read_text()
    assert "p:" not in kept
    assert text(0) not in kept


@pytest.fixture
def desk(office, tmp_path, installed):
    shop = workshop(office, tmp_path, installed)
    shop.build(reviews(), by="cli")
    return ModelDesk(
        registry=shop.registry, casework=office.casework, clock=office.clock, check=str
    )


def acts(office):
    return [
        (row.act, row.subject, row.actor)
        for row in office.casework.audit(limit=5000)
        if row.act.startswith("model.")
    ]


def test_a_leader_promotes_and_goes_back_and_both_are_in_the_audit(office, desk):
    lan = office.people["lan"].id
    assert desk.promote(lan, "đã xem bảng so sánh") == "v1"
    assert desk.registry.read().live == "v1"
    assert desk.roll_back(lan) == "v0"
    assert desk.registry.read().live == "v0"
    assert acts(office) == [
        ("model.promote", "v1", lan),
        ("model.roll_back", "v0", lan),
    ]
    assert office.casework.verify_audit().sound
    with pytest.raises(ConflictError):
        desk.roll_back(lan)
    with pytest.raises(NotFoundError):
        desk.promote(lan)


def test_an_analyst_chooses_no_model(office, desk):
    for act in (desk.promote, desk.drop):
        with pytest.raises(ForbiddenError):
            act(office.people["an"].id)
    assert desk.registry.read().candidate == "v1"
    assert acts(office) == []


def test_a_worse_candidate_is_refused_by_name_of_the_figure(
    office, tmp_path, installed
):
    shop = workshop(office, tmp_path, installed, honest=0.02)
    shop.build(reviews(), by="cli")
    desk = ModelDesk(
        registry=shop.registry, casework=office.casework, clock=office.clock, check=str
    )
    with pytest.raises(ConflictError, match="honest flagged: 2"):
        desk.promote(office.people["quan"].id)
    assert desk.registry.read().live == "v0"
    assert desk.drop(office.people["quan"].id) == "v1"


def test_a_candidate_measured_beside_a_former_model_is_built_anew(
    office, tmp_path, installed
):
    shop = workshop(office, tmp_path, installed)
    found = reviews()
    shop.build(found, by="cli")
    desk = ModelDesk(
        registry=shop.registry, casework=office.casework, clock=office.clock, check=str
    )
    desk.promote("cli")
    shop.build(found, by="cli")
    desk.roll_back("cli")
    with pytest.raises(ConflictError, match="not compared"):
        desk.promote("cli")
