"""Cursors: where the page before ended, as one opaque word."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from domain.errors import ConflictError
from searchindex.port import Order


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last document shown: its order value, its slot and its id.

    `floor` keeps the bound of a bounded order in place from page to page. `held` names
    a state of the index that a server keeps for the next page, `rest` the place in it.
    """

    order: str
    value: float
    slot: int
    id: str = ""
    floor: int = 0
    held: str = ""
    rest: tuple[int | float | str, ...] = ()


def encode_cursor(cursor: Cursor) -> str:
    """Return the cursor as a word that fits into an address."""
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def decode_cursor(text: str, order: Order) -> Cursor:
    """Return the cursor. Raises `ConflictError` when it belongs to no such search."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii", "replace"))
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise ConflictError("The page cursor is not one of ours.") from error
    if cursor.order != order:
        raise ConflictError("The page cursor belongs to another order.")
    return cursor
