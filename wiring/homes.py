"""Which folders are installations: asked before a store is opened, as opening makes it.

`docs/commands.md` says which commands need one; `cli.state` asks here for all of them.
"""

import shlex
from pathlib import Path

from domain.errors import ConfigurationError
from wiring.settings import FILE, PREFIX, Mode, Settings, default_home, load_settings

SAMPLE_HOME = Path("var") / "sample"
"""Where `up --sample` and `make run` keep the sample, below the present folder."""


def is_installation(settings: Settings) -> bool:
    """Tell whether the home holds something of ours, or the stores lie elsewhere."""
    if settings.log_url or settings.search_url or settings.database_url:
        return True
    ours = (
        settings.home / FILE,
        settings.secret_path,
        settings.log_path,
        settings.frontier_path,
        settings.home / "casework.sqlite",
    )
    return any(path.exists() for path in ours)


def require_installation(settings: Settings, *, named: bool) -> None:
    """Raise `ConfigurationError` with what to do where there is no installation.

    `named` is false where the home is only the default, which nobody asked for.
    """
    if is_installation(settings):
        return
    default = (
        ""
        if named
        else f" (the default: neither --home nor {PREFIX}HOME names a folder)"
    )
    raise ConfigurationError(
        f"There is no installation in {settings.home}{default}.",
        hint=f"{_sample_hint()} An office's is made by `minhtin init --home FOLDER`.",
    )


def _sample_hint() -> str:
    if (SAMPLE_HOME / FILE).exists():
        return f"To look at the sample add --home {SAMPLE_HOME}."
    return (
        f"`minhtin up --sample` makes the sample in {SAMPLE_HOME}, and "
        f"--home {SAMPLE_HOME} looks at it."
    )


def is_office(settings: Settings) -> bool:
    """Tell whether the home's own file says that it is real, whatever else is set."""
    if not (settings.home / FILE).exists():
        return False
    return load_settings({}, settings.home).mode is Mode.OFFICE


def home_option(settings: Settings) -> str:
    """Return ` --home FOLDER` as a command needs it; "" for the default folder."""
    if settings.home == default_home().expanduser().absolute():
        return ""
    return f" --home {shlex.quote(str(settings.home))}"
