"""What an upgrade of casework's schema would do, and doing it in either direction."""

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from casework.adapters.dialect import address_of
from casework.adapters.schema import FOLDER, downgrade, upgrade
from casework.adapters.snapshot import present
from casework.held import Step, Steps
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "head"


def steps(url: str, target: str = NEWEST) -> Steps:
    """Return the way from where the database is to a revision; changes nothing.

    Raises `ConfigurationError` for a revision that this program does not know.
    """
    known = _known()
    names = [step.revision for step in known]
    at, wanted = present(url), names[-1] if target == NEWEST else target
    if wanted not in names:
        raise ConfigurationError(
            f"There is no revision {target}.", hint=f"Known: {', '.join(names)}."
        )
    if at is not None and at not in names:
        raise ConfigurationError(
            f"The database is at revision {at}, which a newer program made.",
            hint="Go back with that program: minhtin upgrade --to REVISION.",
        )
    here = -1 if at is None else names.index(at)
    there = names.index(wanted)
    down = there < here
    way = known[there + 1 : here + 1][::-1] if down else known[here + 1 : there + 1]
    return Steps(present=at or "", target=wanted, down=down, way=tuple(way))


def statements(url: str, way: Steps) -> str:
    """Return the SQL of the steps. Raises `ConfigurationError` where none can be told.

    SQLite rebuilds a table from what stands in the file, so that its statements are
    known only there.
    """
    from alembic import command  # noqa: PLC0415 - heavy, and needed once a release
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    out = StringIO()
    config = _config(out)
    config.attributes["dialect"] = address_of(url).get_backend_name()
    do = command.downgrade if way.down else command.upgrade
    try:
        do(config, f"{way.present or 'base'}:{way.target}", sql=True)
    except CommandError as error:
        raise ConfigurationError(
            "These steps cannot be told as SQL for this database.",
            hint="SQLite rebuilds tables while it goes: try it on a restored copy.",
        ) from error
    return out.getvalue()


def go(url: str, way: Steps) -> None:
    """Go the way, in one transaction."""
    if way.down:
        downgrade(url, way.target)
    else:
        upgrade(url, way.target)


def _known() -> Sequence[Step]:
    """Return all revisions, oldest first; they are one line."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    found = ScriptDirectory.from_config(_config(StringIO())).walk_revisions()
    return [Step(one.revision, one.doc) for one in found][::-1]


def _config(out: StringIO) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(output_buffer=out)
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
