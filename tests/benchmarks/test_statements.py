"""Statements and commits of a completed task, counted and never timed: a figure here grows by decision only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from city import City
from counting import counted
from duel import walk_ours
from sqlalchemy import text
from walks import Walk, application_walk, deploy_sequential, sequential_walk

from service.clock import SHANGHAI

#: find and lock, account, what waits, close task, drop draft, open task, its bars, case, history
MIDDLE = 9
#: nothing to open and nobody to bar
LAST = 7
#: beside MIDDLE: the timer or child or message that follows; at intake the three registers that the project is compared with;
#: at the end the register, its version and the message to others
APPLICATION = {"sign_application": 10, "intake_check": 11, "review_dimension": 8, "fix_indicators": 9, "sign_decision": 12}
MOST = 12


@pytest.fixture
def city(city_at: Callable[..., City]) -> City:
    made = city_at(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI), processes=True)
    deploy_sequential(made)
    list(walk_ours(made, sequential_walk()))  # definitions are read once a process
    return made


def statements(city: City, walk: Walk) -> list[tuple[str, int, int]]:
    return [(step.element, count.statements, count.commits) for step, _, _, count in walk_ours(city, walk, count=True)]


def test_a_step_of_a_sequence_takes_nine_statements_and_one_commit(city: City) -> None:
    found = statements(city, sequential_walk())

    assert len(found) == 10
    assert [step for step in found[:-1] if step[1] > MIDDLE] == []
    assert found[-1][1] <= LAST
    assert {commits for _, _, commits in found} == {1}


def test_no_step_of_the_application_takes_more_statements_than_it_did(city: City) -> None:
    walk = application_walk(city)
    list(walk_ours(city, walk))

    found = statements(city, walk)

    assert [step for step in found if step[1] > APPLICATION[step[0]]] == []
    assert {commits for _, _, commits in found} == {1}
    assert max(APPLICATION.values()) <= MOST


def test_the_count_sees_every_statement_and_commit(city: City) -> None:
    with counted(city.store.engine) as count:
        with city.store.write() as connection:
            connection.exec_driver_sql("CREATE TABLE counted (body TEXT)")
            connection.exec_driver_sql("SELECT 1")
        with city.store.write() as connection:
            connection.execute(text("INSERT INTO counted VALUES (:body)"), [{"body": "一二"}, {"body": "x"}])

    assert [statement.split()[0] for statement in count.texts] == ["CREATE", "SELECT", "INSERT"]
    assert (count.commits, count.written) == (2, 7)
