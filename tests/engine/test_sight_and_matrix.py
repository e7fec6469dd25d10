"""What one account sees and does, and which roles do what, as the engine itself decides it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from city import City
from drawing import chain, end, form, start, text_field, user_task
from sqlalchemy import select

from service.clock import SHANGHAI
from service.engine import administering, enrolling
from service.engine.duty_matrix import ProcessDuties, read_matrix
from service.engine.people import get_actor
from service.engine.reads import scope_of
from service.engine.sight import Sight, look_through
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.store import people, reads
from service.store import tables as t

CLERK, LEAD, AUDIT = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_audit.shenji"
MONITOR, SYSADMIN = "monitor.zhongxin", "sysadmin.zhongxin"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def town(city_at: Callable[..., City]) -> City:
    town = city_at(NOON)
    secret = {**text_field("price"), "properties": {"readers": "pj_audit"}}
    work = user_task("work", form="errands.work") + user_task(
        "approve", groups="=&quot;pj_unit_lead@&quot; + unit_id", sign="true"
    )
    body = start() + work + end() + chain("begin", "work", "approve", "finished")
    town.deploy({"errands": body}, {"errands.work": form("errands.work", text_field("what"), secret)})
    return town


def sight(town: City, account: str, *, by: str = MONITOR) -> Sight:
    machine = town.engine.machine
    with machine.store.read() as connection:
        return look_through(machine, connection, account, by=get_actor(connection, by))


def matrix(town: City, *, by: str = MONITOR) -> dict[str, ProcessDuties]:
    machine = town.engine.machine
    with machine.store.read() as connection:
        return {one.definition.key: one for one in read_matrix(machine, connection, get_actor(connection, by))}


def test_a_clerk_sees_what_is_theirs_and_an_auditor_the_whole_regulation(town: City) -> None:
    case = town.engine.start_case("errands", {}, by=CLERK).id
    clerk, audit = sight(town, CLERK), sight(town, AUDIT)
    assert (clerk.scope.everything, clerk.acts, clerk.cases, clerk.todo) == (False, True, 1, 1)
    assert ("pj-2020", "jiaoyu") in clerk.scope.units
    assert ("pj-2020" in audit.scope.regulations, audit.acts, audit.starts) == (True, False, ())
    assert [field.path for field in audit.protected if field.definition.key == "errands"] == [("price",)]
    assert [field.path for field in clerk.protected if field.definition.key == "errands"] == []
    (task,) = town.tasks(case)
    town.engine.claim_task(task.id, by=CLERK)
    assert sight(town, CLERK).claimed == 1


def test_what_the_sight_counts_is_what_the_account_gets(town: City) -> None:
    for _ in range(3):
        town.engine.start_case("errands", {}, by=CLERK)
    with town.store.read() as connection:
        names = [row["name"] for row in people.list_accounts(connection) if row["active"]]
    machine = town.engine.machine
    for account in names:
        found = sight(town, account)
        with town.store.read() as connection:
            actor = get_actor(connection, account)
            scope = scope_of(actor, machine.book)
            readable = [one for (one,) in connection.execute(select(t.cases.c.id)) if reads.may_read(connection, scope, one)]
        assert found.cases == len(readable), account
        assert machine.book.may_act(actor) == found.acts


def test_a_disabled_account_does_nothing(town: City) -> None:
    administering.disable_account(town.engine.machine, CLERK, reason="离职", by=SYSADMIN)
    found = sight(town, CLERK)
    assert (found.row.active, found.acts, found.todo) == (False, False, 0)


def test_the_matrix_says_who_does_which_step(town: City) -> None:
    steps = {one.element.id: one for one in matrix(town)["errands"].steps}
    assert steps["work"].roles == {"pj_unit_clerk"}
    assert steps["approve"].roles == {"pj_unit_lead"}
    assert (steps["work"].signs, steps["approve"].signs) == (False, True)


def test_every_step_of_every_shipped_process_has_somebody(city_on: Callable[..., City]) -> None:
    town = city_on("sqlite", NOON, processes=True)
    found = matrix(town)
    assert len(found) > 20
    nobody = [f"{key}.{step.element.id}" for key, one in found.items() for step in one.steps if not (step.roles or step.named)]
    assert nobody == []
    assert any(step.starts for one in found.values() for step in one.steps)


def test_staff_may_look_through_nobody(town: City) -> None:
    with pytest.raises(NotAllowed):
        sight(town, LEAD, by=CLERK)
    with pytest.raises(NotAllowed):
        matrix(town, by=CLERK)
    with pytest.raises(NotFound):
        sight(town, "nobody")


def enrol(town: City, account: str = "li.ming", *, by: str = SYSADMIN, **changed: str) -> str:
    given = {"display_name": "李明", "email": "", "role": "pj_unit_clerk", "unit": "shuili", "reason": "新入职", **changed}
    return enrolling.enrol(town.engine.machine, account, **given, by=by)


def test_a_new_person_signs_in_with_the_made_up_password_and_gets_tasks(town: City) -> None:
    password = enrol(town)
    with town.store.read() as connection:
        row = people.find_account(connection, "li.ming")
    assert row is not None
    assert row.password is not None
    assert password not in row.password
    assert row.memberships == (("pj_unit_clerk", "shuili"),)
    assert sight(town, "li.ming").acts


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"account": "李明"}, "account"), ({"account": "new"}, "account"), ({"account": CLERK}, "account"),
        ({"display_name": " "}, "display_name"), ({"email": "nowhere"}, "email"), ({"reason": ""}, "reason"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_and_enters_nobody(town: City, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        enrol(town, **{"account": "li.ming", **changed})
    assert [one.field for one in refused.value.findings] == [field]
    with town.store.read() as connection:
        assert people.find_account(connection, "li.ming") is None


def test_only_a_system_administrator_enters_people_and_only_into_open_units(town: City) -> None:
    with pytest.raises(NotAllowed):
        enrol(town, by=MONITOR)
    with pytest.raises(NotFound):
        enrol(town, unit="nowhere")
    with pytest.raises(NotFound):
        enrol(town, role="nothing")
    administering.close_unit(town.engine.machine, "shuili", reason="机构改革", by=SYSADMIN)
    with pytest.raises(Conflict):
        enrol(town)
