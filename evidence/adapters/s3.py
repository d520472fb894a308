"""Evidence in a bucket of an S3-compatible store: the file store's places as keys.

A put is one request, which the store takes as a whole or not at all, with its SHA-256;
it is made only where nothing lies yet (`If-None-Match`), so two crawlers that capture
one page at once store it once. Stores without conditional puts get a plain one: the
key is the digest, so what it replaces is the same capture. Nothing is asked of
versions or object locks; a bucket that has them keeps what was erased (docs).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, NotSupportedError
from obstore.store import S3Store

from domain.clock import Clock, SystemClock
from domain.errors import NotFoundError
from domain.ids import Digest
from evidence.adapters.s3_errors import named, not_supported
from evidence.adapters.s3_options import S3Options
from evidence.digest import digest_of, unknown
from evidence.picture import refuse_other_picture
from evidence.places import PICTURE, SUFFIX, digest_at, place_of
from evidence.port import Capture, EvidenceStore, Stored
from evidence.soundness import problems_of, refuse_other
from evidence.warc import from_warc, to_warc

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Credential

_SINCE = "stored-at"
_SIZE = "warc-length"
"""Kept with each object: its time survives a move, and a server that kept a torn body
is found out when the same capture comes again."""

_PAGE = 1000
"""Keys a listing or a deletion takes at once; the protocol allows no more."""

T = TypeVar("T")


class S3Evidence(EvidenceStore):
    """Captures below one prefix; several processes may use it at once."""

    def __init__(self, options: S3Options, clock: Clock | None = None) -> None:
        """Take the options; nothing is asked of the store yet."""
        self._options = options
        self._clock = clock or SystemClock()
        self._store = _opened(options)

    def put(self, capture: Capture) -> Digest:
        digest = digest_of(capture)
        if not self._has(digest):
            self._write(place_of(digest), to_warc(capture), self._clock.now())
        return digest

    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        refuse_other(warc, digest)
        if not self._has(digest):
            self._write(place_of(digest), warc, stored_at)

    def attach(self, digest: Digest, warc: bytes) -> None:
        refuse_other_picture(warc, self.warc(digest))
        self._write(place_of(digest, PICTURE), warc, self._clock.now())
        if not self._has(digest):
            # Deleted meanwhile: a picture has no life of its own.
            self._remove([place_of(digest, PICTURE)])
            raise unknown(digest)

    def get(self, digest: Digest) -> Capture:
        return from_warc(self.warc(digest))

    def warc(self, digest: Digest) -> bytes:
        return self._read(digest, SUFFIX)

    def attached(self, digest: Digest) -> bytes:
        return self._read(digest, PICTURE)

    def stored_at(self, digest: Digest) -> datetime:
        return self._facts(digest)[0]

    def verify(self, digest: Digest) -> Stored:
        data = self.warc(digest)
        picture: bytes | None = None
        with suppress(NotFoundError):
            picture = self.attached(digest)
        problem = problems_of(data, digest, picture)
        return Stored(
            digest=digest,
            size=len(data),
            stored_at=self.stored_at(digest),
            sound=not problem,
            problem=problem,
            pictured=picture is not None,
        )

    def digests(self) -> Iterator[Digest]:
        pages = iter(obstore.list(self._store, chunk_size=_PAGE))
        while True:
            page = self._call(lambda: next(pages, None))
            if page is None:
                return
            for meta in page:
                if digest := digest_at(meta["path"]):
                    yield digest

    def delete(self, digests: Sequence[Digest]) -> int:
        erased = 0
        rest = iter(dict.fromkeys(digests))
        while part := list(islice(rest, _PAGE)):
            pictures = [place_of(digest, PICTURE) for digest in part]
            there = [place_of(digest) for digest in part if self._lies(digest)]
            # Before and after: a picture may arrive while its capture goes.
            self._remove(pictures)
            self._remove(there)
            self._remove(pictures)
            erased += len(there)
        return erased

    def _has(self, digest: Digest) -> bool:
        """Tell whether the capture is there in its whole length."""
        try:
            _, size, meant = self._facts(digest)
        except NotFoundError:
            return False
        return size == meant

    def _lies(self, digest: Digest) -> bool:
        with suppress(NotFoundError):
            self._facts(digest)
            return True
        return False

    def _facts(self, digest: Digest) -> tuple[datetime, int, int]:
        """Return since when it is kept, its length, and the length that was sent."""
        place = place_of(digest)
        found = self._call(
            lambda: obstore.get(self._store, place, options={"head": True}), digest
        )
        size, kept = found.meta["size"], dict(found.attributes)
        since = kept.get(_SINCE)
        return (
            datetime.fromisoformat(since) if since else found.meta["last_modified"],
            size,
            int(kept.get(_SIZE, size)),
        )

    def _read(self, digest: Digest, suffix: str) -> bytes:
        place = place_of(digest, suffix)
        return self._call(
            lambda: bytes(obstore.get(self._store, place).bytes()), digest
        )

    def _write(self, place: str, data: bytes, at: datetime) -> None:
        about = {
            "Content-Type": "application/warc",
            _SINCE: at.isoformat(),
            _SIZE: str(len(data)),
        }
        self._call(lambda: self._send(place, data, about))

    def _send(self, place: str, data: bytes, about: dict[str, str]) -> None:
        try:
            obstore.put(
                self._store,
                place,
                data,
                mode="create",
                attributes=about,
                use_multipart=False,
            )
        except AlreadyExistsError:
            if self._whole(place):
                return
        except Exception as error:
            if not isinstance(error, NotSupportedError) and not not_supported(error):
                raise
        else:
            return
        obstore.put(self._store, place, data, attributes=about, use_multipart=False)

    def _whole(self, place: str) -> bool:
        found = obstore.get(self._store, place, options={"head": True})
        size = found.meta["size"]
        return size == int(dict(found.attributes).get(_SIZE, size))

    def _remove(self, places: Sequence[str]) -> None:
        if places:
            self._call(lambda: obstore.delete(self._store, list(places)))

    def _call(self, act: Callable[[], T], digest: Digest | None = None) -> T:
        try:
            return act()
        except Exception as error:
            raise named(error, self._options, digest) from error


def _opened(options: S3Options) -> S3Store:
    seconds = timedelta(seconds=options.timeout_seconds)
    client: ClientConfig = {
        "allow_http": options.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=5),
        "timeout": seconds,
        "user_agent": "minhtin",
    }
    if options.ca_file is not None:
        client["root_certificate"] = options.ca_file.read_bytes()
    config: S3Config = {
        "endpoint": options.endpoint or _amazon(options),
        "region": options.region,
        "virtual_hosted_style_request": not options.path_style,
        "checksum_algorithm": "SHA256",
        "skip_signature": False,
    }
    return S3Store(
        options.bucket,
        prefix=options.prefix,
        config=config,
        client_options=client,
        # Given in this way, no key or token of the environment is mixed in.
        credential_provider=lambda: _key(options),
        retry_config={
            "max_retries": options.retries,
            "retry_timeout": seconds,
            "backoff": {
                "base": 2,
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=2),
            },
        },
    )


def _key(options: S3Options) -> "S3Credential":
    return {
        "access_key_id": options.access_key,
        "secret_access_key": options.secret_key,
        "token": None,
        "expires_at": None,
    }


def _amazon(options: S3Options) -> str:
    host = f"s3.{options.region}.amazonaws.com"
    return (
        f"https://{host}" if options.path_style else f"https://{options.bucket}.{host}"
    )
