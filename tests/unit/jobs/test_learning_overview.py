"""What the page on models is given."""

import pytest

from e2e.model_world import CANDIDATE, LIVE, WORSE, add_candidate, model_room
from jobs.learning.acts import ModelDesk
from jobs.learning.overview import ModelRoom
from jobs.learning.registry import ModelRegistry
from jobs.learning.shadow import ShadowBook
from learning_office import Office


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


@pytest.fixture
def room(tmp_path, office):
    return model_room(tmp_path, office.log, office.casework)


def test_before_the_first_candidate_the_installed_model_is_named(tmp_path, office):
    registry = ModelRegistry(tmp_path / "models")
    found = ModelRoom(
        registry=registry,
        shadow=ShadowBook(registry, office.log),
        verdicts=office.casework,
        version=lambda: "linear-2-shipped",
    ).overview()
    assert (found.version, found.former, found.fit) == ("linear-2-shipped", "", False)
    assert found.measured == ()
    assert found.shadow is None


def test_the_live_model_is_shown_by_its_newest_figures(room, office):
    found = room.overview()
    assert found.fit
    assert found.measured[0].figure.value == 0.02
    desk = ModelDesk(
        registry=room.registry, casework=office.casework, clock=office.clock, check=str
    )
    desk.promote("cli")
    found = room.overview()
    assert (found.version, found.former) == (CANDIDATE, LIVE)
    assert found.measured[0].figure.value == 0.0133
    assert found.training.reviews == 248


def test_a_worse_candidate_or_one_measured_beside_another_is_not_fit(room, office):
    add_candidate(room.registry, WORSE, 0.05)
    assert not room.overview().fit
    add_candidate(room.registry, CANDIDATE, 0.01)
    ModelDesk(
        registry=room.registry, casework=office.casework, clock=office.clock, check=str
    ).promote("cli")
    add_candidate(room.registry, WORSE, 0.01)
    assert not room.overview().fit
