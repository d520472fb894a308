"""Whether a file holds what its digest says."""

import gzip

from domain.errors import QuarantineError
from domain.ids import Digest
from evidence.digest import digest_of
from evidence.picture import refuse_other_picture
from evidence.warc import from_warc


def problem_of(data: bytes, digest: Digest) -> str:
    """Return what is wrong with a WARC file, or nothing."""
    try:
        gzip.decompress(data)
        capture = from_warc(data)
    except Exception as error:  # noqa: BLE001 - whatever damage does to the readers
        return f"The file cannot be read: {error}"
    return "" if digest_of(capture) == digest else "The content is not what was stored."


def problems_of(data: bytes, digest: Digest, picture: bytes | None) -> str:
    """Return what is wrong with a capture or else with its picture, or nothing."""
    problem = problem_of(data, digest)
    if problem or picture is None:
        return problem
    try:
        gzip.decompress(picture)
        refuse_other_picture(picture, data)
    except QuarantineError as error:
        return error.message
    except (OSError, EOFError, ValueError) as error:
        return f"The picture's file cannot be read: {error}"
    return ""


def refuse_other(data: bytes, digest: Digest) -> None:
    """Raise `QuarantineError` when the file is not what its digest says."""
    if problem := problem_of(data, digest):
        raise QuarantineError(f"{digest}: {problem}", reason="damaged")
