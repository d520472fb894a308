"""Where a capture lies in a folder or a bucket: a path made of its digest.

Both have the same places, so that ordinary tools copy one into the other.
"""

from domain.ids import Digest
from evidence.digest import hex_of

SUFFIX = ".warc.gz"
PICTURE = ".picture.warc.gz"


def place_of(digest: Digest, suffix: str = SUFFIX) -> str:
    """Return `ab/cd/abcd….warc.gz`. Raises `NotFoundError` for what is no digest.

    Two levels keep folders small: a million captures make 65,536 of 15 files each.
    """
    digits = hex_of(digest)
    return f"{digits[:2]}/{digits[2:4]}/{digits}{suffix}"


def digest_at(name: str) -> Digest | None:
    """Return the digest of the capture in a file so called; None for other files."""
    digits = name.rpartition("/")[2].removesuffix(SUFFIX)
    return None if "." in digits else Digest(f"sha256:{digits}")
