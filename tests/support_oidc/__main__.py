"""A provider: discovery, keys, code flow with PKCE, tokens, ends of sessions.

`python -m support_oidc PORT CALLBACK`. People sign in by a form with their name alone.
`POST /control` (JSON) has it misbehave: `attack` names how the next ID token is wrong,
`rotate` replaces the signing key, `roles` sets what a person holds.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "minhtin", "bi-mat-cua-minhtin"


@dataclass
class Provider:
    issuer: str
    callback: str
    keys: list[RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    attack: str = ""
    skew: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def rotate(self) -> None:
        kid = secrets.token_hex(4)
        self.keys = [RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})]

    async def configuration(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": "https://evil.example"
                if self.attack == "configuration"
                else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def published(self, _request: Request) -> Response:
        keys = [key.as_dict(private=False) for key in self.keys]
        return JSONResponse({"keys": keys})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        sound = (
            asked.get("client_id") == CLIENT
            and asked.get("redirect_uri") == self.callback
            and asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43
            and "openid" in asked.get("scope", "").split()
        )
        if not sound:
            return Response("bad request", 400)
        if request.method == "GET":
            return HTMLResponse(
                "<title>Nha cung cap</title><form method=post>"
                "<label for=name>Ten</label><input id=name name=name autofocus>"
                f"<button>{escape('Vao')}</button></form>"
            )
        self.asked.append(asked)
        name = str((await request.form())["name"])
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "name": name}
        issuer = "https://evil.example" if self.attack == "mix-up" else self.issuer
        answer = {"code": code, "state": asked["state"], "iss": issuer}
        return RedirectResponse(f"{self.callback}?{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or not self._is_client(request, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = _letters(digest)
        same = form.get("redirect_uri") == asked["redirect_uri"]
        if not same or not hmac.compare_digest(challenge, asked["code_challenge"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(24)
        return JSONResponse(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self.signed(self.claims(asked, access)),
            }
        )

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        sent = request.headers.get("authorization", "")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        return sent == f"Basic {basic}" or by_form

    def claims(self, asked: dict[str, str], access: str) -> dict[str, Any]:
        now = int(time.time()) + self.skew
        name = asked["name"]
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": f"sub-{name}",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "sid": f"sid-{name}",
            "name": f"Người {name}",
            "preferred_username": name,
            "at_hash": _letters(half),
            "realm_access": {"roles": self.roles.get(name, [])},
        }
        wrong = {
            "audience": {"aud": "another"},
            "audiences": {"aud": ["another", CLIENT]},
            "issuer": {"iss": "https://evil.example"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "future": {"iat": now + 900, "exp": now + 1200},
            "nonce": {"nonce": "another"},
            "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            "nobody": {"sub": ""},
        }
        claims |= wrong.get(self.attack, {})
        if self.attack == "no-nonce":
            del claims["nonce"]
        return claims

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        if self.attack == "none":
            return _by_hand({"alg": "none", "typ": "JWT"}, claims, None)
        if self.attack == "hs256":
            public = key.as_pem(private=False)
            return _by_hand({"alg": "HS256", "kid": key.kid}, claims, public)
        if self.attack == "secret":
            return _by_hand({"alg": "HS256"}, claims, SECRET.encode())
        if self.attack in {"signature", "unknown-key", "jwk"}:
            other = RSAKey.generate_key(2048)
            more: dict[str, Any] = {
                "signature": {"kid": key.kid},
                "unknown-key": {"kid": "none-such"},
                "jwk": {"jwk": other.as_dict(private=False)},
            }[self.attack]
            return jwt.encode({"alg": "RS256", **more}, claims, other)
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    async def logout(self, request: Request) -> Response:
        self.hints.append(request.query_params.get("id_token_hint", ""))
        back = request.query_params.get("post_logout_redirect_uri", "")
        return RedirectResponse(back, 303)

    async def control(self, request: Request) -> Response:
        said = await request.json()
        self.attack = said.get("attack", "")
        self.skew = said.get("skew", 0)
        self.roles |= said.get("roles", {})
        if said.get("rotate"):
            self.rotate()
        sign = said.get("sign")
        return JSONResponse(
            {
                "signed": self.signed(sign) if sign else "",
                "asked": self.asked,
                "hints": self.hints,
            }
        )


def _by_hand(header: dict[str, Any], claims: dict[str, Any], key: bytes | None) -> str:
    """Make what no library makes: unsigned, or signed by a published key."""
    said = ".".join(_letters(json.dumps(part).encode()) for part in (header, claims))
    mac = hmac.digest(key, said.encode(), "sha256") if key else b""
    return f"{said}.{_letters(mac)}"


def _letters(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def main(port: str, callback: str) -> None:
    provider = Provider(issuer=f"http://127.0.0.1:{port}", callback=callback)
    provider.rotate()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.configuration),
            Route("/keys", provider.published),
            Route("/authorize", provider.authorize, methods=["GET", "POST"]),
            Route("/token", provider.token, methods=["POST"]),
            Route("/logout", provider.logout),
            Route("/control", provider.control, methods=["POST"]),
        ]
    )
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
