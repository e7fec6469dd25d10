"""Work done once for each item."""

import pytest

from service.engine.kernel import CannotContinue

VOTE = 'start s\nuser m each="=xs" as=x collect=scores of="=score" {extra}\nuser n\nend e\ns > m > n > e'


def test_parallel_instances_collect_in_the_order_of_the_items(begin):
    case = begin(VOTE.format(extra=""), xs=["甲", "乙", "丙"])
    assert [row.item for row in case.run.snapshot().tasks] == [0, 1, 2]
    case.do("m", 2, score=3).do("m", 0, score=1)
    assert case.waits == ["m"]
    case.do("m", score=2)
    assert case.waits == ["n"]
    assert case["scores"] == [1, 2, 3]


def test_answers_of_an_instance_stay_in_it(begin):
    case = begin(VOTE.format(extra=""), xs=["甲", "乙"], note="旧")
    case.do("m", score=1, note="新")
    assert case["note"] == "旧"
    assert "score" not in case
    assert case.run.variables(case.token("m"))["note"] == "旧"


def test_an_instance_sees_its_item_and_its_number(begin):
    case = begin(VOTE.format(extra=""), xs=["甲", "乙"])
    seen = case.run.variables(case.token("m", 1))
    assert (seen["x"], seen["loopCounter"]) == ("乙", 2)
    assert "x" not in case


def test_sequential_instances_come_one_after_another_from_the_items_at_the_start(begin):
    case = begin(VOTE.format(extra="sequential"), xs=["甲", "乙"])
    assert case.waits == ["m"]
    case.run.set_variables(None, {"xs": []})
    case.do("m", score=1)
    assert case.run.variables(case.token("m"))["x"] == "乙"
    case.do("m", score=2)
    assert case["scores"] == [1, 2]


def test_the_completion_condition_cancels_the_rest(begin):
    case = begin(VOTE.format(extra='until="=numberOfCompletedInstances >= 2"'), xs=[1, 2, 3])
    case.do("m", 0, score=5)
    assert case.waits == ["m", "m"]
    case.do("m", 1, score=7)
    assert case.waits == ["n"]
    assert case["scores"] == [5, None, 7]


def test_the_completion_condition_sees_the_answers_of_the_instance(begin):
    case = begin(VOTE.format(extra='until="=score < 0"'), xs=[1, 2, 3])
    case.do("m", score=1)
    assert case.waits == ["m", "m"]
    case.do("m", score=-1)
    assert case.waits == ["n"]


def test_an_empty_collection_is_passed_at_once(begin):
    case = begin(VOTE.format(extra=""), xs=[])
    assert case.waits == ["n"]
    assert case["scores"] == []


@pytest.mark.parametrize("value", [None, "甲", 3])
def test_a_collection_that_is_no_list_stops_the_command(begin, value):
    with pytest.raises(CannotContinue) as caught:
        begin(VOTE.format(extra=""), xs=value)
    assert caught.value.element == "m"


def test_a_number_of_instances_may_be_given(begin):
    case = begin("start s\nuser m count==n\nend e\ns > m > e", n=3)
    assert case.waits == ["m", "m", "m"]


@pytest.mark.parametrize("order", ["", "sequential"])
def test_a_service_task_is_done_for_each_item(begin, make_host, order):
    host = make_host(handlers={"double": lambda v: {"twice": v["x"] * 2}})
    text = f'start s\nservice m type=double each="=xs" as=x collect=out of="=twice" {order}\nuser n\nend e\ns > m > n > e'
    case = begin(text, host=host, xs=[1, 2, 3])
    assert case["out"] == [2, 4, 6]
    assert "twice" not in case


def test_jobs_of_a_multi_instance_are_completed_one_by_one(begin):
    case = begin('start s\nservice m type=slow each="=xs" as=x collect=out of="=r"\nend e\ns > m > e', xs=[1, 2])
    case.do("m", 1, r="b").do("m", 0, r="a")
    assert case.ended
    assert case["out"] == ["a", "b"]


PANEL = """
start s
sub m each="=xs" as=x collect=out of="=result" {order}
  start ms
  user first
  user second
  end me
  ms > first > second > me
end e
s > m > e
"""


def test_parallel_sub_processes_do_not_overwrite_each_other(begin):
    case = begin(PANEL.format(order=""), xs=["甲", "乙"])
    case.do("first", 0, result="甲1").do("first", 0, result="乙1")
    assert case.run.variables(case.token("second", 0))["result"] == "甲1"
    case.do("second", 1).do("second", 0)
    assert case.ended
    assert case["out"] == ["甲1", "乙1"]
    assert "result" not in case


def test_sequential_sub_processes_follow_each_other(begin):
    case = begin(PANEL.format(order="sequential"), xs=["甲", "乙"])
    case.do("first", result=1).do("second")
    assert case.waits == ["first"]
    case.do("first", result=2).do("second")
    assert case["out"] == [1, 2]


def test_multi_instance_within_multi_instance_keeps_its_results_apart(begin):
    case = begin(
        """
start s
sub m each="=xs" as=x collect=out of="=inner"
  start ms
  user u each="=[1,2]" as=y collect=inner of="=v"
  end me
  ms > u > me
end e
s > m > e
""",
        xs=["甲", "乙"],
    )
    for value in (1, 2, 3, 4):
        case.do("u", v=value)
    assert case["out"] == [[1, 2], [3, 4]]


def test_an_output_mapping_of_an_instance_reaches_the_case(begin):
    case = begin('start s\nuser m each="=[1]" out.last="=score * 2"\nend e\ns > m > e')
    case.do("m", score=4)
    assert case["last"] == 8
    assert "score" not in case


def test_a_multi_instance_is_walked_once(begin):
    case = begin(VOTE.format(extra=""), xs=[1, 2])
    case.do("m")
    assert case.run.walked == []
    case.do("m")
    assert case.run.walked == ["m", "m_n"]
