"""What the pages of cases show, in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from casework.case_model import (
    MOVES,
    NOBODY,
    CaseClock,
    CaseEvent,
    CaseEventKind,
    CaseFilter,
    CaseKind,
    CaseLine,
    CaseOrder,
    CaseStatus,
    DueSoon,
    WholeCase,
)
from casework.cases import PAGE
from casework.model import Account
from casework.permissions import Act, may
from domain.errors import QuarantineError
from domain.profile import LegalRule
from ui import shown
from ui.access import CASE, CASES
from ui.reading import Reading

_ALL = "all"
_DIGITS = 7
"""Digits of a page's number. More is no page of any office, and too much for a
database's whole numbers."""


def case_link(number: str) -> str:
    return f"{CASE}?number={quote(number, safe='')}"


def filter_of(query: Mapping[str, str], me: Account) -> CaseFilter:
    """Read the list's filter from its address; what is not known does not restrict."""
    kind, status = query.get("kind", ""), query.get("status", "")
    due, owner = query.get("due", ""), query.get("owner", "")
    return CaseFilter(
        kind=CaseKind(kind) if kind in set(CaseKind) else None,
        status=CaseStatus(status) if status in set(CaseStatus) else None,
        closed_too=status == _ALL,
        owner={"me": me.id, "nobody": NOBODY}.get(owner, owner[:40]),
        due=DueSoon(due) if due in set(DueSoon) else None,
        words=query.get("q", "")[:200],
    )


def place_of(query: Mapping[str, str]) -> tuple[CaseOrder, int]:
    """Read the list's order and its page, from 1, from its address."""
    order, page = query.get("order", ""), query.get("page", "")
    known = page.isdecimal() and len(page) < _DIGITS
    return (
        CaseOrder(order) if order in set(CaseOrder) else CaseOrder.DUE,
        max(1, int(page)) if known else 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Which lines a page of a list shows, in words, and its neighbours' addresses."""

    said: str
    former: str = ""
    following: str = ""


def turns(count: int, page: int, asked: Mapping[str, str], reading: Reading) -> Turns:
    first, last = (page - 1) * PAGE + 1, min(page * PAGE, count)
    said = reading.words(
        "case.count" if count <= PAGE else "case.count_part",
        count=shown.number(count),
        first=shown.number(first),
        last=shown.number(last),
    )
    return Turns(
        said=said,
        former=_turned(asked, page - 1) if page > 1 else "",
        following=_turned(asked, page + 1) if last < count else "",
    )


def _turned(asked: Mapping[str, str], page: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{CASES}?{urlencode(kept | {'page': page})}"


def time_of(text: str, reading: Reading) -> datetime | None:
    """Read a time as a form gives it, in the office's zone; None for none."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(reading.profile.timezone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise QuarantineError(reading.words("case.bad_time"), reason="time") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DueShown:
    """A due time in words; `state` is `late`, `soon` or `calm`, never colour alone."""

    when: str
    left: str
    state: str


def due_shown(due: datetime | None, reading: Reading) -> DueShown | None:
    if due is None:
        return None
    seconds = (due - reading.now).total_seconds()
    unit, count = shown.span(abs(seconds))
    late = seconds < 0
    said = reading.words(
        f"case.{'late' if late else 'left'}_{unit}", count=shown.number(count)
    )
    soon = seconds < 2 * shown.DAY
    state = "late" if late else "soon" if soon else "calm"
    return DueShown(when=reading.moment(due), left=said, state=state)


def list_lines(lines: Sequence[CaseLine], reading: Reading) -> list[dict[str, object]]:
    return [
        {
            "case": line.case,
            "link": case_link(line.case.number),
            "due": due_shown(line.due, reading),
            "tasks": line.tasks,
            "clocks": line.clocks,
            "changed": reading.short(line.case.changed),
        }
        for line in lines
    ]


def moves_for(account: Account, status: CaseStatus) -> list[CaseStatus]:
    """Return where the account may move a case of that status."""
    settles = may(account.role, Act.SETTLE_CASES)
    ways = [one for one in CaseStatus if one in MOVES[status]]
    if not may(account.role, Act.WORK_CASES):
        return []
    closing = CaseStatus.CLOSED
    return [s for s in ways if settles or closing not in {s, status}]


def rule_name(rule: str, reading: Reading) -> str:
    """Name a duty with its basis."""
    found = next((r for r in reading.profile.rules if r.id == rule), None)
    return duty_of(found, reading) if found else rule


def duty_of(rule: LegalRule, reading: Reading) -> str:
    english = reading.words.language == "en" and rule.duty_en
    return f"{rule.duty_en if english else rule.duty} ({rule.basis})"


def clock_lines(
    clocks: Sequence[CaseClock], reading: Reading
) -> list[dict[str, object]]:
    return [
        {
            "clock": clock,
            "name": rule_name(clock.rule, reading),
            "trigger": reading.moment(clock.trigger),
            "due": due_shown(clock.due, reading),
            "met": reading.moment(clock.met) if clock.met else "",
            "missed": clock.missed(reading.now),
        }
        for clock in clocks
    ]


def task_lines(whole: WholeCase, reading: Reading) -> list[dict[str, object]]:
    return [
        {
            "task": task,
            "due": due_shown(task.due, reading),
            "done": reading.short(task.done) if task.done else "",
        }
        for task in sorted(whole.tasks, key=lambda t: t.done is not None)
    ]


def event_lines(
    whole: WholeCase,
    reading: Reading,
    posts: Mapping[int, str],
    people: Mapping[str, str],
) -> list[dict[str, str]]:
    """Return the time line, newest first. `posts` names links, `people` accounts."""
    own = whole.case.number
    tasks = {task.id: task.text for task in whole.tasks}
    return [
        {
            "kind": event.kind.value,
            "when": reading.moment(event.at),
            "who": event.by.display,
            "what": _said(event, reading, posts, people, tasks),
            "text": str(event.detail.get("text", "")) if _is_note(event) else "",
            "number": "" if event.number == own else event.number,
        }
        for event in reversed(whole.events)
    ]


def _is_note(event: CaseEvent) -> bool:
    return event.kind is CaseEventKind.NOTED


def _said(
    event: CaseEvent,
    reading: Reading,
    posts: Mapping[int, str],
    people: Mapping[str, str],
    tasks: Mapping[int, str],
) -> str:
    words, nobody = reading.words, reading.words("case.nobody")
    told = {
        name: _field(name, str(value), reading) for name, value in event.detail.items()
    }
    for name in _PEOPLE & told.keys():
        told[name] = people.get(told[name], "") or nobody
    if "link" in told:
        told["post"] = posts.get(int(told["link"])) or words("case.post_gone")
    if event.kind is CaseEventKind.TASK_DONE:
        told["task"] = tasks.get(int(told["task"]), told["task"])
    if event.kind is CaseEventKind.EDITED:
        told["what"] = "; ".join(
            words(f"case.edited_{name}", former=told[f"former_{name}"], value=value)
            for name in ("kind", "title", "owner")
            if (value := told.get(name)) is not None
        )
    if event.kind is CaseEventKind.MOVED:
        told["reason"] = f" – {told['reason']}" if "reason" in told else ""
    ended = event.kind is CaseEventKind.CLOCK_WAITING and not told["waiting"]
    return words(f"case.event_{event.kind}{'_end' if ended else ''}", **told)


_PEOPLE = {"owner", "former_owner", "who"}
_TIMES = {"due", "trigger", "when"}


def _field(name: str, value: str, reading: Reading) -> str:
    """Say one field of an event; what is no time, rule or state stays as it is."""
    if name in _TIMES:
        return reading.moment(datetime.fromisoformat(value))
    if name in {"former", "status"}:
        return reading.words(f"case.status_{value}")
    if name in {"kind", "former_kind"}:
        return reading.words(f"case.kind_{value}")
    return rule_name(value, reading) if name == "rule" else value
