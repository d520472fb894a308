"""What every command starts from: settings, profile, logs."""

from pathlib import Path
from typing import Annotated

import typer

from domain.profile import Profile
from wiring.settings import Settings, load_settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the installation (else MINHTIN_HOME)."),
]


def settings_of(home: Path | None) -> Settings:
    """Read the settings and set up logs."""
    from wiring.logs import configure_logs

    settings = load_settings(home=home)
    configure_logs(settings.log_level)
    return settings


def profile_of(settings: Settings) -> Profile:
    """Load the province of the settings."""
    from wiring.profile import load_profile

    return load_profile(settings.profile, settings.profiles_dir)
