"""How a bucket of an S3-compatible store is reached."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Options:
    """A prefix of a bucket, which belongs to one installation alone.

    `endpoint` is empty for Amazon. `path_style` puts the bucket into the path and not
    into the host's name, as stores in an own network want it. `ca_file` (PEM) is
    trusted beside the system's authorities.

    `timeout_seconds` holds for one request, and again for all its repetitions: larger
    than 25, and a crawler that waits twice for a dead store loses the lease of its
    site; smaller, and 5 MB do not pass a slow line.
    """

    bucket: str
    prefix: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str
    secret_key: str = field(repr=False)
    path_style: bool = True
    ca_file: Path | None = None
    timeout_seconds: float = 20.0
    retries: int = 3
