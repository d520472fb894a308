"""Verdicts that two people give, each without knowing of the other's

Going back, a verdict that waits for a second one stands as any other: the older program
knows no other kind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _refers(name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], [f"{table}.id"], name=f"fk_second_reviews_{name}"
    )


def upgrade() -> None:
    op.add_column(
        "decisions",
        sa.Column("turn", sa.Integer(), nullable=False, server_default="1"),
    )
    op.add_column(
        "review_states",
        sa.Column(
            "provisional", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_table(
        "second_reviews",
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("first_by", sa.String(length=32), nullable=True),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("second_by", sa.String(length=32), nullable=True),
        sa.Column("settling", sa.Integer(), nullable=True),
        _refers("first", "decisions"),
        _refers("first_by", "accounts"),
        _refers("second", "decisions"),
        _refers("second_by", "accounts"),
        _refers("settling", "decisions"),
        sa.PrimaryKeyConstraint("post_id", "revision", name="pk_second_reviews"),
    )
    op.create_index("ix_second_reviews_status", "second_reviews", ["status"])


def downgrade() -> None:
    op.drop_index("ix_second_reviews_status", "second_reviews")
    op.drop_table("second_reviews")
    op.drop_column("review_states", "provisional")
    op.drop_column("decisions", "turn")
