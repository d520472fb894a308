"""What a run of retention would do: counts by kind, and what stays and why. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventlog.port import LogTopic
from jobs.retention_rules import Rule


class Keeping(StrEnum):
    """Why something stays although its time is over."""

    HOLD = "hold"
    CASE = "case"
    EVIDENCE = "evidence"
    """A capture that a decision or a case rests on."""
    SHARED = "shared"
    """A capture that another post, which stays or still waits, was taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One count. `rule` is a key of `[retention]`, `days` its days (0: no end).

    `act` is `delete` or `keep`, `kind` what is counted; `reason` is empty for what
    goes.
    """

    act: str
    kind: str
    count: int
    rule: str = ""
    days: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Counts of a dry run.

    `captures` go with their posts; `captures_cited` and `captures_shared` are captures
    of such posts that stay. `swept` go by their own age. `trimmed` are records past
    their days: at most so many, since none goes that somebody has yet to read.
    """

    rules: Mapping[Rule, int]
    kept: Mapping[Keeping, int]
    captures: int
    captures_cited: int
    captures_shared: int
    swept: int
    trimmed: Mapping[LogTopic, int]

    @property
    def posts(self) -> int:
        return sum(self.rules.values())

    def lines(
        self, days: Mapping[str, int], trimmed: Mapping[LogTopic, str]
    ) -> Iterator[PlanLine]:
        """Yield a line for every rule, also those by which nothing goes.

        `trimmed` names the rule of each topic.
        """
        for rule in Rule:
            if rule in days or self.rules.get(rule):
                yield _goes("posts", self.rules.get(rule, 0), rule, days)
        yield PlanLine(act="delete", kind="captures of posts", count=self.captures)
        old = "evidence_raw_page"
        yield _goes("captures by age", self.swept, old, days)
        for topic, count in self.trimmed.items():
            yield _goes(f"records of {topic}", count, trimmed[topic], days)
        stays = {
            Keeping.HOLD: ("posts", self.kept.get(Keeping.HOLD, 0)),
            Keeping.CASE: ("posts", self.kept.get(Keeping.CASE, 0)),
            Keeping.EVIDENCE: ("captures of posts", self.captures_cited),
            Keeping.SHARED: ("captures of posts", self.captures_shared),
        }
        for reason, (kind, count) in stays.items():
            yield PlanLine(act="keep", kind=kind, count=count, reason=reason)


def _goes(kind: str, count: int, rule: str, days: Mapping[str, int]) -> PlanLine:
    return PlanLine(
        act="delete", kind=kind, count=count, rule=rule, days=days.get(rule, 0)
    )
