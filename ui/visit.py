"""One visit to a page of plain forms: who asks, and what a form says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from casework.model import Account
from domain.errors import QuarantineError
from ui.reading import Reading
from ui.refused import Refused

E = TypeVar("E", bound=StrEnum)
Values = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: who asks, in which words, with which fields.

    `act` is the last part of the address of a form, empty for a page.
    """

    account: Account
    reading: Reading
    fields: Mapping[str, str]
    file: tuple[str, bytes] | None = None
    act: str = ""

    @property
    def refused(self) -> Refused:
        """What it sent, should it be refused."""
        return Refused(self.act, self.fields)

    def get(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def whole(self, name: str) -> int:
        """Read a row's number or a revision. Raises `QuarantineError`."""
        value = self.get(name)
        if not value.isdecimal() or len(value) > 18:  # noqa: PLR2004 - 63 bits
            raise QuarantineError(self.reading.words("problem.body"), reason="body")
        return int(value)

    def one_of(self, name: str, kind: type[E]) -> E:
        try:
            return kind(self.get(name))
        except ValueError as error:
            said = self.reading.words("problem.body")
            raise QuarantineError(said, reason="body") from error
