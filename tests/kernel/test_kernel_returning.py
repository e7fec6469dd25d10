"""Going back: joins neither fire early nor wait for ever, scopes go with what they belonged to, listeners open anew."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.kernel import following
from service.errors import Invalid, Stale

BLOCK = """
start s
user first
and g
user a1
user a2
user b
and j
user last
end e
s > first > g > a1 > a2 > j > last > e
g > b > j
"""
NESTED = """
start s
user first
sub part in.local="=7"
  start ps
  user p1
  user p2
  end pe
  ps > p1 > p2 > pe
user vote each="=[1,2]" as=x collect=out of="=x"
user turns each="=[1,2]" as=x sequential
user last
end e
s > first > part > vote > turns > last > e
"""


def back(case, element, target, nth=0):
    case.reload().send_back(case.token(element, nth), target)
    return case


def retake(case, element):
    case.reload().take_back(element)
    return case


def finish(case, order=()):
    """Complete whatever waits until the case is over."""
    for _ in range(60):
        if case.ended:
            return case
        waiting = case.waits
        case.do(next((one for one in order if one in waiting), waiting[0]))
    raise AssertionError(f"the case never ends: {case.waits}")


def test_a_step_before_a_block_takes_the_whole_block_back(begin):
    case = back(begin(BLOCK).do("first").do("b"), "a1", "first")
    assert case.waits == ["first"]
    case.do("first")
    assert case.waits == ["a1", "b"]
    case.do("b")
    assert case.waits == ["a1"]
    assert case.do("a1").do("a2").waits == ["last"]


def test_a_step_of_the_same_branch_leaves_the_other_branch_alone(begin):
    case = back(begin(BLOCK).do("first").do("a1").do("b"), "a2", "a1")
    assert case.waits == ["a1"]
    assert case.do("a1").do("a2").waits == ["last"]


def test_a_step_of_another_branch_is_refused(begin):
    case = begin(BLOCK).do("first").do("a1").do("b")
    with pytest.raises(Invalid):
        case.run.send_back(case.token("a2"), "b")
    assert case.run.places_before(case.token("a2"), {"first", "a1", "b", "s", "g", "nowhere"}) == {"first", "a1", "s"}


@pytest.mark.parametrize(("target", "left"), [("a1", ["a1", "a2"]), ("a2", ["a2"]), ("b", ["b"])])
def test_a_step_inside_a_block_that_is_over_finds_the_other_branch_done(begin, target, left):
    case = back(begin(BLOCK).do("first").do("a1").do("a2").do("b"), "last", target)
    for step in left:
        assert case.waits == [step]
        case.do(step)
    assert case.waits == ["last"]
    assert case.do("last").ended


def test_out_of_a_sub_process_its_inside_and_its_scope_go(begin):
    case = back(begin(NESTED).do("first").do("p1"), "p2", "first")
    assert case.waits == ["first"]
    assert case.run.dump()[1] == b'{"":{"p":null,"v":{}}}'
    case.do("first")
    assert case.run.variables(case.token("p1"))["local"] == 7
    assert finish(case).ended


def test_inside_a_sub_process_its_scope_stays(begin):
    case = begin(NESTED).do("first").do("p1", local=8)
    back(case, "p2", "p1")
    assert case.run.variables(case.token("p1"))["local"] == 8


def test_a_step_inside_a_sub_process_that_is_over_is_not_offered(begin):
    case = begin(NESTED).do("first").do("p1").do("p2")
    assert case.run.places_before(case.token("vote"), {"p1", "p2", "first", "part"}) == {"first"}


@pytest.mark.parametrize("body", ["vote", "turns"])
def test_out_of_a_multi_instance_step_all_of_it_goes_and_it_begins_anew(begin, body):
    case = begin(NESTED).do("first").do("p1").do("p2")
    if body == "turns":
        case.do("vote").do("vote")
    case.do(body)
    back(case, body, "first")
    assert case.waits == ["first"]
    assert case.run.dump()[1].count(b'"p":') == 1
    case.do("first").do("p1").do("p2")
    assert case.waits == ["vote", "vote"]
    assert finish(case)["out"] == [1, 2]


def test_back_to_a_multi_instance_step_opens_every_instance(begin):
    case = begin(NESTED).do("first").do("p1").do("p2").do("vote").do("vote").do("turns")
    back(case, "turns", "vote")
    assert case.waits == ["vote", "vote"]
    assert finish(case).ended


def test_back_to_the_start_waits_for_the_form_and_then_walks(begin):
    case = back(begin(BLOCK, n=1).do("first").do("b"), "a1", "s")
    assert case.waits == ["s"]
    case.do("s", n=2)
    assert case["n"] == 2
    assert case.waits == ["first"]


def test_listeners_of_what_goes_stop_and_those_of_the_target_open_anew_while_reminders_go_on(begin):
    case = begin(
        "start s\nuser a\nboundary ba on=a duration=P1D\nuser b\nboundary bb on=b duration=P2D alongside\nuser told\nend e\n"
        "end et\nend eb\ns > a > b > e\nbb > told > et\nba > eb"
    ).do("a")
    case.fire("bb")
    back(case, "b", "a")
    assert (case.waits, case.listens) == (["a", "told"], ["ba"])
    with pytest.raises(Invalid):
        case.run.send_back(case.token("told"), "a")
    assert case.do("a").do("b").do("told").ended


@pytest.mark.parametrize(("token", "to", "straight"), [("last", "first", "last"), ("a2", "first", "g"), ("a2", "a1", "a2")])
def test_a_step_goes_straight_back_to_where_it_was_sent_from(begin, token, to, straight):
    case = begin(BLOCK).do("first").do("a1")
    if token == "last":
        case.do("a2").do("b")
    assert case.run.straight_way(case.token(token), to) == straight
    back(case, token, to)
    case.reload().complete(case.token(to), {"n": 3}, then=straight)
    assert case["n"] == 3
    assert case.waits == {"last": ["last"], "g": ["a1", "b"], "a2": ["a2", "b"]}[straight]
    assert finish(case).ended


def test_straight_out_of_a_block_that_was_entered_again_leaves_nothing_at_its_join(begin):
    case = back(begin(BLOCK).do("first").do("a1").do("a2").do("b"), "last", "a1")
    case.reload().complete(case.token("a1"), {}, then="last")
    assert case.waits == ["last"]
    assert case.do("last").ended


def test_a_step_is_taken_back_from_what_follows_it(begin):
    case = retake(begin(BLOCK).do("first"), "first")
    assert case.waits == ["first"]
    assert case.do("first").waits == ["a1", "b"]


@pytest.mark.parametrize("done_before", [True, False])
def test_a_step_is_taken_back_from_the_join_where_it_waits_or_that_it_fired(begin, done_before):
    case = begin(BLOCK).do("first").do("a1")
    if done_before:
        case.do("b")
    case.do("a2")
    retake(case, "a2")
    assert case.waits == (["a2"] if done_before else ["a2", "b"])
    case.do("a2")
    assert case.waits == (["last"] if done_before else ["b"])
    assert finish(case).ended


def test_the_last_step_of_a_sub_process_is_taken_back_into_it(begin):
    case = retake(begin(NESTED).do("first").do("p1").do("p2"), "p2")
    assert case.waits == ["p2"]
    assert case.run.variables(case.token("p2"))["local"] == 7
    assert case.do("p2").waits == ["vote", "vote"]


def test_an_opinion_of_several_and_a_branch_that_ended_with_its_case_are_not_taken_back(begin):
    case = begin(NESTED).do("first").do("p1").do("p2").do("vote")
    with pytest.raises(Invalid):
        case.run.take_back("vote")
    case = finish(case)
    with pytest.raises(Stale):
        case.run.take_back("last")


def test_a_branch_with_an_end_of_its_own_is_taken_back_beside_the_other(begin):
    case = begin("start s\nand g\nuser a\nuser b\nend ea\nend eb\ns > g > a > ea\ng > b > eb").do("a")
    assert retake(case, "a").waits == ["a", "b"]


def test_what_can_follow_a_step_is_told_through_sub_processes(draw):
    process = draw(NESTED)
    assert {"p2", "vote", "last", "e"} <= following(process, "p1")
    assert not {"p1", "first"} & following(process, "p1")


WILD = """
start s
user first
and g
user a1
xor x default=x_a3
user a2
user a3
user b
sub part
  start ps
  and pg
  user p1
  user p2
  user p3 each="=[1,2]"
  and pj
  end pe
  ps > pg > p1 > p2 > pj > pe
  pg > p3 > pj
or j
user mid
boundary late on=mid duration=P1D alongside
user told
end et
xor again default=again_last
user last
end e
s > first > g
g > a1 > x
x > a2 if "=n > 2"
a2 > j
x > a3 > j
g > b
b > part > j
j > mid > again
again > first if "=n > 3"
again > last
last > e
late > told > et
"""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), n=st.integers(min_value=1, max_value=4))
def test_whatever_goes_back_and_forth_a_case_can_be_finished_and_keeps_its_variables(begin, data, n):
    case, done = begin(WILD, n=n), []
    for _ in range(data.draw(st.integers(min_value=1, max_value=25))):
        if case.ended:
            break
        waiting = case.waits
        step = data.draw(st.sampled_from(waiting))
        verb = data.draw(st.sampled_from(["do", "do", "back", "take", "fire"]))
        before = case.run.variables()
        if verb == "do":
            case.do(step, **{f"said_{step}": len(done)})
            done.append(step)
            before[f"said_{step}"] = len(done) - 1
        elif verb == "back":
            places = sorted(case.reload().places_before(case.token(step), {"s", *done}))
            if places:
                back(case, step, data.draw(st.sampled_from(places)))
        elif verb == "fire" and case.listens:
            case.fire("late")
        elif verb == "take" and done:
            try:
                retake(case, done[-1])
            except Invalid:
                continue
            assert done[-1] in case.waits
        assert {key: value for key, value in before.items() if key != "said_p3"} == {
            key: value for key, value in case.run.variables().items() if key != "said_p3"
        }
    if not case.ended:
        case.reload().set_variables(None, {"n": 1})
        finish(case)
    assert case.ended
