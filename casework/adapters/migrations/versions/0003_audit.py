"""Audit rows are only ever added; they are found by person, act, subject and time

PostgreSQL's triggers call no function of ours: `pg_dump --table` would leave it behind,
and the copy could not be restored. What refuses is the condition, which cannot be read
as a truth value; its words are what the server says.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_actor_id": ["actor", "id"],
    "ix_audit_act_id": ["act", "id"],
    "ix_audit_subject_id": ["subject", "id"],
    "ix_audit_at": ["at"],
}

SQLITE = {
    "audit_never_changed": """
        BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END""",
    "audit_never_removed": """
        BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END""",
    # REPLACE removes a row without asking the trigger above.
    "audit_never_replaced": """
        BEFORE INSERT ON audit
        WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'audit rows are never replaced'); END""",
}

POSTGRESQL = {
    "audit_never_changed": """
        BEFORE UPDATE ON audit FOR EACH ROW
        WHEN (CAST('audit rows are never changed: ' || OLD.id AS boolean))""",
    "audit_never_removed": """
        BEFORE DELETE ON audit FOR EACH ROW
        WHEN (CAST('audit rows are never removed: ' || OLD.id AS boolean))""",
    "audit_never_emptied": """
        BEFORE TRUNCATE ON audit FOR EACH STATEMENT
        WHEN (CAST('audit rows are never removed: ' || current_user AS boolean))""",
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit", columns)
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
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in SQLITE if sqlite else POSTGRESQL:
        op.execute(f"DROP TRIGGER {name}{'' if sqlite else ' ON audit'}")
    for name in reversed(INDEXES):
        op.drop_index(name, "audit")
