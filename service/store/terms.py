"""The search index of cases: bigrams for words, typed values for filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert

from service.store.tables import case_terms, case_values


def replace(connection: Connection, case_id: str, *, values: Sequence[dict[str, Any]], terms: Iterable[str]) -> None:
    """Replace what the index knows of a case."""
    connection.execute(delete(case_terms).where(case_terms.c.case_id == case_id))
    connection.execute(delete(case_values).where(case_values.c.case_id == case_id))
    if rows := [{"case_id": case_id, "term": term} for term in sorted(terms)]:
        connection.execute(insert(case_terms), rows)
    if rows := [{"case_id": case_id, **value} for value in values]:
        connection.execute(insert(case_values), rows)
