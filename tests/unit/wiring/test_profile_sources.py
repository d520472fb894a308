"""The sources that a profile ships: each can be visited, or says why not yet."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from crawlers.crawling import SPIDERS
from domain.profile import Profile, SourceSpec
from extraction.api_rules import api_rules
from extraction.selectors import site_of_selectors, to_xpath
from extraction.sitemap_rules import sitemap_rules
from extraction.urls import canonical_url, host_of
from extraction.watched import watch_rules
from wiring.profile import load_profile

PROFILES = ["dien-bien", "mau-nho"]
SELECTORS = {"link", "next", "title", "lead", "body", "author", "section"} | {
    "published",
    "drop",
    "hosts",
}
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
TABLES = {"sitemap": sitemap_rules, "json_api": api_rules, "page": watch_rules}
KINDS_OF_UNIT = {"xa": "xã", "phuong": "phường"}
DATED = re.compile(r"\(20\d\d-\d\d-\d\d, .+\)")


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def visited(profile: Profile) -> Iterable[SourceSpec]:
    return (source for source in profile.sources if not source.url.startswith("file:"))


def test_ids_and_addresses_are_told_apart(profile: Profile) -> None:
    ids = Counter(source.id for source in profile.sources)
    assert [key for key, n in ids.items() if n > 1] == []
    places = Counter((s.kind, s.url) for s in profile.sources)
    assert [place for place, n in places.items() if n > 1] == []
    for source in profile.sources:
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", source.id), source.id


def test_kinds_and_their_tables_are_known(profile: Profile) -> None:
    for source in profile.sources:
        assert source.kind in SPIDERS, source.id
        if source.kind in TABLES:
            TABLES[source.kind](source)
        assert set(source.selectors) <= SELECTORS, source.id
        site_of_selectors(source)
        for key in ("link", "next"):
            if key in source.selectors:
                to_xpath(source.selectors[key])


def test_addresses_are_well_formed(profile: Profile) -> None:
    for source in visited(profile):
        address = source.url.replace("{page}", "1")
        assert canonical_url(address) == address, source.id
        assert address.startswith("https://"), source.id
        assert HOST.fullmatch(host_of(address)), source.id


def test_what_must_be_looked_up_is_off(profile: Profile) -> None:
    for source in profile.sources:
        if host_of(source.url).endswith(".invalid"):
            assert not source.enabled, source.id


def test_outlets_are_those_of_the_press_list(profile: Profile) -> None:
    outlets = {outlet.id: outlet for outlet in profile.outlets}
    for source in profile.sources:
        if source.licensed_press:
            domains = outlets[source.outlet].domains
            host = host_of(source.url)
            assert any(host == d or host.endswith(f".{d}") for d in domains), source.id


def test_every_row_says_whether_and_when_it_was_verified() -> None:
    profile = load_profile("dien-bien")
    for source in profile.sources:
        assert source.verified or DATED.search(source.note), source.id


def test_each_unit_of_the_province_has_its_portal() -> None:
    profile = load_profile("dien-bien")
    portals = {s.id: s for s in profile.sources if s.id.startswith("ubnd-")}
    units = profile.gazetteer.units
    assert len(units) == 45
    assert set(portals) == {f"ubnd-{unit.id}" for unit in units}
    for unit in units:
        kind = KINDS_OF_UNIT[unit.kind]
        assert portals[f"ubnd-{unit.id}"].name == f"UBND {kind} {unit.name}"
        assert portals[f"ubnd-{unit.id}"].region == "province"


def test_the_paper_the_portal_and_the_bodies_of_the_province_are_there() -> None:
    profile = load_profile("dien-bien")
    hosts = {host_of(s.url) for s in profile.sources if s.region == "province"}
    official = {a.official_domain for a in profile.agencies}
    own = {d for d in official if d.endswith("dienbien.gov.vn")}
    assert own | {"baodienbienphu.vn"} <= hosts
    assert any(s.enabled and "dienbien" in s.url for s in profile.sources)


def test_every_key_of_a_row_is_read() -> None:
    """A key that nothing reads looks as if it had an effect."""
    path = Path(load_profile("dien-bien").folder) / "sources.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    known = set(SourceSpec.__dataclass_fields__) | {"grade"}
    assert {key for row in rows for key in row} <= known
