"""`sources discover`, `import-opml`, `export-opml`."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.source_lists import outlines_of, sources_of, toml_of
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.opml import parse_opml, write_opml
from integration.line_support import Line
from support_crawl.hamlet import article, hamlet, rss
from wiring.sources import read_source

FEED = SourceSpec(
    id=SourceId("a"), name="Báo A", kind="feed", url="https://a.example/rss"
)
LIST = """<opml version="2.0"><body><outline text="province">
<outline text="Báo A" xmlUrl="https://a.example/rss"/>
<outline text="Báo B" xmlUrl="https://b.example/rss.xml"/></outline>
<outline text="Xã"><outline text="Bản"><outline xmlUrl="https://b.example/rss/"/>
</outline></outline></body></opml>"""


@pytest.mark.parametrize(
    "spec",
    [
        FEED,
        replace(FEED, name='Tên "lạ"\\\n\x01', enabled=False, delay_seconds=1.5),
        replace(FEED, kind="json_api", api={"items": "@", "title": "a || b"}),
        replace(FEED, kind="sitemap", sitemap={"include": r"/tin/\d+"}),
    ],
)
def test_toml_is_read_back(spec: SourceSpec) -> None:
    (row,) = tomllib.loads(toml_of(spec))["source"]
    assert read_source(row) == spec


def test_only_what_is_no_default_is_written() -> None:
    assert toml_of(FEED).count("=") == 4


def test_a_list_adds_what_is_not_known() -> None:
    made = sources_of(parse_opml(LIST.encode()), [FEED], enabled=False)
    assert [(s.id, s.name, s.url) for s in made] == [
        ("b-example-rss", "Báo B", "https://b.example/rss.xml"),
        ("b-example", "b.example", "https://b.example/rss/"),
    ]
    assert [(s.region, s.note) for s in made] == [("province", ""), ("", "Xã / Bản")]
    assert not made[0].enabled


regions = st.sampled_from(["", "national", "province", "neighbour"])


@given(st.lists(st.tuples(st.integers(0, 99), regions), unique_by=lambda row: row[0]))
def test_feeds_survive_export_and_import(rows: list[tuple[int, str]]) -> None:
    feeds = [
        replace(FEED, name=f"Báo {n}", url=f"https://a.example/{n}", region=region)
        for n, region in rows
    ]
    page = replace(FEED, kind="page", url="https://a.example/trang")
    written = write_opml(outlines_of([*feeds, page]), "Điện Biên")
    made = sources_of(parse_opml(written), [], enabled=True)
    said = {(s.name, s.url, s.region) for s in made}
    assert said == {(s.name, s.url, s.region) for s in feeds}


def test_lists_by_command(line: Line, tmp_path: Path) -> None:
    line.done("init")
    file = tmp_path / "nguon.opml"
    file.write_text(LIST, encoding="utf-8")
    assert "b-example-rss\t" in line.done(
        "sources", "import-opml", str(file), "--disable"
    )
    assert line.run("sources", "import-opml", str(file)).stdout == ""
    listed = line.done("sources", "list", "--json").splitlines()
    rows = {row["id"]: row for row in map(json.loads, listed)}
    assert rows["b-example-rss"]["enabled"] is False
    urls = {
        o.url for o in parse_opml(line.run("sources", "export-opml").stdout.encode())
    }
    assert "https://b.example/rss.xml" in urls
    file.write_text("<opml><body>", encoding="utf-8")
    for broken in (file, tmp_path / "none.opml"):
        said = line.run("sources", "import-opml", str(broken))
        assert said.returncode == 2
        assert broken.name in said.stderr
        assert "Traceback" not in said.stderr


def test_what_a_list_names_in_vain_is_told(line: Line, tmp_path: Path) -> None:
    line.done("init")
    file = tmp_path / "nguon.opml"
    odd = '<outline xmlUrl="ftp://c.example/rss"/><outline xmlUrl="http://10.0.0.7/r"/>'
    file.write_text(LIST.replace("<body>", f"<body>{odd}"), encoding="utf-8")
    said = line.run("sources", "import-opml", str(file))
    assert said.returncode == 1
    assert "ftp://c.example/rss is left out: only http:// and https://" in said.stderr
    assert "http://10.0.0.7/r is left out: it is a private address" in said.stderr
    assert "3 added, 0 known already, 2 left out." in said.stderr
    assert "10.0.0.7" not in line.done("sources", "list")
    file.write_text("<opml><body>", encoding="utf-8")
    said = line.run("sources", "import-opml", str(file))
    assert "is no OPML list: it is cut off, damaged or no XML at all. Export" in (
        said.stderr
    )


def test_addresses_that_are_never_asked_are_told_at_once(line: Line) -> None:
    line.extra["CRAWL_CONTACT"] = "thu@example.vn"
    line.done("init")
    line.add_source("bao", "feed", "https://bao.example/rss")
    edit = ("sources", "edit", "bao", "--reason", "x", "--set")
    for words, said in (
        (("sources", "discover", "ftp://a.example/"), "only http:// and https://"),
        (("sources", "discover", "http://10.0.0.1/"), "allowed_networks"),
        ((*edit, "url=http://10.0.0.1/"), "allowed_networks"),
        ((*edit, "selectors=body = p["), "neither CSS nor XPath"),
    ):
        ended = line.run(*words)
        assert (ended.returncode, said in ended.stderr) == (2, True), ended.stderr
    line.extra["ALLOWED_NETWORKS"] = "10.0.0.0/8"
    line.done(*edit, "url=http://10.0.0.1/", "--dry-run")


def test_discovery_by_command(tmp_path: Path) -> None:
    settings = {
        "CRAWL_CONTACT": "mailto:a@example.vn",
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "CRAWL_DELAY": "0",
    }
    line = Line(tmp_path / "home", settings)
    line.done("init")
    with hamlet("127.0.0.34") as site:
        site.add("/rss", rss("/bai-1.html"))
        site.add("/bai-1.html", article(1))
        said = line.run("sources", "discover", f"{site.base}/rss")
        (row,) = tomllib.loads(said.stdout)["source"]
        assert read_source(row).kind == "feed"
        assert "of 1 posts 1 with title, 1 with date, 1 with text" in said.stdout
        assert "errors: none" in said.stdout
        assert "handed_over" not in said.stderr
        said = line.run("sources", "discover", f"{site.base}/rss", "--json")
        assert json.loads(said.stdout)["trial"]["posts"] == 1
        del site.pages["/rss"]
        assert line.run("sources", "discover", f"{site.base}/khong").returncode == 2


def test_ids_are_told_apart() -> None:
    twice = LIST.replace("b.example/rss.xml", "b.example/rss.htm")
    outlines = parse_opml(twice.replace("b.example/rss/", "b.example/rss.xml").encode())
    made = sources_of(outlines, [], enabled=True)
    assert [s.id for s in made] == ["a-example", "b-example-rss", "b-example-rss-2"]
