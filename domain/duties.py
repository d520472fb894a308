"""When a duty is due: arithmetic over the rows of a profile's law and days off. Pure.

How days are counted is said by the rule's `counting` in the profile: hours run on
through nights and holidays; of days, the one after the trigger is day 1, and an end on
a day off moves to the next working day; the calendar's own dates stay where they are.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from domain.profile import Holiday, LegalRule

SATURDAY = 5
END_OF_DAY = time(23, 59, 59)
"""A term of days ends with its last day. Earlier would show the law's time shorter."""

COUNTED = frozenset({"hours", "days", "working_days", "months", "years"})
"""Units that give a time; «at once» and «next issue» give none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """On which local days offices work: weekdays but holidays, and make-up days."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @classmethod
    def of(cls, holidays: Iterable[Holiday]) -> "WorkingDays":
        rows = list(holidays)
        return cls(
            off=frozenset(row.date for row in rows if row.kind == "off"),
            worked=frozenset(row.date for row in rows if row.kind == "work"),
        )

    def works(self, day: date) -> bool:
        if day in self.worked:
            return True
        return day.weekday() < SATURDAY and day not in self.off

    def from_(self, day: date) -> date:
        """Return that day if offices work on it, else the next on which they do."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day."""
        for _ in range(count):
            day = self.from_(day + timedelta(days=1))
        return day


def runs_on_a_case(rule: LegalRule, day: date) -> bool:
    """Tell whether a rule is in force on a day, is triggered, and gives a time."""
    begun = rule.valid_from is None or rule.valid_from <= day
    ended = rule.valid_to is not None and rule.valid_to < day
    once = rule.recurrence == "once" and rule.unit in COUNTED
    return once and begun and not ended


def due_at(
    rule: LegalRule, trigger: datetime, days: WorkingDays, zone: tzinfo
) -> datetime:
    """Return when the duty is due that begins with `trigger`, an aware time.

    Raises `ValueError` for a unit that gives no time.
    """
    if rule.unit == "hours":
        return trigger + timedelta(hours=rule.length)
    start = trigger.astimezone(zone).date()
    last = _last_day(rule, start, days)
    if rule.counting == "default":
        last = days.from_(last)
    return datetime.combine(last, END_OF_DAY, tzinfo=zone)


def _last_day(rule: LegalRule, start: date, days: WorkingDays) -> date:
    match rule.unit:
        case "days":
            return start + timedelta(days=rule.length)
        case "working_days":
            return days.after(start, rule.length)
        case "months":
            return _months_after(start, rule.length)
        case "years":
            return _months_after(start, 12 * rule.length)
        case _:
            raise ValueError(f"{rule.id}: {rule.unit!r} gives no time")


def _months_after(day: date, count: int) -> date:
    """Return the same day of a later month; its last one where it is shorter."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
