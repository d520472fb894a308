"""Cases with their posts, tasks, clocks, files, and a time line that only grows

The triggers of the time line are made as those of the audit, for the same reasons (see
0003).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQLITE = {
    "case_events_never_changed": """
        BEFORE UPDATE ON case_events
        BEGIN SELECT RAISE(ABORT, 'case events are never changed'); END""",
    "case_events_never_removed": """
        BEFORE DELETE ON case_events
        BEGIN SELECT RAISE(ABORT, 'case events are never removed'); END""",
    # REPLACE removes a row without asking the trigger above.
    "case_events_never_replaced": """
        BEFORE INSERT ON case_events
        WHEN EXISTS (SELECT 1 FROM case_events WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'case events are never replaced'); END""",
}

POSTGRESQL = {
    "case_events_never_changed": """
        BEFORE UPDATE ON case_events FOR EACH ROW
        WHEN (CAST('case events are never changed: ' || OLD.id AS boolean))""",
    "case_events_never_removed": """
        BEFORE DELETE ON case_events FOR EACH ROW
        WHEN (CAST('case events are never removed: ' || OLD.id AS boolean))""",
    "case_events_never_emptied": """
        BEFORE TRUNCATE ON case_events FOR EACH STATEMENT
        WHEN (CAST('case events are never removed: ' || current_user AS boolean))""",
}


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(name: str = "account", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _known(table: str, *people: str, case: bool = True) -> list[sa.Constraint]:
    """Return primary key and foreign keys, named as elsewhere."""
    keys = [
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([who], ["accounts.id"], name=f"fk_{table}_{who}")
            for who in people
        ),
    ]
    if case:
        named = f"fk_{table}_case_id"
        keys.append(sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=named))
    return keys


def upgrade() -> None:
    op.create_table(
        "cases",
        _id(),
        _text("number"),
        _number("year"),
        _number("serial"),
        _text("kind"),
        _text("title"),
        _text("status"),
        _person("owner", nullable=True),
        _person(),
        _time("created"),
        _time("changed"),
        _number("revision"),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        _time("due", nullable=True),
        _number("tasks"),
        _number("clocks"),
        _text("words"),
        *_known("cases", "owner", "account", case=False),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["cases.id"],
            name="fk_cases_merged_into",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        sa.UniqueConstraint("year", "serial", name="uq_cases_year"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"])
    op.create_index("ix_cases_status", "cases", ["status"])
    op.create_index("ix_cases_due", "cases", ["due"])
    op.create_table(
        "case_posts",
        _id(),
        _number("case_id"),
        _text("post_id"),
        _number("revision"),
        _person(),
        _time("at"),
        *_known("case_posts", "account"),
        sa.UniqueConstraint("case_id", "post_id", name="uq_case_posts_case_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_posts_post_id", "case_posts", ["post_id"])
    op.create_table(
        "case_tasks",
        _id(),
        _number("case_id"),
        _text("text"),
        _person("who", nullable=True),
        _time("due", nullable=True),
        _time("done", nullable=True),
        _person("done_by", nullable=True),
        *_known("case_tasks", "who", "done_by"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_clocks",
        _id(),
        _number("case_id"),
        _text("rule"),
        _time("trigger"),
        _time("due"),
        _text("waiting"),
        _time("met", nullable=True),
        _text("withdrawn"),
        *_known("case_clocks"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_files",
        _id(),
        _number("case_id"),
        _text("name"),
        _text("media_type"),
        _number("size"),
        _text("sha256"),
        _text("evidence"),
        _person(),
        _time("at"),
        *_known("case_files", "account"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_events",
        _id(),
        _number("case_id"),
        _time("at"),
        _person(),
        _text("kind"),
        _text("detail"),
        *_known("case_events", "account"),
        sqlite_autoincrement=True,
    )
    for table in ("case_tasks", "case_clocks", "case_files", "case_events"):
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    if op.get_bind().dialect.name == "sqlite":
        for name, body in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    for name, body in POSTGRESQL.items():
        op.execute(
            f"CREATE TRIGGER {name} {body}"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )


def downgrade() -> None:
    """Go back: cases are lost with their numbers; a backup keeps them."""
    for table in ("events", "files", "clocks", "tasks", "posts"):
        op.drop_table(f"case_{table}")
    op.drop_table("cases")
