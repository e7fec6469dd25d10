"""Drop what is sealed, once, for everything that shows a case: pages, API, history, documents, command line.

A veil is what stays closed to one reader in one case. What somebody entered themselves they see; for the rest see `seals`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import orjson

from service import tagged
from service.access import Actor, RoleBook
from service.engine import kernel, protected_reads
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
    """What one reader does not see of one case. Without `seals` there is nothing to drop, and no lines are kept here.

    `others` is the veil of those who may not see what this reader may: what it would hide is protected, and to let it through
    is told to `note`, with the names of the fields.
    """

    account: str
    seals: bool = False  # whether the process keeps anything closed, to whomever
    closed: tuple[Seal, ...] = ()
    others: Veil | None = None
    note: Callable[[Iterable[str]], None] = lambda _fields: None
    _links: tuple[Link, ...] = ()
    _own: frozenset[str] = frozenset()
    _texts: frozenset[str] = frozenset()
    _files: Mapping[str, str] = field(default_factory=dict)

    def variables(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The variables without what is closed."""
        paths = [seal.path for seal in self.closed if seal.path[0] not in self._own]
        shown = _without(values, paths)[0] if paths else dict(values)
        if self.others is not None:
            protected = [seal.path for seal in self.others.closed if seal.path[0] not in self.others._own]
            self.note({".".join(path) for path, _ in _without(shown, protected)[1]})
        return shown

    def history(self, *, after: int = 0, limit: int | None = None, kinds: Collection[str] | None = None) -> tuple[Link, ...]:
        """The lines of the case. From the first that hides something on they carry no hash: it would confirm a guess."""
        asked = [one for one in self._lines() if one[0].seq > after and (kinds is None or one[0].kind in kinds)][:limit]
        if self.others is not None:
            hidden = {link.seq: names for link, names in self.others._lines()}
            self.note({name for link, names in asked for name in hidden[link.seq] - names})
        return tuple(link for link, _ in asked)

    def hides(self, file: AttachmentRow) -> bool:
        """Whether a file belongs to what is closed."""
        hidden = file.account != self.account and file.id in self._files
        if not hidden and self.others is not None and file.account != self.account and file.id in self.others._files:
            self.note([self.others._files[file.id]])
        return hidden

    def hides_step(self, element: str) -> bool:
        """Whether all that is answered or said in a step is closed."""
        hidden = any(element in seal.steps for seal in self.closed)
        if not hidden and self.others is not None:
            self.note({".".join(seal.path) for seal in self.others.closed if element in seal.steps})
        return hidden

    def _lines(self) -> Iterator[tuple[Link, frozenset[str]]]:
        """Every line as the reader may see it, with the names of what it hides."""
        hiding, command = False, frozenset[str]()
        for link in self._links:
            if link.kind in _BEGINS:
                command = frozenset()
            payload, names = link.payload or {}, frozenset[str]()
            if link.kind in _ANSWERED:
                shown, hidden = self._answers(link)
                command = names = frozenset(".".join(path) for path in hidden)
                if hidden:
                    payload = {**payload, "answers": shown, "sealed": sorted({name[0] for name in hidden})}
                    if payload.get("signature"):
                        payload["signature"] = {key: payload["signature"].get(key) for key in ("account", "method", "at")}
            elif link.kind in _KEPT and (command or self._tells(link.kind, payload) or self._signs_closed(link)):
                names = command or self._told(link.kind, payload)
                payload = {key: payload[key] for key in _KEPT[link.kind] if key in payload} | {"sealed": True}
                if link.kind == Event.RULE_FOUND:
                    payload["findings"] = []
            hiding = hiding or (payload is not link.payload and bool(payload.get("sealed")))
            yield (replace(link, payload=payload if payload else link.payload, hash=b"") if hiding else link), names

    def _told(self, kind: str, payload: Mapping[str, Any]) -> frozenset[str]:
        """The names of what a line may tell: those that it names, or else all that are closed."""
        text = orjson.dumps(tagged.plain(dict(payload)), default=str).decode()
        names = {".".join(seal.path): seal.path[0] for seal in self.closed if seal.path[0] not in self._own}
        named = {path for path, name in names.items() if (name if kind == Event.DECISION_MADE else f'"{name}') in text}
        return frozenset(named or names)

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
        found = [(path, value) for path, value in _without(variables, [seal.path for seal in closed])[1] if path[0] not in own]
        for link in links:
            if link.kind in _ANSWERED:
                shown, dropped = veil._answers(link)
                answers = (link.payload or {}).get("answers") or {}
                whole = [((name,), value) for name, value in answers.items()]
                found += whole if dropped and not shown else _without(answers, dropped)[1]
        leaves = [(path, leaf) for path, value in found for leaf in _leaves(value)]
        veil._files = {leaf: ".".join(path) for path, leaf in leaves if isinstance(leaf, str)}
        veil._texts = frozenset(text for _, leaf in leaves for text in _written(leaf) if len(text) >= _SHORTEST)
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
    now, kept = machine.clock.now(), dict[bool, list[Seal]]()
    for seal in seals:
        if not seal.is_open(run, now):
            kept.setdefault(_is_closed(seal, actor, machine.book, regulation), []).append(seal)
    variables, links = run.variables(None), whole_history(connection, id_)
    if not _audits(machine.book, actor, regulation):
        links = tuple(link for link in links if link.kind != Event.PROTECTED_READ)
    made = Veil.over(actor.account, tuple(kept.get(True, ())), variables, links)
    made.seals = True
    if protected := kept.get(False):
        made.others = Veil.over(actor.account, tuple(protected), variables, links)
        made.note = partial(protected_reads.let_through, machine, actor.account, id_)
    return made


def whole_history(connection: Connection, case_id: str) -> tuple[Link, ...]:
    """Every line of a case."""
    found: list[Link] = []
    while links := list_links(connection, case_id, after=found[-1].seq if found else 0):
        found += links
    return tuple(found)


def _is_closed(seal: Seal, actor: Actor, book: RoleBook, regulation: str) -> bool:
    if not actor.roles.isdisjoint(seal.readers):
        return False
    return seal.until is not None or not _audits(book, actor, regulation)


def _audits(book: RoleBook, actor: Actor, regulation: str) -> bool:
    return any(role.audits and role.regulation == regulation for role, _ in book.held_by(actor))


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
