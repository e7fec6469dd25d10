"""What staff say, follow, keep and are told of beside the steps of a case; quicker ways to a case's tasks and children."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ENDED = sa.text("status IN ('done','cancelled')")
_OWN = sa.text("parent IS NULL")


def upgrade() -> None:
    op.create_index("ix_tasks_ended", "tasks", ["case_id", "id"], sqlite_where=_ENDED, postgresql_where=_ENDED)
    op.drop_index("ix_cases_parent", "cases")
    op.create_index("ix_cases_parent_id", "cases", ["parent", "id"])
    op.create_index("ix_cases_started_by", "cases", ["started_by", "id"], sqlite_where=_OWN, postgresql_where=_OWN)
    op.add_column("accounts", sa.Column("email", sa.String(200)))
    op.add_column("tasks", sa.Column("main_id", sa.String(24)))
    op.add_column("tasks", sa.Column("return_to", sa.String(80)))
    op.create_index(
        "ix_tasks_main_id", "tasks", ["main_id"], sqlite_where=sa.text("main_id IS NOT NULL"),
        postgresql_where=sa.text("main_id IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "comments",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("case_id", sa.String(24), sa.ForeignKey("cases.id", name="fk_comments_case_id"), nullable=False),
        sa.Column("task_id", sa.String(24)),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_comments_case_id", "comments", ["case_id"])
    op.create_table(
        "case_watches",
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("case_id", sa.String(24), sa.ForeignKey("cases.id", name="fk_case_watches_case_id"), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "case_id", name="pk_case_watches"),
    )
    op.create_index("ix_case_watches_case_id", "case_watches", ["case_id"])
    op.create_table(
        "signers",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("case_id", sa.String(24), sa.ForeignKey("cases.id", name="fk_signers_case_id"), nullable=False),
        sa.Column("main_id", sa.String(24), nullable=False),
        sa.Column("task_id", sa.String(24)),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("opinion", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
    )
    op.create_index("ix_signers_main_id", "signers", ["main_id"])
    op.create_index("ix_signers_case_id", "signers", ["case_id"])
    op.create_table(
        "held_completions",
        sa.Column("task_id", sa.String(24), primary_key=True),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "urges",
        sa.Column("task_id", sa.String(24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "day", name="pk_urges"),
    )
    op.create_table(
        "phrases",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_phrases_account", "phrases", ["account"])
    op.create_table(
        "views",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("list", sa.String(12), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared_with", sa.String(40)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_views_account", "views", ["account"])
    op.create_index("ix_views_shared_with", "views", ["shared_with"])
    op.create_table(
        "preferences",
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_preferences"),
    )
    op.create_table(
        "presences",
        sa.Column("task_id", sa.String(24), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "account", name="pk_presences"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("secret", sa.String(80), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_webhooks_account", "webhooks", ["account"])


def downgrade() -> None:
    for table in (
        "webhooks", "presences", "preferences", "views", "phrases", "urges", "held_completions", "signers", "case_watches",
        "comments",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_tasks_main_id", "tasks")
    with op.batch_alter_table("tasks") as batch:
        batch.drop_column("return_to")
        batch.drop_column("main_id")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("email")
    op.drop_index("ix_cases_started_by", "cases")
    op.drop_index("ix_cases_parent_id", "cases")
    op.create_index("ix_cases_parent", "cases", ["parent"])
    op.drop_index("ix_tasks_ended", "tasks")
