"""Refusals leave a trace, although the transaction that was refused is undone."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from casework.chain import append
from casework.permissions import RefusedError
from casework.port import CaseworkStore, Rows
from domain.clock import Clock


class WatchedStore(CaseworkStore):
    """A store that notes in the audit what a role did not allow.

    The row is a transaction of its own: what was refused left nothing to go with.
    """

    def __init__(self, store: CaseworkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def read(self) -> AbstractContextManager[Rows]:
        return self._store.read()

    @contextmanager
    def write(self) -> Iterator[Rows]:
        try:
            with self._store.write() as rows:
                yield rows
        except RefusedError as refused:
            self._note(refused)
            raise

    def _note(self, refused: RefusedError) -> None:
        with self._store.write() as rows:
            append(
                rows,
                self._clock.now(),
                refused.actor,
                "refused",
                subject=refused.act.value,
                detail={"role": refused.role},
            )

    def close(self) -> None:
        self._store.close()
