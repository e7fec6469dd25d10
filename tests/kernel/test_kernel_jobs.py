"""Automatic steps: done at once by an inline handler, or left as jobs."""

import pytest

from service.errors import Finding, InvalidAnswers, Stale

TEXT = "start s\nuser a\nservice check type=check\nuser b\nend e\ns > a > check > b > e"


def test_a_step_without_an_inline_handler_waits_as_a_job(begin):
    case = begin(TEXT).do("a")
    assert [(row.element, row.token == case.token("check")) for row in case.reload().snapshot().jobs] == [("check", True)]
    case.do("check", total=3)
    assert case.waits == ["b"]
    assert case["total"] == 3


def test_an_inline_handler_that_refuses_refuses_the_whole_command(begin, make_host):
    refusal = InvalidAnswers([Finding(field="total", rule="R-PJ-38", message="合计不一致")])

    def refuse(variables):
        raise refusal

    case = begin(TEXT, host=make_host(handlers={"check": refuse}))
    before = case.run.dump()
    with pytest.raises(InvalidAnswers) as caught:
        case.do("a", total=1)
    assert caught.value is refusal
    case.run = type(case.run).load(case.process, *before, case.host)
    assert case.waits == ["a"]
    assert "total" not in case


def test_a_step_that_is_done_cannot_be_completed_again(begin):
    case = begin(TEXT)
    token = case.token("a")
    case.do("a")
    with pytest.raises(Stale):
        case.run.complete(token, {})
    with pytest.raises(Stale):
        case.run.complete("999", {})


@pytest.mark.parametrize(
    "waiting", ["sub p\n  start ps\n  user u\n  end pe\n  ps > u > pe", 'user p each="=[1]"', "catch p duration=P1D"]
)
def test_only_what_people_jobs_and_children_do_can_be_completed(begin, waiting):
    case = begin(f"start s\n{waiting}\nend e\ns > p > e")
    offered = {row.token for row in case.run.snapshot().tasks}
    for number in range(1, 12):
        if str(number) not in offered:
            with pytest.raises(Stale):
                case.reload().complete(str(number), {})


def test_script_and_rule_and_send_tasks_with_a_handler_are_jobs(begin):
    case = begin("start s\nscript a type=x\nrule b type=y\nsend c type=z\nend e\ns > a > b > c > e")
    for element in "abc":
        assert case.waits == [element]
        case.do(element)
    assert case.ended
