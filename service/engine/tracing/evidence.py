"""What a case is evidence of: for each article the lines of its history whose element, finding or deadline cites it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from service.access import Actor
from service.engine.machine import Machine
from service.engine.reads import readable_family, visible_history
from service.engine.sealing import whole_history
from service.errors import NotFound
from service.law import Catalogue
from service.store import Connection, cases, reads
from service.store.history import Link

#: More lines than any case has.
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One line of history that an article is carried out by. `hash` is None from the first line on that a seal hides."""

    article: str
    case: str
    process: str
    seq: int
    kind: str
    element: str | None
    actor: str
    at: datetime
    hash: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def list_evidence(machine: Machine, connection: Connection, case_id: str, *, actor: Actor | None = None) -> tuple[Evidence, ...]:
    """List the lines of a case and of the cases below it, by article and then in time.

    With an actor: those that the actor may read; whether they may read the case itself, the caller has asked. NotFound.
    """
    row = cases.find_case(connection, case_id)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    if actor is None:
        family = reads.list_family(connection, row.root)
    else:
        family = readable_family(machine, connection, row.root, actor)
    members = members_below(family, case_id)
    found = [one for member in members for one in _of_case(machine, connection, member, actor)]
    return tuple(sorted(found, key=lambda one: (_order(one.article), one.at, one.case, one.seq)))


def members_below(family: Iterable[Mapping[str, Any]], case_id: str) -> tuple[Mapping[str, Any], ...]:
    """A case and what is below it; `family` lists parents before their children."""
    found: dict[str, Mapping[str, Any]] = {}
    for member in family:
        if member["id"] == case_id or member["parent"] in found:
            found[member["id"]] = member
    return tuple(found.values())


def _of_case(machine: Machine, connection: Connection, case: Mapping[str, Any], actor: Actor | None) -> Iterator[Evidence]:
    elements = machine.library.get(connection, case["process"], case["digest"]).process.elements
    if actor is None:
        links = whole_history(connection, case["id"])
    else:
        links = visible_history(machine, connection, case, actor, limit=MOST_LINES)
    for link in links:
        element = elements.get(link.element or "")
        cited = element.values("article") if element is not None else ()
        for article in dict.fromkeys((*cited, *_of_payload(link, machine.rules.catalogue))):
            yield Evidence(
                article=article, case=case["id"], process=case["process"], seq=link.seq, kind=link.kind, element=link.element,
                actor=link.actor, at=link.at, hash=link.hash.hex() or None,
            )  # fmt: skip


def _of_payload(link: Link, catalogue: Catalogue) -> Iterator[str]:
    """The articles of the findings and of the deadline that a line keeps."""
    payload: Mapping[str, Any] = link.payload or {}
    for finding in payload.get("findings") or ():
        if isinstance(finding, Mapping) and finding.get("article"):
            yield str(finding["article"])
    for period in catalogue.periods.get(str(payload.get("deadline")), ())[-1:]:
        yield from period.articles


def _order(article: str) -> tuple[str, int]:
    regulation, _, number = article.partition("#")
    return regulation, int(number) if number.isdigit() else 0
