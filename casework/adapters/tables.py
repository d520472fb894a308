"""Tables of casework, one for each row class, in portable SQLAlchemy Core."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

from casework import rows
from casework.audit import storable


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("Times are aware.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text as all databases can hold it: without NUL and lone surrogates.

    Both become U+FFFD, also in conditions, so that a row is found by what was asked.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else storable(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _id() -> Column[int]:
    """An id that grows; never given twice (SQLite would, without being told)."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False, unique=unique or None)


def _words(name: str) -> Column[str]:
    """A text that may be absent."""
    return Column(name, Words, nullable=True)


def _time(name: str, *, key: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, primary_key=key, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _yes(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _account(name: str = "account") -> Column[str]:
    return Column(name, String(32), ForeignKey("accounts.id"), nullable=False)


def _case() -> Column[int]:
    return Column("case_id", Integer, ForeignKey("cases.id"), nullable=False)


def _person(name: str) -> Column[str]:
    """An account that may be absent."""
    return Column(name, String(32), ForeignKey("accounts.id"), nullable=True)


def _decision(name: str) -> Column[int]:
    """A decision that may be absent."""
    return Column(name, Integer, ForeignKey("decisions.id"), nullable=True)


TABLES: dict[type[rows.Row], Table] = {
    rows.AccountRow: Table(
        "accounts",
        metadata,
        Column("id", String(32), primary_key=True),
        _text("name", unique=True),
        _text("display"),
        _text("role"),
        _yes("active"),
        _yes("must_change"),
        _text("password"),
        _time("created"),
    ),
    rows.SessionRow: Table(
        "sessions",
        metadata,
        _text("token", key=True),
        _account(),
        _text("origin"),
        _time("started"),
        _time("seen"),
        _time("expires"),
        _words("sid"),
        _words("id_token"),
        Index("ix_sessions_account", "account"),
        Index("ix_sessions_expires", "expires"),
    ),
    rows.AttemptRow: Table(
        "sign_in_attempts",
        metadata,
        _text("key", key=True),
        _number("failures"),
        _time("last"),
        Column("locked_until", UtcTime, nullable=True),
        Index("ix_sign_in_attempts_last", "last"),
    ),
    rows.StepRow: Table(
        "sign_in_steps",
        metadata,
        _text("digest", key=True),
        _account(),
        _text("origin"),
        _time("expires"),
        Index("ix_sign_in_steps_account", "account"),
        Index("ix_sign_in_steps_expires", "expires"),
    ),
    rows.CodeDeviceRow: Table(
        "code_devices",
        metadata,
        Column("account", String(32), ForeignKey("accounts.id"), primary_key=True),
        _text("secret"),
        _yes("confirmed"),
        Column("step", BigInteger, nullable=False),
        _time("since"),
    ),
    rows.RecoveryRow: Table(
        "recovery_codes",
        metadata,
        _text("digest", key=True),
        _account(),
        Index("ix_recovery_codes_account", "account"),
    ),
    rows.AccessTokenRow: Table(
        "access_tokens",
        metadata,
        Column("id", String(32), primary_key=True),
        _text("digest", unique=True),
        _account(),
        _text("name"),
        _text("scopes"),
        _time("created"),
        _time("expires"),
        Column("used", UtcTime, nullable=True),
        Index("ix_access_tokens_account", "account"),
    ),
    rows.IdentityRow: Table(
        "identities",
        metadata,
        _text("issuer", key=True),
        _text("subject", key=True),
        Column(
            "account",
            String(32),
            ForeignKey("accounts.id"),
            nullable=False,
            unique=True,
        ),
        _time("since"),
    ),
    rows.SignOnRow: Table(
        "sign_ons",
        metadata,
        _text("state", key=True),
        _text("browser"),
        _text("nonce"),
        _text("verifier"),
        _text("target"),
        _time("expires"),
        Index("ix_sign_ons_expires", "expires"),
    ),
    rows.DecisionRow: Table(
        "decisions",
        metadata,
        _id(),
        _time("at"),
        _account(),
        _text("post_id"),
        _number("revision"),
        _text("verdict"),
        _words("harm"),
        _words("agency"),
        _text("reason"),
        _text("evidence"),
        _text("queue"),
        Column("undoes", ForeignKey("decisions.id"), nullable=True, unique=True),
        Column("turn", Integer, nullable=False, server_default="1"),
        Index("ix_decisions_account_id", "account", "id"),
        Index("ix_decisions_at", "at"),
        Index("ix_decisions_post_id", "post_id"),
        sqlite_autoincrement=True,
    ),
    rows.StateRow: Table(
        "review_states",
        metadata,
        _text("post_id", key=True),
        _number("revision"),
        _number("version"),
        _time("at"),
        _account(),
        _words("verdict"),
        _words("harm"),
        _words("agency"),
        _text("reason"),
        _words("story"),
        Column("provisional", Boolean, nullable=False, server_default=false()),
    ),
    rows.SecondReviewRow: Table(
        "second_reviews",
        metadata,
        _text("post_id", key=True),
        Column("revision", Integer, primary_key=True, autoincrement=False),
        _text("status"),
        _yes("drawn"),
        _number("since"),
        _number("before"),
        _time("at"),
        _decision("first"),
        _person("first_by"),
        _decision("second"),
        _person("second_by"),
        _decision("settling"),
        Index("ix_second_reviews_status", "status"),
    ),
    rows.CutRow: Table(
        "story_cuts",
        metadata,
        _id(),
        _text("post_id"),
        _text("story"),
        _text("new_story"),
        _account(),
        _time("at"),
        UniqueConstraint("post_id", "story"),
        sqlite_autoincrement=True,
    ),
    rows.ViewingRow: Table(
        "viewings",
        metadata,
        _text("post_id", key=True),
        _account(),
        _time("until"),
        Index("ix_viewings_until", "until"),
    ),
    rows.ReturnRow: Table(
        "returned_posts",
        metadata,
        _text("post_id", key=True),
        Column("account", String(32), ForeignKey("accounts.id"), primary_key=True),
        _number("revision"),
        _time("at"),
    ),
    rows.SearchRow: Table(
        "saved_searches",
        metadata,
        _id(),
        _account("owner"),
        _text("name"),
        _text("query"),
        _yes("shared"),
        _time("created"),
        UniqueConstraint("owner", "name"),
        sqlite_autoincrement=True,
    ),
    rows.SettingRow: Table(
        "settings",
        metadata,
        _id(),
        _text("key"),
        _number("version"),
        _yes("current"),
        _text("value"),
        _time("at"),
        _text("actor"),
        UniqueConstraint("key", "version"),
        sqlite_autoincrement=True,
    ),
    rows.AuditEntry: Table(
        "audit",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        _time("at"),
        _text("actor"),
        _text("act"),
        _text("subject"),
        _text("detail"),
        _text("previous"),
        _text("digest"),
        Index("ix_audit_actor_id", "actor", "id"),
        Index("ix_audit_act_id", "act", "id"),
        Index("ix_audit_subject_id", "subject", "id"),
        Index("ix_audit_at", "at"),
    ),
    rows.ChainHead: Table(
        "chain_heads",
        metadata,
        _text("chain", key=True),
        _number("rows"),
        _text("digest"),
    ),
    rows.OutboxEntry: Table(
        "outbox",
        metadata,
        _id(),
        _text("topic"),
        _text("key"),
        Column("value", LargeBinary, nullable=True),
        Index("ix_outbox_key", "key"),
        sqlite_autoincrement=True,
    ),
    rows.RunRow: Table(
        "job_runs",
        metadata,
        _text("job", key=True),
        _time("due", key=True),
        _text("holder"),
        _time("lease_until"),
        _time("started"),
        Column("finished", UtcTime, nullable=True),
        _yes("ok"),
        _text("message"),
        Index("ix_job_runs_due", "due"),
    ),
    rows.CaseRow: Table(
        "cases",
        metadata,
        _id(),
        _text("number", unique=True),
        _number("year"),
        _number("serial"),
        _text("kind"),
        _text("title"),
        _text("status"),
        Column("owner", String(32), ForeignKey("accounts.id"), nullable=True),
        _account(),
        _time("created"),
        _time("changed"),
        _number("revision"),
        # Checked at the end of a transaction: a copy comes by id, and an older case may
        # have been merged into a younger one.
        Column(
            "merged_into",
            ForeignKey("cases.id", deferrable=True, initially="DEFERRED"),
            nullable=True,
        ),
        Column("due", UtcTime, nullable=True),
        _number("tasks"),
        _number("clocks"),
        _text("words"),
        UniqueConstraint("year", "serial"),
        Index("ix_cases_merged_into", "merged_into"),
        Index("ix_cases_status", "status"),
        Index("ix_cases_due", "due"),
        sqlite_autoincrement=True,
    ),
    rows.CasePostRow: Table(
        "case_posts",
        metadata,
        _id(),
        _case(),
        _text("post_id"),
        _number("revision"),
        _account(),
        _time("at"),
        UniqueConstraint("case_id", "post_id"),
        Index("ix_case_posts_post_id", "post_id"),
        sqlite_autoincrement=True,
    ),
    rows.CaseTaskRow: Table(
        "case_tasks",
        metadata,
        _id(),
        _case(),
        _text("text"),
        Column("who", String(32), ForeignKey("accounts.id"), nullable=True),
        Column("due", UtcTime, nullable=True),
        Column("done", UtcTime, nullable=True),
        Column("done_by", String(32), ForeignKey("accounts.id"), nullable=True),
        Index("ix_case_tasks_case_id", "case_id"),
        sqlite_autoincrement=True,
    ),
    rows.CaseClockRow: Table(
        "case_clocks",
        metadata,
        _id(),
        _case(),
        _text("rule"),
        _time("trigger"),
        _time("due"),
        _text("waiting"),
        Column("met", UtcTime, nullable=True),
        _text("withdrawn"),
        Index("ix_case_clocks_case_id", "case_id"),
        sqlite_autoincrement=True,
    ),
    rows.CaseFileRow: Table(
        "case_files",
        metadata,
        _id(),
        _case(),
        _text("name"),
        _text("media_type"),
        _number("size"),
        _text("sha256"),
        _text("evidence"),
        _account(),
        _time("at"),
        Index("ix_case_files_case_id", "case_id"),
        sqlite_autoincrement=True,
    ),
    rows.CaseEventRow: Table(
        "case_events",
        metadata,
        _id(),
        _case(),
        _time("at"),
        _account(),
        _text("kind"),
        _text("detail"),
        Index("ix_case_events_case_id", "case_id"),
        sqlite_autoincrement=True,
    ),
    rows.RequestRow: Table(
        "rights_requests",
        metadata,
        _id(),
        _text("number", unique=True),
        _number("year"),
        _number("serial"),
        _text("kind"),
        _text("step"),
        _text("who"),
        _text("contact"),
        _text("wanted"),
        _time("received"),
        _text("duties"),
        _account(),
        _time("created"),
        _time("changed"),
        _number("revision"),
        Column("outcome", String(32), nullable=True),
        _text("reason"),
        _text("done"),
        _text("answer"),
        _text("papers"),
        _number("kept_back"),
        Column("ordered", UtcTime, nullable=True),
        Column("replied", UtcTime, nullable=True),
        Column("acted", UtcTime, nullable=True),
        Column("answered", UtcTime, nullable=True),
        UniqueConstraint("year", "serial"),
        Index("ix_rights_requests_step", "step"),
        sqlite_autoincrement=True,
    ),
    rows.RequestPostRow: Table(
        "rights_request_posts",
        metadata,
        _id(),
        Column("request_id", Integer, ForeignKey("rights_requests.id"), nullable=False),
        _text("post_id"),
        _number("revision"),
        _account(),
        _time("at"),
        UniqueConstraint("request_id", "post_id"),
        Index("ix_rights_request_posts_post_id", "post_id"),
        sqlite_autoincrement=True,
    ),
}
