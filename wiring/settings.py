"""Settings: frozen, read once, the only reader of the environment.

Each field is `MINHTIN_<NAME>` in the environment, else the key of that name in
`<home>/minhtin.toml`, else its default. Secrets come from the environment or from
files under `home` that only the owner may read; never from the repository.
"""

import os
import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from domain.errors import ConfigurationError

PREFIX = "MINHTIN_"
FILE = "minhtin.toml"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


NEVER_IN_FILE = frozenset(
    {
        "youtube_key",
        "intake_secrets",
        "imap_password",
        "evidence_secret_key",
        "backup_passphrase",
        "oidc_client_secret",
    }
)
"""Secrets of others' services: the settings' file is copied about, shown and backed up.
They come by the environment, or from a file that a setting names."""

LISTS = frozenset(
    {"allowed_networks", "code_roles", "oidc_roles", "second_review_harms"}
)
"""Lists in the file; in the environment their parts are separated by commas."""


class Mode(StrEnum):
    """`sample` shows invented data and binds to loopback only; `office` is real."""

    SAMPLE = "sample"
    OFFICE = "office"


class KafkaSecurity(StrEnum):
    """How brokers are spoken to."""

    PLAINTEXT = "plaintext"
    SSL = "ssl"
    SASL_PLAINTEXT = "sasl_plaintext"
    SASL_SSL = "sasl_ssl"


class MailTls(StrEnum):
    """How a mailbox is spoken to; never in the clear."""

    TLS = "tls"
    STARTTLS = "starttls"


class SearchEngine(StrEnum):
    """Which server answers at `search_url`."""

    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set; `docs/settings.md` explains each and a test compares."""

    home: Path
    profile: str = "dien-bien"
    profiles_dir: Path | None = None
    mode: Mode = Mode.OFFICE
    host: str = "127.0.0.1"
    port: int = 8501
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    secret_key: str = field(default="", repr=False)
    allowed_networks: tuple[str, ...] = ()
    crawl_delay: float = 1.0
    crawl_contact: str = ""
    crawl_requests_a_minute: int = 0
    crawl_requests_a_day: int = 0
    log_partitions: int = 4
    log_max_bytes: int = 20 * 1024**3
    log_url: str = field(default="", repr=False)
    log_topic_prefix: str = "minhtin."
    log_replication: int = 3
    log_retention_days: int = 0
    kafka_security: KafkaSecurity = KafkaSecurity.PLAINTEXT
    kafka_sasl_mechanism: str = "SCRAM-SHA-512"
    kafka_username: str = ""
    kafka_password: str = field(default="", repr=False)
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None
    kafka_compression: str = "zstd"
    lease_seconds: float = 30.0
    batch_size: int = 64
    review_share: float = 0.01
    second_review_share: float = 0.05
    second_review_harms: tuple[str, ...] = (
        "incitement",
        "panic",
        "health_danger",
        "personal_data",
    )
    models_dir: Path | None = None
    log_level: str = "INFO"
    session_idle_minutes: int = 120
    session_hours: int = 12
    behind_tls: bool = False
    code_roles: tuple[str, ...] = ()
    public_url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_client_secret_file: Path | None = None
    oidc_scope: str = "openid profile"
    oidc_role_claim: str = "roles"
    oidc_roles: tuple[str, ...] = ()
    oidc_name_claim: str = "preferred_username"
    oidc_label: str = "Đăng nhập một lần"
    oidc_ca_file: Path | None = None
    search_url: str = field(default="", repr=False)
    search_engine: SearchEngine = SearchEngine.ELASTICSEARCH
    search_prefix: str = "minhtin"
    search_username: str = ""
    search_password: str = field(default="", repr=False)
    search_api_key: str = field(default="", repr=False)
    search_ca_file: Path | None = None
    search_shards: int = 1
    search_replicas: int = 1
    search_monthly: bool = False
    search_timeout_seconds: float = 30.0
    database_url: str = field(default="", repr=False)
    evidence_dir: Path | None = None
    evidence_url: str = ""
    evidence_endpoint: str = ""
    evidence_region: str = "us-east-1"
    evidence_access_key: str = ""
    evidence_secret_key: str = field(default="", repr=False)
    evidence_path_style: bool = True
    evidence_ca_file: Path | None = None
    evidence_timeout_seconds: float = 20.0
    chromium: Path | None = None
    backup_recipient: str = ""
    backup_identity_file: Path | None = None
    backup_passphrase: str = field(default="", repr=False)
    backup_passphrase_file: Path | None = None
    erasure_list: Path | None = None
    audit_key_file: Path | None = None
    audit_anchor_dir: Path | None = None
    youtube_key: str = field(default="", repr=False)
    youtube_key_file: Path | None = None
    youtube_units_a_day: int = 10_000
    intake_secrets: str = field(default="", repr=False)
    intake_secrets_file: Path | None = None
    intake_requests_a_minute: int = 60
    imap_host: str = ""
    imap_port: int = 993
    imap_tls: MailTls = MailTls.TLS
    imap_ca_file: Path | None = None
    imap_user: str = ""
    imap_password: str = field(default="", repr=False)
    imap_password_file: Path | None = None
    imap_folder: str = "INBOX"
    imap_done_folder: str = ""
    imap_refused_folder: str = "Refused"
    imap_channel: str = "email"

    @property
    def log_path(self) -> Path:
        return self.home / "log.sqlite"

    @property
    def index_folder(self) -> Path:
        return self.home / "index"

    @property
    def casework_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'casework.sqlite'}"

    @property
    def frontier_path(self) -> Path:
        return self.home / "frontier.sqlite"

    @property
    def evidence_folder(self) -> Path:
        return self.evidence_dir or self.home / "evidence"

    @property
    def secret_path(self) -> Path:
        return self.home / "secret.key"


def load_settings(
    environment: Mapping[str, str] | None = None, home: Path | None = None
) -> Settings:
    """Read and check the settings. Raises `ConfigurationError` with a hint."""
    env = os.environ if environment is None else environment
    folder = home or Path(env.get(PREFIX + "HOME") or default_home())
    values = {**_from_file(folder / FILE), **_from_environment(env)}
    values["home"] = folder.expanduser().absolute()
    try:
        settings = msgspec.convert(
            values, Settings, strict=False, dec_hook=_decode_other
        )
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"A setting has a wrong value: {error}.",
            hint=f"Mend it in {folder / FILE} or in the environment ({PREFIX}…).",
        ) from error
    return check(settings)


def load_other(path: Path, present: Settings) -> Settings:
    """Read the settings of another installation from a file of `NAME=value` lines.

    As systemd and containers read them: only what the file says, and the file of the
    home that it names (else the present one's home), not this process's environment.
    """
    env = _lines(path)
    home = Path(env[PREFIX + "HOME"]) if PREFIX + "HOME" in env else present.home
    return load_settings(env, home)


def _lines(path: Path) -> dict[str, str]:
    known = {PREFIX + known.name.upper() for known in fields(Settings)}
    env: dict[str, str] = {}
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.lstrip().startswith(("#", ";")):
                continue
            for word in [word for word in shlex.split(line) if word != "export"]:
                name, equals, value = word.partition("=")
                if not equals or name not in known:
                    # What has no equals sign may be the rest of a password.
                    what = repr(name) if equals else "a word of it"
                    raise ConfigurationError(
                        f"{path}, line {number}: {what} is no setting.",
                        hint="Lines are MINHTIN_NAME=value, with quotes around a "
                        "value that holds spaces; see docs/settings.md.",
                    )
                env[name] = value
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}.",
            hint="Give a file with the settings of the new installation.",
        ) from error
    return env


def default_home() -> Path:
    """Return the home where neither an option nor the environment names one."""
    return platformdirs.user_data_path("minhtin")


def is_named(home: Path | None, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether somebody chose the home, by option or environment."""
    env = os.environ if environment is None else environment
    return home is not None or bool(env.get(PREFIX + "HOME"))


def default_models_dir() -> Path:
    """Where `make install` puts the models that belong to this installation."""
    return Path(sys.prefix) / "share" / "minhtin" / "models"


def _decode_other(kind: type[Any], value: object) -> Any:  # noqa: ANN401 - msgspec's hook
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    if isinstance(value, kind):
        return value
    raise TypeError(f"expected {kind.__name__}")


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}.", hint="Mend or remove the file."
        ) from error
    known = {known.name for known in fields(Settings)}
    if secret := sorted(set(values) & NEVER_IN_FILE):
        raise ConfigurationError(
            f"{path} holds {', '.join(secret)}, which does not belong there.",
            hint="Put the secret into the environment, or into a file of its own that "
            "only the owner may read, and name that.",
        )
    if unknown := sorted(set(values) - known):
        raise ConfigurationError(
            f"{path} names unknown settings: {', '.join(unknown)}.",
            hint="See docs/settings.md for the names.",
        )
    return values


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in (known.name for known in fields(Settings)):
        text = env.get(PREFIX + name.upper())
        if not text:
            continue
        if name in LISTS:
            values[name] = [part.strip() for part in text.split(",")]
        else:
            values[name] = text
    return values


def check(settings: Settings) -> Settings:
    """Return the settings. Raises `ConfigurationError` where they contradict."""
    if settings.mode is Mode.SAMPLE and not _is_loopback(settings.host):
        raise ConfigurationError(
            f"Sample mode does not listen on {settings.host}.",
            hint="It has a published password. Use 127.0.0.1, or make a real "
            "installation with `minhtin init`.",
        )
    if settings.mode is Mode.SAMPLE and not _is_loopback(settings.metrics_host):
        raise ConfigurationError(
            f"Sample mode shows no figures on {settings.metrics_host}.",
            hint="Leave metrics_host at 127.0.0.1.",
        )
    if not 0 <= settings.port < 65536:  # noqa: PLR2004 - ports are 16 bits
        raise ConfigurationError(f"{settings.port} is no port.", hint="Use 1 to 65535.")
    if settings.youtube_units_a_day < 0 or settings.intake_requests_a_minute < 1:
        raise ConfigurationError(
            "youtube_units_a_day is at least 0, intake_requests_a_minute at least 1."
        )
    if settings.batch_size < 1 or settings.log_partitions < 1:
        raise ConfigurationError("batch_size and log_partitions must be at least 1.")
    return check_engines(check_figures(settings))


def check_figures(settings: Settings) -> Settings:
    """Return the settings. Raises `ConfigurationError` where a figure is none."""
    if not (isfinite(settings.lease_seconds) and settings.lease_seconds > 0):
        raise ConfigurationError("lease_seconds must be above 0.", hint="30 is usual.")
    if not (isfinite(settings.crawl_delay) and settings.crawl_delay >= 0):
        raise ConfigurationError("crawl_delay must not be below 0.", hint="1 is usual.")
    if not 0 <= settings.review_share <= 1:
        raise ConfigurationError(
            "review_share is a share, 0 to 1.", hint="0.01 draws one post of a hundred."
        )
    if settings.log_level.upper() not in LEVELS:
        raise ConfigurationError(
            "log_level is none that is known.", hint=f"Use one of {', '.join(LEVELS)}."
        )
    return settings


def check_engines(settings: Settings) -> Settings:
    """Return the settings. Raises `ConfigurationError` for addresses of no engine."""
    rules = (
        ("log_url", settings.log_url, ("kafka://",), "kafka://host:9092,host2:9092"),
        (
            "search_url",
            settings.search_url,
            ("http://", "https://"),
            "https://host:9200",
        ),
        (
            "database_url",
            settings.database_url,
            ("postgresql+psycopg://", "sqlite:///"),
            "postgresql+psycopg://user:password@host/minhtin",
        ),
        ("evidence_url", settings.evidence_url, ("s3://",), "s3://bucket/office"),
        (
            "evidence_endpoint",
            settings.evidence_endpoint,
            ("http://", "https://"),
            "https://s3.example.vn:9000",
        ),
    )
    for name, value, schemes, example in rules:
        if value and not value.startswith(schemes):
            raise ConfigurationError(
                f"{name} has an address that is not understood.",
                hint=f"Write it like {example}, or leave it empty for the store in "
                "the installation's folder.",
            )
    if min(settings.log_replication, settings.search_shards) < 1:
        raise ConfigurationError("log_replication and search_shards are at least 1.")
    if settings.search_replicas < 0 or settings.log_retention_days < 0:
        raise ConfigurationError(
            "search_replicas and log_retention_days are not below 0."
        )
    if settings.evidence_url:
        check_bucket(settings)
    check_copies(settings)
    check_anchors(settings)
    return settings


def check_copies(settings: Settings) -> None:
    """Raise `ConfigurationError` where copies could be read by nobody, or two ways."""
    phrase = settings.backup_passphrase or settings.backup_passphrase_file
    if phrase and (settings.backup_recipient or settings.backup_identity_file):
        raise ConfigurationError(
            "Copies are encrypted by a passphrase or for a key, not both.",
            hint="Set backup_passphrase(_file), or backup_recipient.",
        )
    listed = settings.erasure_list
    if listed and listed.resolve().is_relative_to(settings.home.resolve()):
        raise ConfigurationError(
            "erasure_list lies in the home, and would be lost with it.",
            hint="Keep it beside the copies, or on another disk.",
        )


def check_anchors(settings: Settings) -> None:
    """Raise `ConfigurationError` where anchors of the audit would prove nothing.

    In the home they would be copied, restored and changed with the database that they
    vouch for.
    """
    pair = {
        "audit_key_file": settings.audit_key_file,
        "audit_anchor_dir": settings.audit_anchor_dir,
    }
    if len([path for path in pair.values() if path is not None]) == 1:
        raise ConfigurationError(
            "Anchors of the audit need both audit_key_file and audit_anchor_dir.",
            hint="Make a key with: minhtin audit key FILE",
        )
    home = settings.home.resolve()
    for name, path in pair.items():
        if path is not None and path.resolve().is_relative_to(home):
            raise ConfigurationError(
                f"{name} lies in the home.",
                hint="Keep it where whoever may write the database may not: on "
                "another machine, or on a disk that is written once.",
            )


def check_bucket(settings: Settings) -> None:
    """Raise `ConfigurationError` for a bucket that cannot be used safely.

    Without a prefix of its own, one installation's retention would delete what
    another one, or something else, keeps in the same bucket.
    """
    bucket, _, prefix = settings.evidence_url.removeprefix("s3://").partition("/")
    if not bucket or not prefix.strip("/"):
        raise ConfigurationError(
            "evidence_url names no bucket with a folder of its own.",
            hint="Write it like s3://bucket/office.",
        )
    if not settings.evidence_access_key or not settings.evidence_secret_key:
        raise ConfigurationError(
            "There is no key for the bucket of evidence_url.",
            hint="Set evidence_access_key and evidence_secret_key.",
        )
    if settings.evidence_timeout_seconds <= 0:
        raise ConfigurationError("evidence_timeout_seconds is above 0.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment for a process that shall have the same settings.

    Secrets travel only if they came by the environment.
    """
    names = {
        "HOME": str(settings.home),
        "MODE": settings.mode.value,
        "PROFILE": settings.profile,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "ALLOWED_NETWORKS": ",".join(settings.allowed_networks),
        "CRAWL_DELAY": str(settings.crawl_delay),
        "LOG_LEVEL": settings.log_level,
    }
    return {**os.environ, **{PREFIX + name: value for name, value in names.items()}}
