"""Secrets of others' services, from the environment or from files of their own."""

import stat
from pathlib import Path

from domain.errors import ConfigurationError
from intake.signing import LEAST_SECRET
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


def backup_passphrase(settings: Settings) -> str:
    """Return the passphrase of copies; empty without one."""
    return settings.backup_passphrase or read_secret(settings.backup_passphrase_file)


def imap_password(settings: Settings) -> str:
    """Return the password of the mailbox; empty without one."""
    return settings.imap_password or read_secret(settings.imap_password_file)


def intake_secrets(settings: Settings) -> dict[str, str]:
    """Return channel → secret of those who may send reports.

    Lines or, in the environment, comma-separated parts of `channel=secret`. Raises
    `ConfigurationError` for what is none, and for a secret that is too short.
    """
    text = settings.intake_secrets.replace(",", "\n")
    text += "\n" + read_secret(settings.intake_secrets_file)
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        channel, equals, secret = (part.strip() for part in line.partition("="))
        if line.startswith("#"):
            continue
        if not equals or not channel or len(secret) < LEAST_SECRET:
            raise ConfigurationError(
                f"The secret of channel {channel[:40]!r} has fewer than "
                f"{LEAST_SECRET} letters, or the line is no channel=secret.",
                hint="Make one with: openssl rand -hex 32",
            )
        found[channel] = secret
    return found
