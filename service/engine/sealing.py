"""Drop what is sealed, once, for everything that shows a case: pages, API, history, documents, command line.

A veil is what stays closed to one reader in one case. What somebody entered themselves they see; for the rest see `seals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from service import tagged
from service.access import Actor, RoleBook
from service.engine import kernel
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.seals import Path, Seal
from service.store import Connection, cases
from service.store.cases import CaseRow
from service.store.entries import AttachmentRow
from service.store.history import Link, list_links

#: With these a command begins; what rules and decisions leave comes after them.
_BEGINS = frozenset(
    {
        Event.CASE_STARTED, Event.TASK_COMPLETED, Event.TASK_CLAIMED, Event.TASK_RELEASED, Event.TIMER_FIRED, Event.JOB_DONE,
        Event.CHILD_STARTED, Event.CHILD_ENDED, Event.MESSAGE_RECEIVED, Event.CASE_RESUMED, Event.SIGNER_DECIDED,
    }
)  # fmt: skip
_ANSWERED = (Event.CASE_STARTED, Event.TASK_COMPLETED)
#: What is left of lines whose words or values may tell what is sealed.
_KEPT: Mapping[str, tuple[str, ...]] = {
    Event.RULE_FOUND: (), Event.DECISION_MADE: ("decision",), Event.NOTICE_GIVEN: ("queues", "deadline"),
    Event.JOB_DONE: ("type", "walked"), Event.JOB_FAILED: ("type", "attempt"), Event.JOB_PARKED: ("type", "attempt"),
    Event.SIGNER_DECIDED: ("task", "main", "way"),
}  # fmt: skip
#: Shorter texts are found everywhere by chance.
_SHORTEST = 3


@dataclass(slots=True, kw_only=True)
class Veil:
    """What one reader does not see of one case. Without `closed` nothing is dropped."""

    account: str
    closed: tuple[Seal, ...] = ()
    _links: tuple[Link, ...] = ()
    _own: frozenset[str] = frozenset()
    _texts: frozenset[str] = frozenset()
    _files: frozenset[str] = field(default=frozenset())

    def variables(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The variables without what is closed."""
        paths = [seal.path for seal in self.closed if seal.path[0] not in self._own]
        return _without(values, paths)[0] if paths else dict(values)

    def history(self) -> tuple[Link, ...]:
        """The lines of the case. From the first that hides something on they carry no hash: it would confirm a guess."""
        told, hiding, sealed_command = list[Link](), False, False
        for link in self._links:
            if link.kind in _BEGINS:
                sealed_command = False
            payload = link.payload or {}
            if link.kind in _ANSWERED:
                shown, hidden = self._answers(link)
                sealed_command = bool(hidden)
                if hidden:
                    payload = {**payload, "answers": shown, "sealed": sorted({name[0] for name in hidden})}
                    if payload.get("signature"):
                        payload["signature"] = {key: payload["signature"].get(key) for key in ("account", "method", "at")}
            elif link.kind in _KEPT and (sealed_command or self._tells(link.kind, payload) or self._signs_closed(link)):
                payload = {key: payload[key] for key in _KEPT[link.kind] if key in payload} | {"sealed": True}
                if link.kind == Event.RULE_FOUND:
                    payload["findings"] = []
            hiding = hiding or (payload is not link.payload and bool(payload.get("sealed")))
            told.append(replace(link, payload=payload if payload else link.payload, hash=b"") if hiding else link)
        return tuple(told)

    def hides(self, file: AttachmentRow) -> bool:
        """Whether a file belongs to what is closed."""
        return file.account != self.account and file.id in self._files

    def _answers(self, link: Link) -> tuple[dict[str, Any], list[Path]]:
        """The answers of a step as the reader may see them, and the paths of what was dropped."""
        answers = (link.payload or {}).get("answers") or {}
        if _is_by(link, self.account):
            return dict(answers), []
        if answers and any(link.element in seal.steps for seal in self.closed):
            return {}, [(name,) for name in answers]
        shown, dropped = _without(answers, [seal.path for seal in self.closed])
        return shown, [path for path, _ in dropped]

    def _signs_closed(self, link: Link) -> bool:
        """Whether somebody who was added to a closed step says there what they think of it."""
        closed = link.kind == Event.SIGNER_DECIDED and any(link.element in seal.steps for seal in self.closed)
        return closed and not _is_by(link, self.account)

    def _tells(self, kind: str, payload: Mapping[str, Any]) -> bool:
        """Whether a line names something closed, or shows its value. A decision names its inputs within expressions."""
        text = orjson.dumps(tagged.plain(dict(payload)), default=str).decode()
        closed = {seal.path[0] for seal in self.closed} - self._own
        names = closed if kind == Event.DECISION_MADE else {f'"{name}' for name in closed}
        return any(name in text for name in names) or any(one in text for one in self._texts)

    @classmethod
    def over(cls, account: str, closed: tuple[Seal, ...], variables: Mapping[str, Any], links: tuple[Link, ...]) -> Veil:
        """Work out what is to be dropped from the variables and the whole history of a case."""
        authors: dict[str, Link] = {}
        for link in links:
            if link.kind in _ANSWERED:
                authors |= dict.fromkeys((link.payload or {}).get("answers") or {}, link)
        collected = {seal.path[0] for seal in closed if seal.steps}
        own = frozenset(name for name, link in authors.items() if _is_by(link, account) and name not in collected)
        veil = cls(account=account, closed=closed, _links=links, _own=own)
        values = [value for path, value in _without(variables, [seal.path for seal in closed])[1] if path[0] not in own]
        for link in links:
            if link.kind in _ANSWERED:
                shown, dropped = veil._answers(link)
                answers = (link.payload or {}).get("answers") or {}
                values += [answers] if dropped and not shown else [value for _, value in _without(answers, dropped)[1]]
        leaves = [leaf for value in values for leaf in _leaves(value)]
        veil._files = frozenset(leaf for leaf in leaves if isinstance(leaf, str))
        veil._texts = frozenset(text for leaf in leaves for text in _written(leaf) if len(text) >= _SHORTEST)
        return veil


def veil(
    machine: Machine, connection: Connection, case: CaseRow | Mapping[str, Any], actor: Actor, *, run: kernel.Run | None = None
) -> Veil:
    """What a reader does not see of a case. Costs nothing for the processes that seal nothing.

    `case` is its row, or at least {id, process, digest}; `run` its run if it is loaded already.
    """
    id_, process, digest, regulation = (
        (case.id, case.process, case.digest, case.regulation) if isinstance(case, CaseRow)
        else (case["id"], case["process"], case["digest"], case["regulation"])
    )  # fmt: skip
    seals = machine.library.get(connection, process, digest).seals
    if not seals:
        return Veil(account=actor.account)
    if run is None:
        row = case if isinstance(case, CaseRow) else cases.find_case(connection, id_)
        assert row is not None
        run = machine.load(connection, row, actor=actor.account).run
    now = machine.clock.now()
    closed = tuple(seal for seal in seals if _is_closed(seal, actor, machine.book, regulation) and not seal.is_open(run, now))
    if not closed:
        return Veil(account=actor.account)
    return Veil.over(actor.account, closed, run.variables(None), whole_history(connection, id_))


def whole_history(connection: Connection, case_id: str) -> tuple[Link, ...]:
    """Every line of a case."""
    found: list[Link] = []
    while links := list_links(connection, case_id, after=found[-1].seq if found else 0):
        found += links
    return tuple(found)


def _is_closed(seal: Seal, actor: Actor, book: RoleBook, regulation: str) -> bool:
    if not actor.roles.isdisjoint(seal.readers):
        return False
    audits = any(role.audits and role.regulation == regulation for role, _ in book.held_by(actor))
    return seal.until is not None or not audits


def _is_by(link: Link, account: str) -> bool:
    return account in (link.actor, (link.payload or {}).get("on_behalf_of"))


def _without(values: Mapping[str, Any], paths: Sequence[Path]) -> tuple[dict[str, Any], list[tuple[Path, Any]]]:
    """A copy without what lies at the paths, and (path, value) of everything that was there and not empty."""
    left: dict[str, Any] = dict(values)
    dropped: list[tuple[Path, Any]] = []
    for path in paths:
        name, rest = path[0], path[1:]
        if name not in left:
            continue
        if not rest:
            value = left.pop(name)
            if value not in (None, "", []):
                dropped.append((path, value))
        elif isinstance(left[name], Mapping):
            left[name], inner = _without(left[name], [rest])
            dropped += [((name, *below), value) for below, value in inner]
        elif isinstance(left[name], list):
            rows = [_without(row, [rest]) if isinstance(row, Mapping) else (row, []) for row in left[name]]
            left[name] = [row for row, _ in rows]
            dropped += [((name, *below), value) for _, inner in rows for below, value in inner]
    return left, dropped


def _leaves(value: Any) -> Iterator[Any]:
    inner: Iterable[Any] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    if isinstance(value, (Mapping, list)):
        for one in inner:
            yield from _leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield value


def _written(leaf: Any) -> Iterator[str]:
    """How a value may be written in a sentence."""
    if isinstance(leaf, (int, Decimal)):
        number = Decimal(leaf)
        for one in (number, number.normalize(), (number / 10_000).normalize()):
            yield from (str(one), f"{one:f}", f"{one:,f}", f"{one:,.2f}")
    elif isinstance(leaf, date):
        yield leaf.isoformat()
    else:
        yield str(leaf)
