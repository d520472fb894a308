"""A process takes over what people choose, without a restart."""

import pytest
from structlog.testing import capture_logs

from domain.errors import ConfigurationError
from jobs.learning.registry import Change, Entry, ModelRegistry
from learning_office import NOW
from wiring.models import PresentModels


class Loaded:
    def __init__(self, folder):
        try:
            self.version = (folder / "model.json").read_text()
        except OSError as error:
            raise ConfigurationError("damaged") from error


@pytest.fixture
def registry(tmp_path):
    return ModelRegistry(tmp_path / "models")


@pytest.fixture
def models(registry, tmp_path):
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "model.json").write_text("v0")

    def live():
        version = registry.read().live
        return registry.folder(version) if version else installed

    return PresentModels(registry, live, Loaded)


def entry(change, version):
    return Entry(at=NOW, by="cli", change=change, version=version)


def candidate(registry, version="v1"):
    draft = registry.draft()
    (draft / "model.json").write_text(version)
    registry.put_candidate(draft, entry(Change.CANDIDATE, version))


def test_the_installed_model_is_live_until_somebody_chooses(models):
    assert models().live.version == "v0"
    assert models().candidate is None


def test_a_candidate_and_its_promotion_are_noticed(models, registry):
    candidate(registry)
    assert models().candidate.version == "v1"
    registry.promote(entry(Change.PROMOTED, "v1"))
    with capture_logs() as logs:
        beside = models()
    assert beside.live.version == "v1"
    assert beside.candidate is None
    assert [line["event"] for line in logs] == ["models_changed"]


def test_nothing_is_read_again_without_a_change(models, registry):
    candidate(registry)
    assert models() is models()


def test_a_damaged_choice_leaves_the_model_at_hand(models, registry):
    candidate(registry)
    assert models().candidate.version == "v1"
    (registry.folder("v1") / "model.json").unlink()
    registry.promote(entry(Change.PROMOTED, "v1"))
    with capture_logs() as logs:
        assert models().live.version == "v0"
        assert models().live.version == "v0"
    assert [line["event"] for line in logs] == ["model_unreadable"]


def test_a_damaged_candidate_stops_nothing(models, registry):
    draft = registry.draft()
    registry.put_candidate(draft, entry(Change.CANDIDATE, "v1"))
    with capture_logs() as logs:
        assert models().candidate is None
    assert logs[0]["event"] == "candidate_unreadable"
    assert models().live.version == "v0"
