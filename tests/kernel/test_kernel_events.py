"""Messages, event-based gateways, event sub-processes and ends."""

import pytest

from service.engine.kernel import CannotContinue, Thrown
from service.errors import Stale

CATCH = 'start s\ncatch m message=pj.reviewDecided key="=project_id"\nuser u\nend e\ns > m > u > e'


def test_a_catch_event_names_its_message_and_key_and_takes_the_payload(begin):
    case = begin(CATCH, project_id=7)
    row = case.run.snapshot().subscriptions[0]
    assert (row.element, row.message, row.correlation) == ("m", "pj.reviewDecided", "7")
    case.deliver("m", result="通过")
    assert case.waits == ["u"]
    assert case["result"] == "通过"


def test_an_empty_correlation_key_stops_the_command(begin):
    with pytest.raises(CannotContinue) as caught:
        begin(CATCH)
    assert caught.value.element == "m"


def test_a_message_is_taken_once(begin):
    case = begin(CATCH, project_id=7)
    token = case.token("m")
    case.deliver("m")
    with pytest.raises(Stale):
        case.reload().deliver(token, None, {})


def test_a_timer_row_cannot_be_fired_as_a_message_nor_the_other_way_round(begin):
    case = begin("start s\ncatch t duration=P1D\nend e\ns > t > e")
    with pytest.raises(Stale):
        case.run.deliver(case.token("t"), None, {})


def test_an_output_mapping_picks_from_the_payload(begin):
    case = begin('start s\ncatch m message=x out.fate="=result"\nuser u\nend e\ns > m > u > e')
    case.deliver("m", result="通过", noise=1)
    assert case["fate"] == "通过"
    assert "noise" not in case


def test_a_receive_task_waits_for_its_message_and_may_have_a_boundary(begin):
    text = "start s\nreceive r message=x\nboundary b on=r duration=P1D\nuser late\nend e\nend f\ns > r > e\nb > late > f"
    case = begin(text)
    assert case.listens == ["b", "r"]
    case.deliver("r", a=1)
    assert case.ended
    assert case["a"] == 1


THROW = """
start s
throw m message=pj.applicationCreated key="=project_id" in.name="=title" in.size="=n + 1"
send t message=pj.other
end e message=pj.done key="=project_id"
s > m > t > e
"""


def test_throw_events_send_tasks_and_end_events_send_messages_with_their_inputs(begin):
    case = begin(THROW, project_id="P1", title="系统", n=1)
    assert case.run.thrown == [
        Thrown(message="pj.applicationCreated", correlation="P1", payload={"name": "系统", "size": 2}, element="m"),
        Thrown(message="pj.other", correlation=None, payload={}, element="t"),
        Thrown(message="pj.done", correlation="P1", payload={}, element="e"),
    ]
    assert case.ended
    assert "name" not in case


RACE = """
start s
race g
catch t1 duration=P1D
catch t2 duration=P2D
catch m message=msg
user u1
user u2
user um
end e
s > g > t1 > u1 > e
g > t2 > u2 > e
g > m > um > e
"""


def test_an_event_gateway_keeps_two_timers_and_a_message_apart(begin):
    rows = begin(RACE).reload().snapshot()
    assert [(row.child, row.element, row.due.day) for row in rows.timers] == [("t1", "t1", 3), ("t2", "t2", 4)]
    assert [(row.child, row.message) for row in rows.subscriptions] == [("m", "msg")]


@pytest.mark.parametrize(("first", "then"), [("t1", "u1"), ("t2", "u2")])
def test_the_first_timer_of_an_event_gateway_wins(begin, first, then):
    case = begin(RACE).fire(first)
    assert case.waits == [then]
    assert case.listens == []


def test_a_message_may_win_at_an_event_gateway(begin):
    case = begin(RACE).deliver("m", a=1)
    assert case.run.walked == ["g", "g_m", "m", "m_um"]
    assert case.waits == ["um"]
    assert case["a"] == 1


def test_a_non_interrupting_message_boundary_takes_message_after_message(begin):
    case = begin("start s\nuser u\nboundary b on=u message=x alongside\nuser r\nend e\nend f\ns > u > e\nb > r > f")
    case.deliver("b").deliver("b")
    assert case.waits == ["r", "r", "u"]
    assert case.listens == ["b"]


LISTEN = """
start s
user u
end e
eventsub es
  start ess {start}
  user eu
  end ese
  ess > eu > ese
s > u > e
"""


@pytest.mark.parametrize("start", ["message=msg", "duration=P9D"])
def test_an_event_sub_process_that_never_starts_does_not_keep_the_case_open(begin, start):
    case = begin(LISTEN.format(start=start))
    assert case.listens == ["ess"]
    case.do("u")
    assert case.ended
    assert case.outcomes == ("e",)


def test_an_interrupting_event_sub_process_takes_the_place_of_the_main_flow(begin):
    case = begin(LISTEN.format(start="message=msg"))
    case.deliver("ess", reason="终止")
    assert case.waits == ["eu"]
    assert case.listens == []
    assert case["reason"] == "终止"
    case.do("eu")
    assert case.ended


def test_a_non_interrupting_event_sub_process_runs_beside_as_often_as_its_message_comes(begin):
    case = begin(LISTEN.format(start="message=msg alongside"))
    case.deliver("ess", change=1).deliver("ess", change=2)
    assert case.waits == ["eu", "eu", "u"]
    assert case.listens == ["ess"]
    case.do("u").do("eu")
    assert not case.ended
    assert case.listens == ["ess"]
    case.do("eu")
    assert case.ended


def test_a_timer_event_sub_process_fires_once(begin):
    case = begin(LISTEN.format(start="duration=P9D alongside")).fire("ess")
    assert case.waits == ["eu", "u"]
    assert case.listens == []


def test_an_interrupting_event_sub_process_leaves_other_levels_alone(begin):
    case = begin(
        """
start s
and g
user other
sub sp
  start ss
  user inner
  end se
  eventsub es
    start ess message=msg
    user eu
    end ese
    ess > eu > ese
  ss > inner > se
user after
end e
s > g > other > e
g > sp > after > e
"""
    )
    case.deliver("ess")
    assert case.waits == ["eu", "other"]
    case.do("eu")
    assert case.waits == ["after", "other"]


def test_two_listening_event_sub_processes_end_when_one_interrupts(begin):
    text = LISTEN.format(start="message=stop") + (
        "eventsub es2\n  start ess2 message=change alongside\n  user eu2\n  end ese2\n  ess2 > eu2 > ese2\n"
    )
    case = begin(text).deliver("ess2")
    assert case.waits == ["eu2", "u"]
    case.deliver("ess")
    assert case.waits == ["eu"]
    assert case.listens == []


def test_a_terminate_end_ends_its_own_level(begin):
    case = begin(
        """
start s
sub sp
  start ss
  and g
  user a
  user b
  end te terminate
  end be
  ss > g > a > te
  g > b > be
user n
end e
s > sp > n > e
"""
    )
    case.do("a")
    assert case.waits == ["n"]


def test_a_terminate_end_of_the_case_ends_everything(begin):
    case = begin(
        "start s\nand g\nuser a\nuser b\nend te terminate\nend e\ns > g > a > te\ng > b > e\n"
        + LISTEN.split("end e\n")[1].split("s > u")[0].format(start="message=m")
    )
    case.do("a")
    assert case.ended
    assert case.outcomes == ("te",)


def test_a_case_with_several_starts_begins_at_the_one_that_is_named(begin):
    text = "start s\nstart sm message=msg\nuser u\nuser v\nend e\ns > u > e\nsm > v > e"
    assert begin(text).waits == ["u"]
    assert begin(text, start_event="sm").waits == ["v"]


def test_a_path_may_simply_stop(begin):
    case = begin("start s\nuser u\nuser v\ns > u\ns > v")
    case.do("u").do("v")
    assert case.ended


def test_the_end_of_an_interrupting_event_sub_process_of_the_case_is_its_outcome(begin):
    case = begin(
        """
start s
user u
end granted
s > u > granted
eventsub stop
  start ss message=stop key="=1"
  end withdrawn
  ss > withdrawn
"""
    )
    case.deliver("ss")
    assert case.outcomes == ("withdrawn",)


def test_the_end_of_an_event_sub_process_beside_the_flow_or_inside_another_level_is_no_outcome(begin):
    case = begin(
        """
start s
sub inside
  start is
  user iu
  end ie
  is > iu > ie
  eventsub istop
    start iss message=istop key="=1"
    end stopped
    iss > stopped
user u
end granted
s > inside > u > granted
eventsub also
  start as message=note key="=1" alongside
  end noted
  as > noted
"""
    )
    case.deliver("as")
    case.deliver("iss")
    assert case.waits == ["u"]
    assert case.outcomes == ()
    case.do("u")
    assert case.outcomes == ("granted",)
