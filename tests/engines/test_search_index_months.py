"""One index a month: made, shared, swapped, searched and dropped on real engines."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.search_index import analysis, fill, get, ids, page, post, review
from domain.clock import ManualClock
from domain.errors import RetryLaterError, StoreFullError
from searchindex.adapters import elastic_versions
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_places import EARLIER, month_of
from searchindex.port import Order, Search
from support_faults import FaultProxy, cut_after, refuse_every
from support_search import installation, open_index

TESTS = Path(__file__).parents[1]
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)

WRITER = """
import sys
sys.path.insert(0, sys.argv[4])
from datetime import UTC, datetime
from contracts.search_index import analysis, post
from support_search import open_index, options
index = open_index(options(sys.argv[1], sys.argv[2], sys.argv[3], monthly=True))
writer = index.writer()
for n in range(100_000):
    at = datetime(2023 + n // 12 % 3, n % 12 + 1, 5, tzinfo=UTC)
    for k in range(3):
        writer.put_analysis(analysis(post(f"w-{n}-{k}", "mưa", published=at)))
    assert writer.flush().written == 3
    print(n, flush=True)
"""


@pytest.fixture(params=["elasticsearch", "opensearch"])
def engine(request):
    return request.param, request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def options(engine):
    name, url = engine
    with installation(url, name, monthly=True) as options:
        yield options


@pytest.fixture
def index(options):
    index = open_index(options)
    yield index
    index.close()


@pytest.fixture
def client(options):
    client = connect(options)
    yield client
    client.close()


def month(n):
    """Return the middle of the month `n` months ago."""
    first = NOW.replace(day=15, hour=3)
    back = first.month - 1 - n
    return first.replace(year=first.year + back // 12, month=back % 12 + 1)


def put(index, *names, ago=0, **fields):
    at = month(ago)
    items = [analysis(post(n, "mưa", published=at, **fields)) for n in names]
    fill(index, *items)


def delete(index, *names):
    with index.writer() as writer:
        for name in names:
            writer.delete(name)


def months(client, options):
    """Return the months that have an index, by version."""
    found = {}
    for name in client.send("GET", f"/{options.prefix}-*/_alias"):
        version, _, part = name.removesuffix("-all").rpartition("-")
        if len(part) == len(EARLIER):
            found.setdefault(version, []).append(part)
    return {version: sorted(held) for version, held in found.items()}


def documents(client, options):
    """Return how many documents each post has in the live version."""
    body = {"size": 1000, "query": {"term": {"shown": True}}}
    answer = client.send("POST", f"/{options.prefix}-v*/_search", body)
    states = [json.loads(h["_source"]["state"]) for h in answer["hits"]["hits"]]
    return Counter(state["analysis"]["post"]["id"] for state in states)


def test_months_are_of_publication_and_few():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert month_of(datetime(2025, 3, 1, tzinfo=UTC), now) == "202503"
    assert month_of(datetime(2031, 1, 1, tzinfo=UTC), now) == "202611"
    assert month_of(datetime(2020, 12, 31, tzinfo=UTC), now) == EARLIER
    assert month_of(datetime(1, 1, 1, tzinfo=UTC), now) == EARLIER


def test_an_index_a_month(index, options, client):
    put(index, "a", "b")
    put(index, "c", ago=2)
    with index.writer() as writer:
        writer.put_review(review("d"))
    version = index.live_version()
    wanted = {f"{month(n):%Y%m}" for n in (0, 2)} | {"202611"}
    assert set(months(client, options)[version]) == wanted
    put(index, "a", ago=5, revision=2)
    put(index, "d", ago=5)
    assert set(months(client, options)[version]) == wanted
    assert set(documents(client, options).values()) == {1}


def test_a_process_without_the_setting_writes_months_too(index, options, client):
    put(index, "a", ago=1)
    with installation(options.urls[0], options.engine, prefix=options.prefix) as flat:
        other = open_index(flat)
        put(other, "a", ago=3, revision=2)
        put(other, "b", ago=3)
        assert len(months(client, options)[index.live_version()]) == 2
        assert set(documents(client, options).values()) == {1}
        with other.begin_rebuild() as writer:
            writer.put_analysis(analysis(post("r", "mưa")))
        other.swap()
        assert months(client, options) == {}
        assert ids(index, "mưa") == ids(other, "mưa") == ["r"]
        other.close()


def test_two_writers_that_make_a_month_at_once(options, client):
    indexes = [open_index(options) for _ in range(4)]
    indexes[0].live_version()
    together, errors = threading.Barrier(4), []

    def write(number):
        try:
            writer = indexes[number].writer()
            # Each believes the same posts to be of another time.
            for n in range(20):
                at = month(number % 2 + 1)
                item = post(f"p{n}", "mưa", published=at, revision=number + 1)
                writer.put_analysis(analysis(item))
            together.wait()
            result = writer.flush()
            assert result.written + result.stale == 20
            assert result.failed == ()
        except BaseException as error:  # noqa: BLE001 - handed to the asserting thread
            errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert documents(client, options) == {f"p{n}": 1 for n in range(20)}
    held = indexes[0].reader().get([f"p{n}" for n in range(20)])
    assert {d.post.revision for d in held.values()} == {4}
    assert all(len(d.history) == 3 for d in held.values())
    for index in indexes:
        index.close()


def test_a_writer_killed_among_new_months_leaves_all_usable(index, options, client):
    index.live_version()
    flushed = []
    for lines in (1, 4):
        given = (options.urls[0], options.engine, options.prefix, str(TESTS))
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, *given], stdout=subprocess.PIPE, text=True
        )
        for _ in range(lines):
            assert process.stdout.readline(), "the process ended"
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        flushed.append(lines - 1 + len(out.split()))
        delete(index, *(f"w-{n}-{k}" for n in range(60) for k in range(3)))
        index.drop_deleted(LATER)
        assert ids(index) == []
    assert max(flushed) >= 3
    put(index, "w-1-0", "w-4-0", ago=3)
    assert set(ids(index, "mưa")) == {"w-1-0", "w-4-0"}
    assert set(documents(client, options).values()) == {1}


def test_a_note_without_its_month_is_made_good(index, options, client, monkeypatch):
    index.live_version()

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(elastic_versions.Catalogue, "add_month", die)
        writer = index.writer()
        writer.put_analysis(analysis(post("a", "mưa", published=month(2))))
        with pytest.raises(KeyboardInterrupt):
            writer.flush()
    assert months(client, options) == {}
    assert get(index, "a") is None
    put(index, "a", ago=7, revision=2)
    assert months(client, options)[index.live_version()] == [f"{month(2):%Y%m}"]
    assert ids(index, "mưa") == ["a"]


def test_a_swap_takes_all_months_and_drops_the_former(index, options, client):
    for n in range(6):
        put(index, f"old{n}", ago=n)
    old = index.live_version()
    with index.begin_rebuild() as rebuild:
        for n in range(3):
            at = month(n)
            rebuild.put_analysis(analysis(post(f"new{n}", "mưa", published=at)))
    put(index, "both", ago=9)
    assert len(ids(index, "mưa", size=99)) == 7
    other = open_index(options)
    assert len(ids(other, "mưa", size=99)) == 7
    index.swap()
    for reader in (index, other):
        found = ids(reader, "mưa", size=99)
        assert sorted(found) == ["both", "new0", "new1", "new2"]
    assert old not in months(client, options)
    assert len(months(client, options)[index.live_version()]) == 4
    other.close()


def test_a_month_made_while_a_swap_falls_is_on_the_right_side(
    index, options, monkeypatch
):
    put(index, "a", ago=1)
    rebuild = index.begin_rebuild()
    rebuild.put_analysis(analysis(post("r", "mưa", published=month(1))))
    rebuild.flush()
    make = elastic_versions.Catalogue.add_month

    def swapped(self, version, name):
        monkeypatch.setattr(elastic_versions.Catalogue, "add_month", make)
        index.swap()
        make(self, version, name)

    monkeypatch.setattr(elastic_versions.Catalogue, "add_month", swapped)
    other = open_index(options)
    put(other, "late", ago=4)
    assert sorted(ids(index, "mưa")) == sorted(ids(other, "mưa")) == ["late", "r"]
    rebuild.close()
    other.close()


def test_dates_choose_the_months_that_are_asked(index, options, client):
    for n in range(6):
        put(index, f"p{n}", ago=n)
    # Revised to another month than that of its index: still found by its date.
    put(index, "p5", ago=2, revision=2)
    first = month(2).replace(day=1).date()
    last = month(1).replace(day=1).date()
    asked = f"published:{first}..{last - timedelta(days=1)}"
    for order in Order:
        assert sorted(ids(index, asked, order)) == ["p2", "p5"]
    reader = index.reader()
    body, _ = reader._question(Search(query=page_query(asked), order=Order.URGENT), 20)
    params = {"pre_filter_shard_size": "1"}
    names = reader._catalogue.reading().names
    answer = client.send("POST", f"/{names}/_search", body, params)
    assert answer["_shards"]["total"] == 7
    assert answer["_shards"]["skipped"] >= 3


def page_query(text):
    from searchindex.parse import parse

    return parse(text, today=NOW.date()).node


def test_only_a_month_in_which_nothing_stays_is_dropped(index, options, client):
    for n in (1, 2, 3):
        put(index, f"x{n}", f"y{n}", ago=n)
    with index.writer() as writer:
        writer.put_review(review("y2"))
    version = index.live_version()
    names = [f"{month(n):%Y%m}" for n in (3, 2, 1)]
    assert set(names) <= set(months(client, options)[version])
    delete(index, "x1", "x2", "x3", "y3")
    assert index.drop_deleted(NOW - timedelta(days=1)) == 0
    assert index.drop_deleted(LATER) == 4
    assert f"{month(3):%Y%m}" not in months(client, options)[version]
    assert set(names[1:]) <= set(months(client, options)[version])
    assert sorted(ids(index, "mưa")) == ["y1", "y2"]
    put(index, "y3", ago=0, revision=3)
    assert names[0] in months(client, options)[version]
    assert sorted(ids(index, "mưa")) == ["y1", "y2", "y3"]


def test_a_post_that_comes_back_while_its_month_is_closed_is_not_lost(
    index, options, client
):
    put(index, "a", ago=3)
    delete(index, "a")
    name = f"{index.live_version()}-{month(3):%Y%m}"
    client.send("PUT", f"/{name}-all/_block/write")
    writer = index.writer()
    writer.put_analysis(analysis(post("a", "lại", published=month(3), revision=2)))
    with pytest.raises(StoreFullError):
        writer.flush()
    # What a killed process left closed the next run drops, and the writer goes on.
    assert index.drop_deleted(LATER) == 1
    assert writer.flush().written == 1
    assert ids(index, "lại") == ["a"]
    writer.close()


def test_a_post_that_came_back_between_the_looks_keeps_its_month(
    index, options, client, monkeypatch
):
    put(index, "a", ago=3)
    delete(index, "a")
    whole = client.send
    back = analysis(post("a", "lại", published=month(3), revision=2))
    asked = index._client
    send = asked.send

    def meanwhile(method, path, body=None, params=None):
        if path.endswith("/_block/write"):
            fill(index, back)
        return send(method, path, body, params)

    monkeypatch.setattr(asked, "send", meanwhile)
    assert index.drop_deleted(LATER) == 0
    monkeypatch.undo()
    assert ids(index, "lại") == ["a"]
    fill(index, analysis(post("a", "nữa", published=month(3), revision=3)))
    assert ids(index, "nữa") == ["a"]
    assert whole("GET", f"/{options.prefix}-*/_alias")


@pytest.mark.parametrize(
    "fault", [refuse_every(4, 429), refuse_every(3, 503), cut_after]
)
def test_months_account_for_every_item_when_the_engine_fails(engine, fault):
    name, url = engine
    with (
        FaultProxy(url) as proxy,
        installation(proxy.url, name, monthly=True) as options,
    ):
        index = open_index(options, patience=5.0)
        index.live_version()
        proxy.faults += [fault] * 3
        writer = index.writer()
        for n in range(20):
            at = month(n % 3)
            writer.put_analysis(analysis(post(f"p{n}", "mưa", published=at)))
        result = writer.flush()
        assert (result.written, result.stale, result.failed) == (20, 0, ())
        assert len(ids(index, "mưa", size=99)) == 20
        index.close()


def test_an_outage_is_one_warning(options, capsys):
    away = open_index(
        type(options)(
            urls=("http://127.0.0.1:9",), engine=options.engine, timeout_seconds=1
        ),
        patience=0.5,
    )
    writer = away.writer()
    writer.put_analysis(analysis(post("a")))
    for _ in range(3):
        with pytest.raises(RetryLaterError):
            writer.flush()
        with pytest.raises(RetryLaterError):
            page(away)
    away.close()
    said = "".join(capsys.readouterr())
    assert said.count("search_engine_out_of_reach") == 1
    assert len(said.splitlines()) == 1


def test_tombstones_are_dated_by_the_clock_that_is_given(options):
    clock = ManualClock()
    index = open_index(options, clock=clock)
    fill(index, analysis(post("a")))
    delete(index, "a")
    assert index.drop_deleted(clock.now()) == 0
    assert index.drop_deleted(clock.now() + timedelta(seconds=1)) == 1
    index.close()
