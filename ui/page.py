"""What a page draws with, and addresses of pages."""

from dataclasses import dataclass
from urllib.parse import quote

from casework.model import Account
from ui.context import ConsoleContext
from ui.reading import Reading
from ui.wording import Wording

PAGES = (
    "", "desk", "search", "map", "sources", "models", "drift", "audit", "settings",
)  # fmt: skip
"""Addresses of Streamlit's pages, in the order of the navigation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a page draws with."""

    context: ConsoleContext
    account: Account
    token: str
    reading: Reading

    @property
    def words(self) -> Wording:
        return self.reading.words


def desk_link(queue: str, post_id: str = "") -> str:
    """Return the address of a queue or of one post on the desk."""
    post = f"&post={quote(post_id, safe='')}" if post_id else ""
    return f"/desk?queue={quote(queue)}{post}"


def source_link(source: str) -> str:
    """Return the address of one source's page."""
    return f"/sources?source={quote(source, safe='')}"


def search_link(query: str) -> str:
    return f"/search?q={quote(query, safe='')}"
