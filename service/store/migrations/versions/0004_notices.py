"""Notices for people, reminders of timers, and parameters that were changed by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NOTICE_OF_JOBS = sa.text("notice_at IS NOT NULL AND state = 'todo'")
_DUE_TASKS = sa.text("due_at IS NOT NULL AND status IN ('open','claimed')")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("task_id", sa.String(length=24), nullable=True),
        sa.Column("job_id", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("deadline", sa.String(length=24), nullable=True),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_case_id", "notices", ["case_id"], unique=False)
    op.create_table(
        "notice_queues",
        sa.Column("queue", sa.String(length=104), nullable=False),
        sa.Column("notice_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_queues_notice_id")),
        sa.PrimaryKeyConstraint("queue", "notice_id", name=op.f("pk_notice_queues")),
    )
    op.create_index("ix_notice_queues_notice_id", "notice_queues", ["notice_id"], unique=False)
    op.create_table(
        "notice_reads",
        sa.Column("notice_id", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_reads_notice_id")),
        sa.PrimaryKeyConstraint("account", "notice_id", name=op.f("pk_notice_reads")),
    )
    op.create_table(
        "notice_marks",
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("until", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_notice_marks")),
    )
    op.create_table(
        "parameter_versions",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("applies_to_open_cases", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_versions")),
    )
    op.create_index("ix_parameter_versions_name_start", "parameter_versions", ["name", "start"], unique=False)
    op.add_column("jobs", sa.Column("notice_at", sa.BigInteger(), nullable=True))
    for name, table, columns, where in (
        ("ix_jobs_notice", "jobs", ["notice_at", "id"], _NOTICE_OF_JOBS),
        ("ix_tasks_due", "tasks", ["due_sort", "id"], _DUE_TASKS),
    ):
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_tasks_due", "tasks")
    op.drop_index("ix_jobs_notice", "jobs")
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("notice_at")
    for table in ("parameter_versions", "notice_marks", "notice_reads", "notice_queues", "notices"):
        op.drop_table(table)
