"""The trace of who chose which model; the models themselves lie elsewhere."""

from collections.abc import Mapping

from casework.model import AuditRow
from casework.part import Part
from casework.permissions import Act, require


class ModelChoices(Part):
    def trace_model(
        self, actor: str, act: str, version: str, detail: Mapping[str, str]
    ) -> AuditRow:
        """Note an act on the models. Raises `ForbiddenError` for whom it is not."""
        with self._store.write() as rows:
            require(rows, actor, Act.CHOOSE_MODEL)
            return self._trace(rows, actor, act, subject=version, **detail)
