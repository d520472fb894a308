"""`train --data` and `evaluate --data` as a script sees them."""

import json
import random

import pytest
from typer.testing import CliRunner

from cli.main import app

WORDS = ("đường", "xe", "chợ", "mưa", "nắng", "trường", "lúa", "nhà", "sông", "núi")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    chance = random.Random(3)
    path = tmp_path_factory.mktemp("data") / "a.csv"
    rows = [
        f'"{" ".join(chance.sample(WORDS, 5))} {"ngu dốt" if n % 3 else "cảm ơn"}",'
        f"{int(n % 3 > 0)},báo"
        for n in range(120)
    ]
    path.write_text("\ufeffbình luận,nhãn,báo\n" + "\n".join(rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def model(data):
    folder = data.parent / "model"
    done = run("train", "--data", data, *COLUMNS, "--out", folder)
    assert done.exit_code == 0, done.output
    assert str(folder) in done.stdout
    assert "macro-F1 on held-out folds: 1.000" in done.stderr
    return folder


COLUMNS = ("--text", "bình luận", "--label", "nhãn")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_evaluate_prints_one_object(model, data) -> None:
    done = run("evaluate", "--model", model, "--data", data, *COLUMNS, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["macro_f1"] == said["accuracy"] == 1.0
    assert set(said["labels"]["1"]) >= {"precision", "recall", "f1", "support"}
    assert said["labels"]["1"]["support"] == 80


def test_texts_trained_on_are_told(model, data, tmp_path) -> None:
    call = ("evaluate", "--model", model, *COLUMNS)
    done = run(*call, "--data", data, "--json")
    assert json.loads(done.stdout)["trained_on"] == 120
    assert "120 of the 120 texts are among those" in done.stderr
    page = run(*call, "--data", data).stdout
    assert "the figures flatter it" in page
    assert "who reads each day's 50 likeliest" in page
    fresh = tmp_path / "fresh.csv"
    fresh.write_text("bình luận,nhãn\nquá ngu dốt,1\nxin cảm ơn,0\n", "utf-8")
    done = run(*call, "--data", fresh, "--json")
    assert json.loads(done.stdout)["trained_on"] == 0
    assert "flatter" not in done.stderr


def test_evaluate_writes_a_report(model, data, tmp_path) -> None:
    pytest.importorskip("vl_convert")
    out = tmp_path / "report"
    done = run(
        *("evaluate", "--model", model, "--data", data, *COLUMNS),
        *("--source", "báo", "--out", out),
    )
    assert done.exit_code == 0, done.output
    page = (out / "report.md").read_text("utf-8")
    assert "## By source" in page
    assert "reliability.svg" in page
    assert json.loads((out / "report.json").read_text("utf-8"))["texts"] == 120
    assert (out / "reliability.svg").is_file()


def test_labels_are_renamed(model, data, tmp_path) -> None:
    other = tmp_path / "b.jsonl"
    other.write_text('{"t": "ngu dốt", "l": "xấu"}\n', "utf-8")
    call = ("evaluate", "--model", model, "--data", other, "--text", "t")
    done = run(*call, "--label", "l", "--json", "--map", "xấu=1")
    assert json.loads(done.stdout)["accuracy"] == 1.0
    done = run(*call, "--label", "l")
    assert done.exit_code == 2
    assert "knows no label “xấu”" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--text", "không có", "--label", "nhãn"), "no column “không có”"),
        (("--text", "bình luận", "--label", "báo"), "same label"),
        (("--text", "bình luận"), "--data needs --text and --label"),
    ],
)
def test_a_wrong_call_is_explained(data, tmp_path, arguments, words) -> None:
    done = run("train", "--data", data, *arguments, "--out", tmp_path / "m")
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "m").exists()


def test_an_empty_file_is_called_empty(tmp_path) -> None:
    nothing = tmp_path / "nothing.csv"
    nothing.touch()
    done = run("train", "--data", nothing, *COLUMNS, "--out", tmp_path / "m")
    assert done.exit_code == 2
    assert "nothing.csv is empty. Its first line names the columns." in done.stderr


@pytest.mark.parametrize("name", ["none", "void"])
def test_a_wrong_model_folder_is_not_told_to_train_the_office_anew(
    data, tmp_path, name
) -> None:
    (tmp_path / "void").mkdir()
    folder = tmp_path / name
    for call in (("--data", data, *COLUMNS), ()):
        done = run("evaluate", "--model", folder, *call)
        assert done.exit_code == 2
        assert f"There is no model in {folder}. --model names" in done.stderr


def test_the_folder_must_be_named(data) -> None:
    assert "--data needs --out" in run("train", "--data", data, *COLUMNS).stderr
    assert "--data needs --model" in run("evaluate", "--data", data, *COLUMNS).stderr


@pytest.mark.parametrize("name", ["model.json", "letter.txt", "task.json"])
def test_a_folder_with_other_files_is_left_as_it_was(data, tmp_path, name) -> None:
    for kept in (name, "SHA256SUMS", "card.md"):
        (tmp_path / kept).write_text("kept", "utf-8")
    done = run("train", "--data", data, *COLUMNS, "--out", tmp_path)
    assert done.exit_code == 3
    assert "Name a new folder" in done.stderr
    assert {path.read_text("utf-8") for path in tmp_path.iterdir()} == {"kept"}


def test_a_file_in_place_of_the_folder_is_named(data, tmp_path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("kept", "utf-8")
    done = run("train", "--data", data, *COLUMNS, "--out", taken)
    assert done.exit_code == 3
    assert "is a file" in done.stderr


def test_a_report_that_cannot_be_written_is_told(data, model, tmp_path) -> None:
    (tmp_path / "report.md").mkdir()
    call = ("--model", model, "--data", data, *COLUMNS, "--out", tmp_path)
    done = run("evaluate", *call)
    assert done.exit_code == 3
    assert f"The report cannot be written in {tmp_path}" in done.stderr


def test_a_task_is_not_measured_without_a_file(model) -> None:
    done = run("evaluate", "--model", model)
    assert done.exit_code == 3
    assert "holds a task's model" in done.stderr
    assert "Add --data" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", *COLUMNS),
        ("train", "--map", "a=b"),
        ("train", "--from-reviews", "--title", "t"),
        ("evaluate", "--source", "báo"),
        ("evaluate", "--out", "report"),
    ],
)
def test_options_of_a_file_need_the_file(arguments) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert "add --data" in done.stderr


@pytest.mark.parametrize("below", ["", "report"])
def test_a_report_needs_a_folder(model, data, below) -> None:
    done = run(
        *("evaluate", "--model", model, "--data", data, *COLUMNS),
        *("--out", data / below),
    )
    assert done.exit_code == 3
    assert "There can be no folder" in done.stderr
