"""One spelling per address."""

import pytest

from extraction.urls import canonical_url, host_of, site_of


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (
            "HTTPS://Bao.Example.VN:443/A?utm_source=x&b=1#c",
            "https://bao.example.vn/A?b=1",
        ),
        ("http://a.vn", "http://a.vn/"),
        ("http://a.vn:8080/x?fbclid=1", "http://a.vn:8080/x"),
        ("http://a.vn/tin tức.html", "http://a.vn/tin%20t%E1%BB%A9c.html"),
        ("http://a.vn/t%E1%BB%A9c", "http://a.vn/t%E1%BB%A9c"),
        ("http://[::1]:90/x", "http://[::1]:90/x"),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("http://a.vn:99999/", ""),
        ("http://báo-mới.vn/a", "http://báo-mới.vn/a"),
        ("http://a_b.vn/a", "http://a_b.vn/a"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("https://tin thứ nhất</a>/x", ""),
        ("https://bao.vn href='//b", ""),
        ("https://a\u2028b.vn/", ""),
        ("https://%00.vn/", ""),
        ("http://a.vn/\ud800", ""),
        ("http://a.vn/?b=\udfff", ""),
        ("https://-/", "https://-/"),
        ("https://./", ""),
        ("http://[::1/", ""),
        ("", ""),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_canonical_is_stable() -> None:
    once = canonical_url("http://a.vn/tin tức?q=đ&r=%20")
    assert canonical_url(once) == once


def test_relative_to_a_base() -> None:
    assert canonical_url("../b.html", "http://a.vn/x/y/") == "http://a.vn/x/b.html"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://suckhoe.vnexpress.net/a", "vnexpress.net"),
        ("https://www.dantri.com.vn/a", "dantri.com.vn"),
        ("https://sotttt.tinh.gov.vn/a", "tinh.gov.vn"),
        ("http://127.0.0.11:8000/a", "127.0.0.11"),
        ("http://localhost/a", "localhost"),
    ],
)
def test_site(url: str, site: str) -> None:
    assert site_of(url) == site


def test_host_of_rubbish() -> None:
    assert host_of("http://[::1/") == ""
