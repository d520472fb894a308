"""What limits count by."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.callers import neighbourhood


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
        ("x" * 9_000, "x" * 64),
    ],
)
def test_counted_by(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(1, 2**61 - 1))
def test_all_addresses_of_one_subscriber_are_one(one: int, two: int, net: int) -> None:
    first, second = (str(IPv6Address((net << 64) | part)) for part in (one, two))
    assert neighbourhood(first) == neighbourhood(second)
    other = str(IPv6Address(((net + 1) << 64) | one))
    assert neighbourhood(other) != neighbourhood(first)
