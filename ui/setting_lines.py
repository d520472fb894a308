"""Versioned settings as people read them: what changed, by whom and when. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from casework.model import Setting
from ui.reading import Reading
from wiring.source_edits import FieldChange, SourceVersion

MACHINES = frozenset({"jobs", "cli"})
"""Actors that are no accounts; the locale names them."""

LONGEST = 160
"""Characters of a value in a line; the whole version has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting. `changes` are lines «name: old → new», `whole` its value as text."""

    name: str
    meta: str
    changes: tuple[str, ...]
    whole: str


def line(
    setting: Setting,
    before: Setting | None,
    reading: Reading,
    people: Mapping[str, str],
    source: SourceVersion | None = None,
) -> SettingLine:
    """Show a setting's newest version; `source` is the same one as of a source."""
    words = reading.words
    by = people.get(setting.by, setting.by)
    if setting.by in MACHINES:
        by = words(f"settings.by_{setting.by}")
    version = words("settings.version_of", number=words.number(setting.version))
    if source is not None:
        changes = source_changes(source, reading)
    else:
        changes = tuple(_changes(before.value if before else None, setting.value))
    return SettingLine(
        name=name_of(setting, reading),
        meta=" · ".join((by, reading.moment(setting.at), version)),
        changes=changes,
        whole=json.dumps(setting.value, ensure_ascii=False, indent=2),
    )


def name_of(setting: Setting, reading: Reading) -> str:
    """Name a setting; one that has no words of its own by its key."""
    for start, word in (
        ("source.", "of_source"),
        ("retention.hold.", "of_hold"),
        ("drift.week.", "of_week"),
        ("health.states", "of_health"),
    ):
        if setting.key.startswith(start):
            rest = setting.key.removeprefix(start)
            value = setting.value if isinstance(setting.value, Mapping) else {}
            name = value.get("name", rest) if start == "source." else rest
            return reading.words(f"settings.{word}", name=name)
    return setting.key


def source_changes(version: SourceVersion, reading: Reading) -> tuple[str, ...]:
    """Say what was done to a source and why, then each field before and after."""
    words = reading.words
    done = words(f"source.was_{version.change}")
    fields = version.fields
    said = f"{done}: {version.reason}" if version.reason else done
    return (said, *(field_line(field, reading) for field in fields))


def field_line(field: FieldChange, reading: Reading) -> str:
    """Write one field of a source before and after, in the reader's words."""
    names = reading.words.section("source")
    old, new = (_said(text, reading) for text in (field.old, field.new))
    return f"{names.get(f'f_{field.field}', field.field)}: {old} → {new}"


def _said(text: str, reading: Reading) -> str:
    known = {"true": "settings.yes", "false": "settings.no"}
    return reading.words(known[text]) if text in known else _short(text or "–")


def _changes(old: object, new: object) -> Iterator[str]:
    former, present = dict(_flat(old, "")), dict(_flat(new, ""))
    for name in dict.fromkeys((*former, *present)):
        if former.get(name) != present.get(name):
            values = (_short(side.get(name, "–")) for side in (former, present))
            yield ": ".join(filter(None, (name, " → ".join(values))))


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name} {key}".strip())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield name, ", ".join(map(str, value))
    elif value is not None:
        yield name, str(value)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[:LONGEST]}…"
