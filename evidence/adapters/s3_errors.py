"""What an S3-compatible store answers, as our errors.

The client gives most failures as one kind of error with the answer in its text, so
that status and code are read from there.
"""

import re

from obstore.exceptions import (
    InvalidPathError,
    PermissionDeniedError,
    UnauthenticatedError,
)

from domain.errors import (
    ConfigurationError,
    MinhTinError,
    NotFoundError,
    RetryLaterError,
    StoreFullError,
)
from domain.ids import Digest
from evidence.adapters.s3_options import S3Options

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_FULL = {
    "InsufficientCapacity",
    "QuotaExceeded",
    "QuotaExceededException",
    "TooManyObjects",
    "XMinioAdminBucketQuotaExceeded",
    "XMinioStorageFull",
}
"""Names that stores give to «no room»; Amazon has none."""

_LATER = frozenset({408, 425, 429})
_NO_ROOM = 507
_NOT_IMPLEMENTED = 501
_SERVER = 500


def not_supported(error: Exception) -> bool:
    """Tell whether the store said that it does not know this kind of request."""
    return _status(str(error)) == _NOT_IMPLEMENTED


def named(
    error: Exception, options: S3Options, digest: Digest | None = None
) -> MinhTinError:
    """Return the error by what the caller must do."""
    text = str(error)
    code = found[1] if (found := _CODE.search(text)) else ""
    if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
        return NotFoundError(f"No evidence is called {str(digest or '')!r}.")
    if code in _FULL or _status(text) == _NO_ROOM:
        return StoreFullError(
            "The store that holds the evidence is full.",
            retry_after=60,
            hint=f"Make room in bucket {options.bucket!r} or raise its quota.",
        )
    return _fault(error, text, code, options) or RetryLaterError(
        f"The evidence store is out of reach: {_gist(text, code)}.",
        retry_after=5,
        hint=f"Is {options.endpoint or 'S3'} up?",
    )


def _fault(
    error: Exception, text: str, code: str, options: S3Options
) -> ConfigurationError | None:
    """Return the error for what no waiting mends, else None."""
    if code == "NoSuchBucket":
        return ConfigurationError(
            f"There is no bucket {options.bucket!r}.",
            hint="Make it, or mend evidence_url.",
        )
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return ConfigurationError(
            f"The evidence store refuses us ({code or _status(text)}).",
            hint="Check evidence_access_key, evidence_secret_key, this machine's "
            "clock, and what the key may do: get, put, delete, list.",
        )
    if "certificate" in text.lower():
        return ConfigurationError(
            "The evidence store's certificate is not trusted.",
            hint="Name its authority in evidence_ca_file.",
        )
    status = _status(text)
    refused = status and status < _SERVER and status not in _LATER
    if refused or status == _NOT_IMPLEMENTED or isinstance(error, InvalidPathError):
        return ConfigurationError(
            f"The evidence store does not take our request: {_gist(text, code)}.",
            hint="Check evidence_url, evidence_endpoint and evidence_region.",
        )
    return None


def _status(text: str) -> int:
    found = _STATUS.search(text)
    return int(found[1]) if found else 0


def _gist(text: str, code: str) -> str:
    """Return status and code, else the end of the first line: no addresses."""
    if status := _status(text):
        return f"{status} {code}".strip()
    return text.partition("\n")[0].rpartition(" - ")[2][:200].rstrip(".")
