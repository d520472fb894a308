"""A real engine behind a proxy that fails: nothing is lost, all is accounted for."""

import secrets

import pytest

from contracts.search_index import analysis, get, ids, page, post, texts
from domain.errors import (
    ConfigurationError,
    NotLetInError,
    RetryLaterError,
    StoreFullError,
)
from searchindex.adapters import elastic_bulk, elastic_rows
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_options import ElasticOptions
from support_engines import certificates
from support_faults import (
    FaultProxy,
    cut_after,
    cut_before,
    refuse,
    refuse_every,
)
from support_search import installation, open_index
from support_search import options as options_for


@pytest.fixture(params=["elasticsearch", "opensearch"])
def engine(request):
    return request.param, request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def proxy(engine):
    with FaultProxy(engine[1]) as proxy:
        yield proxy


@pytest.fixture
def options(engine, proxy):
    name, _ = engine
    with installation(proxy.url, name) as options:
        yield options


@pytest.fixture
def index(options):
    index = open_index(options, patience=5.0)
    yield index
    index.close()


def put(index, count, revision=1):
    writer = index.writer()
    for n in range(count):
        text = f"mưa bản {revision}"
        writer.put_analysis(analysis(post(f"p{n}", text, hours=n, revision=revision)))
    return writer


def found(index, query="mưa"):
    return sorted(ids(index, query, size=100), key=lambda i: int(i[1:]))


def settings(options, **values):
    client = connect(options)
    body = {"index": {"blocks": values}}
    client.send("PUT", f"/{options.prefix}-v*/_settings", body)
    client.close()


@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        ([refuse(429), refuse(429)], [20, 20, 20]),
        ([refuse(503, "unavailable_shards_exception")], [20, 20]),
        ([cut_before], [20, 20]),
    ],
)
def test_a_request_that_was_not_carried_out_is_sent_again(
    index, proxy, faults, requests
):
    proxy.faults += faults
    result = put(index, 20).flush()
    assert (result.written, result.stale, result.failed) == (20, 0, ())
    assert proxy.bulks == requests
    assert found(index) == [f"p{n}" for n in range(20)]


def test_a_request_whose_answer_was_lost_is_not_carried_out_twice(index, proxy):
    proxy.faults.append(cut_after)
    result = put(index, 20).flush()
    assert (result.written, result.stale, result.failed) == (20, 0, ())
    assert proxy.bulks == [20]
    assert len(found(index)) == 20


@pytest.mark.parametrize("status", [429, 503])
def test_only_refused_items_are_sent_again(index, proxy, status):
    proxy.faults += [refuse_every(4, status), refuse_every(2, status)]
    result = put(index, 20).flush()
    assert (result.written, result.stale, result.failed) == (20, 0, ())
    assert proxy.bulks == [20, 5, 3]
    assert len(found(index)) == 20


def test_an_outage_longer_than_patience_keeps_the_items(options, proxy):
    index = open_index(options, patience=0.3)
    writer = put(index, 5)
    proxy.faults += [refuse(503, "x")] * 100
    with pytest.raises(RetryLaterError):
        writer.flush()
    proxy.faults.clear()
    assert writer.flush().written == 5
    assert len(found(index)) == 5
    index.close()


def test_a_mapping_error_fails_one_post(index, monkeypatch):
    whole = elastic_rows.source

    def spoilt(state, encoded, bands_of):
        made = whole(state, encoded, bands_of)
        if state.analysis.post.id == "p3":
            made = made[:-1] + b',"nobody_declared_this":1}'
        return made

    monkeypatch.setattr("searchindex.adapters.elastic_writer.source", spoilt)
    result = put(index, 6).flush()
    assert (result.written, result.stale) == (5, 0)
    ((post_id, why),) = result.failed
    assert post_id == "p3"
    assert "strict_dynamic_mapping" in why
    assert found(index) == ["p0", "p1", "p2", "p4", "p5"]


def test_a_line_that_breaks_its_request_fails_one_post(index, monkeypatch):
    lines = elastic_bulk.Write.lines

    def broken(self):
        made = lines(self)
        return made if self.post_id != "p3" else b"[\n" + made.split(b"\n", 1)[1]

    monkeypatch.setattr(elastic_bulk.Write, "lines", broken)
    result = put(index, 6).flush()
    assert result.written == 5
    assert [post_id for post_id, _ in result.failed] == ["p3"]
    assert found(index) == ["p0", "p1", "p2", "p4", "p5"]


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_a_read_only_index_is_full_until_the_block_goes(index, options, block):
    texts(index, "mưa")
    settings(options, **{block: True})
    writer = put(index, 3)
    with pytest.raises(StoreFullError):
        writer.flush()
    assert len(ids(index, "mưa")) == 1
    settings(options, **{block: None})
    assert writer.flush().written == 3
    assert len(ids(index, "mưa")) == 4


def test_an_engine_out_of_reach(engine):
    options = ElasticOptions(
        urls=("http://127.0.0.1:9",), engine=engine[0], timeout_seconds=1
    )
    index = open_index(options, patience=0.2)
    with pytest.raises(RetryLaterError):
        page(index)
    with pytest.raises(RetryLaterError):
        put(index, 1).flush()
    with pytest.raises(RetryLaterError):
        index.begin_rebuild()
    index.close()


def test_another_node_answers_for_one_that_is_down(engine):
    name, url = engine
    with installation(url, name, urls=("http://127.0.0.1:9", url)) as options:
        index = open_index(options)
        put(index, 3).flush()
        for _ in range(4):
            assert len(found(index)) == 3
        index.close()


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ({"username": "an", "password": "mật"}, "Basic YW46beG6rXQ="),
        ({"api_key": "aWQ6a2hvYQ=="}, "ApiKey aWQ6a2hvYQ=="),
        ({"api_key": "id:khoa"}, "ApiKey aWQ6a2hvYQ=="),
    ],
)
def test_over_tls_signed_in(engine, tmp_path, fields, header):
    name, url = engine
    made = certificates.make(tmp_path)
    with (
        FaultProxy(url, made.keystore) as proxy,
        installation(proxy.url, name, ca_file=str(made.ca), **fields) as options,
    ):
        index = open_index(options)
        assert put(index, 2).flush().written == 2
        assert len(found(index)) == 2
        assert proxy.signed_in == {header}
        index.close()


def test_a_certificate_of_nobody_known_is_refused(engine, tmp_path):
    name, url = engine
    with FaultProxy(url, certificates.make(tmp_path).keystore) as proxy:
        index = open_index(options_for(proxy.url, name))
        with pytest.raises(NotLetInError, match=r"(?i)certificate"):
            page(index)
        assert proxy.signed_in == set()
        index.close()


@pytest.mark.parametrize(
    ("there", "set_to"),
    [("opensearch", "elasticsearch"), ("elasticsearch", "opensearch")],
)
def test_the_wrong_engine_is_named_and_left_as_it_was(request, there, set_to):
    url = request.getfixturevalue(f"{there}_url")
    prefix = f"t{secrets.token_hex(6)}"
    index = open_index(ElasticOptions(urls=(url,), engine=set_to, prefix=prefix))
    for act in (lambda: page(index), put(index, 1).flush, index.begin_rebuild):
        with pytest.raises(ConfigurationError, match="search_engine to " + there):
            act()
    index.close()
    client = connect(ElasticOptions(urls=(url,), engine=there))
    assert client.send("GET", f"/{prefix}*/_alias") == {}
    client.close()


def test_a_lost_index_is_made_again_empty_and_writable(index, options):
    texts(index, "mưa")
    client = connect(options)
    client.send("DELETE", f"/{index.live_version()}-all")
    client.close()
    assert ids(index, "mưa") == []
    assert put(index, 2).flush().written == 2
    assert get(index, "p1") is not None
