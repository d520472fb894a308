"""A capture as a WARC file of its own, and back (WARC 1.1, gzip per record)."""

from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from string import punctuation
from typing import Any
from urllib.parse import quote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders

from domain.errors import QuarantineError
from evidence.port import Capture
from evidence.records import parse_warc_date, warc_date, warc_file

_ENCODED = {"content-encoding", "transfer-encoding", "content-length"}
_KEPT = "X-Archive-Orig-"
"""Headers that no longer fit the decoded payload are kept under this prefix, as the
large archives do, so that other people's readers do not decode it twice."""

_ASCII = punctuation
"""Signs of a request line that stay; only others than ASCII are escaped in it."""

Headers = Iterable[tuple[str, str]]


def to_warc(capture: Capture) -> bytes:
    """Return info, response and request of the capture as the bytes of one file.

    The request says by `WARC-Concurrent-To` which response it brought. Raises
    `QuarantineError` for an address with blanks or signs that would begin another line.
    """
    if any(sign <= " " or sign == "\x7f" for sign in capture.url + capture.method):
        raise QuarantineError("The address holds blanks.", reason="bad_address")
    with warc_file(capture.fetched) as (writer, buffer, info):
        named = {
            "WARC-Date": warc_date(capture.fetched),
            "WARC-Warcinfo-ID": info,
            **({"WARC-IP-Address": capture.address} if capture.address else {}),
        }
        response = writer.create_warc_record(
            capture.url,
            "response",
            payload=BytesIO(capture.body),
            length=len(capture.body),
            http_headers=StatusAndHeaders(
                f"{capture.status} {_reason(capture.status)}",
                [*_set_aside(capture.response_headers), _length(capture.body)],
                protocol="HTTP/1.1",
            ),
            warc_headers_dict=dict(named),
        )
        request = writer.create_warc_record(
            capture.url,
            "request",
            payload=BytesIO(capture.sent),
            length=len(capture.sent),
            http_headers=StatusAndHeaders(
                f"{capture.method} {_target(capture.url)} HTTP/1.1",
                list(_clean(capture.request_headers)),
                is_http_request=True,
            ),
            warc_headers_dict=dict(named),
        )
        writer.write_request_response_pair(request, response)
    return buffer.getvalue()


def from_warc(data: bytes) -> Capture:
    """Return the capture in the file. Raises `ValueError` for anything else."""
    try:
        return _read(data)
    except ValueError:
        raise
    except Exception as error:
        # Damage does to the readers what it will: zlib, EOF, missing headers.
        raise ValueError(f"no readable WARC file: {error}") from error


def _read(data: bytes) -> Capture:
    request: dict[str, Any] = {"request_headers": ()}
    found: dict[str, Any] = {}
    for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
        if record.rec_type == "request":
            request = {
                "request_headers": tuple(record.http_headers.headers),
                "method": record.http_headers.protocol,
                "sent": record.raw_stream.read(),
            }
        elif record.rec_type == "response":
            head = record.rec_headers.get_header
            found = {
                "url": head("WARC-Target-URI"),
                "fetched": parse_warc_date(head("WARC-Date")),
                "status": int(record.http_headers.get_statuscode()),
                "response_headers": tuple(_restored(record.http_headers.headers)),
                "address": head("WARC-IP-Address") or "",
            }
            found["body"] = record.raw_stream.read()
    if not found:
        raise ValueError("no response record")
    return Capture(**request, **found)


def response_id(data: bytes) -> str:
    """Return the id of the file's response record. Raises `ValueError` without one."""
    for record in ArchiveIterator(BytesIO(data)):
        if record.rec_type == "response":
            return str(record.rec_headers.get_header("WARC-Record-ID"))
    raise ValueError("no response record")


def _target(url: str) -> str:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return quote(target, safe=_ASCII)


def _reason(status: int) -> str:
    known = {int(one): one.phrase for one in HTTPStatus}
    return known.get(status, "Status")


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
