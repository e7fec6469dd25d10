"""Schemas of registers on their way into the database; entries are indexed anew when what they are found by has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from service.engine.events import Event
from service.engine.register_schema import check_schema, read_schema
from service.errors import Problem
from service.store import Connection
from service.store.history import Entry
from service.store.register_schemas import put_register_schema
from service.store.registers import reindex


def check_schemas(documents: Mapping[str, Any]) -> tuple[Problem, ...]:
    """List what is wrong with the schemas of a folder."""
    return tuple(problem for name, document in documents.items() for problem in check_schema(name, document))


def store_schemas(connection: Connection, documents: Mapping[str, Any], *, by: str, at: datetime) -> Iterable[Entry]:
    """Store the schemas that are new or changed, and bring the index of their entries up to date."""
    for name, document in documents.items():
        digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS, default=_plain)).hexdigest()
        if put_register_schema(connection, name, digest, document, at=at):
            reindex(connection, name, read_schema(name, document).indexing)
            payload = {"register": name, "digest": digest}
            yield Entry(kind=Event.REGISTER_DESCRIBED.value, actor=by, at=at, payload=payload)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
