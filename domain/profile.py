"""A province as data. `wiring.profile` reads these from `profiles/<id>/*.toml`."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from domain.ids import AgencyId, SourceId, UnitId

INTAKE = "intake"
"""Kind of the channels through which residents' reports come; nothing is visited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A present commune or ward.

    `ambiguous`: the bare name proves nothing; `fold_ambiguous`: nor does it when
    written without marks.
    """

    id: UnitId
    code: str
    name: str
    kind: str
    lat: float
    lon: float
    seat: str = ""
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False
    fold_ambiguous: bool = False
    merged_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerUnit:
    """A district, commune or ward that was dissolved; `units` are its heirs."""

    name: str
    kind: str
    units: tuple[UnitId, ...]
    code: str = ""
    district: str = ""
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False
    fold_ambiguous: bool = False
    valid_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A named place, road, festival …; `strong`: the name alone proves the province."""

    name: str
    kind: str
    units: tuple[UnitId, ...] = ()
    aliases: tuple[str, ...] = ()
    strong: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misleading:
    """A phrase that contains a place name but does not mean the place.

    `kind` is `phrase` or `regex`; `reads_as` a value of `About`.
    """

    pattern: str
    reads_as: str
    why: str
    kind: str = "phrase"
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """All that the place gate knows."""

    units: tuple[Unit, ...]
    former: tuple[FormerUnit, ...]
    landmarks: tuple[Landmark, ...]
    misleading: tuple[Misleading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body that a complaint can be routed to; `fields` are complaint fields."""

    id: AgencyId
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    fields: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    official_domain: str = ""
    verified: bool = False
    grade: str = ""


SOURCE_KINDS = (
    "feed",
    "sitemap",
    "listing",
    "json_api",
    "page",
    "forum",
    "file",
    "youtube",
    "intake",
)
"""How a source can be read; `intake` is a channel that nobody visits."""

QUIET_HOURS = re.compile(
    r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)"
)
"""Begin and end as people write them, two groups each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A source to crawl, in a few lines of TOML.

    `selectors`, `columns`, `api`, `sitemap` and `page` hold the kind's own keys, each
    value as text (numbers too); `quiet_hours` is local
    time as `HH:MM-HH:MM`, may cross midnight, and is never visited in;
    `requests_a_day` is a budget, 0 for none. `interval_minutes` is the pause between
    two visits to begin with, or always where it is `interval_fixed`. All are
    documented in `docs/sources.md`.
    """

    id: SourceId
    name: str
    kind: str
    url: str
    outlet: str = ""
    licensed_press: bool = False
    parent_body: str = ""
    region: str = ""
    reach: int = 0
    about: str = ""
    interval_minutes: int = 60
    enabled: bool = True
    verified: bool = False
    max_pages: int = 50
    delay_seconds: float = 0.0
    note: str = ""
    selectors: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    api: dict[str, str] = field(default_factory=dict)
    sitemap: dict[str, str] = field(default_factory=dict)
    page: dict[str, str] = field(default_factory=dict)
    quiet_hours: str = ""
    requests_a_day: int = 0
    interval_fixed: bool = False

    @property
    def visited(self) -> bool:
        """Whether a crawler goes there; the reports of a channel are brought."""
        return self.kind != INTAKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A licensed outlet, found again by its domains."""

    id: str
    name: str
    domains: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    parent_body: str = ""
    kind: str = ""
    region: str = ""
    reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day off (kind `off`), or a make-up working day (kind `work`)."""

    date: dt.date
    name: str
    kind: str = "off"
    grade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRule:
    """A duty with its length, as dated data; see the head of `law.toml`."""

    id: str
    duty: str
    basis: str
    length: int
    unit: str
    grade: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    duty_en: str = ""
    trigger: str = ""
    subject: str = ""
    recurrence: str = ""
    counting: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelText:
    """How a closed-set name is shown and explained to readers."""

    vi: str
    en: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything that names a province.

    `aliases` are other spellings of the province's own name (without ambiguous
    abbreviations), `demonyms` and `hashtags` other signs of it. `place_gate` holds the
    gate's figures, `retention_days` days by kind (0: no automatic end). `case_number`
    is a format of `year` and `serial`.
    """

    id: str
    name: str
    full_name: str
    timezone: str
    gazetteer: Gazetteer
    agencies: tuple[Agency, ...]
    sources: tuple[SourceSpec, ...]
    outlets: tuple[Outlet, ...]
    holidays: tuple[Holiday, ...]
    rules: tuple[LegalRule, ...]
    labels: dict[str, dict[str, LabelText]]
    retention_days: dict[str, int]
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    place_gate: dict[str, Any] = field(default_factory=dict)
    centre: tuple[float, float] = (0.0, 0.0)
    user_agent_name: str = "MinhTin"
    contact_is_placeholder: bool = True
    organisation: str = ""
    contact: str = ""
    examples: tuple[dict[str, Any], ...] = ()
    folder: str = ""
    case_number: str = "{year}-{serial:06}"
