"""What a copy says of itself: `manifest.json`, the last file that is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from domain.errors import QuarantineError
from jobs.copies.files import SealedFile

NAME = "manifest.json"
SUMS = "SHA256SUMS"
"""The digests of all files as they lie there, also of the manifest, for `sha256sum`."""

FORMAT = 1
"""Raised when a program that knows the former number would read a copy wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """The log at that moment, by topic and partition.

    `ends` are the offsets written next, `groups` those that each group reads next.
    """

    ends: Mapping[str, Mapping[int, int]]
    groups: Mapping[str, Mapping[str, Mapping[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """The captures that a copy names; `copied` tells whether they lie beside it."""

    count: int
    size: int
    copied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One copy. Times are UTC. `stores` names what each store was copied from.

    `schema` is the revision of casework, `casework` its rows by table, `audit` the
    number of rows of the audit log and the digest of the last one, `model` the live
    model's version (empty where none loads).
    """

    format: int
    program: str
    made: datetime
    finished: datetime
    profile: str
    schema: str
    model: str
    stores: Mapping[str, str]
    files: tuple[SealedFile, ...]
    casework: Mapping[str, int]
    offsets: Offsets
    captures: Captures
    audit: tuple[int, str] = (0, "")
    erased: int = 0
    notes: tuple[str, ...] = field(default=())


def decode_manifest(data: bytes) -> Manifest:
    """Read a manifest. Raises `QuarantineError` for what is none of ours."""
    try:
        shape = msgspec.json.decode(data, type=_Shape)
        if shape.format > FORMAT:
            raise QuarantineError(
                f"The copy has format {shape.format}; this program knows {FORMAT}.",
                reason="newer_copy",
                hint="Restore it with the program that made it, or a newer one.",
            )
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise QuarantineError(
            f"{NAME}: cannot be read: {error}", reason="damaged_copy"
        ) from error


@dataclass(frozen=True, slots=True)
class _Shape:
    format: int
