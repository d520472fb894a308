"""A picture of a captured page as a WARC file beside the capture's, and back.

The PNG is a `conversion` record, as WARC calls another rendering of a record's content:
`WARC-Refers-To` names the response that it was made of, so that both files laid
together are read as one by other people's software.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator

from domain.errors import QuarantineError
from evidence.records import info_of, parse_warc_date, warc_date, warc_file
from evidence.warc import from_warc, response_id

PNG = b"\x89PNG\r\n\x1a\n"
_TYPE = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How a stored page looked when it was rendered, and in what (`maker`)."""

    url: str
    taken: datetime
    maker: str
    png: bytes

    @property
    def digest(self) -> str:
        """The picture's own SHA-256, in hex."""
        return sha256(self.png).hexdigest()


def picture_to_warc(
    png: bytes, *, taken: datetime, maker: str, capture: bytes
) -> bytes:
    """Return the picture as a WARC file that refers to the capture's file.

    Raises `QuarantineError` for what is no PNG.
    """
    if not png.startswith(PNG):
        raise QuarantineError("The picture is no PNG.", reason="picture")
    with warc_file(taken, renderer=" ".join(maker.split())) as (writer, buffer, info):
        record = writer.create_warc_record(
            from_warc(capture).url,
            "conversion",
            payload=BytesIO(png),
            length=len(png),
            warc_content_type=_TYPE,
            warc_headers_dict={
                "WARC-Date": warc_date(taken),
                "WARC-Refers-To": response_id(capture),
                "WARC-Warcinfo-ID": info,
            },
        )
        writer.write_record(record)
    return buffer.getvalue()


def picture_from_warc(data: bytes) -> Picture:
    """Return the picture in the file. Raises `ValueError` for anything else."""
    return _read(data)[0]


def refuse_other_picture(data: bytes, capture: bytes) -> None:
    """Raise `QuarantineError` when the file holds no picture of the capture."""
    try:
        picture, refers = _read(data)
        sound = refers == response_id(capture) and picture.png.startswith(PNG)
    except Exception as error:
        raise QuarantineError(
            f"The picture's file cannot be read: {error}", reason="damaged"
        ) from error
    if not sound:
        raise QuarantineError("The picture is of another capture.", reason="damaged")


def _read(data: bytes) -> tuple[Picture, str]:
    maker = ""
    for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
        if record.rec_type == "warcinfo":
            maker = info_of(record.raw_stream.read()).get("renderer", "")
        elif record.rec_type == "conversion":
            head = record.rec_headers.get_header
            picture = Picture(
                url=head("WARC-Target-URI"),
                taken=parse_warc_date(head("WARC-Date")),
                maker=maker,
                png=record.raw_stream.read(),
            )
            return picture, head("WARC-Refers-To") or ""
    raise ValueError("no picture in it")
