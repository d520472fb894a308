"""The frontier contract on PostgreSQL, and several crawlers on one frontier."""

import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.frontier import NOW, RUN, SEEN, SOURCE, FrontierContract
from crawlers.frontier import postgres
from crawlers.frontier.port import Frontier
from crawlers.frontier.postgres import PostgresFrontier
from domain.errors import ConfigurationError, RetryLaterError, StoreFullError
from domain.ids import PostId
from integration.test_crawl_shared import check_two_crawlers
from support_postgres.places import ask, database, on
from support_postgres.server import private_server

SECRET = "khong-duoc-lo-ra"


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with database(postgres_url) as url:
        yield url


class TestPostgresFrontier(FrontierContract):
    @pytest.fixture
    def frontier(self, url: str) -> Iterator[Frontier]:
        self.url = url
        frontier = PostgresFrontier(url)
        yield frontier
        frontier.close()

    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        # The server's clock is not ours to move, so the leases go back in time.
        ask(
            self.url,
            "UPDATE frontier_lease SET until = until - make_interval(secs => %s)",
            seconds,
        )
        ask(
            self.url,
            "UPDATE frontier_waiting SET until = until - make_interval(secs => %s)",
            seconds,
        )


@pytest.fixture
def frontier(url: str) -> Iterator[PostgresFrontier]:
    frontier = PostgresFrontier(url)
    yield frontier
    frontier.close()


@pytest.mark.slow
def test_a_site_has_one_visitor_at_a_time(url: str, tmp_path: Path) -> None:
    check_two_crawlers(url, tmp_path)


def test_it_survives_its_process(url: str) -> None:
    first = PostgresFrontier(url)
    first.acknowledge(SEEN, ())
    first.record_run(RUN, NOW)
    first.close()
    second = PostgresFrontier(url)
    assert second.seen(SEEN.post_id) == SEEN
    assert second.runs(SOURCE, 1) == (RUN,)
    second.close()


def test_old_runs_are_dropped(
    frontier: PostgresFrontier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "KEPT_RUNS", 50)
    for number in range(60):
        at = NOW + timedelta(minutes=number)
        frontier.record_run(replace(RUN, started=at), at)
    runs = frontier.runs(SOURCE, 1000)
    assert len(runs) == 50
    assert runs[0].started == NOW + timedelta(minutes=59)


def test_a_visit_told_twice_is_one(frontier: PostgresFrontier) -> None:
    frontier.record_run(RUN, NOW)
    frontier.record_run(RUN, NOW)
    assert frontier.runs(SOURCE, 10) == (RUN,)


OPEN = """
import sys
from crawlers.frontier.postgres import PostgresFrontier
PostgresFrontier(sys.argv[1]).close()
"""


def test_many_crawlers_may_open_a_new_database_at_once(url: str) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", OPEN, url]) for _ in range(5)]
    assert [program.wait(60) for program in programs] == [0] * 5
    assert ask(url, "SELECT version FROM frontier_version") == [(3,)]


def test_an_older_program_refuses_a_newer_frontier(url: str) -> None:
    PostgresFrontier(url).close()
    ask(url, "UPDATE frontier_version SET version = 99")
    with pytest.raises(ConfigurationError, match="newer"):
        PostgresFrontier(url)


def test_it_lies_beside_casework(url: str) -> None:
    frontier = PostgresFrontier(url)
    SqlCaseworkStore(url).close()
    SqlCaseworkStore(url).close()
    frontier.acknowledge(SEEN, ())
    assert frontier.seen(SEEN.post_id) == SEEN
    frontier.close()


def test_crawlers_that_share_addresses_do_not_stop_each_other(url: str) -> None:
    errors: list[Exception] = []
    urls = [f"https://a.vn/{n}" for n in range(20)]

    def work(seed: int) -> None:
        frontier = PostgresFrontier(url)
        try:
            for number in range(30):
                turned = urls[seed:] + urls[:seed]
                post = PostId(f"p{number % 3}")
                seen = replace(SEEN, post_id=post, revision=number, url=turned[0])
                frontier.acknowledge(seen, tuple(turned[:: 1 - 2 * (seed % 2)]))
        except Exception as error:  # noqa: BLE001 - shown by the test
            errors.append(error)
        finally:
            frontier.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    frontier = PostgresFrontier(url)
    assert {frontier.resolve(url) for url in urls} <= {"p0", "p1", "p2"}
    assert ask(url, "SELECT max(revision) FROM frontier_post") == [(29,)]
    frontier.close()


def test_a_connection_that_died_is_replaced_unseen(
    frontier: PostgresFrontier, url: str
) -> None:
    for revision in range(3, 6):
        ask(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'minhtin-frontier' "
            "AND datname = current_database()",
        )
        frontier.acknowledge(replace(SEEN, revision=revision), ())
        known = frontier.seen(SEEN.post_id)
        assert known is not None
        assert known.revision == revision


def refused(url: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        PostgresFrontier(url)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_who_is_not_let_in_hears_it_without_the_password(url: str) -> None:
    address = make_url(url)
    for wrong in (
        address.set(password=SECRET),
        address.set(username="nobody", password=SECRET),
    ):
        refused(wrong.render_as_string(hide_password=False), ConfigurationError)
    refused(on(url, "no_such_database"), ConfigurationError)
    refused(f"mysql://a:{SECRET}@host/db", ConfigurationError)
    refused(f"postgresql://a:b@host:{SECRET}/db", ConfigurationError)


def test_a_full_disk_is_said_at_once(frontier: PostgresFrontier, url: str) -> None:
    ask(
        url,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$",
    )
    ask(
        url,
        "CREATE TRIGGER fail BEFORE INSERT ON frontier_post "
        "FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    with pytest.raises(StoreFullError):
        frontier.acknowledge(SEEN, ("https://a.vn/x",))
    assert frontier.resolve("https://a.vn/x") is None


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_fall_of_the_server() -> None:
    with private_server() as server:
        ask(server.url, "CREATE DATABASE office")
        frontier = PostgresFrontier(on(server.url, "office"))
        for number in range(50):
            seen = replace(SEEN, post_id=PostId(f"p{number}"), url=f"u{number}")
            frontier.acknowledge(seen, ())
        assert frontier.claim("a.vn", "one", 3600)
        server.kill()
        with pytest.raises(RetryLaterError):
            frontier.seen(SEEN.post_id)
        began = time.monotonic()
        with pytest.raises(RetryLaterError):
            frontier.claim("a.vn", "two", 60)
        assert time.monotonic() - began < 1
        server.start()
        for number in range(50):
            known = frontier.seen(PostId(f"p{number}"))
            assert known is not None
            assert frontier.resolve(f"u{number}") == known.post_id
        assert not frontier.claim("a.vn", "two", 60)
        assert frontier.claim("a.vn", "one", 60)
        frontier.close()


@pytest.mark.slow
def test_a_short_absence_is_waited_for() -> None:
    with private_server() as server:
        frontier = PostgresFrontier(server.url)
        server.stop()
        starting = threading.Timer(0.5, server.start)
        starting.start()
        frontier.acknowledge(SEEN, ())
        starting.join()
        assert frontier.seen(SEEN.post_id) == SEEN
        frontier.close()
