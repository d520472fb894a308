"""Every site module against a page in the outlet's structure, and against real ones."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extraction.page import extract_page
from extraction.site import Site
from extraction.sites import ALL, site_for, vietnamnet

SITES = Path(__file__).resolve().parents[2] / "sites"
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "pages"


NAMES = sorted(p.name for p in SITES.iterdir() if p.is_dir())
NOWHERE = Site(hosts=(), outlet="")
"""Stands in for the module of a host: every rung but the site's is asked."""


def differences(name: str, site: Site | None, *, but: frozenset[str]) -> dict[str, Any]:
    """Return field -> (found, expected) where a page's fields are not as expected."""
    expected = json.loads((SITES / name / "expected.json").read_text())
    body = (SITES / name / "page.html").read_bytes()
    fields = extract_page(
        body, expected.pop("url"), site=site, fetched=fetched_of(expected)
    )
    odd = {}
    for key, value in expected.items():
        found = getattr(fields, key)
        if isinstance(found, datetime):
            found = found.isoformat()
        found = list(found) if isinstance(found, tuple) else found
        if found != value and key not in but:
            odd[key] = (found, value)
    return odd


def fetched_of(expected: dict[str, Any]) -> datetime | None:
    """Return when an old page was fetched; None for pages in present layouts."""
    fetched = expected.pop("fetched", "")
    return datetime.fromisoformat(fetched) if fetched else None


@pytest.mark.parametrize("name", NAMES)
def test_page_gives_the_expected_fields(name: str) -> None:
    assert differences(name, None, but=frozenset()) == {}


@pytest.mark.parametrize("name", NAMES)
def test_page_gives_them_without_its_module(name: str) -> None:
    """Leave one out: an outlet that nobody wrote a module for must read as well.

    Only the outlet's name as it writes itself is the module's to know.
    """
    assert differences(name, NOWHERE, but=frozenset({"outlet"})) == {}


def test_every_site_module_has_a_page() -> None:
    hosts = {host for site in ALL for host in site.hosts}
    pages = [json.loads(p.read_text()) for p in SITES.glob("*/expected.json")]
    covered = {
        site_for(page["url"], when) for page in pages for when in [fetched_of(page)]
    }
    assert covered >= set(ALL), hosts


def test_the_layout_of_the_day_of_the_fetch_is_read() -> None:
    url = "https://vietnamnet.vn/a.html"
    assert site_for(url, datetime(2021, 7, 9, tzinfo=UTC)) is vietnamnet.SITE_2021
    assert site_for(url, datetime(2022, 6, 1, tzinfo=UTC)) is vietnamnet.SITE
    assert site_for(url) is vietnamnet.SITE


def test_a_host_that_only_ends_alike_is_another_site() -> None:
    assert site_for("https://fakevnexpress.net/a.html") is None
    assert site_for("https://suckhoe.vnexpress.net/a.html") is not None


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason="../shared is not there")
@pytest.mark.parametrize(
    ("name", "url", "title", "author", "published", "least"),
    [
        (
            "dantri",
            "https://dantri.com.vn/kinh-doanh/a.htm",
            "Giá vàng giảm, vẫn cao hơn thế giới gần 20 triệu đồng/lượng",
            "Tri Túc",
            datetime(2026, 3, 7, 1, 7, tzinfo=UTC),
            2500,
        ),
        (
            "vnexpress",
            "https://vnexpress.net/cach-5047363.html",
            "Cách các nước đối phó cú sốc năng lượng từ Trung Đông",
            "Hà Thu",
            datetime(2026, 3, 6, 17, 5, tzinfo=UTC),
            7000,
        ),
        (
            "vietnamnet",
            "https://vietnamnet.vn/co-phieu-2495349.html",
            "Cổ phiếu FLC được giao dịch trở lại",
            "Duy Anh",
            datetime(2026, 3, 7, 1, 52, tzinfo=UTC),
            1400,
        ),
        (
            "baochinhphu",
            "https://baochinhphu.vn/chinh-sach-102260228093004191.htm",
            "Chính sách mới có hiệu lực từ tháng 3/2026",
            "",
            datetime(2026, 3, 1, 2, 51, tzinfo=UTC),
            10_000,
        ),
    ],
)
def test_real_page(
    *, name: str, url: str, title: str, author: str, published: datetime, least: int
) -> None:
    fields = extract_page(
        gzip.decompress((REAL / f"{name}_article.html.gz").read_bytes()), url
    )
    assert fields.title == title
    assert fields.author == author
    assert fields.published is not None
    assert fields.published.replace(second=0) == published
    assert len(fields.body) > least
    assert "Ảnh:" not in fields.body
