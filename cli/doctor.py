"""What `minhtin doctor` looks at, each with what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from casework.model import AuditCheck
from casework.service import Casework
from domain.errors import MinhTinError, RetryLaterError
from eventlog.port import LogTopic
from wiring.settings import Mode, Settings

LEAST_FREE = 2 * 1024**3
"""Bytes free below which work stops soon: a day of a province's press is 0.2 GB."""

SHOWN_SICK = 10
"""Sick sources named one by one; more bury what else is to be mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok`, `warn` or `bad`, with what to do in words."""

    name: str
    state: str
    message: str
    hint: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield findings; a check that breaks is a finding itself.

    Only of an installation, as `settings_of` gives it: opening stores makes them.
    """
    for name, check in _CHECKS.items():
        try:
            yield from check(settings)
        except MinhTinError as error:
            yield Finding(name, "bad", error.message, error.hint)
        except OSError as error:
            yield Finding(name, "bad", str(error), "Check the folder and its rights.")


def _settings(settings: Settings) -> Iterator[Finding]:
    where = settings.home if settings.home.exists() else "stores elsewhere"
    invented = " (invented data)" if settings.mode is Mode.SAMPLE else ""
    yield Finding(
        "settings",
        "ok",
        f"mode {settings.mode}{invented}, profile {settings.profile}, {where}",
    )
    if settings.mode is Mode.OFFICE and not settings.crawl_contact:
        yield Finding(
            "contact",
            "warn",
            "No contact is set, so no real site is visited.",
            "Put an address into crawl_contact of minhtin.toml.",
        )
    secret = settings.secret_path
    if not secret.exists() and not settings.secret_key:
        elsewhere = not _embedded(settings)
        yield Finding(
            "secret",
            "warn" if elsewhere else "bad",
            "There is no secret key."
            + (
                " Crawler, console, `backfill` and a mailbox need it."
                if elsewhere
                else ""
            ),
            "Give it to them as MINHTIN_SECRET_KEY." if elsewhere else "minhtin init",
        )
    if secret.exists() and secret.stat().st_mode & 0o077:
        yield Finding(
            "secret",
            "bad",
            "Others can read the secret key.",
            f"chmod 600 {settings.secret_path}",
        )


def _profile(settings: Settings) -> Iterator[Finding]:
    from wiring.profile import load_profile

    profile = load_profile(settings.profile, settings.profiles_dir)
    units = len(profile.gazetteer.units)
    yield Finding("profile", "ok", f"{profile.full_name}: {units} communes and wards")
    grades = {rule.grade for rule in profile.rules}
    if grades - {"A"}:
        yield Finding(
            "law",
            "warn",
            "Some legal rules were not read in the official text.",
            "Have a lawyer check law.toml and holidays.toml of the profile.",
        )


def _models(settings: Settings) -> Iterator[Finding]:
    from wiring import bootstrap

    version = bootstrap.build_classifier(settings).version
    yield Finding("model", "ok", version)


def _log(settings: Settings) -> Iterator[Finding]:
    from wiring import bootstrap

    log = bootstrap.build_log(settings)
    behind = sum(row.behind for row in log.lag("worker", [LogTopic.POSTS]))
    size = sum(log.size_bytes(topic) for topic in LogTopic)
    log.close()
    full = size > 0.9 * settings.log_max_bytes
    yield Finding(
        "event log",
        "warn" if full else "ok",
        f"{size / 1e6:.1f} MB; worker {behind} behind",
        "Raise log_max_bytes or start a worker." if full else "",
    )


def _index(settings: Settings) -> Iterator[Finding]:
    from wiring import bootstrap

    index = bootstrap.build_index(settings)
    count = index.reader().count()
    yield Finding("search index", "ok", f"{count} documents in {index.live_version()}")
    index.close()


def _casework(settings: Settings) -> Iterator[Finding]:
    from wiring import bootstrap

    casework = bootstrap.build_casework(settings)
    check = _audited(settings, casework)
    yield Finding(
        "audit",
        "ok" if check.sound else "bad",
        f"{check.rows} rows" if check.sound else check.problem,
        "" if check.sound else "Keep a copy of the database and find out who had it.",
    )
    waiting = casework.outbox_size()
    yield Finding(
        "outbox",
        "ok" if waiting < 1000 else "warn",  # noqa: PLR2004 - minutes of work
        f"{waiting} decisions wait for the index",
        "" if waiting < 1000 else "Is `minhtin jobs` running?",  # noqa: PLR2004
    )
    if not any(account.active for account in casework.accounts()):
        yield Finding(
            "accounts",
            "warn",
            "Nobody can sign in.",
            "minhtin accounts add NAME --role admin --own",
        )


def _sign_on(settings: Settings) -> Iterator[Finding]:
    """Ask the provider of single sign-on for its configuration."""
    from cli.standing import sign_on
    from wiring.roles import provider_secret

    if not settings.oidc_issuer:
        return
    if not provider_secret(settings):
        yield Finding(
            "single sign-on",
            "warn",
            "There is no secret of the client here.",
            "The console needs it; other processes do not.",
        )
        return
    provider = sign_on(settings)
    if provider is not None:
        provider.reach()
        yield Finding("single sign-on", "ok", provider.issuer)


def _audited(settings: Settings, casework: Casework) -> AuditCheck:
    """Verify the audit log, with the anchors where there are some."""
    from jobs.anchoring import Found, judged
    from wiring import bootstrap

    anchorage = bootstrap.build_anchorage(settings)
    if anchorage is None:
        return casework.verify_audit()
    try:
        found = anchorage.found(casework.audit_standing().anchored)
    except RetryLaterError as error:
        found = Found(troubles=(error.message,))
    return judged(casework.verify_audit(found.anchors), found.troubles)


def _evidence(settings: Settings) -> Iterator[Finding]:
    """Ask a bucket for its first page; a folder is looked at with the disk."""
    from wiring import bootstrap

    if settings.evidence_url:
        first = next(bootstrap.build_evidence(settings).digests(), None)
        yield Finding("evidence", "ok", settings.evidence_url if first else "empty")


def _embedded(settings: Settings) -> bool:
    """Whether some store lies in the home."""
    elsewhere = (
        settings.log_url,
        settings.search_url,
        settings.database_url,
        settings.evidence_url or settings.evidence_dir,
    )
    return not all(elsewhere)


def _machine(settings: Settings) -> Iterator[Finding]:
    folder = settings.home if settings.home.exists() else settings.home.parent
    free = shutil.disk_usage(folder).free
    yield Finding(
        "disk",
        "ok" if free > LEAST_FREE else "bad",
        f"{free / 1e9:.1f} GB free",
        "" if free > LEAST_FREE else "Free space: nothing is taken in when it is full.",
    )
    written = settings.home.exists() and _embedded(settings)
    if written and not os.access(settings.home, os.W_OK):
        yield Finding(
            "folder", "bad", "The folder is not writable.", "Mend its rights."
        )


def _clock(settings: Settings) -> Iterator[Finding]:
    from wiring import bootstrap

    now = bootstrap.build_clock().now()
    ahead = _newest(settings) - now.timestamp()
    yield Finding(
        "clock",
        "bad" if ahead > 60 else "ok",  # noqa: PLR2004 - a minute is no rounding
        f"{now:%Y-%m-%d %H:%M:%S} UTC",
        "The clock was set back; set it right before work goes on."
        if ahead > 60  # noqa: PLR2004
        else "",
    )


def _newest(settings: Settings) -> float:
    """Return the Unix time of the newest record of the log."""
    from wiring import bootstrap

    if not settings.log_url:
        path = settings.log_path
        return path.stat().st_mtime if path.exists() else 0.0
    log = bootstrap.build_log(settings)
    try:
        last = [
            row.timestamp.timestamp()
            for part, end in log.ends(LogTopic.POSTS).items()
            for row in (log.read(LogTopic.POSTS, part, end - 1, 1) if end else ())
        ]
    finally:
        log.close()
    return max(last, default=0.0)


def _sources(settings: Settings) -> Iterator[Finding]:
    from cli.crawling import present_sources
    from cli.standing import source_watch
    from jobs.source_health import report
    from wiring import bootstrap
    from wiring.profile import load_profile

    profile = load_profile(settings.profile, settings.profiles_dir)
    now = bootstrap.build_clock().now()
    casework = bootstrap.build_casework(settings)
    listed = present_sources(settings, profile, casework)()
    newsroom = " invented" if settings.mode is Mode.SAMPLE else ""
    watch = source_watch(settings, profile, casework)
    reports = [report(facts, now) for facts in watch(now)]
    sick = [found for found in reports if found.sick]
    yield Finding(
        "sources",
        "warn" if sick else "ok",
        f"{len(reports)} in use of {len(listed)}{newsroom}, {len(sick)} sick",
        f"minhtin sources check {sick[0].facts.id}" if sick else "",
    )
    for found in sick[:SHOWN_SICK]:
        first = found.first
        yield Finding(
            f"source {found.facts.id}",
            "warn",
            f"{first.condition}: {first.said}",
            first.hint,
        )


_CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "settings": _settings,
    "machine": _machine,
    "clock": _clock,
    "profile": _profile,
    "model": _models,
    "event log": _log,
    "search index": _index,
    "casework": _casework,
    "evidence": _evidence,
    "single sign-on": _sign_on,
    "sources": _sources,
}
