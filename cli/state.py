"""What every command starts from: settings, profile, logs."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from domain.errors import QuarantineError
from domain.profile import Profile
from wiring.homes import require_installation
from wiring.settings import Settings, is_named, load_settings

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="FOLDER",
        help="The installation (else MINHTIN_HOME, else the user's data folder).",
    ),
]


def settings_of(
    home: Path | None, *, quiet: bool = False, there: bool = True
) -> Settings:
    """Read the settings of an installation and set up logs.

    `quiet` is for commands whose words are for a person: each post's event would bury
    them, so that only warnings are logged unless `log_level` asks for more than usual.

    Raises `ConfigurationError` where there is no installation: opening its stores
    would make one that nobody meant. Only what makes one, or looks at a copy, says
    that it need not be `there`.
    """
    settings = load_settings(home=home)
    if there:
        require_installation(settings, named=is_named(home))
    set_up_logs(settings, quiet=quiet)
    return settings


def settings_anywhere(home: Path | None) -> Settings:
    """Read the settings for what needs no installation, and set up logs.

    Raises `ConfigurationError` where one is named and is not there.
    """
    settings = load_settings(home=home)
    if is_named(home):
        require_installation(settings, named=True)
    set_up_logs(settings)
    return settings


def set_up_logs(settings: Settings, *, quiet: bool = False) -> None:
    """Log from the settings' level on."""
    from wiring.logs import configure_logs

    level = settings.log_level.upper()
    configure_logs("WARNING" if quiet and level == "INFO" else level)


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
