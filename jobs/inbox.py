"""Looks into the mailbox of reports."""

from collections.abc import Callable
from datetime import datetime

from intake.inbox import InboxLook
from jobs.schedule import Every, Job, Schedule

SECONDS = 60.0
"""Between two looks: shorter asks the server more, longer keeps people waiting."""


class InboxJob(Job):
    """Takes unread mail in; a second scheduler, or a kill, doubles nothing."""

    name = "inbox"
    schedule = Schedule(when=Every(SECONDS))

    def __init__(self, look: Callable[[datetime], InboxLook]) -> None:
        self._look = look

    def run(self, now: datetime) -> str:
        found = self._look(now)
        return f"{found.new} new, {found.known} known, {found.refused} refused"
