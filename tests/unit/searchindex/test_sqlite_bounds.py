"""What the contract leaves to the adapter: bounds, threads, damaged folders."""

import threading

import pytest

from contracts.search_index import analysis, fill, get, ids, page, post, texts, walk
from domain.errors import ConfigurationError, RetryLaterError
from searchindex.adapters.sqlite import SqliteSearchIndex
from searchindex.port import Order


def make(folder, **options):
    return SqliteSearchIndex(folder, bands_of=lambda prints: prints, **options)


def test_totals_and_facets_stop_at_the_bound(tmp_path):
    index = make(tmp_path, bound=5)
    texts(index, *["mưa"] * 8, "nắng")
    answer = page(index, "mưa", facets=("queue",))
    assert (answer.total, answer.total_exact) == (5, False)
    assert not index.capabilities.whole_facets
    assert answer.facets == {"queue": {"press": 5}}
    exact = page(index, "nắng")
    assert (exact.total, exact.total_exact) == (1, True)
    everything = page(index)
    assert (everything.total, everything.total_exact) == (9, True)
    index.close()


def test_urgency_looks_at_the_newest_within_the_bound(tmp_path):
    index = make(tmp_path, bound=5)
    fill(
        index,
        *(analysis(post(str(n), "mưa", hours=n), urgency=1 - n / 20) for n in range(8)),
    )

    def newer():
        fill(index, analysis(post("new", "mưa", hours=20), urgency=0.55))

    found = walk(index, "mưa", Order.URGENT, size=2, between=newer)
    assert found == ["3", "4", "5", "6", "7", "new"]
    assert ids(index, "", Order.URGENT)[:2] == ["0", "1"]
    index.close()


def test_best_first_is_not_bounded(tmp_path):
    index = make(tmp_path, bound=2)
    texts(index, "Điện Biên", *["diễn biến"] * 6)
    assert ids(index, "điện biên", Order.BEST)[0] == "0"
    assert len(walk(index, "điện biên", Order.BEST)) == 7
    index.close()


def test_many_posts_of_one_second_each_have_a_place(tmp_path, monkeypatch):
    # Two ids with the same tie bits are rare, so every id is made to share them.
    monkeypatch.setattr("searchindex.fields.tie", lambda _: 7)
    index = make(tmp_path)
    fill(index, *(analysis(post(f"p{n}", "mưa")) for n in range(20)))
    assert len(set(ids(index, "mưa", size=50))) == 20
    assert sorted(walk(index, "mưa")) == sorted(ids(index, "mưa", size=50))
    index.close()


def test_readers_of_several_threads_beside_a_writer(tmp_path):
    index = make(tmp_path)
    texts(index, "mưa")
    reader, errors = index.reader(), []

    def read():
        try:
            for _ in range(50):
                assert page(index, "mưa").total >= 1
                assert reader.count() >= 1
        except BaseException as error:  # noqa: BLE001 - handed to the asserting thread
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(10):
        fill(index, analysis(post(f"w{n}", "mưa")))
        if n % 3 == 0:
            with index.begin_rebuild() as writer:
                writer.put_analysis(analysis(post("kept", "mưa")))
            index.swap()
    for thread in threads:
        thread.join()
    assert errors == []
    index.close()


def test_an_index_of_another_mapping_asks_for_a_rebuild(tmp_path, monkeypatch):
    index = make(tmp_path)
    texts(index, "mưa")
    monkeypatch.setattr("searchindex.adapters.sqlite.VERSION", 99)
    with pytest.raises(ConfigurationError, match="reindex"):
        page(index, "mưa")
    with index.begin_rebuild() as writer:
        writer.put_analysis(analysis(post("a", "mưa")))
    index.swap()
    assert ids(index, "mưa") == ["a"]
    assert index.live_version() == "v99-2"
    index.close()


def test_a_damaged_file_is_named_with_its_cure(tmp_path):
    index = make(tmp_path)
    live = index.live_version()
    index.close()
    (tmp_path / f"{live}.sqlite").write_bytes(b"no database at all" * 500)
    index = make(tmp_path)
    with pytest.raises(RetryLaterError, match="reindex"):
        page(index)
    with index.begin_rebuild() as writer:
        writer.put_analysis(analysis(post("a", "mưa")))
    index.swap()
    assert ids(index) == ["a"]
    index.close()


def test_a_closed_index_says_so(tmp_path):
    index = make(tmp_path)
    reader = index.reader()
    index.close()
    with pytest.raises(RetryLaterError):
        reader.count()


def test_old_files_are_dropped(tmp_path):
    index = make(tmp_path)
    for n in range(3):
        with index.begin_rebuild() as writer:
            writer.put_analysis(analysis(post(f"a{n}")))
        index.swap()
        assert get(index, f"a{n}") is not None
    index.begin_rebuild().close()
    index.begin_rebuild().close()
    names = sorted(path.name for path in tmp_path.glob("v*.sqlite"))
    assert names == ["v1-4.sqlite", "v1-6.sqlite"]
    index.close()
