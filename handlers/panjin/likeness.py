"""Entries of registers that resemble the application, as rows to be read side by side. Open this for scores that surprise.

The likeness of two entries is the better of that of their names and that of their objectives or functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from service.sdk import Context, Index, Match, Record, shared_parts

#: Rows shown at most, the likest first.
MOST = 20
#: States of the project register in the words of its schema; those of systems are Chinese already.
STATES = {
    "filed": "已申报", "county_recorded": "县区备案", "reviewed": "审查通过", "not_passed": "审查不通过", "withdrawn": "已撤回",
    "listed": "已列入计划", "funded": "资金已落实", "terminated": "已终止", "retired": "已停用",
}  # fmt: skip


#: Entries that are compared exactly; the register itself leaves out those that share less with the texts.
SIEVED = 30


def worth_comparing(context: Context, register: str, *, purpose: str, **equals: Any) -> list[Record]:
    """The entries of a register that may resemble this application: `purpose` names their field of free text."""
    name = "project_name" if register == "project" else "name"
    texts = {name: str(context["project_name"] or ""), purpose: str(context["objective"] or "")}
    return list(context.registers.search_alike(register, texts, limit=SIEVED, **equals))


def find_similar(context: Context, records: Iterable[Record], *, relation: str, purpose: str) -> list[dict[str, Any]]:
    """List the records that resemble this application, but not its own entry; `purpose` names their field of free text."""
    known = {record.key: record for record in records if record.key != context.case.business_key}
    if not known:
        return []
    threshold = Decimal(context.parameter("similarity_threshold"))
    best: dict[str, tuple[Match, str, str]] = {}
    for mine, field in (("project_name", None), ("objective", purpose)):
        wanted = str(context[mine] or "")
        texts = {key: str(record.data.get(field) if field else name_of(record.data) or "") for key, record in known.items()}
        for match in Index(texts).search(wanted, threshold=threshold, most=MOST, marked=False):
            if match.key not in best or match.score > best[match.key][0].score:
                best[match.key] = match, wanted, texts[match.key]
    found = sorted(best.values(), key=lambda one: (-one[0].score, one[0].key))[:MOST]
    return [
        row_of(known[match.key], relation=relation, score=match.score, shared=shared_parts(wanted, text))
        for match, wanted, text in found
    ]


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
