"""Rests, lanes, rules and addresses: the arithmetic behind the manners."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.addresses import is_allowed, is_web_port, is_within, networks_of
from crawlers.frontier.manners import HostRest
from crawlers.middlewares.robots import only_for
from crawlers.pace import network_of
from crawlers.rests import LONGEST_REST, PATIENCE, after_failure, retry_after

NOW = datetime(2026, 3, 7, 1, 2, 3, tzinfo=UTC)
AGENT = "MinhTin/1 (+mailto:a@a.vn)"
OWN = networks_of(["127.0.0.0/8", "fd00::/8"])


def test_a_host_rests_from_the_fifth_failure_on_and_ever_longer() -> None:
    rest: HostRest | None = None
    minutes = []
    for _ in range(20):
        rest = after_failure(rest, NOW)
        minutes.append((rest.until - NOW).total_seconds() / 60)
    assert minutes[: PATIENCE + 3] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert minutes[-1] == 24 * 60
    assert minutes == sorted(minutes)


def test_a_hosts_own_wish_counts_if_it_is_longer() -> None:
    wish = timedelta(hours=1)
    assert after_failure(None, NOW, wish).until == NOW + wish
    known = HostRest(until=NOW, failures=12)
    assert after_failure(known, NOW, wish).until > NOW + wish
    assert after_failure(None, NOW, timedelta(days=900)).until == NOW + LONGEST_REST


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (429, "120", 120),
        (503, " 0 ", 0),
        (429, format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
        (429, format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0),
        (503, "Sat, 07 Mar 2026 01:03:03 -0000", 60),
        (503, "9" * 40, 86_400),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        (503, "", None),
        (503, "soon", None),
        (503, "-5", None),
        (503, "²", None),
        (500, "120", None),
        (200, "120", None),
    ],
)
def test_retry_after(status: int, text: str, seconds: float | None) -> None:
    wait = retry_after(status, text, NOW)
    assert (wait.total_seconds() if wait is not None else None) == seconds


@given(st.text(), st.sampled_from([429, 503]))
def test_any_retry_after_is_bounded(text: str, status: int) -> None:
    wait = retry_after(status, text, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_REST


@pytest.mark.parametrize(
    ("host", "address", "network"),
    [
        ("a.vn", "203.0.113.7", "203.0.113.0/24"),
        ("b.vn", "203.0.113.99", "203.0.113.0/24"),
        ("203.0.113.5", None, "203.0.113.0/24"),
        ("2001:db8:1:2::3", None, "2001:db8:1::/48"),
        ("c.vn", None, "c.vn"),
        ("x.vn", "127.0.0.31", "127.0.0.31"),
        ("127.0.0.32", None, "127.0.0.32"),
    ],
)
def test_hosts_of_one_network_share_a_lane_but_for_ones_own(
    host: str, address: str | None, network: str
) -> None:
    assert network_of(host, address, OWN) == network


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "64:ff9b:1:7f00:0:100:808:808",
        "64:ff9b:2::808:808",
        "::ffff:0:127.0.0.1",
        "::ffff:0:a9fe:a9fe",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:127.0.0.1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "100::1",
        "4000::1",
        "192.0.0.8",
        "192.88.99.1",
    ],
)
def test_private_addresses_in_other_clothes_are_refused(address: str) -> None:
    assert not is_allowed(address, ())


def test_public_addresses_in_other_clothes_are_judged_as_themselves() -> None:
    assert is_allowed("64:ff9b::101:101", ())
    assert is_allowed("::ffff:1.1.1.1", ())
    assert is_allowed("::ffff:0:1.1.1.1", ())
    assert is_allowed("2606:4700::5efe:1.1.1.1", ())
    assert is_allowed("2002:101:101::1", ())
    assert is_allowed("2606:4700::1111", ())
    assert is_allowed("::ffff:127.0.0.1", OWN)
    assert is_within("fd00::1", OWN)
    assert is_within("::ffff:0:127.0.0.1", OWN)
    assert is_allowed("64:ff9b:1::a00:1", networks_of(["64:ff9b:1::/48"]))
    assert not is_within("1.1.1.1", OWN)


def test_ports_of_web_sites() -> None:
    assert all(map(is_web_port, (80, 443, 8080, 8443, 8000, 49_152)))
    assert not any(map(is_web_port, (0, 22, 25, 53, 445, 1023, 3306, 6379, 6667)))


def rules(body: str) -> Protego:
    return Protego.parse(only_for(AGENT, body.encode()).decode())


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /*-1.html", "/bai-1.html", False),
        ("User-agent: *\nDisallow: /*-1.html$", "/bai-1.html?x", True),
        ("User-agent: *\nDisallow: /b\nAllow: /bai", "/bai-1.html", True),
        ("User-agent: *\nDisallow: /\nUser-agent: MinhTin\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow:\n\nuser-agent : minhtin\nDisallow: /", "/a", False),
        ("User-agent: minhtin*\nDisallow: /", "/a", False),
        ("User-agent: Khac\nUser-agent: MinhTinh\nDisallow: /", "/a", True),
        ("User-agent: Khac # x\nUser-agent: MinhTin\nDisallow: /", "/a", False),
        ("User agent Khac\nDisallow: /", "/a", True),
        ("", "/a", True),
    ],
)
def test_rules_of_robots_txt(body: str, path: str, allowed: bool) -> None:
    assert rules(body).can_fetch(f"https://a.vn{path}", AGENT) is allowed


def test_many_robots_before_many_rules_are_no_product() -> None:
    robots = "\n".join(f"User-agent: r{number}" for number in range(12_000))
    paths = "\n".join(f"Disallow: /{number}" for number in range(12_000))
    found = rules(f"{robots}\n{paths}\nUser-agent: *\nDisallow: /x")
    assert not found.can_fetch("https://a.vn/x", AGENT)
    assert found.can_fetch("https://a.vn/11", AGENT)


@given(st.binary(max_size=300) | st.text("user-agent:* \t\r\nMT#", max_size=200))
def test_any_rules_are_read(body: bytes | str) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    assert len(only_for(AGENT, raw).splitlines()) == len(raw.splitlines())
