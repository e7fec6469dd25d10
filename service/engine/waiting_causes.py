"""The causes for which a case waits, and what is looked up of a case that somebody asks about. Part of `waiting_for`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.access import Actor
from service.engine import kernel, waiting
from service.engine.events import Event
from service.engine.lifecycle import MONITOR
from service.engine.machine import Machine
from service.engine.parameters import is_sysadmin
from service.engine.sealing import whole_history
from service.engine.waiting_words import Said
from service.engine.work import Work
from service.store import Connection, people
from service.store.cases import CaseRow
from service.store.history import Link


class Cause(StrEnum):
    HELD = "held"  # somebody has it
    OFFERED = "offered"  # to a role whose holders may take it
    NOBODY = "nobody"  # to a role that nobody holds, or to an account that is gone
    SIGNERS = "signers"  # people who were added to a task decide first
    BARRED = "barred"  # separation of duty bars everybody
    TIMER = "timer"
    MESSAGE = "message"
    PARKED = "parked"  # an automatic step has failed for good
    BACK_OFF = "back_off"  # it has failed and is tried again
    AUTOMATIC = "automatic"  # it is about to be done
    CHILD = "child"
    JOIN = "join"
    SUSPENDED = "suspended"
    CLOCK = "clock"  # the demonstration's clock is being moved
    STALLED = "stalled"


class Solver(StrEnum):
    """Who can make an end of the waiting."""

    PEOPLE = "people"  # those in `who`
    ADMINISTRATOR = "administrator"
    TIME = "time"
    SYSTEM = "system"
    SENDER = "sender"
    OTHERS = "others"  # what else the case, or its child, waits for


#: Who solves what.
SOLVERS: Mapping[Cause, Solver] = {
    Cause.HELD: Solver.PEOPLE, Cause.OFFERED: Solver.PEOPLE, Cause.SIGNERS: Solver.PEOPLE, Cause.NOBODY: Solver.ADMINISTRATOR,
    Cause.BARRED: Solver.ADMINISTRATOR, Cause.TIMER: Solver.TIME, Cause.MESSAGE: Solver.SENDER,
    Cause.PARKED: Solver.ADMINISTRATOR, Cause.BACK_OFF: Solver.SYSTEM, Cause.AUTOMATIC: Solver.SYSTEM,
    Cause.CHILD: Solver.OTHERS, Cause.JOIN: Solver.OTHERS, Cause.SUSPENDED: Solver.ADMINISTRATOR, Cause.CLOCK: Solver.TIME,
    Cause.STALLED: Solver.ADMINISTRATOR,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFor:
    """One thing that a case waits for. `who`: the accounts that can do it; `why`: how a date came about, sentence by sentence.

    `error` is for administrators only. `child` is a case that the reader may open, `inner` what that one waits for.
    """

    cause: Cause
    case: str
    said: Said
    element: str | None = None
    step: str = ""
    since: datetime | None = None
    due_at: datetime | None = None
    who: tuple[str, ...] = ()
    why: tuple[Said, ...] = ()
    task: str | None = None
    job: str | None = None
    child: str | None = None
    error: str | None = None
    inner: tuple[WaitingFor, ...] = ()

    @property
    def solver(self) -> Solver:
        return SOLVERS[self.cause]


#: What a step of the machine's own is called when the diagram gives it no name.
_KINDS: Mapping[str, str] = {
    waiting.TIMER: "期限到达后的继续", waiting.START_CHILD: "发起下级案件", waiting.CHILD_ENDED: "取回下级案件的结果",
    waiting.DELIVER: "接收消息", waiting.MATCH: "查收消息", waiting.ESCALATE: "下级案件的升级", waiting.TERMINATE: "终止案件",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Asked:
    """One case that somebody asks about."""

    machine: Machine
    connection: Connection
    row: CaseRow
    actor: Actor
    deep: bool = True
    now: datetime = field(init=False)
    work: Work = field(init=False)
    history: tuple[Link, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.machine.clock.now()
        self.work = self.machine.load(self.connection, self.row, actor=self.actor.account)
        self.history = whole_history(self.connection, self.row.id)

    @property
    def elements(self) -> Mapping[str, kernel.Element]:
        return self.work.definition.process.elements

    def step(self, element: str | None, kind: str = "") -> str:
        """What an element is called."""
        found = self.elements.get(element or "")
        return (found.name if found is not None else None) or _KINDS.get(kind) or element or "自动步骤"

    def last(self, *kinds: Event, task: str | None = None, element: str | None = None) -> Link | None:
        """The last line of some kinds, of one task or element; None when there is none."""
        for link in reversed(self.history):
            of_task = task is None or (link.payload or {}).get("task") == task
            if link.kind in kinds and of_task and element in (None, link.element):
                return link
        return None

    def name(self, account: str) -> str:
        return people.display_names(self.connection, [account]).get(account, account)

    @property
    def administers(self) -> bool:
        return MONITOR in self.actor.roles or is_sysadmin(self.actor)
