"""Sources as people change them: each change a version with a reason, and a way back.

A change is a new version of the setting `source.<id>` (see `wiring.sources`), so that
crawlers take it over before their next visit. Beside the source's fields the version
holds under `edit` what was done and why.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from casework.model import Account, Setting
from casework.permissions import Act
from casework.service import Casework
from domain.errors import NotFoundError, QuarantineError
from domain.profile import SourceSpec
from wiring.source_rows import BOUNDS
from wiring.sources import PREFIX, read_source

LONGEST_REASON = 500


class Change(StrEnum):
    """What was done to a source."""

    PAUSED = "paused"
    RESUMED = "resumed"
    EDITED = "edited"
    UNDONE = "undone"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field before and after, as text."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFlaw:
    """What is wrong with a field as typed; `said` follows the field's name."""

    field: str
    reason: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVersion:
    """One version of a source; `spec` is None where it was taken out."""

    version: int
    at: datetime
    by: str
    change: Change
    reason: str
    spec: SourceSpec | None
    fields: tuple[FieldChange, ...]


EDITABLE = (
    "name", "url", "interval_minutes", "max_pages", "delay_seconds", "quiet_hours",
    "requests_a_day", "outlet", "licensed_press", "about", "selectors", "api",
    "sitemap", "page", "columns", "note",
)  # fmt: skip
"""Fields that may be edited. Id and kind make a source what it is: another one is
added instead."""

_OF_KINDS: Mapping[str, frozenset[str]] = {
    "selectors": frozenset({"feed", "sitemap", "listing"}),
    "api": frozenset({"json_api", "youtube"}),
    "sitemap": frozenset({"sitemap"}),
    "page": frozenset({"page"}),
    "columns": frozenset({"file"}),
}
"""Fields that only these kinds read; see `docs/sources.md`."""

_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")


class SourceDesk:
    """What people do to sources. `base` gives the sources before any edit.

    Errors are Vietnamese, for people: `ForbiddenError`, `ConflictError` when another
    version came first, `QuarantineError` for what is no source.
    """

    def __init__(
        self, base: Callable[[], Sequence[SourceSpec]], casework: Casework
    ) -> None:
        self._base = base
        self._casework = casework

    def present(self, source: str) -> tuple[SourceSpec, int]:
        """Return a source and its version (0: as the profile has it)."""
        row = self._casework.setting(PREFIX + source)
        spec = _spec(row) if row else self._own(source)
        if spec is None:
            raise NotFoundError(f"Không có nguồn {source}.")
        return spec, row.version if row else 0

    def versions(self, source: str) -> tuple[SourceVersion, ...]:
        """Return all versions, newest first, each with what it changed."""
        rows = self._casework.setting_history(PREFIX + source)
        specs = [*(_spec(row) for row in rows), self._own(source)]
        return tuple(
            _version(row, new, old)
            for row, new, old in zip(rows, specs, specs[1:], strict=False)
        )

    def pause(
        self, actor: Account | str, source: str, reason: str, version: int | None = None
    ) -> SourceSpec:
        """Leave a source out of watches until it is resumed."""
        return self._switch(actor, source, reason, version, enabled=False)

    def resume(
        self, actor: Account | str, source: str, reason: str, version: int | None = None
    ) -> SourceSpec:
        """Take a source into watches again."""
        return self._switch(actor, source, reason, version, enabled=True)

    def edit(
        self,
        actor: Account | str,
        draft: SourceSpec,
        reason: str,
        version: int | None = None,
    ) -> SourceSpec:
        """Put a checked draft into force; see `draft_of`."""
        present, known = self.present(draft.id)
        if present == draft:
            raise QuarantineError("Chưa có gì thay đổi.", reason="no_change")
        self._put(
            actor, draft, Change.EDITED, reason, known if version is None else version
        )
        return draft

    def undo(
        self, actor: Account | str, source: str, reason: str, version: int | None = None
    ) -> SourceSpec:
        """Put the version before the present one into force, as a new version."""
        rows = self._casework.setting_history(PREFIX + source)
        if not rows:
            raise NotFoundError("Nguồn này chưa được sửa lần nào.")
        former = _spec(rows[1]) if len(rows) > 1 else self._own(source)
        if former is None:
            raise NotFoundError("Không có bản trước để quay lại.")
        known = rows[0].version if version is None else version
        self._put(actor, former, Change.UNDONE, reason, known)
        return former

    def _switch(
        self,
        actor: Account | str,
        source: str,
        reason: str,
        version: int | None,
        *,
        enabled: bool,
    ) -> SourceSpec:
        spec, known = self.present(source)
        if spec.enabled is enabled:
            said = "đang được thu thập" if enabled else "đang tạm dừng"
            raise QuarantineError(f"Nguồn {said} rồi.", reason="no_change")
        spec = replace(spec, enabled=enabled)
        change = Change.RESUMED if enabled else Change.PAUSED
        self._put(actor, spec, change, reason, known if version is None else version)
        return spec

    def _put(
        self,
        actor: Account | str,
        spec: SourceSpec,
        change: Change,
        reason: str,
        version: int,
    ) -> None:
        said = " ".join(reason.split())[:LONGEST_REASON]
        if not said:
            raise QuarantineError("Cần ghi lý do.", reason="no_reason")
        pausing = change in {Change.PAUSED, Change.RESUMED}
        self._casework.put_setting(
            actor.id if isinstance(actor, Account) else actor,
            PREFIX + spec.id,
            {**asdict(spec), "edit": {"change": change.value, "reason": said}},
            expected_version=version,
            needs=Act.PAUSE_SOURCE if pausing else Act.EDIT_SOURCE,
            told=f"source.{change.value}",
        )

    def _own(self, source: str) -> SourceSpec | None:
        return next((spec for spec in self._base() if spec.id == source), None)


def fields_of(spec: SourceSpec) -> tuple[str, ...]:
    """Return the editable fields that the source's kind reads, and those it has set."""
    return tuple(
        name
        for name in EDITABLE
        if name not in _OF_KINDS or spec.kind in _OF_KINDS[name] or getattr(spec, name)
    )


def changes(old: SourceSpec | None, new: SourceSpec | None) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions differ, in the order of the spec."""
    if old is None or new is None:
        return ()
    return tuple(
        FieldChange(field=f.name, old=shown(old, f.name), new=shown(new, f.name))
        for f in fields(SourceSpec)
        if getattr(old, f.name) != getattr(new, f.name)
    )


def shown(spec: SourceSpec, field: str) -> str:
    """Return a field as text that `draft_of` reads back."""
    value = getattr(spec, field)
    if isinstance(value, dict):
        return "\n".join(f"{key} = {text}" for key, text in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def draft_of(spec: SourceSpec, texts: Mapping[str, str]) -> SourceSpec:
    """Return the source with fields changed to what people typed.

    Raises `QuarantineError` for a field that may not be changed, or a value that is
    out of bounds, with all that is wrong; nothing of it is in force yet.
    """
    values, wrong = _read(spec, texts)
    if wrong:
        said = " ".join(f"Mục {flaw.field} {flaw.said}." for flaw in wrong)
        raise QuarantineError(said, reason=wrong[0].reason)
    return replace(spec, **values)


def flaws_of(spec: SourceSpec, texts: Mapping[str, str]) -> tuple[FieldFlaw, ...]:
    """Return all for which `draft_of` would refuse what people typed."""
    return _read(spec, texts)[1]


def _read(
    spec: SourceSpec, texts: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[FieldFlaw, ...]]:
    values: dict[str, Any] = {}
    wrong: list[FieldFlaw] = []
    for name, text in texts.items():
        try:
            values[name] = _checked(spec, name, text)
        except QuarantineError as error:
            flaw = FieldFlaw(field=name, reason=error.reason, said=error.message)
            wrong.append(flaw)
    return values, tuple(wrong)


def _checked(spec: SourceSpec, name: str, text: str) -> object:
    """Read one field. Raises `QuarantineError` with words that follow its name."""
    if name not in EDITABLE:
        raise QuarantineError("không sửa được", reason="field")
    value = _value(name, getattr(spec, name), text)
    if name == "name" and not value:
        raise QuarantineError("không được để trống", reason="name")
    if name == "quiet_hours" and value and not _HOURS.fullmatch(str(value)):
        raise QuarantineError("cần có dạng 22:00-05:00", reason="quiet_hours")
    # A path of the server is no business of whoever sits at a browser.
    if name == "url" and value != spec.url and not _is_web(str(value)):
        raise QuarantineError("phải bắt đầu bằng http:// hoặc https://", reason="url")
    return value


def _value(name: str, present: object, text: str) -> object:
    text = text.strip()
    match present:
        case bool():
            return text.lower() in {"true", "1", "yes", "có"}
        case int() | float():
            return _number(name, type(present), text)
        case dict():
            return _pairs(text)
        case _:
            return text


def _number(name: str, kind: type[int] | type[float], text: str) -> float:
    low, high = BOUNDS[name]
    try:
        value = kind(text.replace(",", "."))
    except ValueError as error:
        whole = "một số nguyên" if kind is int else "một số"
        raise QuarantineError(f"cần {whole}", reason="number") from error
    if not low <= value <= high:
        raise QuarantineError(f"phải từ {low:.0f} đến {high:.0f}", reason="bounds")
    return value


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        key, equals, value = line.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise QuarantineError("cần mỗi dòng một cặp tên = giá trị", reason="pairs")
        found[key.strip()] = value.strip()
    return found


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _spec(row: Setting) -> SourceSpec | None:
    return None if row.value is None else read_source(row.value)


def _version(
    row: Setting, new: SourceSpec | None, old: SourceSpec | None
) -> SourceVersion:
    edit = row.value.get("edit", {}) if isinstance(row.value, dict) else {}
    if new is None:
        change = Change.REMOVED
    elif "change" in edit:
        change = Change(edit["change"])
    else:
        change = Change.EDITED if old else Change.ADDED
    return SourceVersion(
        version=row.version,
        at=row.at,
        by=row.by,
        change=change,
        reason=edit.get("reason", ""),
        spec=new,
        fields=changes(old, new),
    )
