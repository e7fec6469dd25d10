"""Deputies, units that are parties to cases, and tasks that are done for somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_HELD = sa.text("claimed_by IS NOT NULL AND status IN ('open','claimed')")


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("deputy", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_delegations_account")),
        sa.ForeignKeyConstraint(["deputy"], ["accounts.name"], name=op.f("fk_delegations_deputy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index("ix_delegations_deputy", "delegations", ["deputy"], unique=False)
    op.create_index("ix_delegations_account", "delegations", ["account"], unique=False)
    op.create_table(
        "case_parties",
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_parties_case_id")),
        sa.PrimaryKeyConstraint("unit", "case_id", name=op.f("pk_case_parties")),
    )
    op.create_index("ix_case_parties_case_id", "case_parties", ["case_id"], unique=False)
    op.add_column("cases", sa.Column("parties", sa.Text(), server_default="[]", nullable=False))
    op.add_column("tasks", sa.Column("on_behalf_of", sa.String(length=80), nullable=True))
    op.create_index(
        "ix_tasks_claimed", "tasks", ["claimed_by", "due_sort", "id"], unique=False, sqlite_where=_HELD, postgresql_where=_HELD
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_claimed", "tasks")
    with op.batch_alter_table("tasks") as batch:
        batch.drop_column("on_behalf_of")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("parties")
    op.drop_table("case_parties")
    op.drop_table("delegations")
