"""A drafted module reads its own page, which keeps no sentence of the publisher's."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from extraction.page import extract_page, parse_tree
from extraction.site import Site
from extraction.site_draft import draft_site

SITES = Path(__file__).resolve().parents[2] / "sites"
NAMES = ["tuoitre", "thanhnien", "tienphong", "znews", "baotinh", "vnexpress"]


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_reads_its_page(name: str) -> None:
    body = (SITES / name / "page.html").read_bytes()
    real = json.loads((SITES / name / "expected.json").read_text())
    draft = draft_site(name, body, real["url"])
    assert draft
    made = draft.expected
    assert made["published"] == real["published"]
    assert str(made["body"]).count("\n") == real["body"].count("\n")
    assert len(str(made["title"]).split()) == len(real["title"].split())
    for text in (real["title"], *real["body"].split("\n")):
        assert text not in draft.page or len(text) < 30
    names: dict[str, Site] = {}
    exec(compile(draft.module, name, "exec"), names)  # noqa: S102 - the module just drafted
    fields = extract_page(draft.page.encode(), str(made["url"]), site=names["SITE"])
    assert fields.title == made["title"]
    assert dict(fields.found_by)["body"] == "site"
    assert not draft.unsure or draft.unsure == ("section",)


def test_the_same_page_gives_the_same_draft() -> None:
    body = (SITES / "tuoitre" / "page.html").read_bytes()
    url = "https://tuoitre.vn/ban-vung-cao-co-cau-treo-moi-100260914154213396.htm"
    assert draft_site("a", body, url) == draft_site("a", body, url)
    assert draft_site("a", b"\x00\xff" * 500, url) is None


def test_the_command_writes_module_page_and_expectation(tmp_path: Path) -> None:
    page = SITES / "tuoitre" / "page.html"
    call = ["sites", "new", "baovidu", str(page), "--url", "https://baovidu.vn/a-1.htm"]
    call += ["--into", str(tmp_path)]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    assert "Check each field" in done.output
    module = (tmp_path / "extraction/sites/baovidu.py").read_text()
    assert "hosts=('baovidu.vn',)" in module.replace('"', "'")
    written = (tmp_path / "tests/sites/baovidu/page.html").read_bytes()
    assert parse_tree(written) is not None
    assert CliRunner().invoke(app, call).exit_code == 2
    call[2] = "no-name"
    assert CliRunner().invoke(app, call).exit_code == 2
