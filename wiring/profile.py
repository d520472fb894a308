"""Loads a province: the TOML files of `profiles/<id>/` into `domain.profile`."""

import hashlib
import json
import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from domain.errors import ConfigurationError
from domain.labels import About
from domain.profile import (
    Agency,
    FormerUnit,
    Gazetteer,
    Holiday,
    LabelText,
    Landmark,
    LegalRule,
    Misleading,
    Outlet,
    Profile,
    Unit,
)
from wiring.source_rows import read_sources

T = TypeVar("T")

CASE_NUMBER = re.compile(r"[\w./-]{1,40}")


def profile_folder(profile_id: str, folder: Path | None = None) -> Path:
    """Return where a profile lies: in `folder`, else among those shipped."""
    root = folder or Path(str(files("profiles")))
    found = root / profile_id
    if not (found / "profile.toml").exists():
        known = sorted(p.parent.name for p in root.glob("*/profile.toml"))
        raise ConfigurationError(
            f"There is no profile {profile_id!r} in {root}.",
            hint=f"Known: {', '.join(known) or 'none'}. Set MINHTIN_PROFILE.",
        )
    return found


@lru_cache(maxsize=4)
def load_profile(profile_id: str, folder: Path | None = None) -> Profile:
    """Load and check a profile. Raises `ConfigurationError` naming file and field."""
    root = profile_folder(profile_id, folder)
    head = _toml(root / "profile.toml")
    names = head.get("names", {})
    crawler = head.get("crawler", {})
    profile = Profile(
        id=head["id"],
        name=head["name"],
        full_name=head["full_name"],
        timezone=head["timezone"],
        gazetteer=_gazetteer(root / "gazetteer"),
        agencies=_rows(root / "agencies.toml", "agency", Agency),
        sources=read_sources(root / "sources.toml", _toml(root / "sources.toml")),
        outlets=_rows(root / "press.toml", "outlet", Outlet),
        holidays=_rows(root / "holidays.toml", "holiday", Holiday),
        rules=_rows(root / "law.toml", "rule", LegalRule),
        labels=_labels(root / "labels.toml"),
        retention_days=head.get("retention", {}),
        aliases=_aliases(names),
        demonyms=tuple(names.get("demonyms", ())),
        hashtags=tuple(names.get("hashtags", ())),
        place_gate=head.get("place_gate", {}),
        centre=(head["centre"]["lat"], head["centre"]["lon"]),
        user_agent_name=crawler.get("user_agent_name", "MinhTin"),
        contact=crawler.get("contact_email", ""),
        contact_is_placeholder=crawler.get("contact_is_placeholder", True),
        organisation=crawler.get("organisation", ""),
        examples=_examples(root / "examples.jsonl"),
        folder=str(root),
        case_number=_case_number(head),
    )
    _check(profile, root)
    return profile


def place_names(profile: Profile) -> tuple[str, ...]:
    """Return what people here call the province, its units and its landmarks."""
    gazetteer = profile.gazetteer
    placed: tuple[Unit | FormerUnit | Landmark, ...] = (
        *gazetteer.units,
        *gazetteer.former,
        *gazetteer.landmarks,
    )
    named = [name for place in placed for name in (place.name, *place.aliases)]
    return (profile.name, *profile.aliases, *profile.hashtags, *named)


def files_digest(folder: Path) -> str:
    """Return SHA-256 over the names and contents of all files below a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if "__pycache__" in path.parts:
            continue
        own = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{own}  {path.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()


def _case_number(head: dict[str, Any]) -> str:
    """Return how cases are numbered; two of them must never be called the same."""
    form = str(head.get("cases", {}).get("number", "{year}-{serial:06}"))
    try:
        made = {form.format(year=y, serial=n) for y in (2026, 2027) for n in (1, 2, 10)}
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigurationError(f"[cases] number: {form!r} is no format.") from error
    if len(made) < 6 or any(not CASE_NUMBER.fullmatch(one) for one in made):  # noqa: PLR2004 - two years of three
        raise ConfigurationError(
            f"[cases] number: {form!r} gives no numbers of their own.",
            hint="Name {year} and {serial}, with letters, digits and . / - around.",
        )
    return form


def _aliases(names: dict[str, Any]) -> tuple[str, ...]:
    weak = set(names.get("weak_aliases", ()))
    every = [*names.get("aliases", ()), *names.get("nicknames", ())]
    return tuple(name for name in every if name not in weak)


def _gazetteer(root: Path) -> Gazetteer:
    return Gazetteer(
        units=_rows(root / "units.toml", "unit", Unit),
        former=_rows(root / "former.toml", "former", FormerUnit),
        landmarks=_rows(root / "landmarks.toml", "landmark", Landmark),
        misleading=_rows(root / "misleading.toml", "misleading", Misleading),
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"The profile lacks {path.name}.", hint=f"Expected at {path}."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from error


def _rows(path: Path, name: str, kind: type[T]) -> tuple[T, ...]:
    rows = _toml(path).get(name, [])
    made = []
    for number, row in enumerate(rows, start=1):
        # An empty string stands for «not known» in dates and optional fields.
        known = {k: v for k, v in row.items() if v != ""}
        try:
            made.append(msgspec.convert(known, kind))
        except msgspec.ValidationError as error:
            raise ConfigurationError(
                f"{path.name}, [[{name}]] number {number}: {error}."
            ) from error
    return tuple(made)


def _labels(path: Path) -> dict[str, dict[str, LabelText]]:
    return {
        group: {name: msgspec.convert(text, LabelText) for name, text in texts.items()}
        for group, texts in _toml(path).items()
        if isinstance(texts, dict)
    }


def _examples(path: Path) -> tuple[dict[str, Any], ...]:
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").split("\n")
    return tuple(json.loads(line) for line in lines if line)


def _check(profile: Profile, root: Path) -> None:
    units = {unit.id for unit in profile.gazetteer.units}
    gazetteer = profile.gazetteer
    named = [(place.name, unit) for place in gazetteer.former for unit in place.units]
    named += [
        (place.name, unit) for place in gazetteer.landmarks for unit in place.units
    ]
    for name, unit in named:
        if unit not in units:
            raise ConfigurationError(f"{root.name}: {name} names no unit {unit!r}.")
    for entry in profile.gazetteer.misleading:
        if entry.reads_as not in set(About):
            raise ConfigurationError(
                f"{root.name}: {entry.pattern!r} reads as nothing."
            )
