"""Real engines answer as the reference does, for any documents and any questions."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from properties.test_search_adapters_agree import queries, replay, steps
from searchindex.adapters.memory import MemorySearchIndex
from support_search import installation, open_index

FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def agree(url, engine, done, asked, **fields):
    memory = MemorySearchIndex(bands_of=lambda prints: prints)
    with installation(url, engine, **fields) as options:
        index = open_index(options)
        assert list(replay(index, done, asked)) == list(replay(memory, done, asked))
        index.close()


@FEW
@given(done=steps, asked=st.lists(queries, min_size=1, max_size=4))
@pytest.mark.timeout(150)
def test_elasticsearch_and_memory_give_the_same(elasticsearch_url, done, asked):
    agree(elasticsearch_url, "elasticsearch", done, asked)


@FEW
@given(done=steps, asked=st.lists(queries, min_size=1, max_size=4))
@pytest.mark.timeout(150)
def test_opensearch_and_memory_give_the_same(opensearch_url, done, asked):
    agree(opensearch_url, "opensearch", done, asked)


@settings(FEW, max_examples=10)
@given(done=steps, asked=st.lists(queries, min_size=1, max_size=4))
@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch"])
@pytest.mark.timeout(150)
def test_months_and_memory_give_the_same(request, engine, done, asked):
    url = request.getfixturevalue(f"{engine}_url")
    agree(url, engine, done, asked, monthly=True)
