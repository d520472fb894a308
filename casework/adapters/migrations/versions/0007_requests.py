"""People's requests about their data, and objections"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "rights_requests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("number"),
        _number("year"),
        _number("serial"),
        *map(_text, ("kind", "step", "who", "contact", "wanted")),
        _time("received"),
        _text("duties"),
        sa.Column("account", sa.String(length=32), nullable=False),
        _time("created"),
        _time("changed"),
        _number("revision"),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        *map(_text, ("reason", "done", "answer", "papers")),
        _number("kept_back"),
        _time("ordered", nullable=True),
        _time("replied", nullable=True),
        _time("acted", nullable=True),
        _time("answered", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rights_requests"),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_rights_requests_account"
        ),
        sa.UniqueConstraint("number", name="uq_rights_requests_number"),
        sa.UniqueConstraint("year", "serial", name="uq_rights_requests_year"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rights_requests_step", "rights_requests", ["step"])
    op.create_table(
        "rights_request_posts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _number("request_id"),
        _text("post_id"),
        _number("revision"),
        sa.Column("account", sa.String(length=32), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("id", name="pk_rights_request_posts"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["rights_requests.id"],
            name="fk_rights_request_posts_request_id",
        ),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_rights_request_posts_account"
        ),
        sa.UniqueConstraint(
            "request_id", "post_id", name="uq_rights_request_posts_request_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_rights_request_posts_post_id", "rights_request_posts", ["post_id"]
    )


def downgrade() -> None:
    """Go back: requests are lost with their numbers; a backup keeps them."""
    op.drop_table("rights_request_posts")
    op.drop_table("rights_requests")
