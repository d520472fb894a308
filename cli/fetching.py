"""What asks crawlers for one page now: the command, and whoever has a person's link."""

from datetime import datetime
from typing import TYPE_CHECKING

from casework.service import Casework
from cli.crawling import allowed_networks, open_frontier, present_sources
from domain.profile import Profile
from wiring.settings import Settings

if TYPE_CHECKING:
    from crawlers.urgent import PageDesk
    from ui.context import FetchDoor, Fetched


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


def fetch_door(desk: "PageDesk") -> "FetchDoor":
    """Return the desk as the console knows it, which knows no crawlers."""
    from ui.context import FetchDoor, Fetched

    def ask(url: str) -> tuple[str, datetime]:
        page = desk.ask(url)
        return page.url, page.due

    def outcome(url: str, since: datetime) -> "Fetched | None":
        found = desk.outcome(url, since)
        if found is None:
            return None
        post = found.post_id or ""
        return Fetched(post=post, gone=found.gone, problem=found.problem)

    return FetchDoor(ask=ask, outcome=outcome)
