"""The indexer: `analyses` and `reviews` into the search index."""

from collections.abc import Sequence

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.events import CountsSeen, PostGone
from domain.ids import PostId
from domain.review import ReviewState
from domain.shadow import ShadowDiffers
from eventlog.codec import LogEvent, decode_event
from eventlog.port import LogTopic, Record
from pipeline.keys import post_of_key
from pipeline.runner import Outcome, Step
from searchindex.port import IndexWriter


class Indexer(Step):
    """Upserts in bulk; order of arrival does not matter to the index."""

    name = "indexer"
    live = (LogTopic.ANALYSES, LogTopic.REVIEWS)

    def __init__(self, writer: IndexWriter) -> None:
        self._writer = writer

    def process(self, records: Sequence[Record]) -> Outcome:
        outcome = Outcome()
        by_post: dict[PostId, Record] = {}
        for record in records:
            by_post[post_of_key(record.key)] = record
            try:
                put(self._writer, record)
            except QuarantineError as error:
                outcome.rejected.append((record, error))
        result = self._writer.flush()
        for post_id, why in result.failed:
            refusal = QuarantineError(why, reason="index_refused")
            outcome.rejected.append((by_post[post_id], refusal))
        outcome.counts = {"indexed": result.written, "stale": result.stale}
        return outcome


def put(writer: IndexWriter, record: Record) -> None:
    """Hand one record of `analyses` or `reviews` to an index writer.

    A tombstone of an analysis deletes the post; that of a review only says that the
    post's decisions were erased, together with the post itself.
    """
    if record.value is None:
        writer.delete(post_of_key(record.key))
        return
    put_event(writer, decode_event(record.value))


def put_event(writer: IndexWriter, event: LogEvent) -> None:
    """Hand a decoded event to an index writer."""
    match event:
        case Analysis():
            writer.put_analysis(event)
        case ReviewState():
            writer.put_review(event)
        case PostGone():
            writer.put_gone(event)
        case CountsSeen():
            writer.put_counts(event)
        case ShadowDiffers():
            pass  # a candidate's opinion is counted by a job and shown to no reviewer
        case _:
            raise QuarantineError(
                f"{type(event).__name__} does not belong into the index.",
                reason="unknown_kind",
            )
