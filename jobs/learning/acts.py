"""Promote, roll back, drop: what a person does to the models, each act in the audit.

The audit row is written first. Should the pointer then not move, the next attempt adds
a row; a move without a row cannot be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from casework.model import AuditRow
from classifier.folder import SUMS
from domain.clock import Clock
from domain.errors import ConflictError, NotFoundError
from jobs.learning.records import read_comparison
from jobs.learning.registry import Change, Entry, ModelRegistry, former_of


class ModelBook(Protocol):
    """What is asked of casework: the right to choose, and the trace."""

    def trace_model(
        self, actor: str, act: str, version: str, detail: Mapping[str, str]
    ) -> AuditRow:
        """Append to the audit. Raises `ForbiddenError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDesk:
    """Who may choose models goes through here.

    `check` raises `ConfigurationError` where a folder holds no model that workers could
    load: it would be live in name, and the next worker would not start.
    """

    registry: ModelRegistry
    casework: ModelBook
    clock: Clock
    check: Callable[[Path], object]

    def promote(self, actor: str, why: str = "") -> str:
        """Make the candidate live and return it.

        Raises `ConflictError` naming each figure that is worse than the live model's.
        """
        version = self._candidate()
        made = read_comparison(self.registry.folder(version))
        if made is None or made.live != self.registry.read().live:
            raise ConflictError(
                f"{version} was not compared with the model that is live now.",
                hint="Build a candidate anew: minhtin train --from-reviews",
            )
        if made.worse:
            worse = "; ".join(figure.sentence() for figure in made.worse)
            raise ConflictError(f"{version} is worse than the live model: {worse}.")
        self.check(self.registry.folder(version))
        self._trace(actor, "model.promote", version, why)
        entry = self._entry(actor, Change.PROMOTED, version, why)
        self.registry.promote(entry, beside=made.live)
        return version

    def roll_back(self, actor: str, why: str = "") -> str:
        """Make the former model live again and return it."""
        models = self.registry.read()
        former = former_of(models)
        if not former:
            raise ConflictError("There is no former model to go back to.")
        self.check(self.registry.folder(former))
        self._trace(actor, "model.roll_back", former, why)
        self.registry.roll_back(self._entry(actor, Change.ROLLED_BACK, former, why))
        return former

    def drop(self, actor: str, why: str = "") -> str:
        """Stop trying the candidate and return it."""
        version = self._candidate()
        self._trace(actor, "model.drop", version, why)
        self.registry.drop_candidate(self._entry(actor, Change.DROPPED, version, why))
        return version

    def _candidate(self) -> str:
        if version := self.registry.read().candidate:
            return version
        raise NotFoundError(
            "There is no candidate.", hint="Build one: minhtin train --from-reviews"
        )

    def _entry(self, actor: str, change: Change, version: str, why: str) -> Entry:
        return Entry(
            at=self.clock.now(), by=actor, change=change, version=version, why=why
        )

    def _trace(self, actor: str, act: str, version: str, why: str) -> None:
        former = self.registry.read().live
        detail = {"former": former, "why": why, "sha256": self._digest(version)}
        self.casework.trace_model(actor, act, version, detail)

    def _digest(self, version: str) -> str:
        """Return the digest of a version's checksums, so of all of it; else nothing."""
        try:
            sums = self.registry.folder(version) / SUMS
            return sha256(sums.read_bytes()).hexdigest()
        except (NotFoundError, OSError):
            return ""
