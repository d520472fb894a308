"""The index on an Elasticsearch or OpenSearch cluster, for many machines.

Nothing is sent when the index is opened: a worker that starts while the cluster is
down waits like one whose cluster went down later. The first use makes the live version
in a cluster that has none.
"""

from datetime import datetime
from functools import lru_cache

from domain.clock import Clock, SystemClock
from nlp.fingerprint import bands
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_deleted import drop_deleted
from searchindex.adapters.elastic_errors import translated
from searchindex.adapters.elastic_hold import Holder
from searchindex.adapters.elastic_options import ElasticOptions
from searchindex.adapters.elastic_reader import BOUND, ElasticReader
from searchindex.adapters.elastic_versions import Catalogue
from searchindex.adapters.elastic_writer import PATIENCE, ElasticWriter, RebuildWriter
from searchindex.intake import Bands
from searchindex.port import IndexCapabilities, IndexReader, IndexWriter, SearchIndex


class ElasticSearchIndex(SearchIndex):
    """The index of one installation, named by its prefix.

    `bands_of` makes the near-copy bands of a fingerprint; `bound` and `patience` are
    `elastic_reader.BOUND` and `elastic_writer.PATIENCE` but for tests.
    """

    def __init__(
        self,
        options: ElasticOptions,
        *,
        bands_of: Bands = bands,
        clock: Clock | None = None,
        bound: int = BOUND,
        patience: float = PATIENCE,
    ) -> None:
        # Each fingerprint is asked for when it comes in and again when it is written.
        self._bands_of = lru_cache(maxsize=2048)(bands_of)
        self._client = connect(options)
        self._catalogue = Catalogue(self._client, options, clock or SystemClock())
        self._bound = bound
        self._holder = Holder(self._client, options.engine)
        # Elasticsearch has it only in builds with x-pack, so nothing is promised.
        steady = options.engine == "opensearch"
        self.capabilities = IndexCapabilities(whole_facets=True, steady_pages=steady)
        self._patience = patience

    def writer(self) -> IndexWriter:
        return ElasticWriter(
            self._client, self._catalogue, self._bands_of, self._patience
        )

    def reader(self) -> IndexReader:
        return ElasticReader(self._client, self._catalogue, self._bound, self._holder)

    def begin_rebuild(self) -> IndexWriter:
        with translated():
            version = self._catalogue.begin()
        return RebuildWriter(
            self._client, self._catalogue, self._bands_of, self._patience, version
        )

    def swap(self) -> None:
        with translated():
            self._catalogue.swap()

    def live_version(self) -> str:
        with translated():
            return str(self._catalogue.ready().live)

    def drop_deleted(self, before: datetime) -> int:
        with translated():
            return drop_deleted(self._client, self._catalogue, before)

    def close(self) -> None:
        self._client.close()
