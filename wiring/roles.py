"""Roles in settings: who must show codes, and what the provider's words mean."""

from urllib.parse import urlsplit

from domain.errors import ConfigurationError
from domain.labels import Role
from wiring.secret_files import read_secret
from wiring.settings import Settings


def code_roles(settings: Settings) -> frozenset[Role]:
    """Return the roles that must have an authenticator app."""
    return frozenset(_role(name, "code_roles") for name in settings.code_roles)


def provider_roles(settings: Settings) -> tuple[tuple[str, Role], ...]:
    """Return value → role in the order of `oidc_roles`; the first that fits wins."""
    found = []
    for part in settings.oidc_roles:
        value, equals, role = (word.strip() for word in part.rpartition("="))
        if not equals or not value:
            raise ConfigurationError(
                f"oidc_roles holds {part[:60]!r}, which is no value=role.",
                hint="Write it like minhtin-analyst=analyst,minhtin-admin=admin.",
            )
        found.append((value, _role(role, "oidc_roles")))
    return tuple(found)


def provider_secret(settings: Settings) -> str:
    """Return the client's secret at the provider; empty without one."""
    return settings.oidc_client_secret or read_secret(settings.oidc_client_secret_file)


def check_provider(settings: Settings) -> None:
    """Raise `ConfigurationError` for a provider that cannot be used safely."""
    missing = [
        name
        for name in ("oidc_client_id", "public_url", "oidc_roles")
        if not getattr(settings, name)
    ]
    if missing:
        raise ConfigurationError(
            f"Single sign-on needs {', '.join(missing)} too.",
            hint="See docs/accounts.md.",
        )
    if not provider_secret(settings):
        raise ConfigurationError(
            "There is no secret of the client for single sign-on.",
            hint="Set oidc_client_secret_file, or MINHTIN_OIDC_CLIENT_SECRET.",
        )
    for name in ("oidc_issuer", "public_url"):
        parts = urlsplit(getattr(settings, name))
        here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and here):
            raise ConfigurationError(
                f"{name} is no https:// address.",
                hint="Codes and tokens travel there; http:// is for loopback only.",
            )
    parts = urlsplit(settings.public_url)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(
            "public_url is an address without a path.",
            hint="Write it like https://minhtin.example.vn.",
        )


def _role(name: str, setting: str) -> Role:
    try:
        return Role(name.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"{setting} names {name[:40]!r}, which is no role.",
            hint=f"Roles are {', '.join(Role)}.",
        ) from error
