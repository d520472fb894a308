import json
from pathlib import Path

import pytest

from classifier.artefact import FILES, load, save
from classifier.linear import LinearClassifier
from classifier.model import Model
from classifier.port import Subject
from domain.errors import ConfigurationError

SUBJECTS = [Subject(text="gửi mã otp"), Subject(text="tao đập chết mày")]


@pytest.fixture
def folder(tmp_path: Path, model: Model) -> Path:
    save(tmp_path / "model", model, "# card\n")
    return tmp_path / "model"


def test_a_saved_model_judges_as_before(folder: Path, judge: LinearClassifier) -> None:
    loaded = load(folder)
    assert loaded.version == judge.version
    assert loaded.judge(SUBJECTS) == judge.judge(SUBJECTS)


def test_saving_again_leaves_a_hard_linked_copy_alone(
    folder: Path, model: Model, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.md"
    copy.hardlink_to(folder / "card.md")
    save(folder, model, "# another\n")
    assert copy.read_text() == "# card\n"
    assert (folder / "card.md").read_text() == "# another\n"


def test_the_folder_holds_no_pickle(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {*FILES, "SHA256SUMS"}
    assert b"pickle" not in (folder / "model.npz").read_bytes()


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "nothing")
    assert "minhtin train" in caught.value.hint


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ConfigurationError, match="checksum"):
        load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ConfigurationError):
        load(folder)


def test_a_model_of_another_format_is_refused(folder: Path) -> None:
    import hashlib

    path = folder / "model.json"
    head = json.loads(path.read_text()) | {"format": 0}
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(json.dumps(head))
    sums = folder / "SHA256SUMS"
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    sums.write_text(sums.read_text().replace(before, after))
    with pytest.raises(ConfigurationError, match="another version"):
        load(folder)
