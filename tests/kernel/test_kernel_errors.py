"""Errors and escalations: who catches them."""

import pytest

from service.errors import Stale
from service.sdk import BpmnError

JOB = "start s\nservice j type=slow\nboundary b on=j error=late\nuser h\nuser n\nend e\nend f\ns > j > n > e\nb > h > f"


def test_a_boundary_event_catches_its_code_with_the_variables(begin):
    case = begin(JOB)
    assert case.reload().throw_error(case.token("j"), "late", {"why": "超期"})
    assert case.waits == ["h"]
    assert case["why"] == "超期"


def test_another_code_is_not_caught_and_changes_nothing(begin):
    case = begin(JOB)
    before = case.run.dump()
    assert not case.reload().throw_error(case.token("j"), "other")
    assert case.run.dump() == before


def test_an_event_that_names_the_code_comes_before_one_that_catches_all(begin):
    text = (
        JOB.replace("boundary b on=j error=late", "boundary any on=j error=\nboundary b on=j error=late")
        + "\nuser g\nend k\nany > g > k"
    )
    case = begin(text)
    case.run.throw_error(case.token("j"), "late")
    assert case.waits == ["h"]
    case = begin(text)
    case.run.throw_error(case.token("j"), "other")
    assert case.waits == ["g"]


def test_an_inline_handler_may_throw_a_bpmn_error(begin, make_host):
    def fail(variables):
        raise BpmnError("late", why="超期")

    case = begin(JOB, host=make_host(handlers={"slow": fail}))
    assert case.waits == ["h"]
    assert case["why"] == "超期"


def test_an_uncaught_error_of_an_inline_handler_leaves_a_job(begin, make_host):
    def fail(variables):
        raise BpmnError("odd")

    case = begin(JOB, host=make_host(handlers={"slow": fail}))
    assert [(u.code, u.element, u.token) for u in case.run.uncaught] == [("odd", "j", case.token("j"))]
    assert case.waits == ["j"]


SCOPES = """
start s
and g
sub sp1
  start ss1
  service u1 type=slow
  end se1
  ss1 > u1 > se1
boundary b1 on=sp1 error=E1
user h1
end x1
end y1
sub sp2
  start ss2
  service u2 type=slow
  end se2
  ss2 > u2 > se2
boundary b2 on=sp2 error=E1
user h2
end x2
end y2
s > g > sp1 > y1
g > sp2 > y2
b1 > h1 > x1
b2 > h2 > x2
"""


def test_only_the_nearest_scope_catches_when_two_name_the_same_code(begin):
    case = begin(SCOPES)
    assert case.reload().throw_error(case.token("u1"), "E1")
    assert case.waits == ["h1", "u2"]


NESTED = """
start s
sub sp
  start ss
  and g
  user a
  user b
  end bad error=E1
  end be
  ss > g > a > bad
  g > b > be
boundary c on=sp error=E1
user h
end e
end f
s > sp > e
c > h > f
"""


def test_an_error_end_event_cancels_its_sub_process(begin):
    case = begin(NESTED)
    case.do("a")
    assert case.waits == ["h"]
    case.do("h")
    assert case.outcomes == ("f",)


def test_an_error_end_event_that_nobody_catches_ends_the_case_with_its_code(begin):
    case = begin("start s\nand g\nuser a\nuser b\nend bad error=E1\nend e\ns > g > a > bad\ng > b > e")
    case.do("a")
    rows = case.run.snapshot()
    assert (rows.ended, rows.error, rows.outcomes) == (True, "E1", ("bad",))
    assert [(u.code, u.token) for u in case.run.uncaught] == [("E1", None)]
    assert case.reload().snapshot() == rows


def test_an_error_event_sub_process_catches_before_the_boundary(begin):
    text = NESTED.replace(
        "  ss > g > a", "  eventsub es\n    start ess error=E1\n    user eu\n    end ee\n    ess > eu > ee\n  ss > g > a"
    )
    case = begin(text)
    case.do("a")
    assert case.waits == ["eu"]
    case.do("eu")
    assert case.outcomes == ("e",)


def test_an_error_inside_a_multi_instance_sub_process_cancels_all_instances(begin):
    text = NESTED.replace("sub sp", 'sub sp each="=[1,2]"')
    case = begin(text)
    assert case.waits == ["a", "a", "b", "b"]
    case.do("a")
    assert case.waits == ["h"]


ESCALATE = """
start s
sub sp
  start ss
  user a
  throw t escalation=up in.how="=level"
  user b
  end be escalation=up
  ss > a > t > b > be
boundary c on=sp escalation=up {mode}
user h
user n
end e
end f
s > sp > n > e
c > h > f
"""


def test_a_non_interrupting_escalation_goes_on_beside_and_may_come_again(begin):
    case = begin(ESCALATE.format(mode="alongside"))
    case.do("a", level=2)
    assert case.waits == ["b", "h"]
    assert case["how"] == 2
    case.do("b")
    assert case.waits == ["h", "h", "n"]


def test_an_interrupting_escalation_takes_the_sub_process_away(begin):
    case = begin(ESCALATE.format(mode=""))
    case.do("a")
    assert case.waits == ["h"]


def test_an_uncaught_escalation_is_reported_and_the_flow_goes_on(begin):
    case = begin("start s\nthrow t escalation=up\nuser u\nend e\ns > t > u > e")
    assert [u.code for u in case.run.escalated] == ["up"]
    assert case.waits == ["u"]


def test_an_escalation_may_be_thrown_at_a_task(begin):
    case = begin("start s\nuser u\nboundary b on=u escalation=up alongside\nuser h\nend e\nend f\ns > u > e\nb > h > f")
    assert case.reload().throw_escalation(case.token("u"), "up")
    assert case.waits == ["h", "u"]
    assert not case.run.throw_escalation(case.token("u"), "down")


def test_an_escalation_of_an_event_sub_process_is_not_caught_by_itself(begin):
    case = begin(
        """
start s
user u
end e
eventsub es
  start ess escalation=up alongside
  service j type=slow
  end ee
  ess > j > ee
s > u > e
"""
    )
    case.run.throw_escalation(case.token("u"), "up")
    assert case.waits == ["j", "u"]
    assert not case.run.throw_escalation(case.token("j"), "up")


def test_a_token_that_is_gone_cannot_throw(begin):
    case = begin(JOB)
    token = case.token("j")
    case.do("j")
    with pytest.raises(Stale):
        case.reload().throw_error(token, "late")
