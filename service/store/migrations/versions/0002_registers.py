"""Registers are found by the values of their fields and described by schemas; every unit is an entry of the register `unit`."""

import sqlalchemy as sa
from alembic import op

from service import tagged

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "register_schemas",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_register_schemas")),
    )
    op.create_table(
        "register_values",
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("register", "field", "key", name=op.f("pk_register_values")),
    )
    op.create_index("ix_register_values_value", "register_values", ["register", "field", "value", "key"], unique=False)
    with op.batch_alter_table("registers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("indexed", sa.String(length=16), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_registers_register_indexed"), ["register", "indexed"], unique=False)
    _enter_units()


def _enter_units() -> None:
    """Units were rows only; from now on the register is the truth about them, and the rows mirror it."""
    connection = op.get_bind()
    units = connection.execute(sa.text("SELECT id, name, kind, level, credit_code FROM units ORDER BY id")).all()
    if not units:
        return
    stamp = connection.execute(sa.text("SELECT max(created_at) FROM accounts")).scalar() or 0
    registers = sa.table(
        "registers", *(sa.column(name) for name in ("register", "key", "version", "data", "updated_at", "indexed"))
    )
    versions = sa.table(
        "register_versions", *(sa.column(name) for name in ("register", "key", "version", "data", "at", "actor", "case_id"))
    )
    entries = []
    for unit in units:
        data = {"name": unit.name, "kind": unit.kind, "level": unit.level, "credit_code": unit.credit_code, "active": True}
        kept = {name: value for name, value in data.items() if value not in (None, "")}
        entries.append({"register": "unit", "key": unit.id, "version": 1, "data": tagged.dumps(kept)})
    connection.execute(registers.insert(), [{**entry, "updated_at": stamp, "indexed": ""} for entry in entries])
    connection.execute(versions.insert(), [{**entry, "at": stamp, "actor": "system", "case_id": None} for entry in entries])


def downgrade() -> None:
    raise NotImplementedError("registers are not taken back")
