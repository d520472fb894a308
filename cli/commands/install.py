"""`init`: makes an installation."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from cli.output import friendly, show
from cli.state import HomeOption
from domain.errors import ConfigurationError
from wiring.profile import profile_folder
from wiring.settings import FILE, Settings, load_settings

_TEMPLATE = """\
# Settings of this installation; docs/settings.md explains each.
# Secrets do not belong here: see secret.key (readable by its owner only).
profile = "{profile}"
mode = "office"
host = "127.0.0.1"
port = 8501
# An address at which a site's owner can reach you; crawling waits for it.
crawl_contact = ""
"""


def init(
    profile: Annotated[str, typer.Option(help="The province's profile.")] = "dien-bien",
    home: HomeOption = None,
) -> None:
    """Make a clean installation and say what to configure before the first crawl."""
    with friendly():
        settings = (
            load_settings({"MINHTIN_PROFILE": profile}, home=home)
            if home
            else (load_settings())
        )
        folder = settings.home
        if (folder / FILE).exists():
            raise ConfigurationError(
                f"{folder} is an installation already.",
                hint="Choose another --home, or edit its minhtin.toml.",
            )
        profile_folder(profile, settings.profiles_dir)  # raises if there is none
        prepare(settings)
        (folder / FILE).write_text(_TEMPLATE.format(profile=profile), encoding="utf-8")
        show(f"Installation made in {folder} for the profile {profile}.")
        show(_next_steps(settings))


def prepare(settings: Settings) -> None:
    """Make folders, the secret key and empty stores; harmless when they exist."""
    from wiring import bootstrap

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_secret(settings.secret_path)
    bootstrap.build_log(settings).close()
    bootstrap.build_index(settings).close()
    bootstrap.build_casework(settings)


def _make_secret(path: Path) -> None:
    if path.exists():
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))


def _next_steps(settings: Settings) -> str:
    return f"""
Before the first crawl (minhtin lies in .venv/bin of the checkout):
  1. Put an address into crawl_contact in {settings.home / FILE}.
  2. Make the first account:  minhtin accounts add NAME --role admin --own
  3. Look through the sources: minhtin sources list, minhtin sources check SOURCE
  4. Have a lawyer check law.toml and holidays.toml of the profile.
  5. Check the whole:          minhtin doctor
Then start it:                 minhtin up
(with --home {settings.home} each, or MINHTIN_HOME set)"""
