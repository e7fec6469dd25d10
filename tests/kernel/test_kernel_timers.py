"""When timers are due, and what they do when the engine lets them fire."""

from datetime import date, datetime, timedelta

import pytest

from service.clock import SHANGHAI
from service.engine.kernel import CannotContinue
from service.engine.kernel.timers import ENDLESS, later, timing
from service.errors import Stale
from service.tagged import Months

NOW = datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ({"id": "D", "effective": date(2026, 4, 7)}, at(2026, 4, 8)),
        (date(2026, 12, 31), at(2027, 1, 1)),
        ("2026-04-07", at(2026, 4, 8)),
        ("2026-04-07T09:30:00+08:00", at(2026, 4, 7, 9, 30)),
        ("2026-04-07T09:30:00", at(2026, 4, 7, 9, 30)),
        (at(2026, 4, 7, 1), at(2026, 4, 7, 1)),
        (timedelta(hours=2), at(2026, 3, 2, 14)),
        (Months(2), at(2026, 5, 2, 12)),
        ("P60D", at(2026, 5, 1, 12)),
        ("PT0S", NOW),
        ("P1M", at(2026, 4, 2, 12)),
        ("P1Y2M3DT4H5M6S", at(2027, 5, 5, 16, 5, 6)),
        ("P2W", at(2026, 3, 16, 12)),
    ],
)
def test_a_value_says_when_a_timer_is_due(value, due):
    assert timing(value, NOW).due == due


@pytest.mark.parametrize(
    "value", [None, "", "soon", "P", "PT", "R3", "R0/PT1H", "R/PT0S", "R3/PT1H/PT1H/PT1H", 7, {"nominal": 1}]
)
def test_a_value_without_a_time_is_refused(value):
    with pytest.raises(ValueError):
        timing(value, NOW)


def test_a_month_after_the_31st_is_the_last_day_of_a_short_month():
    assert later(at(2026, 1, 31), "P1M") == at(2026, 2, 28)


def test_a_cycle_counts_down_from_its_due_time():
    first = timing("R3/PT1H", NOW)
    second = first.next()
    third = second.next()
    assert [first.due.hour, second.due.hour, third.due.hour] == [13, 14, 15]
    assert third.next() is None


def test_a_cycle_may_begin_at_a_given_time_and_go_on_without_end():
    first = timing("R/2026-01-01T08:00:00+08:00/P7D", NOW)
    assert (first.due, first.left) == (at(2026, 1, 1, 8), ENDLESS)
    assert first.next().next().left == ENDLESS


CATCH = "start s\ncatch t {time}\nuser u\nend e\ns > t > u > e"


@pytest.mark.parametrize("time", ['date="=d"', "date=2020-01-01T00:00:00+08:00", "duration=PT0S", "cycle=R3/PT1H"])
def test_an_intermediate_timer_waits_until_it_is_fired_even_when_long_past(begin, time):
    case = begin(CATCH.format(time=time), d=date(2020, 1, 1))
    assert case.listens == ["t"]
    case.fire("t")
    assert case.waits == ["u"]
    assert case.listens == []


def test_a_due_time_does_not_move_when_variables_or_the_clock_do(begin):
    case = begin(CATCH.format(time='duration="=d"'), d="P60D")
    before = case.run.snapshot().timers[0].due
    case.host.at += timedelta(days=3)
    case.run.set_variables(None, {"d": "P1D"})
    assert case.reload().snapshot().timers[0].due == before == NOW + timedelta(days=60)


def test_a_deadline_function_of_the_host_gives_the_end_of_its_day(begin, make_host):
    host = make_host(names={"deadline": lambda name, start: {"id": name, "effective": start}})
    case = begin(CATCH.format(time="'date==deadline(\"D-PJ-18b\", d)'"), host=host, d=date(2026, 4, 7))
    assert case.run.snapshot().timers[0].due == at(2026, 4, 8)


def test_a_timer_without_a_time_stops_the_command(begin):
    with pytest.raises(CannotContinue) as caught:
        begin(CATCH.format(time='date="=missing"'))
    assert caught.value.element == "t"


BOUNDARY = "start s\nuser u\nboundary b on=u {time}\nuser remind\nend e\nend e2\nuser nxt\ns > u > nxt > e\nb > remind > e2"


def test_an_interrupting_timer_takes_the_task_away(begin):
    case = begin(BOUNDARY.format(time="duration=P5D"))
    case.fire("b")
    assert case.waits == ["remind"]
    case.do("remind")
    assert case.outcomes == ("e2",)
    assert case.ended


def test_completing_the_task_takes_its_timer_away(begin):
    case = begin(BOUNDARY.format(time="duration=P5D"))
    token = case.token("b")
    case.do("u")
    assert case.listens == []
    with pytest.raises(Stale):
        case.reload().fire_timer(token)


def test_a_non_interrupting_timer_fires_once_beside_the_task(begin):
    case = begin(BOUNDARY.format(time="duration=P5D alongside"))
    token = case.token("b")
    case.fire("b")
    assert case.waits == ["remind", "u"]
    assert case.listens == []
    with pytest.raises(Stale):
        case.reload().fire_timer(token)
    case.do("u").do("remind")
    assert not case.ended
    case.do("nxt")
    assert case.ended


def test_a_cycle_reminds_as_often_as_it_says_and_reminders_survive_the_task(begin):
    case = begin(BOUNDARY.format(time="cycle=R3/PT1H alongside"))
    hours = []
    for _ in range(3):
        hours.append(case.run.snapshot().timers[0].due.hour)
        case.fire("b")
    assert hours == [13, 14, 15]
    assert case.listens == []
    case.do("u")
    assert case.waits == ["nxt", "remind", "remind", "remind"]


def test_an_endless_cycle_stops_with_its_task(begin):
    case = begin(BOUNDARY.format(time="cycle=R/PT1H alongside"))
    case.fire("b").fire("b")
    assert case.listens == ["b"]
    case.do("u")
    assert case.listens == []


def test_a_boundary_timer_sees_the_input_mappings_of_its_task(begin):
    case = begin('start s\nuser u in.d="=e"\nboundary b on=u duration="=d"\nend x\nend y\ns > u > x\nb > y', e="P2D")
    assert case.run.snapshot().timers[0].due == NOW + timedelta(days=2)


@pytest.mark.parametrize("kind", ["sub", "call", "mi"])
def test_an_interrupting_timer_clears_everything_inside(begin, kind):
    inside = {
        "sub": 'sub u each="=[1,2]"\n  start us\n  user uu\n  end ue\n  us > uu > ue',
        "call": 'call u calls=child each="=[1,2]" as=x in.y=x',
        "mi": 'user u each="=[1,2]" in.y=1',
    }[kind]
    case = begin(f"start s\n{inside}\nboundary b on=u duration=P1D\nuser late\nend e\nend e2\ns > u > e\nb > late > e2")
    case.fire("b")
    assert case.waits == ["late"]
    assert case.run.dump()[1] == b'{"":{"p":null,"v":{}}}'
    case.do("late")
    assert case.ended
