"""A registry with a live model and a candidate, as an office has after some months."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from casework.service import Casework
from classifier.compared import Compared, Comparison, Rule
from classifier.metrics import Figure
from domain.ids import PostId
from eventlog.port import EventLog
from jobs.learning.overview import ModelRoom
from jobs.learning.records import COMPARISON, TRAINING, Training
from jobs.learning.registry import Change, Entry, ModelRegistry
from jobs.learning.shadow import FILE, ShadowBook, Tally

LIVE, CANDIDATE, WORSE = "lr-2026.11", "linear-2-5be1f0c2aa", "linear-2-90c4d7e113"
BUILT = datetime.fromisoformat("2026-11-20T09:30:00+07:00")


def figure(value: float, width: float = 0.02) -> Figure:
    most = max(1.0, value + 10 * width)  # a cost may be above one
    return Figure(
        value=value, low=max(0.0, value - width), high=min(most, value + width)
    )


def comparison(candidate: str, criticism: float) -> Comparison:
    """Return figures of both; the live one flags 2 % of criticism."""
    rows = (
        ("guard criticism", "honest_flagged", 150, Rule.NEVER_MORE, 0.02, criticism),
        (
            "guard honest unread",
            "honest_flagged",
            1050,
            Rule.NEVER_MORE,
            0.0477,
            0.0333,
        ),
        ("guard alike unread", "harm_found", 1050, Rule.NOT_BELOW, 0.838, 0.862),
        ("test", "honest_flagged", 569, Rule.NEVER_MORE, 0.0, 0.0),
        ("test", "harm_found", 569, Rule.NOT_BELOW, 0.744, 0.751),
        ("test", "harm_macro_f1", 569, Rule.NOT_BELOW, 0.792, 0.801),
        ("gold", "harm_found", 84, Rule.NOT_BELOW, 0.81, 0.845),
        ("recent reviews", "cost", 61, Rule.NOT_ABOVE, 1.377, 0.853),
        ("recent reviews", "harmless_flagged", 23, Rule.TOLD, 0.739, 0.435),
    )
    return Comparison(
        live=LIVE,
        candidate=candidate,
        figures=tuple(
            Compared(
                part=part,
                name=name,
                texts=texts,
                rule=rule,
                live=figure(live),
                candidate=figure(tried),
            )
            for part, name, texts, rule, live, tried in rows
        ),
    )


def add_candidate(
    registry: ModelRegistry, version: str, criticism: float, at: datetime = BUILT
) -> None:
    draft = registry.draft()
    training = Training(
        version=version,
        at=at,
        corpus=4316,
        reviews=248,
        review_weight=1.0,
        reviewers=4,
        since=at - timedelta(days=70),
        until=at - timedelta(days=9),
        measured_on=62,
    )
    tally = Tally(
        candidate=version,
        compared=3412,
        more=17,
        fewer=41,
        more_posts=(PostId("forum:t05-3"),),
        at=at + timedelta(days=2),
    )
    made = comparison(version, criticism)
    for name, value in ((TRAINING, training), (COMPARISON, made), (FILE, tally)):
        (draft / name).write_bytes(msgspec.json.encode(value))
    entry = Entry(at=at, by="cli:quantri", change=Change.CANDIDATE, version=version)
    registry.put_candidate(draft, entry)


def model_room(folder: Path, log: EventLog, casework: Casework) -> ModelRoom:
    registry = ModelRegistry(folder / "models")
    installed = folder / "installed-model"
    installed.mkdir()
    entry = Entry(at=BUILT, by="system", change=Change.INSTALLED, version=LIVE)
    registry.install(installed, LIVE, entry)
    add_candidate(registry, CANDIDATE, 0.0133)
    return ModelRoom(
        registry=registry,
        shadow=ShadowBook(registry, log),
        verdicts=casework,
        version=lambda: LIVE,
    )
