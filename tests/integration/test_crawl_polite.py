"""What crawlers promise to hosts, over real HTTP: gaps, rests, hours, budgets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.hours import next_day
from domain.ids import SourceId
from support_crawl.hamlet import HTML, Answer, Hamlet, article, hamlet, rss
from support_crawl.jobs import only, run_job, said

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ARTICLES = [f"/bai-{number}.html" for number in range(1, 9)]


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet() as made:
        made.add("/rss", rss(*ARTICLES), ETag='"f"')
        for number, path in enumerate(ARTICLES, 1):
            made.add(path, article(number))
        yield made


@pytest.fixture
def job(tmp_path: Path, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
    return {"home": str(tmp_path), "sources": [source], "delay": 0.01}


def frontier(job: dict[str, Any]) -> SqliteFrontier:
    return SqliteFrontier(Path(job["home"]) / "frontier.sqlite")


def test_hosts_of_one_address_share_its_pace(site: Hamlet, job: dict[str, Any]) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.2\n"
    port = site.base.rpartition(":")[2]
    names = {"mot.test": ["127.0.0.31"], "hai.test": ["127.0.0.31"]}
    job |= {"names": names, "delay": 0.2}
    job["sources"] = [
        {
            "id": name[:3],
            "name": name,
            "kind": "feed",
            "url": f"http://{name}:{port}/rss",
        }
        for name in names
    ]
    lines = run_job(job)
    assert len(said(lines, "seen")) == 2 * len(ARTICLES)
    hosts = [headers["Host"].partition(":")[0] for _, _, headers in site.asked]
    assert hosts[:6] != sorted(hosts[:6]), "both are visited at once"
    assert site.gap() >= 0.2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_host_that_says_wait_is_not_asked_before(
    site: Hamlet, job: dict[str, Any], form: str
) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    wait = "7200" if form == "seconds" else format_datetime(until, usegmt=True)
    site.pages[ARTICLES[2]] = (503, {**HTML, "Retry-After": wait}, b"")
    first = only(run_job(job), "run")
    asked = len(site.asked)
    assert site.asked[-1][0] == ARTICLES[2]
    read = asked - len(["/robots.txt", "/rss", ARTICLES[2]])
    assert first["new"] == read
    assert first["errors"] == {"http_503": 1}
    # The visit ends at the first page that is refused; the others keep waiting.
    assert first["message"] == "host_rests: 1"
    # Another process, as after a restart; it does not even ask for the rules.
    again = only(run_job(job), "run")
    assert len(site.asked) == asked
    assert again["message"] == "host_rests: 1"
    assert not frontier(job).due(SourceId("bao"), until - timedelta(minutes=1))
    # What was not asked is found once the host may be asked again.
    frontier(job).rest_host("127.0.0.31", datetime.now(UTC), 1)
    site.add(ARTICLES[2], article(3))
    assert only(run_job(job), "run")["new"] == len(ARTICLES) - read
    assert frontier(job).host_rest("127.0.0.31") is None


def test_a_failing_host_is_left_alone_and_probed_once(
    site: Hamlet, job: dict[str, Any]
) -> None:
    for path in ARTICLES:
        site.pages[path] = (500, HTML, b"")
    job["limits"] = {"retries": 0, "retry_after_seconds": 5.0}
    run = only(run_job(job), "run")
    assert run["errors"] == {"http_500": 5}
    assert run["message"] == "host_rests: 1"
    rest = frontier(job).host_rest("127.0.0.31")
    assert rest
    assert rest.failures == 5
    assert rest.until > datetime.now(UTC) + timedelta(seconds=40)

    answer = site.answer

    def down(path: str, headers: dict[str, str]) -> Answer:
        answer(path, headers)
        return 500, HTML, b""

    site.answer = down  # type: ignore[method-assign]
    frontier(job).rest_host("127.0.0.31", datetime.now(UTC), 8)
    site.asked.clear()
    job["limits"]["retries"] = 2
    run = only(run_job(job), "run")
    assert [path for path, _, _ in site.asked] == ["/robots.txt"]
    rest = frontier(job).host_rest("127.0.0.31")
    assert rest
    assert rest.failures == 9
    assert rest.until > datetime.now(UTC) + timedelta(minutes=14)


def test_a_host_that_is_back_is_forgiven(site: Hamlet, job: dict[str, Any]) -> None:
    frontier(job).rest_host("127.0.0.31", datetime.now(UTC), 9)
    assert only(run_job(job), "run")["new"] == len(ARTICLES)
    assert frontier(job).host_rest("127.0.0.31") is None


def test_no_source_is_asked_in_its_quiet_hours(
    site: Hamlet, job: dict[str, Any]
) -> None:
    now = datetime.now(ZONE)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    job["sources"][0]["quiet_hours"] = f"{begin:%H:%M}-{end:%H:%M}"
    run = only(run_job(job), "run")
    assert site.asked == []
    assert run["message"] == "quiet_hours: 1"
    assert run["errors"] == {}
    assert not frontier(job).due(SourceId("bao"), end - timedelta(minutes=2))
    job["sources"][0]["quiet_hours"] = f"{end:%H:%M}-{begin:%H:%M}"
    assert only(run_job(job), "run")["new"] == len(ARTICLES)


def test_a_sources_budget_outlives_the_process(
    site: Hamlet, job: dict[str, Any]
) -> None:
    job["sources"][0]["requests_a_day"] = 5
    run = only(run_job(job), "run")
    assert (len(site.asked), run["requests"], run["new"]) == (5, 5, 3)
    assert run["message"] == "budget: 1"
    assert frontier(job).validators(f"{site.base}/rss") == {}
    tomorrow = next_day(datetime.now(UTC), ZONE)
    assert not frontier(job).due(SourceId("bao"), tomorrow - timedelta(seconds=1))
    assert only(run_job(job), "run")["new"] == 0
    assert len(site.asked) == 5


def test_the_budget_of_all_sources(site: Hamlet, job: dict[str, Any]) -> None:
    job["budget"] = {"a_day": 4, "a_minute": 100}
    job["sources"].append({**job["sources"][0], "id": "hai"})
    runs = said(run_job(job), "run")
    assert len(site.asked) == 4
    assert [run["new"] for run in runs] == [2, 0]
    assert runs[1]["message"] == "budget: 1"


def test_without_a_contact_no_site_is_visited(
    site: Hamlet, job: dict[str, Any]
) -> None:
    job["agent"] = "MinhTin/1"
    with pytest.raises(AssertionError, match="names no contact"):
        run_job(job)
    assert site.asked == []


def test_a_long_file_of_rules_is_obeyed_as_far_as_it_is_read(
    site: Hamlet, job: dict[str, Any]
) -> None:
    rules = "User-agent: *\nDisallow: /*-5.html\nCrawl-delay: 0.05\n"
    site.robots = f"{rules}{'# x' * 200_000}\nDisallow: /\n"
    lines = run_job(job)
    asked = {path for path, _, _ in site.asked}
    assert asked == {"/robots.txt", "/rss", *ARTICLES} - {ARTICLES[4]}
    assert only(lines, "run")["message"] == "robots: 1"
    assert site.gap() >= 0.05


def test_without_rules_all_may_be_asked(site: Hamlet, job: dict[str, Any]) -> None:
    answer = site.answer

    def without(path: str, headers: dict[str, str]) -> Answer:
        status, sent, body = answer(path, headers)
        return (404 if path == "/robots.txt" else status), sent, body

    site.answer = without  # type: ignore[method-assign]
    site.robots = "User-agent: *\nDisallow: /\n"
    assert len(said(run_job(job), "seen")) == len(ARTICLES)


def test_rules_that_cannot_be_had_are_an_error(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.answer = lambda _path, _headers: (503, HTML, b"")  # type: ignore[method-assign]
    run = only(run_job(job), "run")
    assert run["errors"] == {"robots_unreachable": 1}


def test_rules_are_asked_for_once_and_a_rate_is_a_gap(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.robots = "User-agent: *\nRequest-rate: 10/1s\n"
    job["sources"].append({**job["sources"][0], "id": "hai"})
    run_job(job)
    assert site.gap() >= 0.1
    assert site.times("/robots.txt") == 1
