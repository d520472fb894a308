"""The provider of single sign-on (OpenID Connect): code flow with PKCE, by Authlib.

Everything that the provider or a browser says is checked here before it becomes a
`Person`: signature by the provider's published keys, issuer, audience, times, nonce.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from casework.model import Person, SignOn
from domain.clock import Clock
from domain.errors import ForbiddenError, RetryLaterError
from domain.labels import Role
from ui.access import CALLBACK, SIGN_IN

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures by keys of which only the provider has the secret half. Never `none`, and
never `HS256`, for which anybody could use the published key as the secret."""

LEEWAY = 60
"""Seconds that the provider's clock may be off. More keeps old tokens good for longer,
less refuses people at offices whose clocks drift."""

DISCOVERY_LIFE = timedelta(hours=1)
"""How long the provider's addresses are believed."""

KEYS_PAUSE = timedelta(seconds=30)
"""Between two looks at the provider's keys for a signature by an unknown one: who
sends such tokens must not make us knock there each time."""

LOGOUT_LIFE = timedelta(minutes=5)
"""How old a message «this person signed out» may be."""

TIMEOUT = 10.0
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

log = structlog.get_logger("sign_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTerms:
    """How the office and its provider know each other.

    `roles` maps values of `role_claim` to roles, the first that fits wins; whom none
    fits gets no account. `public_url` is the console's own address, without a path.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    roles: tuple[tuple[str, Role], ...]
    role_claim: str = "roles"
    name_claim: str = "preferred_username"
    scope: str = "openid profile"
    label: str = ""
    ca_file: Path | None = None


@dataclass(slots=True)
class _Known:
    """What was last read of the provider."""

    metadata: dict[str, Any] = field(default_factory=dict)
    read: datetime | None = None
    keys: KeySet | None = None
    keys_read: datetime | None = None


class Provider:
    """Talks to the provider. Blocks: call it from threads, which may share it."""

    def __init__(self, terms: ProviderTerms, clock: Clock) -> None:
        self._terms = terms
        self._clock = clock
        self._known = _Known()
        self._lock = Lock()

    @property
    def label(self) -> str:
        return self._terms.label

    @property
    def issuer(self) -> str:
        return self._terms.issuer

    def reach(self) -> None:
        """Read the provider's configuration and keys. Raises `MinhTinError`."""
        self._endpoint("authorization_endpoint")
        self._endpoint("token_endpoint")
        self._keys()

    def address(self, state: str, sign_on: SignOn) -> str:
        """Return where the browser signs in. Raises `RetryLaterError`."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state,
                nonce=sign_on.nonce,
                code_verifier=sign_on.verifier,
                ui_locales="vi en",
            )
        return str(address)

    def person(self, answer: Mapping[str, str], sign_on: SignOn) -> Person | str:
        """Return who signed in; the subject alone for whom no role is meant.

        `answer` is the query of the way back. Raises `ForbiddenError` for an answer
        that cannot be believed, `RetryLaterError` when the provider is out of reach.
        """
        # RFC 9207: an answer of another provider, which ours never sent us to.
        named = answer.get("iss", "")
        must = self._metadata().get("authorization_response_iss_parameter_supported")
        if (named or must) and named != self._terms.issuer:
            raise _unbelievable("issuer of the answer")
        if "error" in answer or not answer.get("code"):
            raise _unbelievable(f"refused: {answer.get('error', '')[:80]}")
        token = self._exchange(answer["code"], sign_on)
        id_token = str(token.get("id_token", ""))
        claims = self._checked(id_token, sign_on.nonce, str(token["access_token"]))
        role = self._role(claims)
        if role is None:
            return str(claims["sub"])
        name = str(claims.get(self._terms.name_claim) or "")
        return Person(
            issuer=self._terms.issuer,
            subject=str(claims["sub"]),
            name=name,
            display=str(claims.get("name") or name),
            role=role,
            sid=str(claims.get("sid") or ""),
            id_token=id_token,
        )

    def logout_address(self, id_token: str) -> str:
        """Return where the browser signs out there too; empty if there is no such."""
        try:
            target = self._metadata().get("end_session_endpoint")
        except RetryLaterError:
            return ""
        if not isinstance(target, str) or not _is_web(target):
            return ""
        query = urlencode(
            {
                "id_token_hint": id_token,
                "client_id": self._terms.client_id,
                "post_logout_redirect_uri": self._terms.public_url + SIGN_IN,
            }
        )
        return f"{target}{'&' if '?' in target else '?'}{query}"

    def signed_out(self, logout_token: str) -> tuple[str, str]:
        """Return subject and session of a back-channel message, either may be empty.

        Raises `ForbiddenError` for one that is not the provider's, or old.
        """
        claims = self._decoded(logout_token)
        now = int(self._clock.now().timestamp())
        events, born = claims.get("events"), claims.get("iat")
        audience = claims.get("aud")
        sound = (
            claims.get("iss") == self._terms.issuer
            and self._terms.client_id
            in (audience if isinstance(audience, list) else [audience])
            and isinstance(events, dict)
            and isinstance(events.get(LOGOUT_EVENT), dict)
            and "nonce" not in claims
            and isinstance(born, int)
            and abs(now - born) <= LOGOUT_LIFE.total_seconds()
            and _not_over(claims.get("exp"), now)
        )
        if not sound:
            raise _unbelievable("logout token")
        return str(claims.get("sub") or ""), str(claims.get("sid") or "")

    def _exchange(self, code: str, sign_on: SignOn) -> Mapping[str, Any]:
        endpoint = self._endpoint("token_endpoint")
        try:
            with self._client() as client:
                token: Mapping[str, Any] = client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=sign_on.verifier,
                )
        except httpx2.HTTPError as error:
            raise _unreachable(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise _unbelievable(f"code: {type(error).__name__}") from error
        if not token.get("id_token") or not token.get("access_token"):
            raise _unbelievable("no ID token")
        return token

    def _checked(
        self, id_token: str, nonce: str, access_token: str
    ) -> Mapping[str, Any]:
        header, claims = self._signed(id_token)
        wanted = {
            "iss": {"essential": True, "value": self._terms.issuer},
            "aud": {"essential": True, "value": self._terms.client_id},
        }
        given = {
            "nonce": nonce,
            "client_id": self._terms.client_id,
            "access_token": access_token,
        }
        checked = CodeIDToken(claims, header, wanted, given)
        try:
            now = int(self._clock.now().timestamp())
            checked.validate(now=now, leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError) as error:
            raise _unbelievable(f"ID token: {error}") from error
        if not claims.get("sub"):
            raise _unbelievable("ID token without a subject")
        return claims

    def _decoded(self, token: str) -> Mapping[str, Any]:
        return self._signed(token)[1]

    def _signed(self, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return header and claims once the signature is the provider's.

        When no key fits, the keys are read once more: the provider may have new ones.
        """
        try:
            return _verified(token, self._keys())
        except (JoseError, ValueError, TypeError):
            keys = self._keys(again=True)
        try:
            return _verified(token, keys)
        except (JoseError, ValueError, TypeError) as error:
            raise _unbelievable(f"signature: {type(error).__name__}") from error

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        held = _values(claims, self._terms.role_claim)
        return next((role for value, role in self._terms.roles if value in held), None)

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._terms.client_id,
            client_secret=self._terms.client_secret,
            scope=self._terms.scope,
            redirect_uri=self._terms.public_url + CALLBACK,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            verify=self._verify(),
        )

    def _verify(self) -> Any:  # noqa: ANN401 - httpx2 takes a context or a truth
        return httpx2.create_ssl_context(
            verify=str(self._terms.ca_file) if self._terms.ca_file else True
        )

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or not _is_web(found):
            raise _unbelievable(f"no {name}")
        return found

    def _metadata(self) -> Mapping[str, Any]:
        with self._lock:
            now, known = self._clock.now(), self._known
            if known.read is None or now - known.read > DISCOVERY_LIFE:
                path = self._terms.issuer.rstrip("/")
                found = self._read(f"{path}/.well-known/openid-configuration")
                if found.get("issuer") != self._terms.issuer:
                    raise _unbelievable("issuer of the configuration")
                self._known = _Known(metadata=found, read=now)
            return self._known.metadata

    def _keys(self, *, again: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            now, known = self._clock.now(), self._known
            old = known.keys_read is None or now - known.keys_read > DISCOVERY_LIFE
            rest = known.keys_read is None or now - known.keys_read >= KEYS_PAUSE
            if known.keys is None or old or (again and rest):
                known.keys = _key_set(self._read(address))
                known.keys_read = now
            return known.keys

    def _read(self, address: str) -> dict[str, Any]:
        try:
            with httpx2.Client(
                timeout=TIMEOUT, trust_env=False, verify=self._verify()
            ) as client:
                found = client.get(address).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _unreachable(error) from error
        if not isinstance(found, dict):
            raise _unbelievable(f"answer of {address}")
        return found


def _key_set(found: Any) -> KeySet:  # noqa: ANN401 - as it was read
    try:
        return KeySet.import_key_set(found)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _unbelievable("keys of the provider") from error


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


def _values(claims: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return a claim's values; a name with dots also leads into nested ones."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    return [v for v in found if isinstance(v, str)] if isinstance(found, list) else []


def _not_over(end: object, now: int) -> bool:
    return end is None or (isinstance(end, int) and now <= end + LEEWAY)


def _is_web(address: str) -> bool:
    return urlsplit(address).scheme in {"http", "https"}


def _unbelievable(why: str) -> ForbiddenError:
    log.warning("sign_on_refused", why=why)
    return ForbiddenError(
        "Không xác minh được lượt đăng nhập một lần.",
        hint="Vui lòng thử lại; nếu vẫn vậy, báo quản trị viên.",
    )


def _unreachable(error: Exception) -> RetryLaterError:
    log.warning("sign_on_unreachable", error=type(error).__name__)
    return RetryLaterError("Chưa kết nối được nhà cung cấp đăng nhập.", retry_after=10)
