"""How sign-in behaves: how long sessions last, how wrong guesses are slowed down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from casework.sealing import no_key
from domain.labels import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPolicy:
    """All of it can be set by the installation.

    Guesses are counted by name at one origin, by name everywhere, and by origin over
    all names. Fewer free ones lock out people who mistype; more help whoever guesses.
    After the free ones the wait doubles from `first_wait` to `longest_wait`.
    `code_roles` must have an authenticator app; `sealing` gives the key of secrets;
    `places` gives names that everybody here knows, which make a password weak.
    """

    idle: timedelta = timedelta(minutes=120)
    longest: timedelta = timedelta(hours=12)
    free_pair: int = 5
    free_name: int = 20
    free_origin: int = 60
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(minutes=15)
    forget_after: timedelta = timedelta(hours=24)
    hash_time_cost: int = 3
    hash_memory_kib: int = 65536
    code_roles: frozenset[Role] = frozenset()
    sealing: Callable[[], bytes] = field(default=no_key, repr=False)
    places: Callable[[], Iterable[str]] = tuple

    def wait(self, failures: int, free: int) -> timedelta | None:
        """Return how long to refuse after so many failures; None while free."""
        beyond = failures - free
        if beyond < 0:
            return None
        # Past 2**20 the longest wait is reached with any sensible first one.
        doubled: int = 2 ** min(beyond, 20)
        return min(self.longest_wait, self.first_wait * doubled)
