"""The archive: what is put away of a family of cases that ended long ago, as one compressed record that nobody writes again.

What finds a case, says who may read it and who did what stays where it is: its row without `state` and `variables`, its tasks,
the lines of its history without their payloads, its terms and values, files and discussion. The rest moves into the record, in
the same transaction, and back out of it when the case is restored. Who reads a case or its history gets both put together
(`cases.find_case`, `history.list_links`), so that an archived case reads like any other.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, bindparam, delete, insert, select, update

from service import tagged
from service.errors import Failed
from service.store.tables import (
    archives,
    cases,
    drafts,
    held_completions,
    history,
    jobs,
    notice_queues,
    notice_reads,
    notices,
    presences,
    task_bars,
    task_queues,
    tasks,
    urges,
)

Row = dict[str, Any]

#: The kind of the line with which a case is put away; it says by its digest which record is the right one.
ARCHIVED = "case.archived"
#: Which payloads move: not those by which a record is known to be the right one.
_LEAVES = (history.c.payload.is_not(None), history.c.kind != ARCHIVED)
_FORMAT = 1
#: Ids in one statement; SQLite takes no more than some thousands.
_AT_ONCE = 500
_KEPT_OPEN = 16  # records that are kept unpacked
_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was put away: by case its (state, variables), by chain and number the payloads of its history, rows by table.

    `sha256` is the digest under which it is stored.
    """

    sha256: str
    cases: Mapping[str, tuple[bytes, bytes]]
    payloads: Mapping[str, Mapping[int, bytes]]
    rows: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A record as it is stored. `size`: bytes before it was compressed."""

    body: bytes
    sha256: str
    size: int


class Damaged(Failed):
    """The record of this archived case is missing or damaged. / 该案件的归档记录缺失或已损坏，请由系统管理员从备份恢复。"""

    slug = "archive-damaged"


def _moved(case_ids: Sequence[str], task_ids: Sequence[str], notice_ids: Sequence[str]) -> tuple[tuple[Table, list[Any]], ...]:
    """Every table of which whole rows move, what is referred to first, with the conditions that find them, piece by piece."""
    subjects = [f"task:{one}" for one in task_ids]
    return (
        (jobs, _pieces(jobs.c.case_id, case_ids)),
        (task_queues, _pieces(task_queues.c.task_id, task_ids)),
        (task_bars, _pieces(task_bars.c.task_id, task_ids)),
        (held_completions, _pieces(held_completions.c.task_id, task_ids)),
        (urges, _pieces(urges.c.task_id, task_ids)),
        (presences, _pieces(presences.c.task_id, task_ids)),
        (drafts, _pieces(drafts.c.subject, subjects)),
        (notices, _pieces(notices.c.case_id, case_ids)),
        (notice_queues, _pieces(notice_queues.c.notice_id, notice_ids)),
        (notice_reads, _pieces(notice_reads.c.notice_id, notice_ids)),
    )


def _pieces(column: Any, ids: Sequence[str]) -> list[ColumnElement[bool]]:
    return [column.in_(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE)]


def _tables(connection: Connection, case_ids: Sequence[str]) -> tuple[tuple[Table, list[Any]], ...]:
    found: list[list[str]] = []
    for table in (tasks, notices):
        pieces = _pieces(table.c.case_id, case_ids)
        found.append([one for piece in pieces for one in connection.execute(select(table.c.id).where(piece)).scalars()])
    return _moved(case_ids, *found)


def pack(connection: Connection, case_ids: Sequence[str]) -> Packed:
    """Make the record of a family as it is now; changes nothing."""
    bodies, payloads = dict[str, Any](), dict[str, dict[str, Any]]()
    for piece in _pieces(cases.c.id, case_ids):
        wanted = select(cases.c.id, cases.c.state, cases.c.variables).where(piece).order_by(cases.c.id)
        bodies |= {row.id: [_text(row.state), _text(row.variables)] for row in connection.execute(wanted)}
    for piece in _pieces(history.c.chain, case_ids):
        lines = select(history.c.chain, history.c.seq, history.c.payload).where(piece, *_LEAVES)
        for row in connection.execute(lines.order_by(history.c.chain, history.c.seq)):
            payloads.setdefault(row.chain, {})[str(row.seq)] = _text(row.payload)
    rows: dict[str, list[Row]] = {}
    for table, pieces in _tables(connection, case_ids):
        for piece in pieces:
            found = connection.execute(select(table).where(piece).order_by(*table.primary_key.columns))
            rows.setdefault(str(table.name), []).extend(_written(table, row._mapping) for row in found)
    plain = tagged.dumps({"format": _FORMAT, "cases": bodies, "payloads": payloads, "rows": rows})
    body = zlib.compress(plain, _LEVEL)
    return Packed(body=body, sha256=hashlib.sha256(body).hexdigest(), size=len(plain))


def put_away(
    connection: Connection, root: str, case_ids: Sequence[str], packed: Packed, *, at: datetime, by: str, reason: str
) -> None:
    """Store the record of a family that was packed in this transaction, and take out of its rows what it holds."""
    connection.execute(
        insert(archives).values(
            root=root, at=at, by=by, reason=reason, cases=len(case_ids), size=packed.size, sha256=packed.sha256, body=packed.body
        )
    )
    for table, pieces in reversed(_tables(connection, case_ids)):
        for piece in pieces:
            connection.execute(delete(table).where(piece))
    for piece in _pieces(history.c.chain, case_ids):
        connection.execute(update(history).where(piece, *_LEAVES).values(payload=None))
    for piece in _pieces(cases.c.id, case_ids):
        connection.execute(update(cases).where(piece).values(state=b"", variables=b"", archived_at=at))


def bring_back(connection: Connection, root: str, *, at: datetime) -> None:
    """Put everything of a record where it was, and delete the record. Damaged when it can not be read."""
    record = find_record(connection, root)
    if record is None:
        raise Damaged()
    known = {table.name: table for table, _ in _moved((), (), ())}
    for name, table in known.items():
        columns = {column.name for column in table.columns}
        if some := record.rows.get(name):
            if not some[0].keys() <= columns:
                raise Damaged()
            connection.execute(insert(table), [dict(row) for row in some])
    lines = [
        {"b_chain": chain, "b_seq": seq, "b_payload": payload}
        for chain, payloads in record.payloads.items()
        for seq, payload in payloads.items()
    ]
    if lines:
        where = (history.c.chain == bindparam("b_chain"), history.c.seq == bindparam("b_seq"))
        connection.execute(update(history).where(*where).values(payload=bindparam("b_payload")), lines)
    bodies = [
        {"b_id": case_id, "b_state": state, "b_variables": variables, "b_at": at}
        for case_id, (state, variables) in record.cases.items()
    ]
    back = update(cases).where(cases.c.id == bindparam("b_id")).values(
        state=bindparam("b_state"), variables=bindparam("b_variables"), archived_at=None, restored_at=bindparam("b_at"),
    )  # fmt: skip
    connection.execute(back, bodies)
    connection.execute(delete(archives).where(archives.c.root == root))


_RECORD = select(archives.c.sha256, archives.c.body).where(archives.c.root == bindparam("root"))
_RECORD_OF = (
    select(archives.c.sha256, archives.c.body)
    .join_from(cases, archives, archives.c.root == cases.c.root, isouter=True)
    .where(cases.c.id == bindparam("id"), cases.c.archived_at.is_not(None))
)


def find_record(connection: Connection, root: str) -> Record | None:
    """The record of a family; None without one. Damaged when it is not what was stored."""
    row = connection.execute(_RECORD, {"root": root}).first()
    return None if row is None else _unpack(row.sha256, row.body)


def record_of(connection: Connection, case_id: str) -> Record | None:
    """The record that holds a case; None for a case that is not archived. Damaged when it is missing or not what was stored."""
    row = connection.execute(_RECORD_OF, {"id": case_id}).first()
    if row is None:
        return None
    if row.body is None:
        raise Damaged()
    return _unpack(row.sha256, row.body)


def list_payloads(connection: Connection, chains: Collection[str]) -> dict[str, Mapping[int, bytes]]:
    """The payloads that were put away, by chain and number; nothing of cases not archived, or whose record is damaged."""
    found: dict[str, Mapping[int, bytes]] = {}
    for case_id in list_archived(connection, sorted(chains)):
        try:
            record = record_of(connection, case_id)
        except Damaged:  # who reads the case is told; lists that it is one of go on
            continue
        found[case_id] = {} if record is None else record.payloads.get(case_id, {})
    return found


def list_archived(connection: Connection, case_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of some cases that are archived."""
    found: list[str] = []
    for piece in _pieces(cases.c.id, case_ids):
        found += connection.execute(select(cases.c.id).where(piece, cases.c.archived_at.is_not(None))).scalars()
    return tuple(found)


@lru_cache(maxsize=_KEPT_OPEN)
def _unpack(sha256: str, body: bytes) -> Record:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Damaged()
    try:
        document = tagged.loads(zlib.decompress(body))
    except (zlib.error, ValueError) as error:
        raise Damaged() from error
    if document.get("format") != _FORMAT:
        raise Damaged()
    tables = {table.name: table for table, _ in _moved((), (), ())}
    if not document["rows"].keys() <= tables.keys():
        raise Damaged()
    return Record(
        sha256=sha256,
        cases={id_: (_bytes(state), _bytes(variables)) for id_, (state, variables) in document["cases"].items()},
        payloads={
            chain: {int(seq): _bytes(payload) for seq, payload in lines.items()} for chain, lines in document["payloads"].items()
        },
        rows={name: tuple(_read(tables[name], row) for row in rows) for name, rows in document["rows"].items()},
    )


def _binary(table: Table) -> set[str]:
    return {str(column.name) for column in table.columns if isinstance(column.type, LargeBinary)}


def _written(table: Table, row: Mapping[Any, Any]) -> Row:
    binary = _binary(table)
    return {str(key): _text(value) if value is not None and key in binary else value for key, value in row.items()}


def _read(table: Table, row: Row) -> Row:
    binary = _binary(table)
    return {key: _bytes(value) if value is not None and key in binary else value for key, value in row.items()}


def _text(value: bytes) -> str | list[str]:
    """Bytes as JSON holds them: nearly always they are UTF-8, which can be read and compressed well."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return [base64.b64encode(value).decode()]


def _bytes(value: str | list[str]) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value[0])
