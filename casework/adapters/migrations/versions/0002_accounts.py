"""Roles of the whole office, second factors, access tokens, single sign-on"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FORMER = ("analyst", "press", "leader", "admin")
"""Roles that the first schema's programs know. They keep their names; what changed is
what an administrator may: no longer decide on posts."""


def upgrade() -> None:
    op.add_column("sessions", sa.Column("sid", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("id_token", sa.Text(), nullable=True))
    op.create_table(
        "sign_in_steps",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_sign_in_steps_account"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_steps"),
    )
    op.create_index("ix_sign_in_steps_account", "sign_in_steps", ["account"])
    op.create_index("ix_sign_in_steps_expires", "sign_in_steps", ["expires"])
    op.create_table(
        "code_devices",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_code_devices_account"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_code_devices"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_recovery_codes_account"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_account", "recovery_codes", ["account"])
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_access_tokens_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("digest", name="uq_access_tokens_digest"),
    )
    op.create_index("ix_access_tokens_account", "access_tokens", ["account"])
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_identities_account"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        sa.UniqueConstraint("account", name="uq_identities_account"),
    )
    op.create_table(
        "sign_ons",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_sign_ons"),
    )
    op.create_index("ix_sign_ons_expires", "sign_ons", ["expires"])


def downgrade() -> None:
    """Go back; nobody may do more there than here.

    A senior is an analyst there. For the other new roles there is none that may as
    little, so their accounts are closed, as are those without a password.
    """
    accounts = sa.table(
        "accounts", sa.column("role"), sa.column("active"), sa.column("password")
    )
    role = accounts.c.role
    op.execute(accounts.update().where(role == "senior").values(role="analyst"))
    op.execute(
        accounts.update()
        .where(role.not_in(FORMER))
        .values(role="analyst", active=sa.false())
    )
    op.execute(
        accounts.update().where(accounts.c.password == "").values(active=sa.false())
    )
    # What was signed in under roles of here ends: the older program reads it otherwise.
    op.execute(sa.table("sessions").delete())
    op.drop_table("sign_ons")
    op.drop_table("identities")
    op.drop_table("access_tokens")
    op.drop_table("recovery_codes")
    op.drop_table("code_devices")
    op.drop_table("sign_in_steps")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("id_token")
        sessions.drop_column("sid")
