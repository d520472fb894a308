"""Model folders that a stranger, an older program or a failing disk wrote."""

import io
import json
import os
import resource
import shutil
import signal
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from classifier.artefact import FILES, load, save
from classifier.folder import present, seal
from classifier.model import Model
from classifier.port import Subject
from cli.main import app
from domain.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path, model: Model) -> Path:
    save(tmp_path / "model", model, "# card\n")
    return tmp_path / "model"


def _head(**changes: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / "model.json"
        head = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**head, **changes}), encoding="utf-8")

    return write


def _arrays(**changes: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        with np.load(folder / "model.npz") as found:
            arrays = {name: found[name] for name in found.files}
        np.savez(folder / "model.npz", **{**arrays, **changes})

    return write


def _file(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


_LARGEST = 4_000_000


class _Trap:
    """Unpickled, it would make a file in the present folder."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, ("trapped",)


def _zeros(folder: Path) -> None:
    """Say eight terabytes in a file of some hundred bytes."""
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        made, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )
    with zipfile.ZipFile(folder / "model.npz", "w") as archive:
        for name in ("idf", "weights", "bias"):
            archive.writestr(f"{name}.npy", made.getvalue())


def _bomb(folder: Path) -> None:
    packed = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(folder / "model.npz", "w", packed, compresslevel=1) as archive:
        archive.writestr("idf.npy", bytes(_LARGEST + 1))


HOSTILE: Mapping[str, Callable[[Path], None]] = {
    "no zip": _file("model.npz", b"PK\3\4 nothing"),
    "cut zip": lambda f: _file("model.npz", (f / "model.npz").read_bytes()[:300])(f),
    "bare array": _file("model.npz", b"\x93NUMPY\1\0v\0{'descr': '<f8'}"),
    "text": _file("model.npz", "mô hình".encode()),
    "pickle": _arrays(idf=np.array([_Trap()], dtype=object)),
    "eight terabytes": _zeros,
    "a bomb": _bomb,
    "words for numbers": _arrays(idf=np.array(["a", "b"])),
    "other shape": _arrays(bias=np.zeros((3, 3))),
    "no numbers": _arrays(bias=np.full(50, np.nan)),
    "a list": _file("model.json", b"[]"),
    "a number": _file("model.json", b"7"),
    "null": _file("model.json", b"null"),
    "no text": _file("model.json", b"\xff\xfe\0"),
    "deep": _file("model.json", b"[" * 100_000),
    "older": _head(format=1),
    "newer": _head(format="4"),
    "no columns": _head(columns=None),
    "columns of lists": _head(columns={"w": [[]], "c": [[]], "x": [[]]}),
    "sigmoids of words": _head(sigmoids={"scam": "xy"}),
    "a missing threshold": _head(thresholds={}),
    "no threshold": _head(thresholds=None),
    "a blind threshold": _head(thresholds={"scam": float("nan")}),
    "sharpness of words": _head(sharpness={"topic": "a", "stance": "b"}),
    "strange": _head(strange_from={}),
    "a version that climbs": _head(version="../../../etc"),
    "a version that hides": _head(version=".draft"),
    "a version with markup": _head(version="<b>"),
    "no version": _head(version=None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_in_words(
    folder: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("classifier.folder.LARGEST", _LARGEST)
    HOSTILE[name](folder)
    seal(folder, FILES)
    with pytest.raises(ConfigurationError) as caught:
        load(folder)
    assert caught.value.hint
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("sums", [b"", b"\xff\xff", b"a\n" * 100_000, b"x  model.npz"])
def test_checksums_that_are_none_are_refused(folder: Path, sums: bytes) -> None:
    (folder / "SHA256SUMS").write_bytes(sums)
    with pytest.raises(ConfigurationError):
        load(folder)


def test_a_file_without_end_is_not_read(folder: Path) -> None:
    with (folder / "model.npz").open("wb") as file:
        file.truncate(1 << 42)
    with pytest.raises(ConfigurationError, match="larger"):
        load(folder)


def test_pipes_and_devices_in_place_of_files_are_refused(folder: Path) -> None:
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    with pytest.raises(ConfigurationError):
        load(folder)
    (folder / "model.npz").unlink()
    (folder / "model.npz").symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError):
        load(folder)


def test_a_save_killed_at_any_step_leaves_a_whole_model(
    folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(folder).model.bias.tolist()
    changed = np.full_like(model.bias, -2.0)
    for step in range(40):
        monkeypatch.undo()
        _die_at(step, monkeypatch)
        try:
            save(folder, _with_bias(model, changed), "# new\n")
        except _KilledError:
            monkeypatch.undo()
            assert load(folder).model.bias.tolist() in [before, changed.tolist()]
        else:
            break
    else:
        pytest.fail("It never came to an end.")
    assert load(folder).model.bias.tolist() == changed.tolist()
    assert {path.name for path in folder.iterdir()} == {*FILES, "SHA256SUMS"}
    assert present(folder) == folder


class _KilledError(BaseException):
    """A kill, as a test can bear it."""


def _die_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the step-th change in the file system be the last."""
    left = [step]

    def dying(change: Callable[..., object]) -> Callable[..., object]:
        def changed(*args: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise _KilledError
            return change(*args, **named)

        return changed

    for name in ("unlink", "mkdir", "rmdir", "replace", "rename", "write_text"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    monkeypatch.setattr(shutil, "copyfile", dying(shutil.copyfile))
    monkeypatch.setattr(np, "savez_compressed", dying(np.savez_compressed))


def _with_bias(model: Model, bias: Any) -> Model:

    return replace(model, bias=bias)


def test_a_full_disk_leaves_the_model_as_it_was(folder: Path, model: Model) -> None:
    before = load(folder).judge([Subject(text="gửi mã otp")], explain=False)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            save(folder, model, "# new\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, hard)
        signal.signal(signal.SIGXFSZ, handler)
    assert load(folder).judge([Subject(text="gửi mã otp")], explain=False) == before


def test_training_into_a_folder_of_others_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("công văn", encoding="utf-8")
    done = CliRunner().invoke(app, ["train", "--out", str(tmp_path)])
    assert done.exit_code == 3
    assert "other files" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
