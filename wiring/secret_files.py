"""Secrets of others' services, from the environment or from files of their own."""

import stat
from pathlib import Path

from domain.errors import ConfigurationError
from wiring.settings import Settings

MOUNTED = Path("/run/secrets")
"""Where containers get secrets, readable by all of the few that are in there."""


def youtube_key(settings: Settings) -> str:
    """Return the office's key of the YouTube Data API; empty without one."""
    return settings.youtube_key or read_secret(settings.youtube_key_file)


def read_secret(path: Path | None) -> str:
    """Return what a file holds, without white space around it; empty for no file.

    Raises `ConfigurationError` for one that cannot be read or that others may read.
    """
    if path is None:
        return ""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The secret in {path} cannot be read.", hint="See docs/settings.md."
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and MOUNTED not in path.parents:
        raise ConfigurationError(
            f"Others may read the secret in {path}.", hint=f"chmod 600 {path}"
        )
    return text
