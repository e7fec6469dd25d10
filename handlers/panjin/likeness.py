"""Entries of registers that resemble the application, as rows to be read side by side. Open this for scores that surprise.

The likeness of two entries is the better of that of their names and that of their objectives or functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from service.sdk import Context, Index, Match, Record

#: Rows shown at most, the likest first.
MOST = 20
#: States of the project register in the words of its schema; those of systems are Chinese already.
STATES = {
    "filed": "已申报", "county_recorded": "县区备案", "reviewed": "审查通过", "not_passed": "审查不通过", "withdrawn": "已撤回",
    "listed": "已列入计划", "funded": "资金已落实", "terminated": "已终止", "retired": "已停用",
}  # fmt: skip


def find_similar(context: Context, records: Iterable[Record], *, relation: str, purpose: str) -> list[dict[str, Any]]:
    """List the records that resemble this application, but not its own entry; `purpose` names their field of free text."""
    known = {record.key: record for record in records if record.key != context.case.business_key}
    if not known:
        return []
    threshold = Decimal(context.parameter("similarity_threshold"))
    best: dict[str, Match] = {}
    for mine, field in (("project_name", None), ("objective", purpose)):
        texts = {key: str(record.data.get(field) if field else name_of(record.data) or "") for key, record in known.items()}
        for match in Index(texts).search(str(context[mine] or ""), threshold=threshold):
            if match.key not in best or match.score > best[match.key].score:
                best[match.key] = match
    found = sorted(best.values(), key=lambda match: (-match.score, match.key))[:MOST]
    return [row_of(known[match.key], relation=relation, score=match.score, shared=match.shared) for match in found]


def row_of(record: Record, *, relation: str, score: Decimal | None, shared: Iterable[str] = ()) -> dict[str, Any]:
    """One line of `similar_projects`."""
    data = record.data
    return {
        "register": record.register,
        "key": record.key,
        "relation": relation,
        "name": name_of(data),
        "unit": data.get("owner_name") or data.get("unit_id"),
        "amount": data.get("total_investment"),
        "status": STATES.get(str(data.get("status")), data.get("status")),
        "score": score,
        "shared": "、".join(shared)[:200],
    }


def name_of(data: Mapping[str, Any]) -> str:
    return str(data.get("project_name") or data.get("name") or "")
