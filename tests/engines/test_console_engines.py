"""The console's browser tests on Kafka, a search engine and PostgreSQL."""

from collections.abc import Iterator

import pytest

from e2e.browser import IN_BROWSER
from e2e.conftest import page
from e2e.serving import console
from e2e.test_console_browser import (
    test_a_hostile_post_is_only_text,
    test_a_search_is_saved_and_found_again,
    test_a_type_of_harm_is_picked_by_typing,
    test_every_page_opens_says_sample_and_never_a_traceback,
    test_keys_do_nothing_while_typing_and_escape_leaves,
    test_only_the_administrator_sees_accounts,
    test_search_without_tone_marks_finds_and_marks,
    test_signing_out_closes_the_desk,
    test_ten_posts_by_keyboard_one_undone,
    test_the_address_names_the_post,
    test_the_english_switch,
)
from engines.drill_support import Engines, line_on
from integration.line_support import Line, lines_of
from wiring import bootstrap

__all__ = [
    "page",
    "test_a_hostile_post_is_only_text",
    "test_a_search_is_saved_and_found_again",
    "test_a_type_of_harm_is_picked_by_typing",
    "test_every_page_opens_says_sample_and_never_a_traceback",
    "test_keys_do_nothing_while_typing_and_escape_leaves",
    "test_only_the_administrator_sees_accounts",
    "test_search_without_tone_marks_finds_and_marks",
    "test_signing_out_closes_the_desk",
    "test_ten_posts_by_keyboard_one_undone",
    "test_the_address_names_the_post",
    "test_the_english_switch",
]
pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def line(
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    elasticsearch_url: str,
    postgres_url: str,
) -> Iterator[Line]:
    engines = Engines(
        kafka=kafka_bootstrap, search=elasticsearch_url, postgres=postgres_url
    )
    with line_on(tmp_path_factory.mktemp("console"), engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(line: Line) -> Iterator[str]:
    named = {f"MINHTIN_{name}": value for name, value in line.extra.items()}
    with console(line.home, named) as url:
        yield url


def test_what_was_decided_reaches_the_index(line: Line, address: str) -> None:
    """Last of all: what the tests before it decided goes the way of every decision."""
    line.done("jobs", "--once", "outbox")
    line.done("indexer", "--until-idle")
    casework = bootstrap.build_casework(line.settings)
    index = bootstrap.build_index(line.settings)
    decided = casework.latest([row["id"] for row in line.found()])
    shown = index.reader().get(list(decided))
    assert len(decided) >= 10
    assert {post: shown[post].review for post in decided} == dict(decided)
    assert casework.outbox_size() == 0
    assert casework.verify_audit().sound
    casework.close()
    index.close()
    assert lines_of(line.done("rejected", "list", "--json")) == []
    assert all(row["behind"] == 0 for row in lines_of(line.done("lag", "--json")))
