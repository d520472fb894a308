"""What a person wrote wrongly in `sources.toml` is refused, all of it, in words."""

import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.source_lists import toml_of
from crawlers.crawling import SPIDERS
from crawlers.files import COLUMNS
from domain.errors import ConfigurationError
from domain.ids import SourceId
from domain.profile import SOURCE_KINDS, SourceSpec
from wiring.profile import load_profile
from wiring.source_rows import FILE_COLUMNS, read_sources
from wiring.sources import INTAKE

FILE = Path("sources.toml")
GOOD = """
[[source]]
id = "bao"
name = "Báo"
kind = "feed"
url = "https://bao.example.vn/rss"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_sources(FILE, tomllib.loads(text))
    head, *said = caught.value.message.strip().split("\n")
    assert head.startswith(f"sources.toml has {len(said)} fault")
    return [line.strip() for line in said]


def one(text: str) -> str:
    (said,) = faults(text)
    return said


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("interval_minuts = 5", "interval_minuts", "did you mean interval_minutes?"),
        ("farbe = 5", "farbe", "known are about, api, columns"),
        ("interval_minutes = '5'", "interval_minutes", "Expected int, got str"),
        ("interval_minutes = 0", "interval_minutes", "takes 1 to 10080, not 0"),
        ("delay_seconds = nan", "delay_seconds", "takes 0 to 600"),
        ("quiet_hours = '25:00-6'", "quiet_hours", "HH:MM-HH:MM"),
        ("about = 'tinh'", "about", "none of province, mention"),
        ("selectors = 'h1'", "selectors", "Expected object"),
        ("[source.selectors]\nbodi = 'p'", "selectors", "bodi (known: author, body"),
        ("[source.selectors]\nbody = 'p['", "selectors", "neither CSS nor XPath"),
        ("[source.sitemap]\nfrom = 'x'", "sitemap", "from (known: exclude, include"),
        ("[source.sitemap]\nmaps = '('", "sitemap", "no regular expression"),
        ("[source.page]\nparts = 'x'", "page", "parts (known: drop, ignore, part"),
    ],
)
def test_a_fault_names_source_field_and_what_is_allowed(
    row: str, field: str, said: str
) -> None:
    found = one(GOOD + row)
    assert found.startswith(f"source bao (number 1), {field}: ")
    assert said in found


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("item = 'data'\nlink = 'u'", "item (known: author, body, detail"),
        ("items = 'data[?'\nlink = 'u'", "api.items that is no JMESPath, 'data[?'"),
        ("items = '@'\nlink = '/a/{b[}'", "api.link that is no JMESPath, 'b['"),
        ("items = '@'", "needs api.link or api.id"),
        ("items = '@'\nid = 'a'\nsize = 'x'", "api.size that is no number"),
    ],
)
def test_an_interface_is_checked_key_by_key(table: str, said: str) -> None:
    api = GOOD.replace('"feed"', '"json_api"')
    assert said in one(f"{api}[source.api]\n{table}")


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("feed", "ftp://bao.vn/rss"),
        ("feed", "bao.vn/rss"),
        ("listing", "https://"),
        ("feed", "https://bao.vn:999999/"),
        ("file", "ftp://bao.vn/a.csv"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(kind: str, url: str) -> None:
    text = GOOD.replace("feed", kind).replace("https://bao.example.vn/rss", url)
    assert "url: " in one(text)
    assert "http:// or https://" in one(text)


@pytest.mark.parametrize("url", ["file:imports/", "/srv/a.csv", "https://a.vn/b.csv"])
def test_a_file_may_lie_here_or_there(url: str) -> None:
    text = GOOD.replace("feed", "file").replace("https://bao.example.vn/rss", url)
    assert read_sources(FILE, tomllib.loads(text))[0].url == url


def test_a_kind_that_is_none_is_told_with_those_that_are() -> None:
    said = one(GOOD.replace('"feed"', '"rss"'))
    assert "kind: 'rss' is none of feed, sitemap, listing" in said


def test_kinds_and_columns_are_those_that_are_read() -> None:
    assert set(SOURCE_KINDS) == set(SPIDERS) - {"fetched"} | {INTAKE}
    assert set(COLUMNS) == FILE_COLUMNS


def test_keys_of_channels_and_files_are_checked() -> None:
    youtube = GOOD.replace('"feed"', '"youtube"')
    assert "api.chanel" in faults(f"{youtube}[source.api]\nchanel = 'x'")[0]
    assert "needs channel or search" in one(youtube)
    file = GOOD.replace('"feed"', '"file"')
    assert "columns.txt" in one(f"{file}[source.columns]\ntxt = 'Lời'")


def test_an_id_twice_is_refused_and_says_where_the_first_is() -> None:
    said = one(GOOD + GOOD.replace("Báo", "Khác"))
    assert said == "source bao (number 2), id: number 1 of the file has it already."


def test_all_faults_of_all_sources_are_told_at_once() -> None:
    second = GOOD.replace('"bao"', '"hai"').replace('"feed"', '"rss"')
    found = faults(f"[sourc]\n{GOOD}reach = 'x'\nquiet_hours = '9'\n{second}noet = 1")
    assert [line.split(":")[0] for line in found] == [
        "sourc",
        "source bao (number 1), reach",
        "source bao (number 1), quiet_hours",
        "source hai (number 2), noet",
        "source hai (number 2), kind",
    ]


@pytest.mark.parametrize("text", ["[source]\nid = 'x'", "source = [1]", "source = 3"])
def test_what_is_no_list_of_sources_is_refused(text: str) -> None:
    assert "two brackets" in one(text)


def test_what_is_missing_is_named() -> None:
    assert [line.split(", ")[1] for line in faults("[[source]]\nid = 'a'")] == [
        "name: is missing.",
        "kind: is missing.",
        "url: is missing.",
    ]


def test_a_profile_with_a_fault_is_not_loaded(tmp_path: Path) -> None:
    shutil.copytree(load_profile("mau-nho").folder, tmp_path / "xa")
    path = tmp_path / "xa" / "sources.toml"
    path.write_text(GOOD + "quiet_hours = 'đêm'", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_profile("xa", tmp_path)
    for word in (str(path), "bao", "quiet_hours", "docs/sources.md"):
        assert word in str(caught.value)


@given(
    kind=st.sampled_from([k for k in SOURCE_KINDS if k not in {"json_api", "youtube"}]),
    interval=st.integers(1, 7 * 24 * 60),
    name=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1),
    hours=st.sampled_from(["", "22:00-05:00", "9:30 – 11:00"]),
)
def test_a_sound_source_is_read_back(
    kind: str, interval: int, name: str, hours: str
) -> None:
    spec = SourceSpec(
        id=SourceId("a"), name=name, kind=kind, url="https://a.example.vn/",
        interval_minutes=interval, quiet_hours=hours,
    )  # fmt: skip
    assert read_sources(FILE, tomllib.loads(toml_of(spec))) == (spec,)
