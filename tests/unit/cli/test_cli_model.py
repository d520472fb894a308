"""`minhtin model` and `train --from-reviews` as somebody at the machine sees them."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from classifier.compared import Comparison
from cli.main import app
from cli.output import USAGE
from domain.events import PostSeen
from domain.ids import PostId, SourceId
from domain.labels import PostKind
from domain.post import Post
from domain.shadow import ShadowDiffers
from eventlog.port import LogTopic
from integration.line_support import START, Line, lines_of
from jobs.learning import records
from jobs.learning.registry import Change, Entry
from wiring import bootstrap


class Here:
    """Runs commands in this process: starting one costs seconds each."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments])

    def done(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.exit_code == 0, ended.stderr
        return str(ended.stdout)


@pytest.fixture
def here(line: Line, monkeypatch: pytest.MonkeyPatch) -> Here:
    for name, value in line.environment.items():
        if name.startswith("MINHTIN_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr("wiring.logs.configure_logs", lambda level: None)
    return Here(line)


def add_candidate(line: Line, models: Path, name: str = "linear-2-other") -> None:
    """Put a copy of the live model under another name, as if it had been trained."""
    registry = bootstrap.build_registry(line.settings)
    live = bootstrap.build_classifier(line.settings).version
    entry = Entry(at=START, by="test", change=Change.INSTALLED, version=live)
    registry.install(models, live, entry)
    draft = registry.draft()
    shutil.copytree(models, draft, dirs_exist_ok=True)
    made = Comparison(live=live, candidate=name, figures=())
    training = records.Training(
        version=name, at=START, corpus=1, reviews=0, review_weight=1.0
    )
    records.write_records(draft, training, made)
    registry.put_candidate(
        draft, Entry(at=START, by="test", change=Change.CANDIDATE, version=name)
    )


def test_a_candidate_is_listed_promoted_and_taken_back(
    here: Here, models: Path
) -> None:
    said = here.run("model", "list")
    assert said.exit_code == 0
    assert "No candidate yet" in said.stderr
    add_candidate(here.line, models)
    rows = lines_of(here.done("model", "list", "--json"))
    assert {row["role"] for row in rows} == {"live", "candidate"}
    assert here.done("model", "promote", "--why", "thử") == "linear-2-other is live\n"
    audit = lines_of(here.done("audit", "list"))
    (act,) = [row for row in audit if row["act"] == "model.promote"]
    assert act["subject"] == "linear-2-other"
    assert act["detail"]["why"] == "thử"
    assert here.done("model", "roll-back").endswith("is live again\n")
    again = here.run("model", "roll-back")
    assert again.exit_code == USAGE
    assert "no former model" in again.stderr


def test_shadow_counts_and_compare_and_drop_need_a_candidate(
    here: Here, models: Path
) -> None:
    for name in ("shadow", "compare", "promote", "drop"):
        said = here.run("model", name)
        assert (name, said.exit_code) == (name, USAGE)
        assert "no candidate" in said.stderr
        if name in {"shadow", "compare"}:
            assert "minhtin train --from-reviews" in said.stderr
    add_candidate(here.line, models)
    differing = ShadowDiffers(
        post_id=PostId("p:1"),
        revision=1,
        at=START,
        live="x",
        candidate="linear-2-other",
        candidate_flags=("scam",),
    )
    with here.line.log() as log, log.writer() as writer:
        from eventlog.codec import encode_event

        writer.append(LogTopic.ANALYSES, "p:1#shadow", encode_event(differing))
    (found,) = lines_of(here.done("model", "shadow", "--json"))
    assert (found["more"], found["fewer"]) == (1, 0)
    assert "would have flagged 1 more" in here.done("model", "shadow")
    assert here.done("model", "drop").startswith("linear-2-other")


def test_too_few_reviews_are_refused_with_the_number_wanted(here: Here) -> None:
    said = here.run("train", "--from-reviews")
    assert said.exit_code == USAGE
    assert "There are 0 reviews to learn from; 200 are wanted." in said.stderr
    assert here.run("train", "--from-reviews", "--out", "x").exit_code == USAGE
    said = here.run("train", "--from-reviews", "--without", "nobody")
    assert said.exit_code == USAGE
    assert "There is no account nobody." in said.stderr
    assert here.run("train", "--without", "nobody").exit_code == USAGE
    assert here.done("model", "reviews") == ""


def test_the_worker_writes_the_live_version_into_each_analysis(
    here: Here, models: Path
) -> None:
    add_candidate(here.line, models)
    post = Post(
        id=PostId("p:9"),
        revision=1,
        source=SourceId("dien-dan"),
        kind=PostKind.POST,
        url="http://x/9",
        fetched=START + timedelta(minutes=9),
        text="Đường vào xã Mường Phăng, tỉnh Điện Biên sạt lở, bà con rất bực.",
    )
    here.line.put([PostSeen(post=post)])
    here.done("worker", "--until-idle")
    (made,) = here.line.read(LogTopic.ANALYSES)
    assert (
        made.judgement.model == bootstrap.build_classifier(here.line.settings).version
    )
