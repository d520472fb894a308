"""Once a day: verify the audit log from its first row on, then anchor its head."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from casework.audit import KnownHead
from casework.model import AuditCheck, AuditFilter, AuditRow, AuditStanding
from jobs.anchoring import Anchorage, AnchorBook, Found, judged
from jobs.schedule import Daily, Job, Schedule

ACTOR = "jobs"


class AuditBook(AnchorBook, Protocol):
    """What the job asks of casework."""

    def audit_found(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int = 100
    ) -> Sequence[AuditRow]:
        """Return rows that fit, newest first."""
        ...

    def audit_standing(self) -> AuditStanding:
        """Return when the log was last verified and anchored."""
        ...

    def verify_audit(
        self, known: Sequence[KnownHead] = (), tell: Callable[[int], None] = ...
    ) -> AuditCheck:
        """Check the whole chain against known heads."""
        ...

    def note_verification(self, actor: str, check: AuditCheck) -> AuditRow:
        """Record how the verification ended."""
        ...


PROFILE = "profile.changed"

FRESH = timedelta(hours=1)
"""How long a verification counts while its anchor waits for the folder. Shorter reads
the whole log again at each attempt, longer anchors what nobody looked at."""


class AuditJob(Job):
    """Runs after the night's retention, so that its certificates are anchored too.

    A log that was found broken is anchored none the less: what is added from now on is
    then provable, and nothing that was signed before is lost by it.

    `profile` gives the id and a digest of the province's files, which are edited
    outside of the console: that they changed is noted, by nobody's name, within a day.
    """

    name = "audit"

    def __init__(
        self,
        casework: AuditBook,
        anchorage: Anchorage | None,
        zone: str,
        profile: Callable[[], tuple[str, str]],
        hour: int = 4,
    ) -> None:
        self._profile = profile
        self.schedule = Schedule(when=Daily(zone, hour, 10), lease_seconds=3600)
        self._casework = casework
        self._anchorage = anchorage
        self._looked: tuple[datetime, str] | None = None

    def run(self, now: datetime) -> str:
        if self._looked is None or not now - FRESH < self._looked[0] <= now:
            self._looked = now, self._look()
        line = self._looked[1]
        if self._anchorage is None:
            self._looked = None
            return f"{line}; not anchored, no folder is set"
        anchor = self._anchorage.anchor(self._casework, ACTOR, now)
        self._looked = None
        return f"{line}; anchored {anchor.rows} rows"

    def _look(self) -> str:
        self._note_profile()
        check = self._verified()
        self._casework.note_verification(ACTOR, check)
        outcome = "sound" if check.sound else f"BROKEN ({check.fault}): {check.problem}"
        return f"{outcome}, {check.rows} rows, {check.anchors} anchors met"

    def _note_profile(self) -> None:
        name, digest = self._profile()
        wanted = AuditFilter(acts=(PROFILE,), subject=name)
        last = self._casework.audit_found(wanted, limit=1)
        former = last[0].detail.get("sha256", "") if last else ""
        if digest != former:
            detail: dict[str, object] = {"sha256": digest, "former": former}
            self._casework.record(ACTOR, PROFILE, name, detail)

    def _verified(self) -> AuditCheck:
        found = Found()
        if self._anchorage is not None:
            last = self._casework.audit_standing().anchored
            found = self._anchorage.found(last)
        return judged(self._casework.verify_audit(found.anchors), found.troubles)
