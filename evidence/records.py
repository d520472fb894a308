"""How our WARC files are written: version 1.1, gzip per record, SHA-256 digests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from io import BytesIO

from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_STANDARD = (
    "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
)


class RecordWriter(WARCWriter):  # type: ignore[misc] # warcio has no types
    """Gives each record the digest of its block and of its payload as SHA-256.

    warcio's own are SHA-1, which can be forged by now.
    """

    def __init__(self, buffer: BytesIO) -> None:
        super().__init__(buffer, gzip=True, warc_version="1.1")

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


@contextmanager
def warc_file(
    at: datetime, **about: str
) -> Iterator[tuple[RecordWriter, BytesIO, str]]:
    """Begin a file with its `warcinfo`; yields writer, bytes and the info's record id.

    `at` dates the file; `about` are further lines of its description.
    """
    buffer = BytesIO()
    writer = RecordWriter(buffer)
    lines = {"software": software(), "format": "WARC File Format 1.1", **about}
    lines["conformsTo"] = _STANDARD
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    info = writer.create_warc_record(
        "",
        "warcinfo",
        payload=BytesIO(text),
        length=len(text),
        warc_headers_dict={"WARC-Date": warc_date(at)},
    )
    writer.write_record(info)
    yield writer, buffer, info.rec_headers.get_header("WARC-Record-ID")


@cache
def software() -> str:
    """Return name and version of what wrote a file."""
    return f"Minh Tin {version('minhtin')} (warcio {version('warcio')})"


def warc_date(at: datetime) -> str:
    """Return a time as WARC 1.1 writes it, to the microsecond."""
    return at.astimezone(UTC).strftime(_FORMAT)


def parse_warc_date(text: str) -> datetime:
    """Read such a time, with or without a fraction of the second."""
    return datetime.fromisoformat(text).astimezone(UTC)


def info_of(block: bytes) -> Mapping[str, str]:
    """Return the lines of a `warcinfo`."""
    lines = block.decode("utf-8", "replace").splitlines()
    pairs = (line.partition(": ") for line in lines)
    return {name: value for name, _, value in pairs}
