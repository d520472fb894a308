"""The reader's page names every field, order and Vietnamese field name."""

from pathlib import Path

import pytest

from searchindex.document import FIELDS
from searchindex.names import field_named
from searchindex.port import Order

PAGE = Path(__file__).parents[3] / "docs" / "search.md"
ROWS = {
    line.split("|")[1].strip(" `"): line.split("|")[2]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_described(name):
    assert name in ROWS


@pytest.mark.parametrize("name", FIELDS)
def test_the_vietnamese_names_lead_to_their_field(name):
    for other in ROWS[name].split(","):
        if typed := other.strip(" `"):
            assert field_named(typed) == name


@pytest.mark.parametrize("order", Order)
def test_every_order_is_described(order):
    assert f"**{order.value}**" in PAGE.read_text(encoding="utf-8")
