"""The sources in force: those of the profile, changed and added to in casework.

Casework holds one versioned setting per edited source, `source.<id>`, whose value is
the source's fields, or `null` where it was taken out.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from casework.service import Casework
from domain.ids import SourceId
from domain.labels import About
from domain.profile import INTAKE, Profile, SourceSpec

PREFIX = "source."

ADDED = SourceSpec(
    id=SourceId("console"),
    name="Cán bộ thêm",
    kind=INTAKE,
    url="intake:console",
    about=About.PROVINCE,
)
"""The channel of what people add in the console; it need not be set up."""


def source_list(profile: Profile, casework: Casework) -> Sequence[SourceSpec]:
    """Return all sources, also disabled ones, in a fixed order."""
    sources = {source.id: source for source in profile.sources}
    for row in casework.settings(PREFIX):
        name = row.key.removeprefix(PREFIX)
        if row.value is None:
            sources = {key: value for key, value in sources.items() if key != name}
        else:
            spec = read_source(row.value)
            sources[spec.id] = spec
    return sorted(sources.values(), key=lambda source: source.id)


def channels(sources: Sequence[SourceSpec]) -> dict[str, str]:
    """Return id → name of the channels that are in force."""
    found = (s for s in sources if s.kind == INTAKE and s.enabled)
    return {str(source.id): source.name for source in found}


def read_source(value: dict[str, Any]) -> SourceSpec:
    """Make a source of its fields. Raises `msgspec.ValidationError`."""
    return msgspec.convert(value, SourceSpec)


def save_source(casework: Casework, actor: str, source: SourceSpec) -> None:
    """Add or change a source, with audit; crawlers read it before their next visit."""
    casework.put_setting(actor, PREFIX + source.id, asdict(source))


def remove_source(casework: Casework, actor: str, source_id: str) -> None:
    """Take a source out of crawling; what it brought stays."""
    casework.put_setting(actor, PREFIX + source_id, None)
