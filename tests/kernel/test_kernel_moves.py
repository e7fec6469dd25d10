"""Placing tokens by hand."""

import pytest

from service.errors import Invalid, Stale

LINE = """
start s
user a
boundary b on=a duration=P1D alongside
user remind
end er
sub c each="=[1,2]"
  start cs
  user cu
  end ce
  cs > cu > ce
user d
end e
s > a > c > d > e
b > remind > er
"""


def test_a_token_goes_forward_and_its_boundary_goes_away_while_reminders_stay(begin):
    case = begin(LINE).fire("b")
    case.reload().move(case.token("a"), "d")
    assert case.waits == ["d", "remind"]
    assert case.listens == []


def test_a_token_goes_back_and_its_boundary_comes_back(begin):
    case = begin(LINE)
    case.reload().move(case.token("a"), "d")
    case.reload().move(case.token("d"), "a")
    assert case.waits == ["a"]
    assert case.listens == ["b"]
    case.do("a").do("cu").do("cu").do("d")
    assert case.ended


def test_a_token_inside_a_sub_process_takes_the_whole_of_it_along(begin):
    case = begin(LINE).do("a")
    case.reload().move(case.token("cu"), "d")
    assert case.waits == ["d"]
    assert case.run.dump()[1] == b'{"":{"p":null,"v":{}}}'


def test_one_instance_moves_the_whole_multi_instance_task(begin):
    case = begin('start s\nuser m each="=[1,2]"\nuser d\nend e\ns > m > d > e')
    case.reload().move(case.token("m"), "d")
    assert case.waits == ["d"]


FORK = "start s\nand g\nuser a\nuser b\nand j\nuser n\nend e\ns > g > a > j > n > e\ng > b > j"


def test_a_token_that_leaves_a_block_takes_the_other_branches_along(begin):
    case = begin(FORK)
    case.reload().move(case.token("a"), "n")
    assert case.waits == ["n"]


def test_a_token_that_enters_a_block_finds_the_other_branches_done(begin):
    case = begin(FORK).do("a").do("b")
    case.reload().move(case.token("n"), "b")
    assert case.waits == ["b"]
    case.do("b")
    assert case.waits == ["n"]


@pytest.mark.parametrize("target", ["j", "b", "a"])
def test_a_token_of_a_block_is_placed_neither_on_its_join_nor_in_another_branch(begin, target):
    case = begin(FORK)
    before = case.run.dump()
    with pytest.raises(Invalid):
        case.run.move(case.token("a"), target)
    assert case.run.dump() == before


def test_a_timer_that_is_set_keeps_its_new_time_over_a_save(begin):
    case = begin(LINE)
    timer = case.run.snapshot().timers[0]
    later = timer.due.replace(year=timer.due.year + 1)
    case.run.set_timer(timer.token, timer.child, later)
    assert case.reload().snapshot().timers == (timer._replace(due=later),)
    with pytest.raises(Stale):
        case.run.set_timer(case.token("a"), None, later)


def test_a_job_and_a_waiting_event_may_be_moved(begin):
    case = begin("start s\nservice j type=slow\ncatch t duration=P1D\nuser u\nend e\ns > j > t > u > e")
    case.reload().move(case.token("j"), "t")
    case.reload().move(case.token("t"), "u")
    assert case.waits == ["u"]


@pytest.mark.parametrize("target", ["b", "cu", "s", "nowhere", "#start", "a.BoundaryEventSplit"])
def test_a_token_cannot_be_placed_where_none_can_stand(begin, target):
    case = begin(LINE)
    before = case.run.dump()
    with pytest.raises(Invalid):
        case.run.move(case.token("a"), target)
    assert case.run.dump() == before


def test_a_token_that_is_gone_cannot_be_moved(begin):
    case = begin(LINE)
    with pytest.raises(Stale):
        case.run.move("99", "d")
