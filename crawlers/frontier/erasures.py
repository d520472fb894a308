"""Posts that were erased and do not come back; `contracts/frontier_erasures.py`."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from domain.ids import PostId


@dataclass(frozen=True, slots=True)
class ErasedName:
    """The digest of an erased post's id, or of an address that led to it."""

    digest: str


def storable(text: str) -> str:
    """Return text as every frontier can hold it: PostgreSQL knows no NUL."""
    return text.replace("\0", "\ufffd")


def digest_of(name: str) -> str:
    """Return the SHA-256 of an id or address, as a certificate of erasure has it.

    Whoever knows the name can see that it was erased; nobody can read it back. It is of
    the name as it can be held anywhere, so that it means the same in each frontier.
    """
    return sha256(storable(name).encode()).hexdigest()


class Erasures(ABC):
    """Forgets posts for good, and keeps no more of them than digests."""

    @abstractmethod
    def erase(self, posts: Collection[PostId], addresses: Collection[str] = ()) -> None:
        """Forget the posts, their addresses, and pages that wait under these.

        `addresses` are further names of theirs. From then on they cannot be queued or
        acknowledged. The same again, or of posts that are unknown, changes no more.
        """

    @abstractmethod
    def erased(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the ids and addresses that belong to erased posts."""

    @abstractmethod
    def drop_waiting(self, posts: Collection[PostId]) -> None:
        """Let no page of the posts wait any more; what is known of them stays.

        For posts whose time is over: what their lists said of them goes with the
        page, and nothing looks at them again unless a list says that they changed.
        """
