"""The sample's second ways to its articles say the same as the first."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from cli.newsroom.server import Newsroom, open_newsroom
from crawlers.articles import article_post
from crawlers.fingerprint import content_hash
from domain.profile import SourceSpec
from extraction.api import link_of, read_item, read_page
from extraction.api_rules import api_rules
from extraction.page import extract_page
from extraction.sitemap import parse_sitemap, robots_sitemaps
from wiring.profile import load_profile

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return open_newsroom(load_profile("dien-bien"), NOW)


def source(newsroom: Newsroom, kind: str) -> SourceSpec:
    (found,) = (spec for spec in newsroom.sources() if spec.kind == kind)
    return found


def client(newsroom: Newsroom, spec: SourceSpec) -> TestClient:
    (site,) = (site for site in newsroom.sites if spec.url.startswith(site.base))
    return TestClient(site.app(), base_url=site.base)


def test_every_kind_of_site_is_there(newsroom: Newsroom) -> None:
    kinds = {spec.kind for spec in newsroom.sources()}
    assert kinds == {"feed", "sitemap", "listing", "json_api", "forum"}


def test_the_interface_says_what_the_pages_say(newsroom: Newsroom) -> None:
    spec = source(newsroom, "json_api")
    web, rules = client(newsroom, spec), api_rules(spec)
    number, listed = 1, []
    while (
        page := read_page(web.get(spec.url.format(page=number)).json(), rules)
    ) and page.items:
        listed += page.items
        number += 1
    assert page is not None
    assert len(listed) == page.total
    for item in listed:
        address = link_of(item, rules, spec.url)
        # Fetched once, so that what is edited after its first fetch is edited by now.
        web.get(address)
        shown = web.get(address)
        detail = web.get(rules.detail.fill(item)).json()
        own = read_item((detail, item), rules, address)
        fields = extract_page(shown.content, address)
        posts = [article_post(spec, address, f, None, NOW) for f in (own, fields)]
        assert posts[0]
        assert posts[1]
        assert content_hash(posts[0]) == content_hash(posts[1])
        assert posts[0].published == posts[1].published
        assert posts[0].id == posts[1].id


def test_the_map_names_every_article(newsroom: Newsroom) -> None:
    spec = source(newsroom, "sitemap")
    web = client(newsroom, spec)
    (url,) = robots_sitemaps(web.get("/robots.txt").text, spec.url)
    found = parse_sitemap(web.get(url).content, url)
    assert found
    (site,) = (site for site in newsroom.sites if spec.url.startswith(site.base))
    wanted = {site.base + article.path for article in site.outlet.articles}
    assert {entry.url for entry in found.pages} == wanted
