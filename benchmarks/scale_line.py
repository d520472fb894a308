"""Queueing simulation of the line (SimPy), at any size.

Producers write to the partitions of the log; each worker holds some partitions, reads
up to a batch of what has come, spends the posts' CPU time and commits; each indexer
does the same with the analyses and then waits for the search engine's bulk. Posts are
arrays, and only batches are events, so that millions of posts fit into a minute.
"""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf
from typing import Any

import numpy as np
import simpy

from benchmarks.scale_traffic import Floats, Traffic, Whole, stream

Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A size of the line. Seconds, but for counts.

    `worker_batch`: per batch beside the posts' own CPU: near-copy lookup, flush,
    commit. `bulk`: one bulk request with its refresh, and `bulk_document` more for
    each document. `cores`: shared by all processes; None where each has its own.
    `other_work`: CPU of producers and engines per post, where they share the cores.
    `idle`: a worker that found nothing waits this long on the backfill topic before
    it looks at live posts again.
    """

    partitions: int
    workers: int
    indexers: int
    batch: int = 64
    append: float = 0.005
    worker_batch: float = 0.02
    indexer_batch: float = 0.005
    bulk: float = 0.05
    bulk_document: float = 0.0005
    search_slots: int = 4
    cores: int | None = None
    other_work: float = 0.0
    lease: float = 30.0
    rebalance: float = 3.0
    idle: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Workers that die at a moment and are started again after `restart` seconds."""

    at: float
    workers: int
    restart: float = 60.0


@dataclass(slots=True)
class Lane:
    """One partition: posts by arrival, and how far they were read."""

    posts: Whole
    at: Floats
    head: int = 0
    owner: int = 0
    closed_until: float = 0.0


@dataclass(slots=True)
class Hand:
    """A worker."""

    number: int
    awake: simpy.Event
    lanes: list[Lane] = field(default_factory=list)
    alive: bool = True
    busy: float = 0.0
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run showed; seconds."""

    posts: int
    searchable: dict[str, float]
    analysed: dict[str, float]
    worker_load: float
    indexer_load: float
    search_load: float
    most_unread: int
    most_unindexed: int
    twice: int
    done: float
    """When the last post was dealt with."""

    number_waiting: float
    """Mean number of posts between arrival and analysis, looked at every second."""


class Line:
    """The simulation; `run` it once."""

    def __init__(
        self,
        design: Design,
        traffic: Traffic,
        faults: Sequence[Fault] = (),
        seed: int = 1,
    ) -> None:
        self.design = design
        self.traffic = traffic
        self.posts = stream(traffic, design.partitions, design.indexers, seed)
        self._faults = faults
        self._env = env = simpy.Environment()
        ready = self.posts.at + design.append
        self._lanes: list[Lane] = []
        for number in range(design.partitions):
            ours = np.flatnonzero(self.posts.partition == number)
            self._lanes.append(Lane(ours, ready[ours], owner=number % design.workers))
        self._hands = [Hand(n, env.event()) for n in range(design.workers)]
        for lane in self._lanes:
            self._hands[lane.owner].lanes.append(lane)
        self._desks: list[deque[Whole]] = [deque() for _ in range(design.indexers)]
        self._rung = [env.event() for _ in range(design.indexers)]
        self._search = simpy.Resource(env, design.search_slots)
        self._cores = simpy.Resource(env, design.cores) if design.cores else None
        self._desk_busy = self._search_busy = 0.0
        self._twice = self._analysed = self._put = 0
        self._unread: list[int] = []
        self._unindexed: list[int] = []

    def run(self) -> Seen:
        """Run until every post is dealt with."""
        for hand in self._hands:
            self._env.process(self._work(hand))
        for number in range(self.design.indexers):
            self._env.process(self._index(number))
        for fault in self._faults:
            self._env.process(self._fail(fault))
        self._env.process(self._look())
        self._env.run()
        return self._seen()

    # -- workers

    def _work(self, hand: Hand) -> Steps:
        while hand.alive:
            taken = self._take(hand)
            if not taken:
                yield from self._rest(hand)
                continue
            posts = np.concatenate([lane.posts[lane.head : end] for lane, end in taken])
            began = self._env.now
            self._others(len(posts))
            yield from self._compute(float(self.posts.work[posts].sum()))
            yield self._env.timeout(self.design.worker_batch)
            hand.busy += self._env.now - began
            self._commit(hand, taken)

    def _take(self, hand: Hand) -> list[tuple[Lane, int]]:
        """Return lanes with the end of what to read, in turn from lane to lane."""
        own = hand.lanes
        hand.turn += 1
        room = self.design.batch
        taken = []
        for step in range(len(own)):
            lane = own[(hand.turn + step) % len(own)]
            if lane.closed_until > self._env.now:
                continue
            come = int(np.searchsorted(lane.at, self._env.now, side="right"))
            end = min(come, lane.head + room)
            if end > lane.head:
                taken.append((lane, end))
                room -= end - lane.head
            if room == 0:
                break
        return taken

    def _rest(self, hand: Hand) -> Steps:
        hand.awake = self._env.event()
        due = min(
            (
                max(lane.at[lane.head], lane.closed_until)
                for lane in hand.lanes
                if lane.head < len(lane.at)
            ),
            default=inf,
        )
        if due < inf:
            pause = max(float(due) - self._env.now, 0.0)
            if self.design.idle:
                pause = max(1, ceil(pause / self.design.idle)) * self.design.idle
            yield self._env.timeout(pause) | hand.awake
        else:
            yield hand.awake

    def _commit(self, hand: Hand, taken: list[tuple[Lane, int]]) -> None:
        for lane, end in taken:
            posts = lane.posts[lane.head : end]
            if not hand.alive or lane.owner != hand.number:
                # The new owner reads them again.
                self._twice += len(posts)
                continue
            lane.head = end
            self.posts.analysed[posts] = self._env.now
            self._analysed += len(posts)
            self._hand_on(posts)

    def _hand_on(self, posts: Whole) -> None:
        desks = self.posts.desk[posts]
        for number in np.unique(desks):
            self._desks[number].append(posts[desks == number])
            if not self._rung[number].triggered:
                self._rung[number].succeed()

    def _compute(self, seconds: float) -> Steps:
        if self._cores is None:
            yield self._env.timeout(seconds)
            return
        with self._cores.request() as core:
            yield core
            yield self._env.timeout(seconds)

    def _others(self, posts: int) -> None:
        if self._cores is not None and self.design.other_work:
            self._env.process(self._compute(posts * self.design.other_work))

    # -- indexers

    def _index(self, number: int) -> Steps:
        inbox = self._desks[number]
        while True:
            if not inbox:
                self._rung[number] = self._env.event()
                yield self._rung[number]
            posts = self._from(inbox)
            began = self._env.now
            yield from self._compute(float(self.posts.index_work[posts].sum()))
            yield self._env.timeout(self.design.indexer_batch)
            yield from self._bulk(int(self.posts.indexed[posts].sum()))
            self._desk_busy += self._env.now - began
            self.posts.found[posts] = self._env.now
            self._put += len(posts)

    def _from(self, inbox: deque[Whole]) -> Whole:
        room = self.design.batch
        parts = []
        while inbox and room:
            part = inbox.popleft()
            if len(part) > room:
                inbox.appendleft(part[room:])
                part = part[:room]
            parts.append(part)
            room -= len(part)
        return np.concatenate(parts)

    def _bulk(self, documents: int) -> Steps:
        if not documents:
            return
        with self._search.request() as slot:
            yield slot
            seconds = self.design.bulk + documents * self.design.bulk_document
            yield self._env.timeout(seconds)
            self._search_busy += seconds

    # -- faults and looks

    def _fail(self, fault: Fault) -> Steps:
        yield self._env.timeout(fault.at)
        dead = [hand for hand in self._hands if hand.alive][: fault.workers]
        for hand in dead:
            hand.alive = False
        yield self._env.timeout(self.design.lease)
        self._share_out()
        yield self._env.timeout(max(0.0, fault.restart - self.design.lease))
        for _ in dead:
            fresh = Hand(len(self._hands), self._env.event())
            self._hands.append(fresh)
            self._env.process(self._work(fresh))
        self._share_out()

    def _share_out(self) -> None:
        """Give each living worker its share; only lanes that move are closed."""
        alive = [hand.number for hand in self._hands if hand.alive]
        held: dict[int, list[Lane]] = {number: [] for number in alive}
        moving = []
        most = -(-len(self._lanes) // len(alive))
        for lane in self._lanes:
            mine = held.get(lane.owner)
            if mine is None or len(mine) >= most:
                moving.append(lane)
            else:
                mine.append(lane)
        for lane in moving:
            lane.owner = min(held, key=lambda number: len(held[number]))
            held[lane.owner].append(lane)
            lane.closed_until = self._env.now + self.design.rebalance
        for hand in self._hands:
            hand.lanes = held.get(hand.number, [])
            if hand.alive and not hand.awake.triggered:
                hand.awake.succeed()

    def _look(self) -> Steps:
        for _ in range(round(self.traffic.seconds)):
            yield self._env.timeout(1.0)
            come = int(np.searchsorted(self.posts.at, self._env.now, side="right"))
            self._unread.append(come - self._analysed)
            self._unindexed.append(self._analysed - self._put)

    def _seen(self) -> Seen:
        posts, seconds = self.posts, self.traffic.seconds
        shown = posts.indexed
        alive = self.design.workers
        return Seen(
            posts=len(posts.at),
            searchable=percentiles(posts.found[shown] - posts.at[shown]),
            analysed=percentiles(posts.analysed - posts.at),
            worker_load=sum(hand.busy for hand in self._hands) / alive / seconds,
            indexer_load=self._desk_busy / self.design.indexers / seconds,
            search_load=self._search_busy / self.design.search_slots / seconds,
            most_unread=max(self._unread, default=0),
            most_unindexed=max(self._unindexed, default=0),
            twice=self._twice,
            done=float(np.nanmax(posts.found)) if len(posts.at) else 0.0,
            number_waiting=float(np.mean(self._unread)) if self._unread else 0.0,
        )


def percentiles(waits: Floats) -> dict[str, float]:
    """Return p50, p95, p99 and the longest. Raises when a post was lost."""
    if np.isnan(waits).any():
        raise RuntimeError("the simulation lost a post")
    if not len(waits):
        return {}
    p50, p95, p99 = np.percentile(waits, (50, 95, 99))
    named = {"p50": p50, "p95": p95, "p99": p99, "longest": waits.max()}
    return {name: round(float(value), 3) for name, value in named.items()}


def slice_of(design: Design, traffic: Traffic, most: float) -> tuple[Design, Traffic]:
    """Return one n-th of a line, with n such that at most `most` posts a second come.

    Partitions share nothing but the search engine, so an n-th of workers, indexers
    and search slots behaves as the whole does, at an n-th of the events.
    """
    peak = max(phase.rate for phase in traffic.phases)
    parts = min(max(1, round(peak / most)), design.indexers)
    if parts == 1:
        return design, traffic
    smaller = replace(
        design,
        partitions=max(1, round(design.partitions / parts)),
        workers=max(1, round(design.workers / parts)),
        indexers=max(1, round(design.indexers / parts)),
        search_slots=max(1, round(design.search_slots / parts)),
    )
    # Workers are rounded, so the rate follows them: the load per worker stays.
    share = smaller.workers / design.workers
    phases = tuple(replace(p, rate=p.rate * share) for p in traffic.phases)
    return smaller, replace(traffic, phases=phases)
