"""What a system administrator does about people, and what follows for the tasks that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from city import PASSWORD, City, make_city
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI, FrozenClock
from service.engine import administering
from service.engine.passwords import is_right
from service.engine.people import get_actor
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.store import administering as rows
from service.store import crowds, people
from service.store.history import list_links

CLERK, MONITOR, SYSADMIN = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin"
ROLE, UNIT = "pj_unit_clerk", "jiaoyu"
TODAY = date(2026, 8, 20)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[City]:
    city = make_city(f"sqlite:///{tmp_path}/city.db", tmp_path / "files", FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
    # the diagram has no lanes: the step names whom it is for
    body = start() + user_task("fill", groups=f"{ROLE}@{UNIT}") + end() + chain("begin", "fill", "finished")
    city.deploy({"filling": body})
    yield city
    city.store.close()


def claimed(town: City) -> tuple[str, str]:
    """A case whose task the clerk holds."""
    case_id = town.engine.start_case("filling", {}, by=CLERK).id
    (task,) = town.tasks(case_id)
    if task.holder is None:
        town.engine.claim_task(task.id, by=CLERK)
    (task,) = town.tasks(case_id)
    assert task.holder == CLERK
    return case_id, task.id


def day_lines(town: City) -> list[tuple[str, str]]:
    with town.store.read() as connection:
        return [(link.kind, link.actor) for link in list_links(connection, f"day-{TODAY}")]


def test_what_a_revoked_account_may_take_no_longer_goes_back_with_a_line(town: City) -> None:
    case_id, _ = claimed(town)
    released = administering.revoke_role(town.engine.machine, CLERK, ROLE, UNIT, reason="调离", by=SYSADMIN)
    (task,) = town.tasks(case_id)
    last = town.history(case_id)[-1]
    assert (released, task.holder) == (1, None)
    assert (last.kind, last.actor, last.payload["reason"]) == ("task.released", SYSADMIN, "调离")


def test_what_an_account_may_still_take_by_another_role_stays_with_it(town: City) -> None:
    case_id, _ = claimed(town)
    administering.grant_role(town.engine.machine, CLERK, "pj_county", UNIT, reason="兼任", by=SYSADMIN)
    assert administering.revoke_role(town.engine.machine, CLERK, "pj_county", UNIT, reason="不再兼任", by=SYSADMIN) == 0
    assert [task.holder for task in town.tasks(case_id)] == [CLERK]


def test_a_disabled_account_gives_back_its_tasks_and_is_let_in_again_when_enabled(town: City) -> None:
    case_id, task_id = claimed(town)
    assert administering.disable_account(town.engine.machine, CLERK, reason="离职", by=SYSADMIN) == 1
    assert [task.holder for task in town.tasks(case_id)] == [None]
    with pytest.raises(NotAllowed):
        town.engine.claim_task(task_id, by=CLERK)
    with pytest.raises(Conflict):
        administering.disable_account(town.engine.machine, CLERK, reason="离职", by=SYSADMIN)
    administering.enable_account(town.engine.machine, CLERK, reason="返聘", by=SYSADMIN)
    town.engine.claim_task(task_id, by=CLERK)
    assert [task.holder for task in town.tasks(case_id)] == [CLERK]


def test_a_task_of_a_suspended_case_goes_back_too(town: City) -> None:
    case_id, _ = claimed(town)
    town.engine.suspend_case(case_id, reason="等待", by=MONITOR)
    assert administering.disable_account(town.engine.machine, CLERK, reason="离职", by=SYSADMIN) == 1
    assert (town.case(case_id).status, [task.holder for task in town.tasks(case_id)]) == ("suspended", [None])


def test_nobody_but_a_system_administrator_and_none_for_themselves(town: City) -> None:
    machine = town.engine.machine
    for by in (CLERK, MONITOR):
        with pytest.raises(NotAllowed):
            administering.grant_role(machine, CLERK, "pj_county", UNIT, reason="x", by=by)
    with pytest.raises(NotAllowed) as own:
        administering.grant_role(machine, SYSADMIN, "pj_center_lead", "zhongxin", reason="x", by=SYSADMIN)
    assert own.value.rule == "own-account"
    with pytest.raises(NotAllowed):
        administering.disable_account(machine, SYSADMIN, reason="x", by=SYSADMIN)


@pytest.mark.parametrize(("account", "role"), [(MONITOR, "pj_center_lead"), (CLERK, "sysadmin"), (CLERK, "monitor")])
def test_who_administers_does_not_decide(town: City, account: str, role: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        administering.grant_role(town.engine.machine, account, role, "zhongxin", reason="x", by=SYSADMIN)
    assert refused.value.rule == "SoD-11"


def test_a_refused_act_leaves_neither_row_nor_line(town: City) -> None:
    before = day_lines(town)
    with pytest.raises(InvalidAnswers):
        administering.grant_role(town.engine.machine, CLERK, "pj_county", UNIT, reason=" ", by=SYSADMIN)
    with pytest.raises(NotFound):
        administering.grant_role(town.engine.machine, CLERK, "pj_county", "nowhere", reason="x", by=SYSADMIN)
    with pytest.raises(NotFound):
        administering.revoke_role(town.engine.machine, CLERK, "pj_county", UNIT, reason="x", by=SYSADMIN)
    assert before
    assert day_lines(town) == before


def test_a_reset_password_opens_the_account_and_the_history_does_not_hold_it(town: City) -> None:
    made_up = administering.reset_password(town.engine.machine, CLERK, reason="遗忘", by=SYSADMIN)
    with town.store.read() as connection:
        row = people.find_account(connection, CLERK)
        lines = list_links(connection, f"day-{TODAY}")
    assert is_right(row, made_up)
    assert not is_right(row, PASSWORD)
    assert lines[-1].kind == "account.password_reset"
    assert made_up not in str(lines)


def test_a_unit_is_created_renamed_closed_and_reopened(town: City) -> None:
    machine = town.engine.machine
    administering.create_unit(machine, "dang-an", name="市档案局", reason="新设", by=SYSADMIN)
    administering.rename_unit(machine, "dang-an", name="市档案馆", reason="更名", by=SYSADMIN)
    administering.close_unit(machine, "dang-an", reason="撤并", by=SYSADMIN)
    with town.store.read() as connection:
        assert rows.find_unit(connection, "dang-an") == rows.UnitRow(id="dang-an", name="市档案馆", closed_on=TODAY)
        assert crowds.list_closed_units(connection, TODAY) == {"dang-an"}
    with pytest.raises(Conflict):
        administering.grant_role(machine, CLERK, ROLE, "dang-an", reason="x", by=SYSADMIN)
    administering.reopen_unit(machine, "dang-an", reason="恢复", by=SYSADMIN)
    administering.grant_role(machine, CLERK, ROLE, "dang-an", reason="x", by=SYSADMIN)
    with pytest.raises(InvalidAnswers) as refused:
        administering.create_unit(machine, "Dang An", name=" ", reason="x", by=SYSADMIN)
    assert {finding.field for finding in refused.value.findings} == {"id", "name"}


def test_nobody_acts_for_a_closed_unit(town: City) -> None:
    machine = town.engine.machine
    town.deploy({"visits": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    case = town.engine.start_case("visits", {}, by=CLERK).id
    (waiting,) = town.tasks(case)
    town.engine.claim_task(waiting.id, by=CLERK)
    assert administering.close_unit(machine, "jiaoyu", reason="机构改革", by=SYSADMIN) == 1
    assert town.tasks(case)[0].holder is None
    with town.store.read() as connection:
        assert get_actor(connection, CLERK).memberships == frozenset()
        assert people.list_members(connection, ["pj_unit_clerk"]) != ()
        assert "jiaoyu" not in {unit for _, _, unit in people.list_members(connection, ["pj_unit_clerk"])}
    for command in (town.engine.claim_task, lambda task, by: town.engine.complete_task(task, {}, by=by)):
        with pytest.raises((NotAllowed, NotFound)):
            command(waiting.id, by=CLERK)
    with pytest.raises((NotAllowed, NotFound)):
        town.engine.start_case("visits", {}, by=CLERK)
    administering.reopen_unit(machine, "jiaoyu", reason="恢复", by=SYSADMIN)
    town.engine.complete_task(waiting.id, {}, by=CLERK)
    assert town.case(case).status == "completed"


def test_nobody_locks_themselves_out_by_closing_their_unit(town: City) -> None:
    with pytest.raises(Conflict, match="在其他单位任职"):
        administering.close_unit(town.engine.machine, "zhongxin", reason="撤并", by=SYSADMIN)
    with town.store.read() as connection:
        assert rows.find_unit(connection, "zhongxin").closed_on is None  # type: ignore[union-attr]


def test_leave_counts_on_its_first_and_last_day_until_it_is_struck_out(town: City) -> None:
    machine, last = town.engine.machine, date(2026, 8, 25)
    row = administering.note_absence(machine, CLERK, start=TODAY, until=last, reason="年假", by=SYSADMIN)
    with town.store.read() as connection:
        away = [crowds.list_away(connection, day) for day in (TODAY, last, date(2026, 8, 26))]
    assert away == [{CLERK: last}, {CLERK: last}, {}]
    administering.strike_absence(machine, row.id, reason="销假", by=SYSADMIN)
    with town.store.read() as connection:
        assert rows.list_absences(connection, CLERK) == ()
    with pytest.raises(InvalidAnswers):
        administering.note_absence(machine, CLERK, start=last, until=TODAY, reason="x", by=SYSADMIN)
