"""A task is learnt, kept, read back, explained in the original and measured."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.fitting import fit_softmax
from classifier.folder import seal
from classifier.tasks.artefact import FILES, load_task, save_task
from classifier.tasks.blocks import View, read
from classifier.tasks.charts import write_charts
from classifier.tasks.measuring import length_of, measure, register_of
from classifier.tasks.model import Calibration
from classifier.tasks.report import task_card, task_markdown
from classifier.tasks.table import Example, Table
from classifier.tasks.training import FEWEST, train_task
from domain.errors import ConfigurationError, QuarantineError

GOOD = ("cảm ơn", "rất hay", "bổ ích", "đồng ý", "tuyệt vời", "chúc mừng")
BAD = ("đồ ngu", "thằng điên", "câm mồm", "lũ khốn", "mặt dày", "óc chó")
FILLER = (
    *("hôm nay", "trời mưa", "con đường", "bài báo", "ông chủ", "xe khách", "cái nhà"),
    *("ngoài chợ", "mùa lúa", "đi học", "quyển sách", "buổi sáng", "món ăn", "bạn bè"),
)


def made(count, seed):
    """Return texts of filler with one telling word; a third of them bad."""
    chance = random.Random(seed)
    examples = []
    for row in range(1, count + 1):
        bad = chance.random() < 1 / 3
        words = chance.sample(FILLER, chance.randint(3, 9))
        words.insert(chance.randint(0, 3), chance.choice(BAD if bad else GOOD))
        examples.append(
            Example(
                row=row,
                text=" ".join(words),
                label="bad" if bad else "good",
                source=chance.choice(("x", "y")),
                time=f"2026-01-{1 + row % 3:02}",
            )
        )
    return examples


@pytest.fixture(scope="module")
def trained():
    return train_task(made(240, 1))


@pytest.fixture(scope="module")
def model(trained):
    return trained[0]


@pytest.fixture(scope="module")
def held():
    return Table(made(120, 2), 0, 0)


def said_of(model, table):
    return model.judge([example.text for example in table.examples])


def test_it_learns(model, held) -> None:
    assert measure(model.version, held, said_of(model, held)).macro_f1 > 0.95


def test_training_again_gives_the_same_model(trained) -> None:
    again, report = train_task(made(240, 1))
    assert again.version == trained[0].version
    assert report.held_out_macro_f1 == trained[1].held_out_macro_f1
    assert report.labels == {"bad": 75, "good": 165}


def test_three_labels() -> None:
    rows = [
        replace(e, text=f"{e.text} giá bao nhiêu", label="ask") if n % 3 == 0 else e
        for n, e in enumerate(made(240, 3))
    ]
    model, report = train_task(rows)
    assert list(model.labels) == ["ask", "bad", "good"]
    assert report.held_out_macro_f1 > 0.9
    (said,) = model.judge(["xe khách giá bao nhiêu"])
    assert said.label == "ask"
    assert sum(said.probabilities.values()) == pytest.approx(1.0)


def test_the_folder_gives_the_same_answers(model, trained, held, tmp_path) -> None:
    save_task(tmp_path, model, task_card(trained[1], model))
    assert said_of(load_task(tmp_path), held) == said_of(model, held)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json", ".md", ""}
    stored = (tmp_path / "task.json").read_text("utf-8")
    assert "ngu" not in stored
    with np.load(tmp_path / "task.npz", allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "fu" for array in arrays.values())


def test_a_damaged_or_foreign_folder_is_refused(model, tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="no trained model"):
        load_task(tmp_path)
    save_task(tmp_path, model, "card")
    head = json.loads((tmp_path / "task.json").read_text("utf-8"))
    (tmp_path / "task.json").write_text(json.dumps({**head, "format": "task-0"}))
    with pytest.raises(ConfigurationError, match="checksum"):
        load_task(tmp_path)
    seal(tmp_path, ("task.npz", "task.json", "card.md"))
    with pytest.raises(ConfigurationError, match="another version"):
        load_task(tmp_path)
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="office's own model"):
        load_task(tmp_path)


def test_a_task_replaces_a_task_and_nothing_else(model, tmp_path) -> None:
    folder = tmp_path / "m"
    save_task(folder, model, "first")
    save_task(folder, model, "second")
    assert (folder / "card.md").read_text("utf-8") == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    (folder / "task.json").write_text('{"format": "ours"}', "utf-8")
    with pytest.raises(ConfigurationError, match="other files"):
        save_task(folder, model, "third")
    assert (folder / "card.md").read_text("utf-8") == "second"


@pytest.mark.parametrize("renames", [0, 1])
def test_a_kill_leaves_the_old_model(model, tmp_path, monkeypatch, renames) -> None:
    folder = tmp_path / "m"
    save_task(folder, model, "first")
    left, rename = [renames], Path.rename

    def killed(path, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return rename(path, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "rename", killed)
        save_task(folder, model, "second")
    assert load_task(folder).version == model.version
    save_task(folder, model, "third")
    assert (folder / "card.md").read_text("utf-8") == "third"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_folder_below_a_file_is_refused(model, tmp_path) -> None:
    (tmp_path / "a").write_text("kept", "utf-8")
    with pytest.raises(ConfigurationError, match="is a file"):
        save_task(tmp_path / "a" / "b", model, "card")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([e for e in made(60, 1) if e.label == "bad"], "same label"),
        ([*made(60, 1), Example(row=0, text="a", label="rare")], "learn “rare”"),
        ([replace(e, text=" ") for e in made(60, 1)], "same label"),
    ],
)
def test_what_cannot_be_learnt_is_refused(rows, words) -> None:
    with pytest.raises(QuarantineError, match=words):
        train_task(rows)
    assert FEWEST > 1


def test_empty_and_odd_texts_are_judged(model) -> None:
    said = model.judge(["", "   ", "😀", "\ud800", "a" * 20_000, "İstanbul"])
    assert len(said) == 6
    assert model.judge([]) == []


def test_what_is_like_nothing_seen_goes_to_a_person(model, held) -> None:
    foreign = ["Quarterly shipments of hydraulic pumps exceeded forecasts", "漢字"]
    assert all(one.strange for one in model.judge(foreign))
    usual = said_of(model, held)
    assert sum(one.strange for one in usual) < 0.05 * len(usual)


@pytest.mark.parametrize(
    "text", ["Bài báo   này,  ĐỒ NGUUUU!", "bài báo này, đồ n.g.u", "ba\u0300i đồ ngu"]
)
def test_reasons_point_into_the_original(model, text) -> None:
    why = model.why(read(text), model.labels.index("bad"))
    assert why
    for term in why:
        assert term.spans
        for start, end in term.spans:
            assert text[start:end].lower() == term.term
    insult = sum(t.weight for t in why if t.term in {"đồ", "ngu", "nguuuu", "n", "g"})
    assert insult > 0


def test_reasons_carry_a_sign(model) -> None:
    bad = model.labels.index("bad")
    for_bad = {t.term: t.weight for t in model.why(read("cảm ơn đồ ngu"), bad)}
    assert for_bad["ngu"] > 0 > for_bad["ơn"]


def test_removing_the_top_words_lowers_the_score_more_than_others(model, held) -> None:
    """Faithfulness: what is shown as the reason is what moved the score."""
    chance = random.Random(5)
    bad = model.labels.index("bad")
    texts = [e.text for e in held.examples if e.label == "bad"]
    top, other = [], []
    for text in texts:
        why = [t for t in model.why(read(text), bad) if t.weight > 0][:2]
        gone = {t.term for t in why}
        words = text.split()
        some = set(chance.sample(sorted(set(words)), len(gone)))
        top.append(" ".join(w for w in words if w.lower() not in gone))
        other.append(" ".join(w for w in words if w not in some))
    before, after, control = (
        model.scores([read(text) for text in version])[0][:, bad]
        for version in (texts, top, other)
    )
    assert (before - after).mean() > 3 * (before - control).mean()
    assert (after < before).mean() > 0.95


def test_the_report_says_everything(model, held, tmp_path) -> None:
    said = said_of(model, held)
    figures = measure(model.version, held, said)
    assert set(figures.slices) == {"length", "register", "source", "time"}
    assert sum(part.texts for part in figures.slices["time"].values()) == 120
    assert figures.days == 3
    assert figures.macro_f1_interval[0] <= figures.macro_f1
    bad = figures.labels["bad"]
    assert bad.recall_at["50"] == bad.most_at["50"] == 1.0
    pytest.importorskip("vl_convert")
    charts = write_charts(tmp_path, figures, held.examples, said)
    for name in charts:
        assert (tmp_path / name).read_text("utf-8").startswith("<svg")
    page = task_markdown(figures, charts)
    for words in ("## By register", "PR-AUC", "found in 200 a day", "confusion.svg"):
        assert words in page


def test_errors_are_shown_surest_first_and_tables_stay_whole(model) -> None:
    rows = [
        Example(row=1, text="cảm ơn | rất hay", label="bad"),
        Example(row=2, text="đồ ngu", label="bad"),
        Example(row=3, text="trời mưa", label="bad"),
    ]
    figures = measure("m", Table(rows, 2, 0), said_of(model, Table(rows, 0, 0)))
    odds = [error.probability for error in figures.errors]
    assert odds == sorted(odds, reverse=True)
    assert figures.errors[0].row == 1
    assert "cảm ơn \\| rất hay" in task_markdown(figures)


def test_errors_are_masked_and_markup_is_shown_as_written(model) -> None:
    text = "cảm ơn, gọi 0912345678 <script>alert(1)</script> [x](http://y) *z* \x1b[2J"
    table = Table([Example(row=1, text=text, label="bad")], 0, 0, 1)
    figures = measure("m", table, said_of(model, table))
    page = task_markdown(figures)
    assert "0912345678" not in page + figures.errors[0].text
    assert "1 cut at" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\[x\\](http://y) \\*z\\*" in page
    assert "\x1b" not in page


@pytest.mark.parametrize("labels", [2, 3])
def test_few_texts_never_turn_probabilities_upside_down(labels) -> None:
    """Labels that the words do not tell: held-out scores point away from the truth."""
    chance = random.Random(5)
    rows = [
        Example(row=n, text=" ".join(chance.sample(FILLER, 6)), label=f"l{n % labels}")
        for n in range(8 * labels)
    ]
    model, _ = train_task(rows)
    said = model.judge([row.text for row in rows])
    for name in model.labels:
        truth = np.asarray([row.label == name for row in rows])
        odds = np.asarray([one.probabilities[name] for one in said])
        assert odds[truth].mean() > odds[~truth].mean()


def test_slopes_against_the_truth_are_not_taken() -> None:
    scores = np.asarray([[1.0, -1.0], [-1.0, 1.0]] * 20)
    truth = np.asarray([0, 1] * 20)
    for seen, upright in ((truth, False), (1 - truth, True)):
        slopes, offsets = fit_softmax(scores, seen)
        odds = Calibration(slopes=slopes, offsets=offsets)(scores)
        assert (odds.argmax(axis=1) == truth).all()
        assert np.array_equal(slopes, np.eye(2)) == upright


def test_an_unknown_label_is_named_with_the_way_out(model) -> None:
    rows = [Example(row=1, text="a", label="xấu")]
    table = Table(rows, 0, 0)
    with pytest.raises(QuarantineError, match=r"“xấu”.*--map"):
        measure("m", table, said_of(model, table))


def test_length_and_register() -> None:
    assert length_of("một hai").startswith("1.")
    assert length_of("a " * 61).startswith("4.")
    assert register_of("hom nay troi mua") == "no_tone"
    assert register_of("Kính gửi Ủy ban nhân dân xã") == "formal"
    assert register_of("đường hỏng ko ai sửa") == "teencode"


def test_views_are_as_long_as_what_they_show() -> None:
    reading = read("İ Đường HỎNG ko sửa")
    assert len(reading.view(View.RAW)) == len(reading.normal.original)
    assert len(reading.view(View.FOLDED)) == len(reading.normal.text)


@pytest.mark.parametrize(
    "head",
    [
        {
            "blocks": [
                {"view": "raw", "cut": "letters", "shortest": 1, "longest": 10**9}
            ]
        },
        {"version": "../up"},
        {"strange_from": float("nan")},
        {"labels": 7},
    ],
)
def test_a_sealed_folder_with_odd_values_is_refused(model, tmp_path, head) -> None:
    save_task(tmp_path / "m", model, "# card\n")
    path = tmp_path / "m" / "task.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **head}))
    seal(tmp_path / "m", FILES)
    with pytest.raises(ConfigurationError):
        load_task(tmp_path / "m")


def test_copies_of_one_text_are_not_taken_for_many() -> None:
    examples = [
        Example(row=n, text=f"xin chào {n % 2}", label=str(n % 2)) for n in range(90)
    ]
    with pytest.raises(QuarantineError, match="different texts"):
        train_task(examples)
