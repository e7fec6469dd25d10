"""Moving a case to another version of its diagram."""

import pytest

from service.engine.kernel import Run, find_obstacles, migrate
from service.errors import InvalidDefinition

OLD = """
start s
user a
boundary b on=a duration=P60D alongside
user r
end er
user n
end e
s > a > n > e
b > r > er
"""


def moved(case, new, **mapping) -> Run:
    run = migrate(case.process, new, *case.run.dump(), case.host, mapping=mapping)
    return Run.load(new, *run.dump(), case.host)


def names(rows) -> list[str]:
    return sorted(row.element for row in rows)


def test_a_case_goes_on_with_its_due_time_and_its_token(begin, draw):
    case = begin(OLD)
    before = case.run.snapshot()
    run = moved(case, draw(OLD.replace("user n\n", "user x\nuser n\n").replace("a > n", "a > x > n")))
    assert run.snapshot() == before
    run.complete(before.tasks[0].token, {})
    assert names(run.snapshot().tasks) == ["x"]


def test_an_element_may_get_another_id(begin, draw):
    new = draw(OLD.replace("user a\n", "user apply\n").replace("on=a ", "on=apply ").replace("s > a > n", "s > apply > n"))
    run = moved(begin(OLD), new, a="apply")
    assert (names(run.snapshot().tasks), names(run.snapshot().timers)) == (["apply"], ["b"])
    run.complete(run.snapshot().tasks[0].token, {})
    assert (names(run.snapshot().tasks), names(run.snapshot().timers)) == (["n"], [])


def test_a_boundary_event_that_is_gone_goes_away(begin, draw):
    run = moved(begin(OLD), draw("start s\nuser a\nuser n\nend e\ns > a > n > e"))
    assert (names(run.snapshot().tasks), run.snapshot().timers) == (["a"], ())
    run.complete(run.snapshot().tasks[0].token, {})
    assert names(run.snapshot().tasks) == ["n"]


def test_a_boundary_event_that_is_new_begins_and_is_cancelled_with_its_task(begin, draw):
    case = begin("start s\nuser a\nuser n\nend e\ns > a > n > e")
    run = moved(case, draw(OLD))
    assert names(run.snapshot().timers) == ["b"]
    run.complete(run.snapshot().tasks[0].token, {})
    assert run.snapshot().timers == ()


def test_a_boundary_event_that_fired_does_not_begin_again(begin, draw):
    case = begin(OLD).fire("b")
    run = moved(case, draw(OLD + "boundary c on=a message=m\nend ec\nc > ec"))
    assert (names(run.snapshot().tasks), run.snapshot().timers, names(run.snapshot().subscriptions)) == (["a", "r"], (), ["c"])


def test_an_event_sub_process_may_come_and_go(begin, draw):
    plain = "start s\nuser a\nend e\ns > a > e"
    listening = plain + "\neventsub es\n  start ess message=m\n  user eu\n  end ee\n  ess > eu > ee"
    assert names(moved(begin(plain), draw(listening)).snapshot().subscriptions) == ["ess"]
    assert moved(begin(listening), draw(plain)).snapshot().subscriptions == ()


def test_instances_and_sub_processes_move_with_their_variables(begin, draw):
    text = (
        "start s\nsub p in.k=1\n  start ps\n  user m each==xs as=x collect=out of==v\n  {x}end pe\n  ps > m > {y}pe\n"
        "end e\ns > p > e"
    )
    case = begin(text.format(x="", y=""), xs=[1, 2])
    case.do("m", v=5)
    run = moved(case, draw(text.format(x="user z\n  ", y="z > ")))
    run.complete(run.snapshot().tasks[0].token, {"v": 6})
    row = run.snapshot().tasks[0]
    assert row.element == "z"
    assert run.variables(row.token)["out"] == [5, 6]


@pytest.mark.parametrize(
    "new",
    [
        "start s\nuser n\nend e\ns > n > e",
        "start s\nservice a type=x\nend e\ns > a > e",
        'start s\nuser a each="=[1]"\nend e\ns > a > e',
        "start s\nsub p\n  start ps\n  user a\n  end pe\n  ps > a > pe\nend e\ns > p > e",
    ],
)
def test_a_token_without_a_place_is_an_obstacle(begin, draw, new):
    case = begin(OLD)
    state, scopes = case.run.dump()
    process = draw(new)
    assert [problem.element for problem in find_obstacles(case.process, process, state, {})] == ["a"]
    with pytest.raises(InvalidDefinition):
        migrate(case.process, process, state, scopes, case.host, mapping={})


def test_a_case_that_waits_elsewhere_has_no_obstacle(begin, draw):
    case = begin(OLD).do("a")
    assert find_obstacles(case.process, draw("start s\nuser n\nend e\ns > n > e"), case.run.dump()[0], {}) == ()
