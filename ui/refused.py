"""What was typed into a form that was refused, so that it is drawn again as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refused:
    """The refused form's name and fields; without a name, none was refused.

    `row` says which of several forms of one name is meant, by its hidden fields.
    """

    act: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def is_(self, act: str, **row: object) -> bool:
        """Tell whether that form was refused: it is then drawn open."""
        same = (self.fields.get(name, "") == str(value) for name, value in row.items())
        return bool(act) and self.act == act and all(same)

    def kept(self, act: str, name: str, present: object = "", **row: object) -> str:
        """Return what a field is drawn with: what was typed, else what is there."""
        if self.is_(act, **row):
            return self.fields.get(name, "")
        return str(present)
