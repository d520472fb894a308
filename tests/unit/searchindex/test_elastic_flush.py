"""A flush accounts for every item, whatever the engine answers."""

import pytest

from contracts.search_index import analysis, post, review
from domain.clock import ManualClock
from domain.errors import ConfigurationError, RetryLaterError, StoreFullError
from searchindex.adapters import elastic_bulk
from searchindex.adapters.elastic_errors import Refused
from searchindex.adapters.elastic_options import ElasticOptions
from searchindex.adapters.elastic_rows import key_of_post
from searchindex.adapters.elastic_versions import Catalogue
from searchindex.adapters.elastic_writer import ElasticWriter
from searchindex.intake import decode_state
from support_elastic_fake import FakeEngine, refused

OPTIONS = ElasticOptions(urls=("http://127.0.0.1:9",), prefix="t")


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def catalogue(engine):
    return Catalogue(engine, OPTIONS, ManualClock())


@pytest.fixture
def make(engine, catalogue):
    return lambda patience=5.0: ElasticWriter(
        engine, catalogue, lambda prints: prints, patience
    )


@pytest.fixture
def writer(make):
    return make()


def put(writer, count, revision=1):
    for n in range(count):
        writer.put_analysis(
            analysis(post(f"p{n}", f"bản {revision}", revision=revision))
        )


def states(engine):
    held = engine.docs("t-live").values()
    return [decode_state(source["state"].encode()) for _, source in held]


def answer_for(post_id, status, kind="es_rejected_execution_exception"):
    """Refuse one post of a request and carry out the rest."""

    def fault(engine, name, pairs):
        def one(action, source):
            ((_, about),) = action.items()
            if about["_id"] == key_of_post(post_id):
                return refused(action, status, kind)
            return engine.put(name, action, source)

        return {"items": [one(*pair) for pair in pairs]}

    return fault


def fail(error, carry_out=0):
    """Carry out the first items of a request, then raise."""

    def fault(engine, name, pairs):
        for pair in pairs[:carry_out]:
            engine.put(name, *pair)
        raise error

    return fault


def test_items_that_the_engine_was_too_busy_for_are_sent_again_alone(engine, writer):
    engine.faults += [answer_for("p1", 429), answer_for("p1", 503)]
    put(writer, 5)
    result = writer.flush()
    assert (result.written, result.stale, result.failed) == (5, 0, ())
    assert engine.bulks == [5, 1, 1]


def test_a_mapping_error_fails_its_post_and_no_other(engine, writer):
    engine.faults.append(answer_for("p1", 400, "mapper_parsing_exception"))
    put(writer, 3)
    writer.put_review(review("p1"))
    writer.put_analysis(analysis(post("p1")))
    result = writer.flush()
    assert (result.written, result.stale) == (2, 1)
    assert [post_id for post_id, _ in result.failed] == ["p1", "p1"]
    assert "mapper_parsing" in result.failed[0][1]
    assert len(states(engine)) == 2


def test_a_lost_answer_is_looked_up_and_counted_once(engine, writer):
    engine.faults.append(fail(RetryLaterError("cut"), carry_out=2))
    put(writer, 4)
    result = writer.flush()
    assert (result.written, result.stale) == (4, 0)
    assert engine.bulks == [4, 2]


def test_what_another_writer_wrote_meanwhile_is_merged(engine, make):
    first, second = make(), make()

    def meanwhile(engine, name, pairs):
        put(second, 1, revision=2)
        second.flush()
        return {"items": [engine.put(name, *pair) for pair in pairs]}

    put(first, 2)
    engine.faults.append(meanwhile)
    result = first.flush()
    assert (result.written, result.stale) == (1, 1)
    held = {s.analysis.post.id: s for s in states(engine)}
    assert held["p0"].analysis.post.revision == 2
    assert [f.text.text for f in held["p0"].history] == ["bản 1"]


def test_a_server_that_stays_busy_ends_the_flush_and_keeps_its_items(engine, make):
    writer = make(patience=0.2)
    busy = fail(Refused(429, "circuit_breaking_exception", "memory"))
    engine.faults += [busy] * 50
    put(writer, 2)
    with pytest.raises(RetryLaterError, match="circuit_breaking"):
        writer.flush()
    engine.faults.clear()
    assert writer.flush().written == 2


@pytest.mark.parametrize("status", [403, 429])
def test_a_read_only_index_is_a_full_store(engine, writer, status):
    block = "cluster_block_exception"
    engine.faults += [
        fail(Refused(status, block, "x")),
        answer_for("p0", status, block),
    ]
    put(writer, 1)
    for _ in range(2):
        with pytest.raises(StoreFullError):
            writer.flush()
    assert writer.flush().written == 1


def test_a_refused_sign_in_is_a_matter_of_configuration(engine, writer):
    engine.faults.append(fail(Refused(401, "security_exception", "no")))
    put(writer, 1)
    with pytest.raises(ConfigurationError, match="search_password"):
        writer.flush()


@pytest.mark.parametrize("status", [400, 413])
def test_a_request_refused_as_a_whole_is_halved_until_the_culprit_is_found(
    engine, writer, status
):
    culprit = key_of_post("p5")

    def fault(engine, name, pairs):
        if any(culprit in str(action) for action, _ in pairs):
            engine.faults.append(fault)
            raise Refused(status, "parsing", "culprit")
        engine.faults.append(fault)
        return {"items": [engine.put(name, *pair) for pair in pairs]}

    engine.faults.append(fault)
    put(writer, 8)
    result = writer.flush()
    assert result.written == 7
    assert [post_id for post_id, _ in result.failed] == ["p5"]


def test_requests_are_bounded_by_count_and_bytes(engine, writer, monkeypatch):
    monkeypatch.setattr(elastic_bulk, "MAX_ITEMS", 4)
    put(writer, 10)
    assert writer.flush().written == 10
    assert engine.bulks == [4, 4, 2]
    engine.bulks.clear()
    monkeypatch.setattr(elastic_bulk, "MAX_BYTES", 1)
    put(writer, 3, revision=2)
    assert writer.flush().written == 3
    assert engine.bulks == [1, 1, 1]


def test_a_rebuild_begun_during_a_flush_gets_its_items_too(engine, writer, catalogue):
    def begun(engine, name, pairs):
        catalogue.begin()
        return {"items": [engine.put(name, *pair) for pair in pairs]}

    engine.faults.append(begun)
    put(writer, 2)
    assert writer.flush().written == 2
    assert len(engine.docs("t-next")) == len(engine.docs("t-live")) == 2


def test_a_swap_during_a_flush_loses_nothing(engine, writer, catalogue):
    def swapped(engine, name, pairs):
        catalogue.begin()
        catalogue.swap()
        raise Refused(404, "index_not_found_exception", name)

    engine.faults.append(swapped)
    put(writer, 2)
    assert writer.flush().written == 2
    assert len(states(engine)) == 2
    assert len(engine.indices) == 1


def test_of_two_rebuilds_at_once_the_younger_stays(engine, catalogue):
    catalogue.ready()
    elder, younger = catalogue.begin(), catalogue.begin()
    assert catalogue.look().next == younger > elder
    assert f"{elder}-all" not in engine.indices
    catalogue.swap()
    assert catalogue.look().live == younger
    assert catalogue.look().unnamed == ()


def test_a_clock_set_back_makes_no_older_version(engine, catalogue):
    first = catalogue.begin()
    catalogue.clock.advance(days=-900)
    assert catalogue.begin() > first


def test_other_installations_indices_are_not_ours(engine, catalogue):
    engine._create("t-v2-of-theirs-all", {"aliases": ["t-v2-of-theirs-live"]})
    engine._create("t-v1-notes", {"aliases": []})
    catalogue.begin()
    catalogue.swap()
    assert {"t-v2-of-theirs-all", "t-v1-notes"} <= set(engine.indices)


def test_nothing_to_flush_asks_nothing(engine, writer):
    assert writer.flush().written == 0
    assert engine.indices == {}


def test_each_item_of_one_answer_has_its_own_fate(engine, writer):
    kinds = {"p1": 429, "p2": 400, "p3": 503, "p4": 409}
    wanted = {key_of_post(name): status for name, status in kinds.items()}

    def fault(engine, name, pairs):
        def one(action, source):
            status = wanted.get(action["create"]["_id"])
            if status is None:
                return engine.put(name, action, source)
            return refused(action, status, "some_exception")

        return {"items": [one(*pair) for pair in pairs]}

    engine.faults.append(fault)
    put(writer, 6)
    result = writer.flush()
    assert (result.written, result.stale) == (5, 0)
    assert [post_id for post_id, _ in result.failed] == ["p2"]
    assert engine.bulks == [6, 3]
    assert len(states(engine)) == 5


def test_a_version_that_became_live_during_a_flush_is_refreshed(
    engine, writer, catalogue
):
    def begun(engine, name, pairs):
        catalogue.begin()
        return {"items": [engine.put(name, *pair) for pair in pairs]}

    def swapped(engine, name, pairs):
        catalogue.swap()
        engine.refreshed.clear()
        return {"items": [engine.put(name, *pair) for pair in pairs]}

    engine.faults += [begun, swapped]
    put(writer, 2)
    assert writer.flush().written == 2
    assert engine.refreshed == [catalogue.look().live]
