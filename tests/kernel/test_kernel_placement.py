"""What is let through to another version goes on there to its end: no join waits for a branch that never began, nothing is twice.

The pool holds every way in which three steps can stand to each other; each pair of them is tried from every position.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.kernel import Position, Run, find_obstacles, migrate
from service.errors import InvalidDefinition, Stale

HEAD = "start s\nuser z\nend e\n"
POOL = {
    "line": HEAD + "user a\nuser b\nuser c\ns > a > b > c > z > e",
    "other_line": HEAD + "user a\nuser b\nuser c\ns > c > b > a > z > e",
    "fork": HEAD + "user a\nuser b\nuser c\nand f\nand j\ns > f > a > b > j > z > e\nf > c > j",
    "fork_of_three": HEAD + "user a\nuser b\nuser c\nand f\nand j\ns > f > a > j > z > e\nf > b > j\nf > c > j",
    "fork_mixed": HEAD + "user a\nuser b\nuser c\nand f\nand j\ns > f > a > j > z > e\nf > b > c > j",
    "nested": HEAD + "user a\nuser b\nuser c\nand f\nand g\nand h\nand j\ns > f > a > j > z > e\nf > g > b > h > j\ng > c > h",
    "fork_then_line": HEAD + "user a\nuser b\nuser c\nand f\nand j\ns > f > a > j > c > z > e\nf > b > j",
    "inclusive": HEAD
    + 'user a\nuser b\nuser c\nor f\nor j\ns > f\nf > a if "=true"\nf > b if "=true"\nf > c if "=true"\n'
    + "a > j > z > e\nb > j\nc > j",
    "loose": HEAD + "user a\nuser b\nuser c\nand f\nend e2\nend e3\ns > f > a > z > e\nf > b > e2\nf > c > e3",
    "inside": HEAD + "sub p\n  start ps\n  user a\n  user b\n  end pe\n  ps > a > b > pe\nuser c\ns > p > c > z > e",
    "reminded": HEAD + "user a\nboundary t on=a duration=P1D alongside\nuser b\nend e2\nuser c\ns > a > c > z > e\nt > b > e2",
    "vote": HEAD + 'user a each="=[1,2]"\nuser b\nuser c\ns > a > b > c > z > e',
}
MAPPINGS = ({}, {"a": "b"}, {"b": "c", "c": "b"}, {"a": "z"})


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    return Counter()


def act(case, data) -> None:
    """Complete some steps, let timers fire."""
    for _ in range(data.draw(st.integers(0, 4))):
        snapshot = case.run.snapshot()
        if snapshot.timers and data.draw(st.booleans()):
            case.run.fire_timer(snapshot.timers[0].token)
        elif snapshot.tasks:
            case.run.complete(data.draw(st.sampled_from(snapshot.tasks)).token, {})


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_let_through_comes_to_its_end_and_walks_nothing_twice(begin, draw, seen, data) -> None:
    case = begin(POOL[data.draw(st.sampled_from(sorted(POOL)))])
    new = draw(POOL[data.draw(st.sampled_from(sorted(POOL)))])
    mapping = {old: to for old, to in data.draw(st.sampled_from(MAPPINGS)).items() if old in case.process.elements}
    act(case, data)
    if case.run.snapshot().ended:
        return
    before, (state, scopes) = case.run.snapshot(), case.run.dump()
    obstacles = find_obstacles(case.process, new, Position.of(state), mapping)
    if obstacles:
        seen["kept"] += 1
        with pytest.raises(InvalidDefinition):
            migrate(case.process, new, state, scopes, case.host, mapping=mapping)
        return
    run = migrate(case.process, new, state, scopes, case.host, mapping=mapping)
    seen["moved"] += 1
    assert {row.token: row.element for row in run.snapshot().tasks} == {
        row.token: mapping.get(row.element, row.element) for row in before.tasks
    }
    done: Counter[str] = Counter()
    for _ in range(20):
        run = Run.load(new, *run.dump(), case.host)
        tasks = run.snapshot().tasks
        if not tasks:
            break
        done[tasks[0].element] += 1
        try:
            run.complete(tasks[0].token, {})
        except Stale as error:
            raise AssertionError from error
    assert run.snapshot().ended, (mapping, before, done)
    assert done["z"] <= 1, (mapping, before, done)


def test_enough_was_moved_and_enough_was_kept(seen) -> None:
    """Runs after the property: a judge that lets nothing through, or everything, would be no judge."""
    if seen.total() > 100:
        assert seen["moved"] > 20
        assert seen["kept"] > 20
