"""A driver with an engine of its own in this process, whose clock moves only when a scenario says so."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from service import tagged
from service.clock import FrozenClock
from service.engine import filling, offering, reads
from service.engine.facade import Engine
from service.engine.people import get_actor
from service.engine.registering import write_entry
from service.engine.sealing import whole_history
from service.errors import ChengxuError, NotFound
from service.scenario.driver import CaseView, Line, OpenTask, Refusal, Reply, TaskSight, Told
from service.scenario.entries import typed_entry, typed_variable
from service.sdk import CaseFacts, Context, Write
from service.store import entries, jobs, notices, registers
from service.store import reads as rows
from service.store.notices import NoticeFilter
from service.store.reads import TaskFilter
from service.worker import Worker

_PAGE = 200


class EngineDriver:
    """Drives one engine on one SQLite database."""

    def __init__(self, engine: Engine, clock: FrozenClock, *, password: str, registers: Mapping[str, Any]) -> None:
        self.engine = engine
        self._machine = engine.machine
        self._store = engine.machine.store
        self._clock = clock
        self._password = password
        self._registers = registers
        self._worker = Worker(engine)

    # -- what is given

    def now(self) -> datetime:
        return self._clock.now()

    def move_clock(self, to: datetime) -> None:
        """Stop at every due date on the way, as the demonstration's clock does. ValueError to go back."""
        if to < self._clock.now():
            raise ValueError(f"legal time does not go back: it is {self._clock.now():%Y-%m-%d %H:%M}")
        self._worker.drain()
        while self._clock.now() < to:
            with self._store.read() as connection:
                due = jobs.next_legal_due(connection, after=self._clock.now())
            self._clock.set(to if due is None else min(due, to))
            self._worker.drain()

    def upload(self, name: str, content: bytes, media_type: str, *, by: str) -> str:
        blob = self._machine.blobs.put(io.BytesIO(content), limit=1 << 20)
        with self._store.write() as connection:
            row = entries.insert_attachment(
                connection, account=by, name=name, size=blob.size, sha256=blob.sha256, media_type=media_type, at=self.now()
            )
        return row.id

    def put_entry(self, register: str, key: str, data: Mapping[str, Any]) -> None:
        with self._store.write() as connection:
            known = registers.Registers(connection).read(register, key)
            typed = typed_entry(self._registers.get(register), data)
            write = Write(register=register, key=key, data=typed, expected=known.version if known else 0)
            write_entry(connection, self._machine.rules.registers, write, actor="system", case_id=None, at=self.now())

    # -- what is done

    def start(self, process: str, answers: Mapping[str, Any], *, by: str) -> Reply:
        try:
            started = self.engine.start_case(process, answers, by=by)
        except ChengxuError as error:
            return Reply(refusal=Refusal.of(error))
        self._worker.drain()
        return Reply(case=started.id, findings=tuple(finding.as_json() for finding in started.findings))

    def complete(self, task: str, answers: Mapping[str, Any], *, by: str, sign: bool) -> Reply:
        try:
            signature = self.engine.sign(by=by, password=self._password) if sign else None
            done = self.engine.complete_task(task, answers, by=by, signature=signature)
        except ChengxuError as error:
            return Reply(refusal=Refusal.of(error))
        self._worker.drain()
        return Reply(case=done.root, findings=tuple(finding.as_json() for finding in done.findings))

    def send(self, name: str, key: str | None, payload: Mapping[str, Any], *, by: str) -> Reply:
        try:
            self.engine.publish_message(name, key, {id_: typed_variable(value) for id_, value in payload.items()}, by=by)
        except ChengxuError as error:
            return Reply(refusal=Refusal.of(error))
        self._worker.drain()
        return Reply()

    def try_handler(self, name: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        registered = self._machine.find_handler(name)
        if registered is None:
            return Reply(refusal=Refusal.of(NotFound(f"没有处理程序 {name}。", message_en=f"There is no handler called {name}.")))
        today = self.now().date()
        variables = {key: typed_variable(value) for key, value in variables.items()}
        facts = CaseFacts(
            id="", business_key="", process="", unit=str(variables.get("unit_id", "")), started_by="", started_on=today
        )
        with self._store.read() as connection:
            context = Context(
                variables=variables, headers=headers, case=facts, now=self.now(),
                registers=registers.Registers(connection, self._machine.indexings),
                parameters=lambda parameter: self._machine.find_parameter(parameter, today),
            )  # fmt: skip
            found = registered.run(context)
        return Reply(findings=tuple(finding.as_json() for finding in context.findings), values=_plain(found or {}))

    def try_form(self, form: str, answers: Mapping[str, Any], variables: Mapping[str, Any], *, by: str) -> Reply:
        try:
            with self._store.read() as connection:
                definition = self._machine.library.latest(connection, form.partition(".")[0])
                schema = definition.forms.get(form)
                if schema is None:
                    raise NotFound(f"没有表单 {form}。", message_en=f"There is no form {form}.")
                lists = offering.admitted(connection, definition, schema, chosen=[variables, answers])
                clean = filling.validate(
                    connection, schema, answers, variables={**variables, **lists},
                    lookup=self._machine.lookup, account=by, family=tuple,
                )  # fmt: skip
        except ChengxuError as error:
            return Reply(refusal=Refusal.of(error))
        return Reply(values=_plain(clean))

    # -- what is then the case

    def find_case(self, process: str, key: str | None, *, by: str) -> str | None:
        found = self._list_cases(TaskFilter(process=process), by=by)
        return next((row["id"] for row in found if key is None or row["business_key"] == key), None)

    def count_cases(self, *, by: str) -> int:
        return sum(1 for _ in self._list_cases(TaskFilter(), by=by))

    def _list_cases(self, where: TaskFilter, *, by: str) -> Iterator[Mapping[str, Any]]:
        """The cases that an account may read, the newest first."""
        after: str | None = None
        with self._store.read() as connection:
            scope = reads.scope_of(get_actor(connection, by), self._machine.book)
            while True:
                page = rows.list_cases(
                    connection, scope, where=where, status=None, mine=False, roots=False, after=after, limit=_PAGE
                )
                yield from page.rows
                after = page.after
                if after is None:
                    return

    def view_case(self, case: str, *, by: str) -> CaseView:
        with self._store.read() as connection:
            row = reads.get_case(self._machine, connection, case, get_actor(connection, by))
            tasks = rows.list_case_tasks(connection, reads.family_ids(connection, row.root))
            return CaseView(
                id=row.id, business_key=row.business_key, title=row.title, status=row.status, outcome=row.outcome,
                variables=_plain(reads.visible_variables(self._machine, connection, row, get_actor(connection, by))),
                tasks=tuple(
                    OpenTask(
                        id=task["id"], element=task["element"], name=task["name"],
                        due=orjson.loads(task["due"]) if task["due"] else None,
                    )
                    for task in tasks
                    if task["status"] in rows.OPEN
                ),
            )  # fmt: skip

    def find_task(self, task: str, *, by: str) -> TaskSight | None:
        with self._store.read() as connection:
            try:
                actor = get_actor(connection, by, on=self._machine.clock.now().date())
                view = reads.view_task(self._machine, connection, task, actor)
            except NotFound:
                return None
        return TaskSight(variables=_plain(view.variables), actions=view.actions, signs=view.signs)

    def list_history(self, case: str, *, by: str) -> tuple[Line, ...]:
        with self._store.read() as connection:
            actor = get_actor(connection, by)
            row = reads.get_case(self._machine, connection, case, actor)
            return tuple(
                Line(kind=link.kind, element=link.element, actor=link.actor, payload=_plain(link.payload))
                for member in reads.readable_family(self._machine, connection, row.root, actor)
                for link in reads.visible_history(self._machine, connection, member, actor)
            )

    def list_notices(self, *, by: str) -> tuple[Told, ...]:
        found: list[Told] = []
        after: str | None = None
        with self._store.read() as connection:
            scope = reads.scope_of(get_actor(connection, by), self._machine.book)
            while True:
                page = notices.list_notices(connection, scope, where=NoticeFilter(), after=after, limit=_PAGE)
                found += (_told(row) for row in page.rows)
                after = page.after
                if after is None:
                    return tuple(sorted(found, key=lambda one: one.at))

    def find_entry(self, register: str, key: str) -> tuple[int, Mapping[str, Any]] | None:
        with self._store.read() as connection:
            record = registers.Registers(connection).read(register, key)
        return None if record is None else (record.version, _plain(record.data))

    def list_walked(self, *, by: str) -> dict[str, set[str]]:
        """The sequence flows that the cases an account may read have taken, by process."""
        walked: dict[str, set[str]] = {}
        members = list(self._list_cases(TaskFilter(), by=by))
        with self._store.read() as connection:
            for member in members:
                taken = walked.setdefault(member["process"], set())
                for link in whole_history(connection, member["id"]):
                    taken.update(link.payload.get("walked") or ())
        return walked


def _told(row: Mapping[str, Any]) -> Told:
    return Told(kind=row["kind"], deadline=row["deadline"], at=row["at"], business_key=row["business_key"], text=row["zh"])


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tagged.plain(value) for name, value in values.items()}
