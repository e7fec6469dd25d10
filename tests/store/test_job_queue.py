"""The queue of jobs: what is due and when, one job of a case at a time, and what becomes of a lease that ran out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from service.store import Store, jobs
from service.store.cases import settle_jobs
from service.store.tables import jobs as job_table

Minutes = Callable[[float], timedelta]


def due(store: Store, now: datetime, *, machine: datetime | None = None, limit: int = 50) -> tuple[str, ...]:
    with store.read() as connection:
        return tuple(job.id for job in jobs.list_due(connection, now=now, machine=machine or now, limit=limit))


def lease(store: Store, job: str, noon: datetime, *, token: str = "lease-1") -> bool:
    with store.write() as connection:
        return jobs.lease_job(connection, job, lease=token, until=noon + timedelta(minutes=5))


def job_of(store: Store, job: str) -> Any:
    with store.read() as connection:
        return jobs.find_job(connection, job)


def test_timers_are_due_by_legal_time_and_the_rest_by_machine_time(
    store: Store, rows: Any, noon: datetime, minutes: Minutes
) -> None:
    timer, call = rows.jobs({"kind": "timer", "legal": True}, {})
    before, after = noon - minutes(1), noon + minutes(1)
    assert due(store, before) == ()
    assert due(store, after, machine=before) == (timer,)
    assert due(store, before, machine=after) == (call,)
    assert set(due(store, noon)) == {timer, call}


def test_the_oldest_comes_first_and_the_younger_of_one_moment_later(
    store: Store, rows: Any, noon: datetime, minutes: Minutes
) -> None:
    made = rows.jobs(*({"due_at": noon - minutes(number % 3)} for number in range(12)))
    wanted = sorted(made, key=lambda job: (-(made.index(job) % 3), made.index(job)))
    assert list(due(store, noon)) == wanted
    assert list(due(store, noon, limit=5)) == wanted[:5]


def test_many_steps_that_are_due_do_not_keep_timers_waiting(store: Store, rows: Any, noon: datetime, minutes: Minutes) -> None:
    rows.jobs(*({"due_at": noon} for _ in range(20)))
    (timer,) = rows.jobs({"kind": "timer", "legal": True, "due_at": noon - minutes(60)})
    assert timer in due(store, noon, limit=10)


@pytest.mark.parametrize("state", ["doing", "done", "parked", "cancelled"])
def test_only_what_is_to_do_is_due_and_can_be_leased(store: Store, rows: Any, noon: datetime, state: str) -> None:
    (job,) = rows.jobs({"state": state})
    assert due(store, noon) == ()
    assert not lease(store, job, noon)


def test_a_lease_is_given_once(store: Store, rows: Any, noon: datetime) -> None:
    (job,) = rows.jobs({"case_id": rows.case()})
    assert lease(store, job, noon)
    assert not lease(store, job, noon, token="lease-2")
    leased = job_of(store, job)
    assert (leased.state, leased.lease, leased.attempts, leased.lease_until) == (
        "doing", "lease-1", 1, noon + timedelta(minutes=5),
    )  # fmt: skip


def test_one_job_of_a_case_is_done_at_a_time(store: Store, rows: Any, noon: datetime) -> None:
    case, other = rows.case(), rows.case()
    first, second, elsewhere = rows.jobs({"case_id": case}, {"case_id": case}, {"case_id": other})
    assert lease(store, first, noon)
    assert not lease(store, second, noon)
    assert lease(store, elsewhere, noon)
    with store.write() as connection:
        settle_jobs(connection, [first], state="done")
    assert lease(store, second, noon)


def test_uniqueness_in_the_database_itself_refuses_a_second_job_of_a_case(store: Store, rows: Any) -> None:
    case = rows.case()
    rows.jobs({"case_id": case, "state": "doing"})
    (second,) = rows.jobs({"case_id": case})
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(update(job_table).where(job_table.c.id == second).values(state="doing"))


def test_a_lease_that_ran_out_is_given_back(store: Store, rows: Any, noon: datetime, minutes: Minutes) -> None:
    (job,) = rows.jobs({"case_id": rows.case()})
    lease(store, job, noon)
    with store.write() as connection:
        assert jobs.free_expired(connection, now=noon + minutes(5)) == 0
        assert jobs.free_expired(connection, now=noon + minutes(5.01)) == 1
    freed = job_of(store, job)
    assert (freed.state, freed.lease, freed.lease_until, freed.attempts) == ("todo", None, None, 1)
    assert lease(store, job, noon, token="lease-2")


def test_a_job_that_kills_every_worker_is_parked_when_its_attempts_are_spent(
    store: Store, rows: Any, noon: datetime, minutes: Minutes
) -> None:
    (job,) = rows.jobs({"case_id": rows.case(), "retries": 2, "attempts": 1})
    lease(store, job, noon)
    with store.write() as connection:
        jobs.free_expired(connection, now=noon + minutes(6))
    parked = job_of(store, job)
    assert (parked.state, parked.attempts) == ("parked", 2)
    assert "中断" in (parked.error or "")


def test_a_failed_job_waits_for_its_back_off_and_a_parked_one_for_a_person(
    store: Store, rows: Any, noon: datetime, minutes: Minutes
) -> None:
    (job,) = rows.jobs({"legal": True, "kind": "timer"})
    with store.write() as connection:
        jobs.put_back(connection, job, state="todo", due_at=noon + minutes(2), error="no answer", attempts=1)
    assert due(store, noon + minutes(9), machine=noon) == ()
    assert due(store, noon, machine=noon + minutes(2)) == (job,)
    with store.write() as connection:
        assert not jobs.retry(connection, job, now=noon)
        jobs.put_back(connection, job, state="parked", due_at=noon, error="no answer", attempts=3)
    assert due(store, noon + minutes(9)) == ()
    with store.write() as connection:
        assert jobs.retry(connection, job, now=noon)
    again = job_of(store, job)
    assert (again.state, again.attempts, again.error) == ("todo", 0, None)
    assert due(store, noon) == (job,)


def test_jobs_that_nobody_may_run_now_do_not_stop_the_others(store: Store, rows: Any, noon: datetime, minutes: Minutes) -> None:
    """A worker looks at one batch: were it full of steps of suspended or busy cases, nothing else would ever run."""
    suspended, busy = rows.case(status="suspended"), rows.case()
    rows.jobs({"case_id": busy, "state": "doing"})
    rows.jobs(*({"case_id": case, "due_at": noon - minutes(9)} for case in (suspended, busy) for _ in range(10)))
    (fresh,) = rows.jobs({"case_id": rows.case()})
    assert due(store, noon, limit=10) == (fresh,)


def test_a_suspended_case_can_still_be_terminated(store: Store, rows: Any, noon: datetime) -> None:
    (job,) = rows.jobs({"case_id": rows.case(status="suspended"), "kind": "terminate"})
    assert due(store, noon) == (job,)


def test_a_family_is_busy_while_something_of_it_is_due_or_being_done(
    store: Store, rows: Any, noon: datetime, minutes: Minutes
) -> None:
    def busy(machine: datetime = noon, now: datetime = noon) -> bool:
        with store.read() as connection:
            return jobs.is_busy(connection, "root-1", now=now, machine=machine)

    later = noon + minutes(1)
    assert not busy()
    call, timer = rows.jobs({"root": "root-1", "due_at": later}, {"root": "root-1", "due_at": later, "legal": True})
    rows.jobs({"root": "root-2"})
    assert not busy()
    assert busy(machine=later)
    assert busy(now=later)
    with store.write() as connection:
        settle_jobs(connection, [timer], state="done")
    assert not busy(now=later)
    lease(store, call, noon)
    assert busy()


def test_the_next_due_moment_is_known_for_both_times(store: Store, rows: Any, noon: datetime, minutes: Minutes) -> None:
    with store.read() as connection:
        assert jobs.next_due(connection) == (None, None)
    rows.jobs({"legal": True, "due_at": noon + minutes(3)}, {"due_at": noon + minutes(1)}, {"state": "parked"})
    with store.read() as connection:
        assert jobs.next_due(connection) == (noon + minutes(3), noon + minutes(1))
