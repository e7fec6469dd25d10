"""What both acceptances know of a project before anybody judges it. Open this when a report is said to be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers.panjin import projects
from handlers.panjin.construction_parties import list_contracts
from service.sdk import Context, Record

PASSED = "合格"
Entry = Mapping[str, Any]


def last(project: Record, name: str) -> Entry:
    """The entry that counts of a list in the project register: the last; empty when nothing was filed."""
    entries = project.data.get(name) or ()
    return entries[-1] if entries else {}


def passed_reports(project: Record) -> list[Entry]:
    return [report for report in project.data.get("test_reports") or () if report.get("conclusion") == PASSED]


def lacks_report(project: Record, facts: Entry) -> bool:
    """R-PJ-19: a report that passed is wanted of a major project, and wherever a tester is engaged."""
    return (facts.get("major") is True or facts.get("tested") is True) and not passed_reports(project)


def products(project: Record) -> list[Entry]:
    """What was delivered, as the security baseline lists it."""
    return list(last(project, "security_baseline").get("products") or ())


def name_of(product: Entry) -> str:
    return str(product.get("product") or product.get("name") or "").strip()


def unproven(project: Record) -> list[str]:
    """R-PJ-23: delivered products of which nobody has said why they are safe."""
    return [name_of(one) for one in products(project) if not str(one.get("proof") or "").strip()]


def unapproved(project: Record) -> list[str]:
    """R-PJ-23: delivered products that neither the plan lists nor an approved change names; none where no list was kept."""
    listed = {_plain(name_of(one)) for one in project.data.get("secure_products") or ()}
    others = [one for version in project.data.get("indicators") or () for one in version.get("others") or ()]
    changed = [_plain(f"{one.get('name') or ''} {one.get('value') or ''}") for one in others]
    names = [name_of(one) for one in products(project)] if listed else []
    return [name for name in names if _plain(name) not in listed and not any(_plain(name) in text for text in changed)]


def is_docked(project: Record) -> bool:
    return last(project, "completion").get("docking_done") is True


def is_major(context: Context, project: Record) -> bool:
    return context["major"] is True or project.data.get("major") is True


def list_choices(context: Context) -> list[dict[str, str]]:
    """The project's contracts as a form offers them."""
    return [{"label": _label(one.data), "value": str(one.data.get("contract_no") or one.key)} for one in list_contracts(context)]


def list_codes(context: Context) -> list[str]:
    """Credit codes of everybody who works under a contract of the project: none of them judges it (SoD-4)."""
    return sorted({str(code) for one in list_contracts(context) if (code := one.data.get("credit_code"))})


def open_changes(context: Context) -> tuple[str, ...]:
    """R-PJ-21: the changes that are not decided yet."""
    return tuple(str(change) for change in projects.get(context).data.get("open_changes") or ())


def _plain(text: str) -> str:
    """A name as it is compared: without blanks, in small letters."""
    return "".join(text.split()).casefold()


def _label(contract: Entry) -> str:
    return "　".join(_written(contract.get(name) for name in ("contract_no", "lot_type", "party_b")))


def _written(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values if value]
