"""What asks crawlers for one page now: the command, and whoever has a person's link."""

from typing import TYPE_CHECKING

from casework.service import Casework
from cli.crawling import allowed_networks, open_frontier, present_sources
from domain.profile import Profile
from wiring.settings import Settings

if TYPE_CHECKING:
    from crawlers.urgent import PageDesk


def page_desk(
    settings: Settings, profile: Profile, casework: Casework | None = None
) -> "PageDesk":
    """Return where addresses are handed in; any crawler that watches serves them."""
    from crawlers.addresses import networks_of
    from crawlers.urgent import PageDesk
    from wiring import bootstrap

    return PageDesk(
        open_frontier(settings),
        present_sources(settings, profile, casework)(),
        networks_of(allowed_networks(settings)),
        bootstrap.build_clock(),
    )
