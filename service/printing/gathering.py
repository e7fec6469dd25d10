"""Read a case into a sheet, as its reader may see it. Open this when a sheet shows a key, an id, or too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.access import Actor
from service.clock import SHANGHAI
from service.engine import kernel, reads
from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.opinions import OPINIONS, VERDICTS
from service.forms import FileFacts, Form
from service.printing import sentences
from service.printing.sheet import Fact, Group, Line, Opinion, Sheet
from service.store import Connection, people
from service.store import reads as rows
from service.store.cases import CaseRow
from service.store.history import Link

SYSTEM = "系统"
#: How a form says that nothing was answered.
NOTHING = "—"
_LONGEST_ACCOUNT = 80
#: How many lines of history are read at once.
PAGE = 1000
_STATES = {"running": "办理中", "suspended": "已暂停", "completed": "已办结", "terminated": "已终止"}


def get_sheet(machine: Machine, connection: Connection, case_id: str, actor: Actor) -> Sheet:
    """Gather the sheet of a case. NotFound when there is none, or when it is not the reader's to see."""
    row = reads.get_case(machine, connection, case_id, actor)
    return _Gathering.of(machine, connection, row, actor).sheet()


def history_of(machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> Iterator[Link]:
    """Every line of a case as a reader may see it, oldest first."""
    after = 0
    while links := reads.visible_history(machine, connection, row, actor, after=after, limit=PAGE):
        # Who has read what is protected would make the papers of a case others each time that they are drawn.
        yield from (link for link in links if link.kind != Event.PROTECTED_READ)
        after = links[-1].seq


def in_words(form: Form, answers: Mapping[str, Any], **more: Any) -> Iterator[Fact]:
    """What was answered, without what was left empty; the answers of one row of a list in one line."""
    row, parts = "", list[str]()
    for label, text in form.summary(answers, **more):
        name, inside, column = label.rpartition(" · ")
        if name != row:
            if parts:
                yield Fact(label=row, value="；".join(parts))
            row, parts = name, []
        if text != NOTHING:
            if inside:
                parts.append(f"{column} {text}")
            else:
                yield Fact(label=label, value=text)
    if parts:
        yield Fact(label=row, value="；".join(parts))


@dataclass(slots=True, kw_only=True)
class _Gathering:
    machine: Machine
    connection: Connection
    row: CaseRow
    actor: Actor
    definition: Definition
    links: tuple[Link, ...]
    units: Mapping[str, str]
    variables: Mapping[str, Any]
    files: Mapping[str, FileFacts]
    queues: Mapping[str, str]
    _names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> _Gathering:
        files = reads.visible_documents(machine, connection, [row], actor)
        return cls(
            machine=machine,
            connection=connection,
            row=row,
            actor=actor,
            definition=machine.library.get(connection, row.process, row.digest),
            links=tuple(history_of(machine, connection, row, actor)),
            units=rows.unit_names(connection),
            variables=reads.visible_variables(machine, connection, row, actor),
            files={file.id: FileFacts(name=file.name, size=file.size, media_type=file.media_type) for file in files},
            queues={task["id"]: task["queue"] for task in rows.list_case_tasks(connection, [row.id])},
        )

    def sheet(self) -> Sheet:
        self._name_people()
        opinions = tuple(self._opinions())
        name, newest = self.definition.name, self.links[-1]
        units = [self.units.get(self.row.unit, self.row.unit), *(opinion.unit for opinion in opinions)]
        return Sheet(
            case_id=self.row.id,
            title=f"{name.removesuffix('审批')}审批单",
            business_key=self.row.business_key,
            subject=self.row.title,
            facts=tuple(self._facts()),
            groups=tuple(self._groups()),
            opinions=opinions,
            lines=tuple(self._lines()),
            seals=tuple(dict.fromkeys(unit for unit in units if unit)),
            reader=self.actor.display_name,
            at=newest.at.astimezone(SHANGHAI),
            seq=newest.seq,
            head=newest.hash.hex() or None,
        )

    def _facts(self) -> Iterator[Fact]:
        row = self.row
        yield Fact(label="事项", value=row.title)
        yield Fact(label="流程", value=f"{self.definition.name}（第 {row.version} 版）")
        yield Fact(label="单位", value=self.units.get(row.unit, row.unit))
        yield Fact(label="发起人", value=self._name(row.started_by))
        yield Fact(label="发起时间", value=moment(row.started_at))
        yield Fact(label="状态", value=self._state())
        if row.ended_at is not None:
            yield Fact(label="办结时间", value=moment(row.ended_at))

    def _state(self) -> str:
        element = self.definition.process.elements.get(self.row.outcome or "")
        words = _STATES.get(self.row.status, self.row.status)
        return f"{words}：{element.name}" if element is not None and element.name else words

    def _groups(self) -> Iterator[Group]:
        """The latest answers of each step, in the order of the steps."""
        found: dict[str, tuple[Fact, ...]] = {}
        for link in self.links:
            element, answers = self._element(link), (link.payload or {}).get("answers") or {}
            form = self.definition.form_of(element) if element is not None else None
            if link.kind not in (Event.CASE_STARTED, Event.TASK_COMPLETED) or form is None or element is None:
                continue
            said = _said(answers) if link.kind == Event.TASK_COMPLETED else ()
            rest = {key: value for key, value in answers.items() if key not in said}
            told = in_words(form, rest, variables=self.variables, files=self.files)
            facts = tuple(Fact(label=fact.label, value=self._named(fact.value)) for fact in told)
            title = self._step(link)
            if facts:
                found[title] = facts
            else:
                found.pop(title, None)
        yield from (Group(title=title, facts=facts) for title, facts in found.items())

    def _opinions(self) -> Iterator[Opinion]:
        for link in self.links:
            payload: Mapping[str, Any] = link.payload or {}
            element, answers = self._element(link), payload.get("answers") or {}
            if link.kind == Event.SIGNER_DECIDED:
                answers = payload
            elif link.kind != Event.TASK_COMPLETED:
                continue
            form = self.definition.form_of(element) if element is not None and answers is not payload else None
            verdict, text = (self._answer(form, answers, key) for key in _said(answers))
            signed, hidden = bool(payload.get("signature")), bool(payload.get("sealed"))
            if not (verdict or text or signed or hidden):
                continue
            principal = payload.get("on_behalf_of")
            yield Opinion(
                step=f"{self._step(link)}（加签）" if answers is payload else self._step(link),
                verdict=verdict,
                text=text,
                name=self._name(link.actor),
                deputy_of=None if principal is None else self._name(principal),
                unit=self._unit(self.queues.get(str(payload.get("task")), ""), str(principal or link.actor)),
                at=link.at.astimezone(SHANGHAI),
                signed=signed,
                hidden=hidden,
            )

    def _answer(self, form: Form | None, answers: Mapping[str, Any], key: str | None) -> str:
        """What was answered to a question, in the words of the form."""
        if key is None:
            return ""
        told = form.summary({key: answers[key]}, variables=self.variables) if form is not None else []
        return told[0][1] if told else str(answers[key])

    def _lines(self) -> Iterator[Line]:
        for link in self.links:
            words = sentences.say(link, self.definition, self._step(link), self._name)
            if words is not None:
                yield Line(at=link.at.astimezone(SHANGHAI), who=self._name(link.actor), words=words)

    def _element(self, link: Link) -> kernel.Element | None:
        return self.definition.process.elements.get(link.element or "")

    def _step(self, link: Link) -> str:
        """The name of a step, and of a step that is done several times what it is about this time."""
        element = self._element(link)
        if element is None:
            return link.element or ""
        step = element.name or element.id
        name = element.multi.element if element.multi is not None else None
        subject = ((link.payload or {}).get("answers") or {}).get(name) if name else None
        return f"{step}：{self._named(subject)}" if isinstance(subject, str) and subject not in step else step

    def _unit(self, queue: str, account: str) -> str:
        """The unit for which somebody did a task: that of its queue, or else where they hold the role of the queue."""
        role, _, unit = queue.partition("@")
        if role and unit:
            return self.units.get(unit, unit)
        found = people.find_account(self.connection, account)
        held = found.memberships if found is not None else ()
        fitting = [unit for name, unit in held if name == role] or [unit for _, unit in held]
        return "、".join(self.units.get(unit, unit) for unit in sorted(set(fitting)))

    def _named(self, text: str) -> str:
        return self.units.get(text) or self._names.get(text) or text

    def _name(self, account: Any) -> str:
        return self._names.get(str(account), SYSTEM if account in (None, "", "system") else str(account))

    def _name_people(self) -> None:
        """Look up everybody whom the history names, at once."""
        wanted = {self.row.started_by}
        for link in self.links:
            payload: Mapping[str, Any] = link.payload or {}
            to = payload.get("to")
            named = [link.actor, payload.get("on_behalf_of"), *(to if isinstance(to, list) else [to])]
            named += (payload.get("answers") or {}).values()
            wanted |= {name for name in named if isinstance(name, str) and len(name) <= _LONGEST_ACCOUNT}
        self._names = people.display_names(self.connection, sorted(wanted))


def _said(answers: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The keys of what was decided and of its reasons."""
    return _first(answers, VERDICTS), _first(answers, OPINIONS)


def _first(answers: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    return next((key for key in keys if isinstance(answers.get(key), str) and answers[key]), None)


def moment(value: datetime) -> str:
    """2026-04-07 14:02"""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
