"""What a sign-on provider publishes: its addresses and keys, and what they sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.clock import Clock
from domain.errors import ForbiddenError, RetryLaterError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures by keys of which only the provider has the secret half. Never `none`, and
never `HS256`, for which anybody could use the published key as the secret."""

DISCOVERY_LIFE = timedelta(hours=1)
"""How long the provider's addresses are believed."""

KEYS_PAUSE = timedelta(seconds=30)
"""Between two looks at the provider's keys for a signature by an unknown one: who
sends such tokens must not make us knock there each time."""

TIMEOUT = 10.0
"""Seconds for one answer. Longer leaves people before a white page."""

log = structlog.get_logger("sign_on")


@dataclass(slots=True)
class _Known:
    """What was last read of the provider."""

    metadata: dict[str, Any] = field(default_factory=dict)
    read: datetime | None = None
    keys: KeySet | None = None
    keys_read: datetime | None = None


class Published:
    """Reads and remembers. Blocks: call it from threads, which may share it."""

    def __init__(self, issuer: str, ca_file: Path | None, clock: Clock) -> None:
        self._issuer = issuer
        self._ca_file = ca_file
        self._clock = clock
        self._known = _Known()
        self._lock = Lock()

    def endpoint(self, name: str) -> str:
        """Return one of the provider's addresses. May raise as `metadata`."""
        found = self.find(name)
        if not found:
            raise unbelievable(f"no {name}")
        return found

    def find(self, name: str) -> str:
        """Return one of its addresses, empty without; never less safe than its own."""
        found = self.metadata().get(name)
        safe = {"https", urlsplit(self._issuer).scheme}
        fits = isinstance(found, str) and urlsplit(found).scheme in safe
        return str(found) if fits else ""

    def metadata(self) -> Mapping[str, Any]:
        """Return the configuration.

        Raises `RetryLaterError` when it cannot be read, `ForbiddenError` when it is
        another issuer's.
        """
        with self._lock:
            now, known = self._clock.now(), self._known
            if known.read is None or now - known.read > DISCOVERY_LIFE:
                path = self._issuer.rstrip("/")
                found = self._read(f"{path}/.well-known/openid-configuration")
                if found.get("issuer") != self._issuer:
                    raise unbelievable("issuer of the configuration")
                self._known = _Known(metadata=found, read=now)
            return self._known.metadata

    def signed(self, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return header and claims once the signature is the provider's.

        When no key fits, the keys are read once more: the provider may have new ones.
        """
        try:
            return _verified(token, self.keys())
        except (JoseError, ValueError, TypeError):
            keys = self.keys(again=True)
        try:
            return _verified(token, keys)
        except (JoseError, ValueError, TypeError) as error:
            raise unbelievable(f"signature: {type(error).__name__}") from error

    def keys(self, *, again: bool = False) -> KeySet:
        address = self.endpoint("jwks_uri")
        with self._lock:
            now, known = self._clock.now(), self._known
            old = known.keys_read is None or now - known.keys_read > DISCOVERY_LIFE
            rest = known.keys_read is None or now - known.keys_read >= KEYS_PAUSE
            if known.keys is None or old or (again and rest):
                known.keys = _key_set(self._read(address))
                known.keys_read = now
            return known.keys

    def tls(self) -> SSLContext:
        return httpx2.create_ssl_context(
            verify=str(self._ca_file) if self._ca_file else True
        )

    def _read(self, address: str) -> dict[str, Any]:
        try:
            with httpx2.Client(
                timeout=TIMEOUT, trust_env=False, verify=self.tls()
            ) as client:
                found = client.get(address).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise unreachable(error) from error
        if not isinstance(found, dict):
            raise unbelievable(f"answer of {address}")
        return found


def _key_set(found: Any) -> KeySet:  # noqa: ANN401 - as it was read
    try:
        return KeySet.import_key_set(found)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise unbelievable("keys of the provider") from error


def _verified(token: str, keys: KeySet) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    decoded = jwt.decode(token, _key_for(keys), registry=registry)
    return decoded.header, decoded.claims


def _key_for(keys: KeySet) -> Any:  # noqa: ANN401 - joserfc's callable
    def choose(obj: Any) -> Any:  # noqa: ANN401 - joserfc's token
        kid = obj.headers().get("kid")
        if kid:
            return keys.get_by_kid(kid)
        (only,) = keys.keys  # no name is good where there is one key
        return only

    return choose


def unbelievable(why: str) -> ForbiddenError:
    log.warning("sign_on_refused", why=why)
    return ForbiddenError(
        "Không xác minh được lượt đăng nhập một lần.",
        hint="Vui lòng thử lại; nếu vẫn vậy, báo quản trị viên.",
    )


def unreachable(error: Exception) -> RetryLaterError:
    log.warning("sign_on_unreachable", error=type(error).__name__)
    return RetryLaterError("Chưa kết nối được nhà cung cấp đăng nhập.", retry_after=10)
