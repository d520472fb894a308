"""Which verdicts two people must give, as the settings say."""

from pathlib import Path

import pytest

from casework.opinions import SEVERE
from domain.errors import ConfigurationError
from domain.labels import Harm
from wiring.second_review import second_review
from wiring.settings import load_settings


def test_by_default_one_of_twenty_and_severe_harm(tmp_path: Path) -> None:
    found = second_review(load_settings({}, home=tmp_path))
    assert (found.share, found.severe) == (0.05, SEVERE)


def test_an_office_with_one_reviewer_asks_for_none(tmp_path: Path) -> None:
    env = {
        "MINHTIN_SECOND_REVIEW_SHARE": "0",
        "MINHTIN_SECOND_REVIEW_HARMS": "none",
    }
    found = second_review(load_settings(env, home=tmp_path))
    assert (found.share, found.severe) == (0, frozenset())
    (tmp_path / "minhtin.toml").write_text("second_review_harms = []\n")
    assert second_review(load_settings({}, home=tmp_path)).severe == frozenset()


def test_types_are_named(tmp_path: Path) -> None:
    env = {"MINHTIN_SECOND_REVIEW_HARMS": "scam, panic"}
    found = second_review(load_settings(env, home=tmp_path))
    assert found.severe == {Harm.SCAM, Harm.PANIC}


@pytest.mark.parametrize(
    "env",
    [
        {"MINHTIN_SECOND_REVIEW_HARMS": "panik"},
        {"MINHTIN_SECOND_REVIEW_SHARE": "1.5"},
        {"MINHTIN_SECOND_REVIEW_SHARE": "nan"},
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="second_review"):
        second_review(load_settings(env, home=tmp_path))
