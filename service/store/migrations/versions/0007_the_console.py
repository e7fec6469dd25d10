"""What administrators watch, do in batches and prove: stuck cases, batches, checkpoints, protected reads, absences."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_PARKED = sa.text("state = 'parked'")
_PEOPLE = sa.text("actor <> 'system'")


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_state", "batches", ["state"])
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.String(8), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoints"),
    )
    op.create_table(
        "durations",
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("element", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("median", sa.Integer(), nullable=False),
        sa.Column("p95", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process", "element", name="pk_durations"),
    )
    op.create_table(
        "stuck",
        sa.Column("key", sa.String(140), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("case_id", sa.String(24)),
        sa.Column("task_id", sa.String(24)),
        sa.Column("job_id", sa.String(24)),
        sa.Column("process", sa.String(80), server_default="", nullable=False),
        sa.Column("element", sa.String(80), server_default="", nullable=False),
        sa.Column("unit", sa.String(40), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("legal_due", sa.BigInteger()),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_stuck"),
    )
    op.create_index("ix_stuck_case_id", "stuck", ["case_id"])
    op.create_index("ix_stuck_cause_since", "stuck", ["cause", "since"])
    op.create_index("ix_stuck_process_element", "stuck", ["process", "element"])
    op.create_index("ix_stuck_since_key", "stuck", ["since", "key"])
    op.create_index("ix_stuck_unit", "stuck", ["unit"])
    op.create_table(
        "stuck_counts",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at", "cause", "process", name="pk_stuck_counts"),
    )
    op.create_table(
        "sweeps",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("cursor", sa.String(140)),
        sa.Column("finished_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name="pk_sweeps"),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_absences_account"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_account", "absences", ["account"])
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.String(24), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(24), nullable=False),
        sa.Column("case_id", sa.String(24)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("zh", sa.Text()),
        sa.Column("en", sa.Text()),
        sa.Column("before", sa.LargeBinary()),
        sa.Column("at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_items_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "seq", name="pk_batch_items"),
    )
    op.create_index("ix_batch_items_batch_id_state_seq", "batch_items", ["batch_id", "state", "seq"])
    op.create_index("ix_batch_items_subject", "batch_items", ["subject"])
    op.create_table(
        "protected_reads",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_protected_reads"),
        sa.UniqueConstraint("account", "case_id", "hour", "field", name="uq_protected_reads_account_case_id_hour_field"),
    )
    op.create_index("ix_protected_reads_at_id", "protected_reads", ["at", "id"])
    op.create_index("ix_protected_reads_account_at", "protected_reads", ["account", "at"])
    op.create_index("ix_protected_reads_case_id_at", "protected_reads", ["case_id", "at"])
    op.create_index("ix_protected_reads_field_at", "protected_reads", ["field", "at"])
    op.create_table(
        "verifications",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("days", sa.Boolean(), nullable=False),
        sa.Column("after", sa.String(24), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("links", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("checkpoints", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
    )
    op.create_index("ix_jobs_parked", "jobs", ["type", "id"], sqlite_where=_PARKED, postgresql_where=_PARKED)
    op.create_index("ix_history_by_people", "history", ["actor", "at"], sqlite_where=_PEOPLE, postgresql_where=_PEOPLE)
    op.add_column("cases", sa.Column("waits", sa.Integer()))
    op.add_column("units", sa.Column("closed_on", sa.Date()))


def downgrade() -> None:
    op.drop_index("ix_history_by_people", "history")
    op.drop_index("ix_jobs_parked", "jobs")
    with op.batch_alter_table("units") as batch:
        batch.drop_column("closed_on")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("waits")
    for table in (
        "verifications", "protected_reads", "batch_items", "absences", "sweeps", "stuck_counts", "stuck",
        "durations", "checkpoints", "batches",
    ):  # fmt: skip
        op.drop_table(table)
