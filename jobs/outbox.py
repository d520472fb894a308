"""From casework's outbox to the log: at least once, in order per key."""

from collections.abc import Callable
from datetime import datetime, timedelta

from casework.model import OutboxRow
from domain.clock import Clock
from domain.errors import QuarantineError
from domain.ids import PostId
from domain.review import ReviewState
from eventlog.port import EventLog, LogTopic, LogWriter
from jobs.ports import Outbox
from jobs.schedule import Every, Job, Schedule

BATCH = 500
"""Rows per flush. Fewer costs a flush each, more repeats more after a kill."""

WINDOW = 30.0
"""Seconds that one claim lasts. Longer leaves the outbox lying after a kill, shorter
costs a row in casework each."""


class OutboxJob(Job):
    """Writes rows to their topic, flushes, and only then marks them as sent.

    A kill between the two sends rows again; readers are idempotent by version. Keys
    keep their order because rows are sent by id and one scheduler at a time holds the
    lease. One that stalled past its lease may still append old rows behind those of
    its successor, so it then repeats the present state (or the tombstone) of the same
    posts, and compaction keeps the right one.
    """

    name = "outbox"
    schedule = Schedule(when=Every(WINDOW), lease_seconds=WINDOW, repeat_seconds=2.0)

    def __init__(
        self,
        outbox: Outbox,
        log: EventLog,
        clock: Clock,
        encode: Callable[[ReviewState], bytes],
    ) -> None:
        self._outbox = outbox
        self._log = log
        self._clock = clock
        self._encode = encode

    def run(self, now: datetime) -> str:
        sent = 0
        while rows := self._outbox.outbox(BATCH):
            started = self._clock.now()
            with self._log.writer() as writer:
                for row in rows:
                    writer.append(_topic(row), row.key, row.value)
                writer.flush()
                if self._clock.now() - started > timedelta(seconds=WINDOW / 2):
                    self._repeat_present(writer, [row.key for row in rows])
            self._outbox.outbox_sent([row.id for row in rows])
            sent += len(rows)
            if self._clock.now() - now > timedelta(seconds=WINDOW / 2):
                return f"sent {sent}, more is waiting"
        return f"sent {sent}"

    def _repeat_present(self, writer: LogWriter, keys: list[str]) -> None:
        posts = [PostId(key) for key in dict.fromkeys(keys)]
        present = self._outbox.latest(posts)
        for post in posts:
            state = present.get(post)
            value = None if state is None else self._encode(state)
            writer.append(LogTopic.REVIEWS, post, value)
        writer.flush()


def _topic(row: OutboxRow) -> LogTopic:
    try:
        return LogTopic(row.topic)
    except ValueError as error:
        raise QuarantineError(
            f"Outbox row {row.id} is for topic {row.topic!r}, which is none.",
            reason="unknown_topic",
            hint="It was written by a newer version: upgrade this process.",
        ) from error
