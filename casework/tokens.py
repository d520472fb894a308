"""Tokens: random for whoever holds them, hashed for the store."""

import hashlib
import secrets

ACCESS = "mt_"
"""Begins every access token, so that scanners of leaked secrets know one."""


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str, kind: str = "session") -> str:
    """What the store keeps: of 256 random bits a plain SHA-256 tells nothing.

    `kind` keeps a token of one kind from ever being taken for one of another.
    """
    return hashlib.sha256(f"{kind}:{token}".encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """The form token that belongs to a session token; needs no storing."""
    return hashed(token, "csrf")
