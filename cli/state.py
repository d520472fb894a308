"""What every command starts from: settings, profile, logs."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from domain.errors import QuarantineError
from domain.profile import Profile
from wiring.settings import Settings, load_settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the installation (else MINHTIN_HOME)."),
]


def settings_of(home: Path | None, *, quiet: bool = False) -> Settings:
    """Read the settings and set up logs.

    `quiet` is for commands whose words are for a person: each post's event would bury
    them, so that only warnings are logged unless `log_level` asks for more than usual.
    """
    from wiring.logs import configure_logs

    settings = load_settings(home=home)
    level = settings.log_level.upper()
    configure_logs("WARNING" if quiet and level == "INFO" else level)
    return settings


def profile_of(settings: Settings) -> Profile:
    """Load the province of the settings."""
    from wiring.profile import load_profile

    return load_profile(settings.profile, settings.profiles_dir)


def day_of(settings: Settings, text: str) -> datetime | None:
    """Return when a day begins in the office's zone; None for no text.

    Raises `QuarantineError` for what is no day.
    """
    if not text:
        return None
    with suppress(ValueError):
        zone = ZoneInfo(profile_of(settings).timezone)
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    raise QuarantineError(
        f"{text!r} is no day.", reason="date", hint="Write it as 2026-03-07."
    )
