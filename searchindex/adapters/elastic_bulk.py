"""Bulk requests: bounded, and answered item by item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

import msgspec

from domain.errors import RetryLaterError, StoreFullError
from domain.ids import PostId
from searchindex.adapters.elastic_client import Client, Params, Reply
from searchindex.adapters.elastic_errors import BLOCKED, Refused, ours, refusal
from searchindex.adapters.elastic_rows import key_of_post
from searchindex.intake import decode_state
from searchindex.merge import State

MAX_ITEMS = 500
"""Posts of a request. More makes one lost answer cost more to look up again; fewer
costs requests."""

MAX_BYTES = 5_000_000
"""Of a request's body, unless one post alone is larger. Larger ones fill the server's
memory and its queue; smaller ones cost requests."""

_BAD = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Held:
    """What the index holds of a post; `place` is None where it holds nothing."""

    state: State
    encoded: bytes = b""
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A document to write, on the condition that the index holds what was read.

    `index` is empty where the request names the index of all its documents.
    """

    post_id: PostId
    encoded: bytes
    source: bytes
    place: tuple[int, int] | None
    index: str = ""

    def lines(self) -> bytes:
        """Return the two lines of the request."""
        about: dict[str, object] = {"_id": key_of_post(self.post_id)}
        if self.index:
            about["_index"] = self.index
        name = "create"
        if self.place is not None:
            name = "index"
            about["if_seq_no"], about["if_primary_term"] = self.place
        return b"%b\n%b\n" % (msgspec.json.encode({name: about}), self.source)


class Fate(Enum):
    """What became of a write."""

    DONE = auto()
    AGAIN = auto()
    """Somebody else wrote first, or the server was busy."""

    UNKNOWN = auto()
    """No answer came: it may be written or not."""

    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """The fate of one write, and why; `gone` where its index is not there."""

    fate: Fate
    why: str = ""
    error: RetryLaterError | None = None
    gone: bool = False


class VersionGone(Exception):  # noqa: N818 - not an error: another version is live now
    """The version was dropped while it was written to."""


def read(client: Client, version: str, ids: Sequence[PostId]) -> dict[PostId, Held]:
    """Return what a version holds of posts, flushed or not."""
    keys = {key_of_post(post_id): post_id for post_id in ids}
    body = {"ids": list(keys)}
    return {keys[i["_id"]]: _held(i) for i in _docs(client, f"/{version}/_mget", body)}


def read_from(client: Client, where: Mapping[PostId, str]) -> dict[PostId, Held]:
    """Return what is held of posts in the index named for each.

    An index that is not there holds nothing.
    """
    if not where:
        return {}
    keys = {key_of_post(post_id): post_id for post_id in where}
    docs = [{"_index": where[post_id], "_id": key} for key, post_id in keys.items()]
    found = _docs(client, "/_mget", {"docs": docs}, absent=True)
    return {keys[item["_id"]]: _held(item) for item in found}


def read_raw(client: Client, name: str, ids: Sequence[PostId]) -> dict[PostId, str]:
    """Return the notes that an index holds in place of posts' states."""
    keys = {key_of_post(post_id): post_id for post_id in ids}
    found = _docs(client, f"/{name}/_mget", {"ids": list(keys)})
    return {keys[item["_id"]]: item["_source"]["state"] for item in found}


def write(
    client: Client, version: str, writes: Sequence[Write]
) -> Iterator[tuple[Write, Answer]]:
    """Write documents and yield what became of each, in any order.

    `version` is the index of them all, or empty where each names its own.
    """
    path = f"/{version}/_bulk" if version else "/_bulk"
    for some in bounded(writes):
        yield from _write(client, path, some)


def _docs(
    client: Client, path: str, body: object, *, absent: bool = False
) -> Iterator[Mapping[str, Any]]:
    for item in _sent(client, path, body)["docs"]:
        if "error" in item:
            refused = refusal(_status(item["error"]), item)
            if absent and refused.gone:
                continue
            raise _meaning(refused)
        if item.get("found"):
            yield item


def _held(item: Mapping[str, Any]) -> Held:
    encoded = item["_source"]["state"].encode()
    place = item["_seq_no"], item["_primary_term"]
    return Held(decode_state(encoded), encoded, place)


def bounded(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Yield the writes in portions of bounded size."""
    some: list[Write] = []
    size = 0
    for one in writes:
        if some and (len(some) == MAX_ITEMS or size + len(one.source) > MAX_BYTES):
            yield some
            some, size = [], 0
        some.append(one)
        size += len(one.source)
    if some:
        yield some


def _write(
    client: Client, path: str, some: Sequence[Write]
) -> Iterator[tuple[Write, Answer]]:
    body = b"".join(one.lines() for one in some)
    try:
        answer = _sent(client, path, body, {"require_alias": "true"})
    except Refused as refused:
        if refused.status not in _BAD:
            raise
        if len(some) == 1:
            yield some[0], Answer(Fate.NEVER, str(refused))
            return
        # The request as a whole was refused for one of its posts, or for its size.
        half = len(some) // 2
        yield from _write(client, path, some[:half])
        yield from _write(client, path, some[half:])
    except StoreFullError:
        raise
    except RetryLaterError as error:
        yield from ((one, Answer(Fate.UNKNOWN, error=error)) for one in some)
    else:
        for one, item in zip(some, answer["items"], strict=True):
            yield one, _answer(one, next(iter(item.values())))


def _sent(
    client: Client, path: str, body: object, params: Params | None = None
) -> Reply:
    try:
        return client.send("POST", path, body, params)
    except Refused as refused:
        raise _meaning(refused) from refused


def _answer(one: Write, item: Mapping[str, Any]) -> Answer:
    status = item["status"]
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(Fate.DONE)
    refused = refusal(status, item)
    if status == HTTPStatus.CONFLICT:
        return Answer(Fate.AGAIN, error=RetryLaterError("Others write the same posts."))
    if status == HTTPStatus.BAD_REQUEST:
        return Answer(Fate.NEVER, f"{refused.kind}: {refused.reason}")
    if refused.gone and one.index:
        waiting = RetryLaterError(f"The index {one.index} is being made or dropped.")
        return Answer(Fate.AGAIN, error=waiting, gone=True)
    meaning = _meaning(refused)
    if isinstance(meaning, RetryLaterError) and refused.kind != BLOCKED:
        return Answer(Fate.AGAIN, error=meaning)
    raise meaning


def _meaning(refused: Refused) -> Exception:
    """Return what a refusal means to a writer."""
    if refused.gone:
        return VersionGone()
    if refused.passing or refused.kind == BLOCKED:
        return ours(refused)
    return refused


def _status(error: Mapping[str, Any]) -> int:
    missing = error.get("type") == "index_not_found_exception"
    return int(HTTPStatus.NOT_FOUND if missing else HTTPStatus.SERVICE_UNAVAILABLE)
