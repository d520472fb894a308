"""Posts that somebody gave back"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_posts",
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_returned_posts_account"
        ),
        sa.PrimaryKeyConstraint("post_id", "account", name="pk_returned_posts"),
    )


def downgrade() -> None:
    op.drop_table("returned_posts")
