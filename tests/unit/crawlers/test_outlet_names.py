from dataclasses import replace

from crawlers.articles import with_outlet
from domain.profile import Outlet
from pipeline_fakes import post

KNOWN = (Outlet(id="bao-a", name="Báo A", domains=("baoa.example",)),)


def test_a_known_domain_names_the_outlet_whatever_the_page_says():
    found = replace(post(1, "x", outlet="BAO A ONLINE"), url="https://m.baoa.example/1")
    assert with_outlet(found, KNOWN, "nguồn").outlet == "Báo A"


def test_an_unknown_domain_keeps_the_pages_word_or_takes_the_sources():
    said = post(1, "x", outlet="Báo B")
    assert with_outlet(said, KNOWN, "nguồn").outlet == "Báo B"
    assert with_outlet(post(2, "x"), KNOWN, "Báo C").outlet == "Báo C"
