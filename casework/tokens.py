"""Session tokens: random for the browser, hashed for the store."""

import hashlib
import secrets


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What the store keeps: of 256 random bits a plain SHA-256 tells nothing."""
    return hashlib.sha256(b"session:" + token.encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """The form token that belongs to a session token; needs no storing."""
    return hashlib.sha256(b"csrf:" + token.encode(errors="replace")).hexdigest()
