"""What is stored of a case. Fixtures hold a state of every released version; they must load for ever."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from service.engine.kernel import Run, parse
from service.errors import Failed, Stale

FIXTURES = Path(__file__).parent / "fixtures"


def test_values_keep_their_types_over_save_and_load(begin):
    given = {"money": Decimal("50.00"), "day": date(2026, 4, 7), "rows": [{"amount": Decimal("1.10")}], "none": None}
    case = begin("start s\nuser u\nend e\ns > u > e", **given)
    assert case.reload().variables() == given


def test_state_and_scopes_are_small(begin):
    case = begin(
        "start s\n" + "".join(f"user u{i}\n" for i in range(10)) + "end e\ns > " + " > ".join(f"u{i}" for i in range(10)) + " > e"
    )
    for i in range(9):
        case.do(f"u{i}")
    state, scopes = case.run.dump()
    assert len(state) < 80
    assert len(scopes) < 30


def test_token_ids_are_never_used_twice(begin):
    case = begin("start s\nxor m\nuser a\nxor x default=x_m\nend e\ns > m > a > x > m\nx > e if =over")
    seen = []
    for _ in range(20):
        seen.append(case.token("a"))
        case.do("a")
    assert len(set(seen)) == 20


@pytest.mark.parametrize("state", [b"", b"\x00{}", b'\x02{"n":1}'])
def test_a_state_of_an_unknown_version_is_refused(draw, make_host, state):
    with pytest.raises(Failed):
        Run.load(draw("start s\nend e\ns > e"), state, b"{}", make_host())


def test_a_token_on_an_element_that_is_gone_is_named(begin, draw, make_host):
    case = begin("start s\nuser old\nend e\ns > old > e")
    with pytest.raises(Failed, match="old"):
        Run.load(draw("start s\nuser new\nend e\ns > new > e"), *case.run.dump(), make_host())


def test_a_case_goes_on_in_a_changed_definition_with_its_due_time(begin, draw, make_host):
    text = "start s\nuser a\nboundary b on=a duration=P60D alongside\nuser r\nend er\n{x}end e\ns > a > {y}e\nb > r > er"
    case = begin(text.format(x="", y=""))
    due = case.run.snapshot().timers[0].due
    run = Run.load(draw(text.format(x="user x\n", y="x > ")), *case.run.dump(), make_host())
    assert run.snapshot().timers[0].due == due
    run.complete(run.snapshot().tasks[0].token, {})
    assert [row.element for row in run.snapshot().tasks] == ["x"]


def test_an_ended_case_stays_ended(begin):
    case = begin("start s\nuser u\nend e\ns > u > e")
    token = case.token("u")
    case.do("u")
    assert case.ended
    with pytest.raises(Stale):
        case.run.complete(token, {})


def test_a_terminated_case_waits_for_nothing(begin):
    case = begin('start s\nsub p each="=[1,2]"\n  start ps\n  user u\n  end pe\n  ps > u > pe\nend e\ns > p > e')
    case.run.terminate()
    rows = case.reload().snapshot()
    assert (rows.ended, rows.tasks, rows.outcomes, rows.error) == (True, (), (), None)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_states_of_released_versions_load_and_go_on(path, make_host):
    stored = json.loads(path.read_text(encoding="utf-8"))
    run = Run.load(parse(stored["bpmn"].encode()), bytes.fromhex(stored["state"]), stored["scopes"].encode(), make_host())
    rows = run.snapshot()
    assert sorted(row.element for row in rows.tasks) == stored["tasks"]
    assert [[row.element, row.due.isoformat()] for row in rows.timers] == stored["timers"]
    assert [[row.element, row.message, row.correlation] for row in rows.subscriptions] == stored["subscriptions"]
    while tasks := run.snapshot().tasks:
        run.complete(tasks[0].token, {"score": 1})
    for job in run.snapshot().jobs:
        run.complete(job.token, {})
    assert run.snapshot().outcomes == tuple(stored["outcomes"])


def test_there_is_a_fixture_of_every_version():
    assert {path.stem.split("_")[0] for path in FIXTURES.glob("*.json")} == {"v1"}
