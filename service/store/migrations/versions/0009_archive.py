"""The archive: what is put away of cases that ended long ago; and an index for counting those that are open.

History stays append-only: no line can be deleted or changed. Only the payload of a line may go, and come back, while the archive
holds a record of its case; that it is the same one is proven by the digest in the line.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OPEN = sa.text("status IN ('running','suspended')")
_ENDED = sa.text("parent IS NULL AND archived_at IS NULL AND ended_at IS NOT NULL")
_COLUMNS = ("chain", "seq", "kind", "element", "actor", "at", "payload_digest", "algorithm", "hash")
_IN_ARCHIVE = "EXISTS (SELECT 1 FROM archives JOIN cases ON cases.root = archives.root WHERE cases.id = OLD.chain)"
_REFUSED = "history is append-only"


def upgrade() -> None:
    op.add_column("cases", sa.Column("archived_at", sa.BigInteger()))
    op.add_column("cases", sa.Column("restored_at", sa.BigInteger()))
    op.create_index("ix_cases_open", "cases", ["process", "version", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_cases_ended", "cases", ["ended_at", "id"], sqlite_where=_ENDED, postgresql_where=_ENDED)
    op.create_table(
        "archives",
        sa.Column("root", sa.String(24), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["root"], ["cases.id"], name="fk_archives_root"),
        sa.PrimaryKeyConstraint("root", name="pk_archives"),
    )
    op.create_index("ix_archives_at_root", "archives", ["at", "root"])
    _let_payloads_move()


def _let_payloads_move() -> None:
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _COLUMNS)
        op.execute("DROP TRIGGER history_UPDATE_refused")
        op.execute(
            "CREATE TRIGGER history_UPDATE_refused BEFORE UPDATE ON history "
            f"WHEN NOT ({same} AND (NEW.payload IS NULL OR OLD.payload IS NULL) AND {_IN_ARCHIVE}) "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
        return
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _COLUMNS)
    op.execute(
        "CREATE FUNCTION history_keeps_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'UPDATE' THEN "
        f"IF {same} AND (NEW.payload IS NULL OR OLD.payload IS NULL) AND {_IN_ARCHIVE} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute("DROP TRIGGER history_append_only ON history")
    op.execute(
        "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION history_keeps_lines()"
    )
    op.execute(
        "CREATE TRIGGER history_not_emptied BEFORE TRUNCATE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM archives")).first() is not None:
        raise RuntimeError("Restore all archived cases first (chengxu archive restore --all): this would lose them.")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER history_UPDATE_refused")
        op.execute(f"CREATE TRIGGER history_UPDATE_refused BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END")
    else:
        for name in ("history_not_emptied", "history_append_only"):
            op.execute(f"DROP TRIGGER {name} ON history")
        op.execute("DROP FUNCTION history_keeps_lines()")
        op.execute(
            "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history "
            "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
        )
    op.drop_table("archives")
    op.drop_index("ix_cases_ended", "cases")
    op.drop_index("ix_cases_open", "cases")
    op.drop_column("cases", "restored_at")
    op.drop_column("cases", "archived_at")
