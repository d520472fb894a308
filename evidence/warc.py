"""A capture as a WARC file of its own, and back (WARC 1.1, gzip per record)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidence.port import Capture

_ENCODED = {"content-encoding", "transfer-encoding", "content-length"}
_KEPT = "X-Archive-Orig-"
"""Headers that no longer fit the decoded payload are kept under this prefix, as the
large archives do, so that other people's readers do not decode it twice."""
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

Headers = Iterable[tuple[str, str]]


def to_warc(capture: Capture) -> bytes:
    """Return request and response of the capture as the bytes of one WARC file."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    date = capture.fetched.astimezone(UTC).strftime(_FORMAT)
    response = writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(capture.body),
        http_headers=StatusAndHeaders(
            f"{capture.status} {_reason(capture.status)}",
            [*_set_aside(capture.response_headers), _length(capture.body)],
            protocol="HTTP/1.1",
        ),
        warc_headers_dict={"WARC-Date": date},
    )
    parts = urlsplit(capture.url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    request = writer.create_warc_record(
        capture.url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {target} HTTP/1.1",
            list(_clean(capture.request_headers)),
            is_http_request=True,
        ),
        warc_headers_dict={"WARC-Date": date},
    )
    writer.write_request_response_pair(request, response)
    return buffer.getvalue()


def from_warc(data: bytes) -> Capture:
    """Return the capture in the file. Raises `ValueError` for anything else."""
    request: list[tuple[str, str]] = []
    found: dict[str, Any] = {}
    for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
        if record.rec_type == "request":
            request = list(record.http_headers.headers)
        elif record.rec_type == "response":
            found = {
                "url": record.rec_headers.get_header("WARC-Target-URI"),
                "fetched": datetime.strptime(
                    record.rec_headers.get_header("WARC-Date"), _FORMAT
                ).replace(tzinfo=UTC),
                "status": int(record.http_headers.get_statuscode()),
                "response_headers": tuple(_restored(record.http_headers.headers)),
            }
            found["body"] = record.raw_stream.read()
    if not found:
        raise ValueError("no response record")
    return Capture(request_headers=tuple(request), **found)


def _reason(status: int) -> str:
    return "OK" if status == 200 else "Status"  # noqa: PLR2004 - the HTTP status


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


def _clean(headers: Headers) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        yield name, " ".join(value.split("\n"))


def _set_aside(headers: Headers) -> Iterable[tuple[str, str]]:
    for name, value in _clean(headers):
        yield (_KEPT + name if name.lower() in _ENCODED else name), value


def _restored(headers: Headers) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name != "Content-Length":
            yield name.removeprefix(_KEPT), value
