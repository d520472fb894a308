"""The engine's refusals, and what each asks of the caller."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from domain.errors import (
    ConfigurationError,
    MinhTinError,
    NotLetInError,
    RetryLaterError,
    StoreFullError,
)

BLOCKED = "cluster_block_exception"
_MANY = int(HTTPStatus.TOO_MANY_REQUESTS)
_BROKEN = int(HTTPStatus.INTERNAL_SERVER_ERROR)


class Refused(Exception):  # noqa: N818 - an answer of the engine, not yet judged
    """The engine answered with an error."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"{status} {kind}: {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed soon."""
        return self.status == _MANY or self.status >= _BROKEN

    @property
    def gone(self) -> bool:
        """Whether the index is not there."""
        return self.status == HTTPStatus.NOT_FOUND


def refusal(status: int, body: object) -> Refused:
    """Return the refusal that an error answer, or an item of one, means."""
    found: Any = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(found, Mapping):
        return Refused(status, "error", str(found)[:500])
    reason = str(found.get("reason", ""))
    cause = found.get("caused_by")
    if not cause and found.get("root_cause"):
        cause = found["root_cause"][0]
    if isinstance(cause, Mapping) and cause.get("reason") not in {None, reason}:
        reason = f"{reason} ({cause['reason']})"
    return Refused(status, str(found.get("type", "error")), reason[:500])


def ours(refused: Refused) -> MinhTinError:
    """Return the error of ours, named by what the caller must do."""
    if refused.kind == BLOCKED and not refused.status >= _BROKEN:
        return StoreFullError(
            f"The search engine takes no writes: {refused.reason}.",
            retry_after=30,
            hint="Free space on its disks or take the block off; work goes on by "
            "itself.",
        )
    if refused.passing:
        return RetryLaterError(f"The search engine is not ready: {refused}.")
    if refused.gone:
        return RetryLaterError(
            f"The search index is not there: {refused.reason}.",
            retry_after=30,
            hint="Run `minhtin reindex`: the index is made again from the log.",
        )
    if refused.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return NotLetInError(
            f"The search engine refuses the sign-in: {refused}.",
            hint="Check search_username and search_password, or search_api_key, "
            "and that it may manage the indices of search_prefix.",
        )
    return ConfigurationError(
        f"The search engine refuses a request: {refused}.",
        hint="Check that its version is one that `docs/search.md` names.",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what is left of the engine's refusals into our errors."""
    try:
        yield
    except Refused as refused:
        raise ours(refused) from refused
