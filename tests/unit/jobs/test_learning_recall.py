"""Recall from a sample: simulated streams, and an office's log."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.labels import Harm, Verdict
from e2e.model_world import LIVE, model_room
from jobs.learning.recall import RecallBook, RecallJob, Stratum, estimate, measure
from learning_office import Office

MODEL = "linear-2-live"


def stream(random, *, share, reviewed, flagged_harm, missed_harm):
    """Simulate some weeks; return the strata as reviewed and the true recall."""
    flagged = []
    found = 0
    for posts, harm in zip((600, 300, 200), flagged_harm, strict=True):
        harmful = random.random(posts) < harm
        seen = random.random(posts) < reviewed
        found += int(harmful.sum())
        flagged.append(
            Stratum(
                posts=posts,
                reviewed=int(seen.sum()),
                harmful=int((harmful & seen).sum()),
            )
        )
    harmful = random.random(20_000) < missed_harm
    seen = random.random(20_000) < share
    unflagged = Stratum(
        posts=20_000, reviewed=int(seen.sum()), harmful=int((harmful & seen).sum())
    )
    return flagged, unflagged, found / (found + int(harmful.sum()))


@pytest.mark.parametrize(
    ("share", "reviewed", "missed_harm"),
    [(0.02, 1.0, 0.01), (0.05, 0.5, 0.005), (0.03, 0.8, 0.03), (0.1, 0.3, 0.002)],
)
def test_the_interval_holds_the_truth_about_95_times_in_100(
    share, reviewed, missed_harm
):
    random = np.random.default_rng(35)
    held = 0
    streams = 300
    for _ in range(streams):
        flagged, unflagged, truth = stream(
            random,
            share=share,
            reviewed=reviewed,
            flagged_harm=(0.4, 0.6, 0.9),
            missed_harm=missed_harm,
        )
        _, low, high = estimate(flagged, unflagged)
        held += low <= truth <= high
    assert 0.91 <= held / streams <= 0.995


def test_the_value_is_unbiased_over_streams():
    random = np.random.default_rng(7)
    missed, truth = [], []
    for _ in range(200):
        _, unflagged, _ = stream(
            random,
            share=0.05,
            reviewed=0.5,
            flagged_harm=(0.4, 0.6, 0.9),
            missed_harm=0.01,
        )
        missed.append(unflagged.posts * unflagged.harmful / unflagged.reviewed)
        truth.append(200)
    assert np.mean(missed) == pytest.approx(np.mean(truth), rel=0.05)


def test_what_was_reviewed_throughout_is_known():
    flagged = [Stratum(posts=100, reviewed=100, harmful=80)]
    unflagged = Stratum(posts=50, reviewed=50, harmful=20)
    assert estimate(flagged, unflagged) == (0.8, 0.8, 0.8)


def test_without_a_sample_there_is_no_estimate():
    flagged = [Stratum(posts=100, reviewed=100, harmful=80)]
    assert estimate(flagged, Stratum(posts=50, reviewed=0, harmful=0)) is None


@st.composite
def strata(draw, least=0):
    posts = draw(st.integers(least, 5000))
    reviewed = draw(st.integers(least, posts))
    return Stratum(
        posts=posts, reviewed=reviewed, harmful=draw(st.integers(0, reviewed))
    )


@settings(deadline=None)  # bootstraps: the first one is slow on a busy machine
@given(st.lists(strata(), max_size=4), strata(1))
def test_an_estimate_is_a_share_within_its_interval(flagged, unflagged):
    value, low, high = estimate(flagged, unflagged)
    assert 0 <= low <= value <= high <= 1


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def test_an_office_is_measured_on_what_its_live_model_judged(office):
    flagged = [office.analysed(n, "x", flags=["scam"]) for n in range(4)]
    drawn = [office.analysed(10 + n, "y", sampled=True) for n in range(6)]
    for n in range(14):
        office.analysed(20 + n, "z")
    office.analysed(90, "cũ", flags=["scam"], model="linear-2-former")
    for post in flagged[:3]:
        office.decide(post, Verdict.HARMFUL, Harm.SCAM)
    for post in drawn[:4]:
        office.decide(post, Verdict.NO_ISSUE)
    office.decide(drawn[4], Verdict.HARMFUL, Harm.SCAM)
    office.decide(drawn[5], Verdict.INSUFFICIENT)
    found = measure(office.log, office.casework, MODEL, office.clock.now())
    assert (found.flagged, found.flagged_reviewed) == (4, 3)
    assert (found.unflagged, found.sample_reviewed, found.sample_harmful) == (20, 5, 1)
    assert found.value == pytest.approx(4 / (4 + 20 / 5))
    assert found.low < found.value < found.high


def test_old_and_deleted_posts_no_longer_count(office):
    office.analysed(1, "x", flags=["scam"])
    office.clock.advance(days=40)
    gone = office.analysed(2, "x", flags=["scam"])
    office.write(f"{gone}#1", None)
    found = measure(office.log, office.casework, MODEL, office.clock.now())
    assert (found.flagged, found.value) == (0, None)


def test_the_page_shows_the_estimate_of_the_live_model_alone(office, tmp_path):
    room = model_room(tmp_path, office.log, office.casework)
    post = office.analysed(1, "x", sampled=True, model=LIVE)
    office.decide(post, Verdict.NO_ISSUE)
    book = RecallBook(room.registry)
    version = [LIVE]
    job = RecallJob(
        book, office.log, office.casework, lambda: version[0], "Asia/Ho_Chi_Minh"
    )
    assert job.run(office.clock.now()).startswith("recall ")
    assert room.overview().recall == book.read()
    version[0] = "linear-2-other"
    assert "none of a sample" in job.run(office.clock.now())
    assert room.overview().recall is None
