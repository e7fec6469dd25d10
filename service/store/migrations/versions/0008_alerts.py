"""Alerts: the rules by which people are told of stuck cases, what they have raised, and each message that was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OPEN = sa.text("state IN ('raised','easing')")


def upgrade() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        sa.Column("quiet_rest", sa.Boolean(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("rule_id", sa.String(24), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.BigInteger()),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("told_number", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alerts_rule_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("uq_alerts_open", "alerts", ["rule_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_alerts_rule_id", "alerts", ["rule_id"])
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("rule_id", sa.String(24), nullable=False),
        sa.Column("alert_id", sa.String(24)),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(24), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("zh", sa.Text()),
        sa.Column("en", sa.Text()),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_messages_alert_id"),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alert_messages_rule_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_messages"),
    )
    op.create_index("ix_alert_messages_alert_id", "alert_messages", ["alert_id"])
    op.create_index("ix_alert_messages_rule_id", "alert_messages", ["rule_id"])


def downgrade() -> None:
    for table in ("alert_messages", "alerts", "alert_rules"):
        op.drop_table(table)
