"""The registry: pointers move whole, in turns, and history says who moved them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.errors import ConfigurationError, ConflictError, NotFoundError
from jobs.learning.registry import Change, Entry, ModelRegistry, Models, former_of
from learning_office import NOW


def entry(change, version, why=""):
    return Entry(at=NOW, by="cli", change=change, version=version, why=why)


@pytest.fixture
def registry(tmp_path):
    return ModelRegistry(tmp_path / "models")


def candidate(registry, version):
    draft = registry.draft()
    (draft / "model.json").write_text(version)
    registry.put_candidate(draft, entry(Change.CANDIDATE, version))


def install(registry, tmp_path, version="v0"):
    folder = tmp_path / "installed"
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(version)
    registry.install(folder, version, entry(Change.INSTALLED, version))


def test_an_empty_registry_names_no_model(registry):
    assert registry.read() == Models()
    assert registry.read().live == ""
    assert registry.versions() == []


def test_promote_and_roll_back_move_the_pointer_and_are_noted(registry, tmp_path):
    install(registry, tmp_path)
    candidate(registry, "v1")
    assert (registry.read().live, registry.read().candidate) == ("v0", "v1")
    registry.promote(entry(Change.PROMOTED, "v1", "tốt hơn"))
    assert (registry.read().live, registry.read().candidate) == ("v1", "")
    registry.roll_back(entry(Change.ROLLED_BACK, "v0"))
    models = registry.read()
    assert models.live == "v0"
    assert [(e.change, e.version, e.former) for e in models.history] == [
        ("installed", "v0", ""),
        ("candidate", "v1", ""),
        ("promoted", "v1", "v0"),
        ("rolled_back", "v0", "v1"),
    ]
    assert models.history[2].why == "tốt hơn"
    assert sorted(registry.versions()) == ["v0", "v1"]


def test_going_back_ends_at_the_installed_model(registry, tmp_path):
    install(registry, tmp_path)
    assert former_of(registry.read()) == ""
    with pytest.raises(ConflictError):
        registry.roll_back(entry(Change.ROLLED_BACK, ""))


def test_only_the_present_candidate_is_promoted_or_dropped(registry, tmp_path):
    install(registry, tmp_path)
    candidate(registry, "v1")
    candidate(registry, "v2")
    for act in (registry.promote, registry.drop_candidate):
        with pytest.raises(ConflictError):
            act(entry(Change.PROMOTED, "v1"))
    registry.drop_candidate(entry(Change.DROPPED, "v2"))
    assert registry.read().candidate == ""


def test_the_live_model_is_no_candidate(registry, tmp_path):
    install(registry, tmp_path)
    with pytest.raises(ConflictError):
        candidate(registry, "v0")
    assert (registry.folder("v0") / "model.json").read_text() == "v0"


def test_a_second_install_changes_nothing(registry, tmp_path):
    install(registry, tmp_path)
    install(registry, tmp_path, "v9")
    assert registry.read().lives == ("v0",)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", ".draft-1", "missing", "a/b"])
def test_a_name_that_is_no_version_is_not_found(registry, tmp_path, name):
    install(registry, tmp_path)
    with pytest.raises(NotFoundError):
        registry.folder(name)


def test_a_broken_file_stops_with_what_mends_it(registry):
    registry.root.mkdir()
    registry.file.write_text("{")
    with pytest.raises(ConfigurationError, match="backup"):
        registry.read()


def test_many_writers_lose_no_change_and_readers_see_whole_states(registry, tmp_path):
    install(registry, tmp_path)

    def work(number):
        candidate(registry, f"c{number}")
        json.loads(registry.file.read_bytes())
        return registry.read()

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(work, range(24)))
    assert all(state.live == "v0" for state in states)
    made = {e.version for e in registry.read().history if e.change is Change.CANDIDATE}
    assert made == {f"c{n}" for n in range(24)}
