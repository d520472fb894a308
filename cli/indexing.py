"""Builds the search index of an installation out of its log."""

from contextlib import closing

from cli.progress import Rates
from wiring import bootstrap
from wiring.settings import Settings


def build_index_anew(settings: Settings) -> int:
    """Fill a new index and join its stories; return the number of documents."""
    from jobs.stories import Likeness, consolidate
    from nlp.fingerprint import bands, similarity
    from pipeline.replay import reindex

    with (
        closing(bootstrap.build_log(settings)) as log,
        closing(bootstrap.build_index(settings)) as index,
        closing(bootstrap.build_casework(settings)) as casework,
    ):
        with Rates("index") as rates:
            rebuilt = reindex(log, index, rates.total)
        likeness = Likeness(bands=bands, similarity=similarity)
        consolidate(index, casework, likeness, since=None)
    return rebuilt.documents
