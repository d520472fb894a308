"""What casework settles after a copy of it was brought back."""

from collections.abc import Mapping

from casework.part import Part
from casework.port import CHUNK, Op, Where
from casework.rows import OutboxEntry, SessionRow, StateRow
from casework.states import TOPIC, state_of


class Recovery(Part):
    def announce_again(self, heard: Mapping[str, int]) -> int:
        """Queue each review state that is newer than what was heard; return how many.

        `heard` is the version of each post's state that the log holds. A log that is
        older than casework lacks the last decisions; readers drop what they know.
        """
        queued, last = 0, ""
        while True:
            above = Where("post_id", Op.ABOVE, last)
            with self._store.write() as rows:
                page = rows.find(StateRow, above, order="post_id", limit=CHUNK)
                for row in page:
                    if row.version > heard.get(row.post_id, 0):
                        value = self._encode(state_of(row))
                        entry = OutboxEntry(topic=TOPIC, key=row.post_id, value=value)
                        rows.add(entry)
                        queued += 1
            if not page:
                return queued
            last = page[-1].post_id

    def restored(self, actor: str, copy: str, detail: Mapping[str, object]) -> int:
        """Note that this is a copy brought back; end its sessions, return how many.

        Somebody may have signed out since, or lost a laptop.
        """
        with self._store.write() as rows:
            ended = rows.remove(SessionRow)
            self._trace(
                rows, actor, "restore", subject=copy, sessions=ended, **dict(detail)
            )
        return ended
