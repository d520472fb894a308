"""Producers: a backlog all at once, or posts at a steady rate with Poisson arrivals."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from benchmarks.scale_posts import Made
from domain.clock import Clock, SystemClock
from domain.events import PostSeen
from domain.ids import PostId
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic, LogWriter

FLUSH_EVERY = 500
TICK = 0.02
"""Seconds between flushes of a paced producer: larger is latency of its own."""


def send(writer: LogWriter, made: Made, clock: Clock) -> float:
    """Append one post stamped with the present; return the stamp."""
    now = clock.now()
    value = encode_event(PostSeen(post=replace(made.post, fetched=now)))
    writer.append(LogTopic.POSTS, made.post.id, value)
    return now.timestamp()


def backlog(log: EventLog, posts: Sequence[Made]) -> float:
    """Write all posts as fast as it goes; return the seconds."""
    began = time.monotonic()
    clock = SystemClock()
    with log.writer() as writer:
        for number, made in enumerate(posts):
            send(writer, made, clock)
            if number % FLUSH_EVERY == FLUSH_EVERY - 1:
                writer.flush()
    return time.monotonic() - began


class Paced:
    """Sends `posts` at `rate` a second until they are used up or it is stopped.

    `sent` is post → time of production, `passing` the same of those written to pass
    the gate only; a post stands there once its flush returned.
    """

    def __init__(self, log: EventLog, posts: Sequence[Made], rate: float) -> None:
        chance = random.Random(3)
        gaps = (chance.expovariate(rate) for _ in posts)
        self._due = list(zip(accumulate(gaps), posts, strict=True))
        self._log = log
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure = ""
        self.sent: dict[PostId, float] = {}
        self.passing: dict[PostId, float] = {}

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self, *, stop: bool = False) -> None:
        """Wait for the end. Raises when sending failed."""
        if stop:
            self._halt.set()
        self._thread.join()
        if self._failure:
            raise RuntimeError(f"the producer failed: {self._failure}")

    @property
    def running(self) -> bool:
        """Whether there is something left to send."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            with self._log.writer() as writer:
                self._send(writer)
        except Exception as error:  # noqa: BLE001 - `finish` tells the thread that asks
            self._failure = repr(error)

    def _send(self, writer: LogWriter) -> None:
        clock = SystemClock()
        began = time.monotonic()
        at = 0
        while at < len(self._due) and not self._halt.is_set():
            batch: dict[PostId, tuple[float, bool]] = {}
            while at < len(self._due) and self._due[at][0] <= time.monotonic() - began:
                made = self._due[at][1]
                batch[made.post.id] = send(writer, made, clock), made.passes
                at += 1
            writer.flush()
            self.sent |= {post: when for post, (when, _) in batch.items()}
            self.passing |= {post: when for post, (when, ours) in batch.items() if ours}
            self._halt.wait(TICK)
