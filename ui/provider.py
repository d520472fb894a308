"""The provider of single sign-on (OpenID Connect): code flow with PKCE, by Authlib.

Everything that the provider or a browser says is checked here before it becomes a
`Person`: signature by the provider's published keys, issuer, audience, times, nonce.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from casework.model import Person, SignOn
from domain.clock import Clock
from domain.errors import MinhTinError
from domain.labels import Role
from ui.access import CALLBACK, SIGN_IN
from ui.published import TIMEOUT, Published, unbelievable, unreachable

LEEWAY = 60
"""Seconds that the provider's clock may be off. More keeps old tokens good for longer,
less refuses people at offices whose clocks drift."""

LOGOUT_LIFE = timedelta(minutes=5)
"""How old a message «this person signed out» may be."""

NAMES_ITSELF = "authorization_response_iss_parameter_supported"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


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


class Provider:
    """Talks to the provider. Blocks: call it from threads, which may share it."""

    def __init__(self, terms: ProviderTerms, clock: Clock) -> None:
        self._terms = terms
        self._clock = clock
        self._published = Published(terms.issuer, terms.ca_file, clock)

    @property
    def label(self) -> str:
        return self._terms.label

    @property
    def issuer(self) -> str:
        return self._terms.issuer

    def reach(self) -> None:
        """Read the provider's configuration and keys. Raises `MinhTinError`."""
        self._published.endpoint("authorization_endpoint")
        self._published.endpoint("token_endpoint")
        self._published.keys()

    def address(self, state: str, sign_on: SignOn) -> str:
        """Return where the browser signs in. Raises `RetryLaterError`."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._published.endpoint("authorization_endpoint"),
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
        must = self._published.metadata().get(NAMES_ITSELF)
        if (named or must) and named != self._terms.issuer:
            raise unbelievable("issuer of the answer")
        if "error" in answer or not answer.get("code"):
            raise unbelievable(f"refused: {answer.get('error', '')[:80]}")
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
            target = self._published.find("end_session_endpoint")
        except MinhTinError:
            return ""
        if not target:
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
            raise unbelievable("logout token")
        return str(claims.get("sub") or ""), str(claims.get("sid") or "")

    def _exchange(self, code: str, sign_on: SignOn) -> Mapping[str, Any]:
        endpoint = self._published.endpoint("token_endpoint")
        try:
            with self._client() as client:
                token: Mapping[str, Any] = client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=sign_on.verifier,
                )
        except httpx2.HTTPError as error:
            raise unreachable(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise unbelievable(f"code: {type(error).__name__}") from error
        if not token.get("id_token") or not token.get("access_token"):
            raise unbelievable("no ID token")
        return token

    def _checked(
        self, id_token: str, nonce: str, access_token: str
    ) -> Mapping[str, Any]:
        header, claims = self._published.signed(id_token)
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
            raise unbelievable(f"ID token: {error}") from error
        if not claims.get("sub"):
            raise unbelievable("ID token without a subject")
        return claims

    def _decoded(self, token: str) -> Mapping[str, Any]:
        return self._published.signed(token)[1]

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
            verify=self._published.tls(),
        )


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
