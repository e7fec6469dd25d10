"""Moving a case to another version of its diagram."""

import pytest

from service.engine.kernel import Position, Run, find_obstacles, migrate
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
    assert [problem.element for problem in find_obstacles(case.process, process, Position.of(state), {})] == ["a"]
    with pytest.raises(InvalidDefinition):
        migrate(case.process, process, state, scopes, case.host, mapping={})


FORK = "start s\nand f\nuser a\nuser b\nuser c\nand j\nend e\n"
THREE = FORK + "s > f > a > j > e\nf > b > j\nf > c > j"


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (FORK + "user d\ns > f > a > j > e\nf > b > j\nf > c > j\nf > d > j", "join"),  # d never began
        (FORK + "s > f > a > b > j > e\nf > c > j", "join"),  # b would be done once more
        (FORK + "user d\nuser g\ns > a > b > c > f > d > j > e\nf > g > j", "parallel"),
        (FORK.replace("and j", "or j") + "s > f > a > j > e\nf > b > j\nf > c > j", None),  # nothing waits there yet
    ],
)
def test_branches_that_do_not_fit_are_an_obstacle(begin, draw, new, rule):
    case = begin(THREE)
    if rule is not None:
        case.do("b")
    found = find_obstacles(case.process, draw(new), Position.of(case.run.dump()[0]), {})
    assert {one.rule for one in found} == ({rule} if rule else set())


def test_a_join_that_would_open_at_once_is_an_obstacle(begin):
    flows = "".join(f'f > {one} if "=true"\n{one} > j\n' for one in "abc")
    case = begin("start s\nuser a\nuser b\nuser c\nor f\nor j\nend e\ns > f\n" + flows + "j > e").do("a").do("c")
    position = Position.of(case.run.dump()[0])
    assert find_obstacles(case.process, case.process, position, {}) == ()
    assert {one.rule for one in find_obstacles(case.process, case.process, position, {"a": "b"})} == {"moves-on"}


def test_a_gateway_of_events_keeps_its_dates_and_takes_new_events(begin, draw):
    text = "start s\nrace r\ncatch t duration=P9D\ncatch m message=m\nend e\ns > r > t > e\nr > m > e"
    case = begin(text)
    due = case.run.snapshot().timers[0].due
    new = text.replace("catch t", "catch u").replace("r > t", "r > u").replace("P9D", "P1D") + "\ncatch n message=n\nr > n > e"
    run = moved(case, draw(new), t="u")
    assert [(row.child, row.due) for row in run.snapshot().timers] == [("u", due)]
    assert names(run.snapshot().subscriptions) == ["m", "n"]
    run.fire_timer(run.snapshot().timers[0].token, "u")
    assert run.snapshot().ended


def test_a_gateway_that_lost_an_event_is_an_obstacle(begin, draw):
    text = "start s\nrace r\ncatch t duration=P9D\ncatch m message=m\nend e\ns > r > t > e\nr > m > e"
    case = begin(text)
    new = draw(text.replace("catch m message=m", "catch m duration=P1D"))
    assert {one.rule for one in find_obstacles(case.process, new, Position.of(case.run.dump()[0]), {})} == {"event"}


def test_a_boundary_event_of_another_step_or_kind_begins_anew(begin, draw):
    case = begin(OLD)
    for new in (OLD.replace("duration=P60D", "message=late"), OLD.replace("on=a", "on=n")):
        run = moved(case, draw(new))
        run.complete(run.snapshot().tasks[0].token, {})
        assert names(run.snapshot().tasks) == ["n"]
        assert (names(run.snapshot().timers), run.snapshot().subscriptions) == (["b"] if "on=n" in new else [], ())


def test_a_case_that_waits_elsewhere_has_no_obstacle(begin, draw):
    case = begin(OLD).do("a")
    assert find_obstacles(case.process, draw("start s\nuser n\nend e\ns > n > e"), Position.of(case.run.dump()[0]), {}) == ()
