"""What those who audit and administer may do with the record as a whole: have it proven, have a checkpoint signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson

from service.access import Actor
from service.engine import checkpoints, verifying
from service.engine.checkpoint_files import Checkpoint
from service.engine.events import Event
from service.engine.lifecycle import MONITOR
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN
from service.engine.people import SYSTEM, get_actor
from service.engine.verifying import Flawed, Step
from service.engine.verifying_words import break_as_json, flaw_as_json
from service.errors import Conflict, NotAllowed
from service.store import Connection, deliveries, jobs, new_id
from service.store import verifications as rows
from service.store.checkpoints import count_chains
from service.store.history import Entry, record_outside_cases
from service.store.verifications import Verification

VERIFY = "verify"  # the job that proves all history
#: How many broken chains a verification names; it counts all of them.
MOST_NAMED = 100
_STORED_EVERY = timedelta(seconds=1)
_LEASE = timedelta(minutes=5)


def may_audit(machine: Machine, actor: Actor) -> bool:
    """Whether somebody may see how the record is kept: monitors, system administrators, and roles that audit a regulation."""
    return not actor.roles.isdisjoint({MONITOR, SYSADMIN}) or any(role.audits for role, _ in machine.book.held_by(actor))


def ensure_may_audit(machine: Machine, actor: Actor) -> None:
    if not may_audit(machine, actor):
        raise NotAllowed(
            "只有审计、运维监控和系统管理人员可以查看。", rule="audit",
            message_en="Only auditors, monitors and system administrators may see this.",
        )  # fmt: skip


def make_checkpoint(machine: Machine, *, by: str) -> Checkpoint:
    """Sign a checkpoint now. NotAllowed; Conflict when another was made at the same time."""
    with machine.store.read() as connection:
        ensure_may_audit(machine, get_actor(connection, by))
    return checkpoints.make_checkpoint(machine, by=by)


def start_verification(machine: Machine, *, by: str) -> None:
    """Have all history proven; the worker does it. NotAllowed; Conflict while one is going on."""
    with machine.store.write() as connection:
        ensure_may_audit(machine, get_actor(connection, by))
        last = rows.find_last(connection)
        if last is not None and is_going_on(connection, last):
            raise Conflict("正在核验，请等它结束。", message_en="A verification is going on; wait for its end.")
        wanted = new_id()
        rows.insert_verification(
            connection,
            Verification(
                id=wanted, asked_by=by, asked_at=machine.clock.machine(), ended_at=None, days=False, after="",
                total=count_chains(connection), chains=0, links=0, erased=0, broken=0, checkpoints=0, found="[]",
            ),
        )  # fmt: skip
        deliveries.insert_once(connection, checkpoints.job_row(machine, VERIFY, job_id=wanted))
    machine.wake()


def is_going_on(connection: Connection, one: Verification) -> bool:
    """Whether a verification is to be done or being done; not when its job was given up."""
    job = jobs.find_job(connection, one.id) if one.ended_at is None else None
    return job is not None and job.state in ("todo", "doing")


def go_on(machine: Machine) -> None:
    """Do what is left of the verification that was asked for last; stops when another worker has gone further."""
    with machine.store.read() as connection:
        known = rows.find_last(connection)
    if known is None or known.ended_at is not None:
        return
    place = machine.vault.folder if machine.vault is not None else None
    found, flawed = verifying.read_all(place) if place is not None and place.is_dir() else ((), ())
    if known.after == "" and not known.days:
        key = machine.vault.find_public_key() if machine.vault is not None else None
        flawed += verifying.check_checkpoints(machine.store, found, key=key, all_there=place is not None)
    else:
        flawed = ()  # they are counted already
    counted, stored = known, machine.clock.machine()
    for step in verifying.go_through(machine.store, found, days=known.days, after=known.after):
        counted, flawed = _counted(counted, step, flawed, checked=len(found)), ()
        now = machine.clock.machine()
        if step.last or now - stored >= _STORED_EVERY:
            counted = replace(counted, ended_at=now if step.last else None)
            if not _store(machine, known, counted):
                return
            known, stored = counted, now


def _counted(known: Verification, step: Step, flawed: tuple[Flawed, ...], *, checked: int) -> Verification:
    breaks = [one.found for one in step.proven if one.found is not None]
    named = [*orjson.loads(known.found), *map(flaw_as_json, flawed), *map(break_as_json, breaks)]
    return replace(
        known, days=step.days, after=step.after, chains=known.chains + len(step.proven),
        links=known.links + sum(one.links for one in step.proven), erased=known.erased + sum(one.erased for one in step.proven),
        broken=known.broken + len(breaks) + len(flawed), checkpoints=checked,
        found=orjson.dumps(named[:MOST_NAMED]).decode() if breaks or flawed else known.found,
    )  # fmt: skip


def _store(machine: Machine, known: Verification, counted: Verification) -> bool:
    now = machine.clock.machine()
    with machine.store.write() as connection:
        values = {name: getattr(counted, name) for name in Verification.__slots__ if name != "id"}
        if not rows.go_on(connection, known, values):
            return False
        rows.keep_lease(connection, VERIFY, until=now + _LEASE)
        if counted.ended_at is not None:
            payload = {"asked_by": counted.asked_by, "chains": counted.chains, "links": counted.links, "broken": counted.broken}
            entry = Entry(kind=Event.HISTORY_VERIFIED.value, actor=SYSTEM, at=machine.clock.now(), payload=payload)
            record_outside_cases(connection, [entry])
    return True
