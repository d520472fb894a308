"""Sources looked after by command, and tried as the console tries them."""

import json
from dataclasses import asdict, replace

import pytest

from cli.source_trial import source_trial
from domain.errors import QuarantineError
from domain.ids import SourceId
from domain.profile import SourceSpec
from integration.line_support import Line, lines_of
from support_crawl.hamlet import article, hamlet, rss


def test_pause_edit_undo_and_history(line: Line) -> None:
    line.add_source("bao", "feed", "https://bao.example/rss")
    line.done("sources", "pause", "bao", "--reason", "Bảo trì")
    shown = lines_of(line.done("sources", "list", "--json"))
    assert [r["enabled"] for r in shown if r["id"] == "bao"] == [False]
    line.done("sources", "resume", "bao", "--reason", "Xong", "--if-version", "2")
    change = ("sources", "edit", "bao", "--set", "interval_minutes=15", "--reason", "x")
    assert "'60' → '15'" in line.done(*change, "--dry-run")
    assert "'60' → '15'" in line.done(*change)
    assert "'15' → '60'" in line.done("sources", "undo", "bao", "--reason", "Nhầm")
    rows = lines_of(line.done("sources", "history", "bao", "--json"))
    assert [row["change"] for row in rows] == [
        "undone",
        "edited",
        "resumed",
        "paused",
        "added",
    ]
    assert rows[1]["fields"] == {"interval_minutes": ["60", "15"]}
    late = line.run(*change, "--if-version", "2")
    assert late.returncode == 2
    assert "người khác" in late.stderr
    acts = [row["act"] for row in lines_of(line.done("audit", "list"))]
    assert acts[-4:] == [
        "source.paused",
        "source.resumed",
        "source.edited",
        "source.undone",
    ]


def test_a_trial_reads_a_draft_and_keeps_nothing(line: Line) -> None:
    line.extra |= {
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "CRAWL_CONTACT": "thu@example.vn",
        "CRAWL_DELAY": "0",
    }
    with hamlet() as site:
        site.add("/rss", rss("/bai-1.html", "/bai-2.html"))
        site.add("/bai-1.html", article(1))
        site.add("/bai-2.html", article(2))
        line.add_source("bao", "feed", f"{site.base}/khong-co")
        spec = SourceSpec(
            id=SourceId("bao"), name="Báo", kind="feed", url=f"{site.base}/rss"
        )
        with pytest.MonkeyPatch.context() as patch:
            for name, value in line.environment.items():
                patch.setenv(name, value)
            attempt = source_trial(line.settings)
            found = attempt(spec)
            lost = attempt(replace(spec, url=f"{site.base}/khong-co"))
            with pytest.raises(QuarantineError):
                attempt(replace(spec, kind="khong-ro"))
    assert found.sound
    assert found.parts == {"title": 2, "date": 2, "text": 2, "author": 0}
    assert sorted(post.title for post in found.posts) == ["Bài số 1", "Bài số 2"]
    assert all(post.published and post.letters for post in found.posts)
    assert not lost.sound
    assert lost.errors == {"http_404": 1}
    runs = lines_of(line.done("sources", "list", "--json"))
    assert [row["last_visit"] for row in runs if row["id"] == "bao"] == [None]


def test_a_check_names_the_field_at_fault(line: Line) -> None:
    line.extra["CRAWL_CONTACT"] = "thu@example.vn"
    spec = SourceSpec(
        id=SourceId("api"), name="A", kind="json_api", url="https://bao.example/api",
        api={"item": "data"},
    )  # fmt: skip
    line.done("init")
    row = json.dumps(asdict(spec))
    said = line.run("sources", "check", "api", "--draft", said=row)
    assert said.returncode == 1
    assert "errors: the source cannot be read as it is set up (failure)" in said.stderr
    assert "unknown keys in api: item" in said.stderr


def test_a_draft_is_one_source_and_the_named_one(line: Line) -> None:
    line.done("init")
    other = {"id": "khac", "name": "Khác", "kind": "feed", "url": "https://a.example"}
    for said in ("nothing", json.dumps({"id": "bao"}), json.dumps(other)):
        ended = line.run("sources", "check", "bao", "--draft", said=said)
        assert ended.returncode in {2, 3}, ended.stderr
        assert "Traceback" not in ended.stderr
