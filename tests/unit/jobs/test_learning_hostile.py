"""The registry under kills, races and files that a stranger wrote."""

import os
import random
import signal
import time
from multiprocessing import get_context

import pytest

from domain.errors import ConflictError, ForbiddenError, NotFoundError
from jobs.learning.acts import ModelDesk
from jobs.learning.recall import RecallBook
from jobs.learning.records import read_comparison, read_training
from jobs.learning.registry import Change, Entry, ModelRegistry
from jobs.learning.shadow import ShadowBook, Tally
from learning_office import NOW, Office

NAMES = ("v0", "v1", "v2")


def entry(change, version, by="cli"):
    return Entry(at=NOW, by=by, change=change, version=version)


def draft(registry, version):
    made = registry.draft()
    (made / "model.json").write_text(version)
    (made / "shadow.json").write_text("{}")
    return made


def put(registry, version):
    registry.put_candidate(draft(registry, version), entry(Change.CANDIDATE, version))


def install(registry, tmp_path, version="v0"):
    folder = tmp_path / "installed"
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(version)
    registry.install(folder, version, entry(Change.INSTALLED, version))


@pytest.fixture
def registry(tmp_path):
    made = ModelRegistry(tmp_path / "models")
    install(made, tmp_path)
    return made


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def _work(root):
    """Train, promote and go back for ever, always the same three versions."""
    registry = ModelRegistry(root)
    random.seed(os.getpid())
    while True:
        models = registry.read()
        version = random.choice([name for name in NAMES if name != models.live])
        put(registry, version)
        registry.promote(entry(Change.PROMOTED, version))
        if random.random() < 0.5:
            registry.roll_back(entry(Change.ROLLED_BACK, models.live))


def test_killed_at_any_moment_a_whole_model_is_live(registry):
    """Real processes, real SIGKILL, at random moments of train, promote, roll back."""
    fork = get_context("fork")
    random.seed(8)
    for _ in range(25):
        before = len(registry.read().history)
        worker = fork.Process(target=_work, args=(registry.root,))
        worker.start()
        deadline = time.monotonic() + 20
        while len(registry.read().history) == before and time.monotonic() < deadline:
            pass
        worker.join(random.random() / 50)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        models = registry.read()
        assert models.live in NAMES
        for version in filter(None, (*models.lives, models.candidate)):
            assert (registry.folder(version) / "model.json").read_text() == version
    put(registry, "v9")
    registry.promote(entry(Change.PROMOTED, "v9"))
    assert registry.read().live == "v9"


def test_a_kill_between_the_renames_leaves_the_version_readable(registry, monkeypatch):
    made = draft(registry, "v0")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(made), "replace", die)
    with pytest.raises(KeyboardInterrupt):
        registry._keep(made, "v0")
    monkeypatch.undo()
    assert (registry.folder("v0") / "model.json").read_text() == "v0"


def test_a_second_training_leaves_the_live_folder_alone(registry, tmp_path):
    inode = registry.folder("v0").stat().st_ino
    install(registry, tmp_path)
    assert registry.folder("v0").stat().st_ino == inode
    assert not list(registry.root.glob("versions/.draft-*"))


@pytest.mark.parametrize(
    "version",
    ["", ".", "..", "../x", "/etc", "a/b", ".draft-1", "v\0", "v" * 300, "v\n"],
)
def test_a_version_never_leads_out_of_its_folder(registry, version):
    kept = registry.root.parent / "x"
    kept.mkdir()
    with pytest.raises(NotFoundError):
        registry.folder(version)
    with pytest.raises(NotFoundError):
        put(registry, version)
    assert kept.exists()
    assert registry.versions() == ["v0"]


def test_drafts_of_killed_trainings_go_and_new_ones_are_as_open_as_the_rest(registry):
    old, young = draft(registry, "a"), draft(registry, "b")
    os.utime(old, (1, 1))
    made = registry.draft()
    assert not old.exists()
    assert young.exists()
    assert made.stat().st_mode == made.parent.stat().st_mode


def test_promote_is_refused_when_another_model_went_live_meanwhile(registry):
    put(registry, "v1")
    registry.promote(entry(Change.PROMOTED, "v1"), beside="v0")
    put(registry, "v2")
    registry.roll_back(entry(Change.ROLLED_BACK, "v0"))
    with pytest.raises(ConflictError, match="compared with v1; live is v0"):
        registry.promote(entry(Change.PROMOTED, "v2"), beside="v1")
    assert registry.read().live == "v0"


def test_going_back_to_a_folder_that_is_gone_or_damaged_leaves_all(registry, office):
    put(registry, "v1")
    registry.promote(entry(Change.PROMOTED, "v1"))

    def check(folder):
        if (folder / "model.json").read_text() != folder.name:
            raise ConflictError("damaged")

    desk = ModelDesk(
        registry=registry, casework=office.casework, clock=office.clock, check=check
    )
    (registry.folder("v0") / "model.json").write_text("x")
    with pytest.raises(ConflictError, match="damaged"):
        desk.roll_back("cli")
    (registry.folder("v0") / "model.json").unlink()
    registry.folder("v0").joinpath("shadow.json").unlink(missing_ok=True)
    registry.folder("v0").rmdir()
    with pytest.raises(NotFoundError):
        desk.roll_back("cli")
    assert registry.read().live == "v1"
    assert not [row for row in office.casework.audit() if row.act.startswith("model.")]


def test_a_candidate_whose_folder_is_gone_can_be_dropped(registry, office):
    put(registry, "v1")
    for path in registry.folder("v1").iterdir():
        path.unlink()
    registry.folder("v1").rmdir()
    desk = ModelDesk(
        registry=registry, casework=office.casework, clock=office.clock, check=str
    )
    with pytest.raises(ForbiddenError):
        desk.drop(office.people["an"].id)
    assert desk.drop("cli") == "v1"


RUBBISH = [b"", b"{", b"null", b"[]", b"\xff", b'{"candidate": 7}', b"[" * 50_000]


@pytest.mark.parametrize("content", RUBBISH)
def test_records_that_are_rubbish_are_none(registry, content, office):
    put(registry, "v1")
    folder = registry.folder("v1")
    for name in ("training.json", "comparison.json", "shadow.json"):
        (folder / name).write_bytes(content)
    (registry.root / "recall.json").write_bytes(content)
    assert read_training(folder) is None
    assert read_comparison(folder) is None
    assert RecallBook(registry).read() is None
    book = ShadowBook(registry, office.log)
    assert book.read() == Tally(candidate="v1")
    assert book.keep(NOW).compared == 0


def test_a_tally_of_another_candidate_is_not_taken(registry, office):
    put(registry, "v1")
    folder = registry.folder("v1")
    folder.joinpath("shadow.json").write_text('{"candidate": "v7", "compared": 99}')
    assert ShadowBook(registry, office.log).read() == Tally(candidate="v1")
