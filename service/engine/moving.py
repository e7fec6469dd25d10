"""Move the demonstration's clock: from due date to due date, so that every timer on the way fires in its order.

Setting the clock stores the target and a job; the worker does the moving. Legal time never goes back once a case exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service import feel, tagged
from service.clock import SHANGHAI, OffsetClock
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.errors import Conflict, Invalid, NotFound
from service.law import add_months
from service.store import cases, demo_clock, due_notices, jobs, new_id
from service.store.history import Entry, record_outside_cases
from service.tagged import Months

MOVE_CLOCK = "move_clock"

#: The offset is stored in whole milliseconds; one more makes sure that what is due at the stop is due.
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """Legal time now, and where it is on its way to (None: at rest)."""

    now: datetime
    target: datetime | None

    @property
    def moving(self) -> bool:
        return self.target is not None


def clock_state(machine: Machine) -> ClockState:
    with machine.store.read() as connection:
        _, target = demo_clock.read(connection)
    return ClockState(now=machine.clock.now(), target=target)


def set_clock(machine: Machine, target: datetime, *, by: str) -> None:
    """Begin to move legal time to `target` (aware).

    NotFound outside demo mode; Conflict while it moves, or when it would go back.
    """
    ensure_movable(machine)
    if target.tzinfo is None:
        raise Invalid(
            "请给出带时区的时间，例如 2026-08-20T09:00+08:00。", message_en="Give a time with its offset, such as +08:00."
        )
    with machine.store.write() as connection:
        if by != "operator":
            get_actor(connection, by)
        offset, moving_to = demo_clock.read(connection)
        if moving_to is not None:
            raise Conflict("时钟正在移动，请稍候。", message_en="The clock is being moved; wait a moment.")
        now = machine.clock.now()
        begun = demo_clock.any_case(connection)
        if target < now and begun:
            raise Conflict(
                f"已有案件，法定时间不能倒退（当前 {now:%Y-%m-%d %H:%M}）；如需重来请运行 make demo-reset。",
                message_en=f"There are cases, so legal time cannot go back (it is {now:%Y-%m-%d %H:%M}); see make demo-reset.",
            )
        entry = Entry(kind=Event.CLOCK_SET.value, actor=by, at=now, payload={"from": now, "to": target})
        record_outside_cases(connection, [entry])
        if not begun:  # nothing can fall due on the way
            demo_clock.write(connection, offset=target - machine.clock.machine(), target=None)
        else:
            demo_clock.write(connection, offset=offset, target=target)
            cases.insert_jobs(connection, [_job(machine)])
    machine.clock_changed()
    machine.wake()


def move_on(machine: Machine) -> None:
    """Move to the stored target, stopping at every due date on the way until all that follows from it is done."""
    machine.drain()
    arrived = False
    while not arrived:
        with machine.store.write() as connection:
            offset, target = demo_clock.read(connection)
            if target is None:
                return
            now = machine.clock.now()
            due = (jobs.next_legal_due(connection, after=now), due_notices.next_due(connection, after=now))
            stop = min([target, *(one for one in due if one is not None)])
            arrived = stop == target
            ahead = max(offset, stop - machine.clock.machine() + _TICK)
            demo_clock.write(connection, offset=ahead, target=target)
        machine.clock_changed()
        machine.drain()
    with machine.store.write() as connection:
        demo_clock.write(connection, offset=demo_clock.read(connection)[0], target=None)


def ensure_movable(machine: Machine) -> None:
    if not isinstance(machine.clock, OffsetClock):
        raise NotFound("只有演示模式可以调整时钟。", message_en="Only the demonstration's clock can be moved.")


def _job(machine: Machine) -> dict[str, object]:
    now = machine.clock.machine()
    return {
        "id": new_id(), "case_id": None, "root": None, "kind": MOVE_CLOCK, "state": "todo", "legal": False, "due_at": now,
        "retries": 1_000_000, "payload": tagged.dumps({}), "created_at": machine.clock.now(),
    }  # fmt: skip


def read_moment(text: str) -> datetime:
    """Read an ISO 8601 time; without an offset it is Shanghai's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            f"时间“{text}”无法识别，请写成 2026-08-20T09:00+08:00。",
            message_en=f"{text} is no time: write 2026-08-20T09:00+08:00.",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def later(now: datetime, period: str) -> datetime:
    """Add an ISO 8601 duration such as P10D or P3M."""
    value = feel.compile("duration(text)")({"text": period})
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, Months):
        return datetime.combine(add_months(now.date(), value.count), now.timetz())
    raise Invalid(f"时长“{period}”无法识别，请写成 P10D。", message_en=f"{period} is no period: write P10D.")
