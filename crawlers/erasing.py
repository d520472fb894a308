"""What an erasure means to crawlers: the frontier forgets, and takes nothing back."""

from collections.abc import Collection, Iterator

from crawlers.frontier.erasures import ErasedName
from crawlers.frontier.port import Frontier
from crawlers.spiders.youtube_posts import VIDEO, talk_of
from domain.ids import PostId

_BY_ADDRESS = "url:"


class CrawlMemory:
    """Erases posts from a frontier, and tells others what was erased."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier

    def erase(self, posts: Collection[PostId]) -> None:
        """Forget the posts, and let none of them come back."""
        self._frontier.erase(posts, list(_names(posts)))

    def retire(self, posts: Collection[PostId]) -> None:
        """Look no more at posts whose time is over; drop what lists said of them."""
        self._frontier.drop_waiting(posts)

    def erased(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the ids that are of erased posts."""
        return self._frontier.erased(names) if names else frozenset()


def erased_names(frontier: Frontier) -> Iterator[str]:
    """Yield the digests of all names of erased posts."""
    for fact in frontier.facts():
        if not isinstance(fact, ErasedName):
            return  # They come first.
        yield fact.digest


def _names(posts: Collection[PostId]) -> Iterator[str]:
    """Yield what a frontier knows posts by besides their ids and known addresses."""
    for post in posts:
        if post.startswith(_BY_ADDRESS):
            yield post.removeprefix(_BY_ADDRESS)
        if post.startswith(VIDEO):
            yield talk_of(post.removeprefix(VIDEO))
