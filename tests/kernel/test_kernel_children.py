"""Call activities: child cases that the engine starts, and what comes back from them."""

import pytest

from service.engine.kernel import CannotContinue
from service.errors import Stale

CALL = "start s\ncall c calls=supplement {extra}\nuser u\nend e\ns > c > u > e"


def test_a_call_activity_waits_for_a_child_case(begin):
    case = begin(CALL.format(extra=""))
    row = case.run.snapshot().children[0]
    assert (row.element, row.process) == ("c", "supplement")
    assert case.waits == ["c"]
    case.do("c", answer=1)
    assert case.waits == ["u"]


def test_the_called_process_may_be_an_expression(begin):
    case = begin(CALL.replace("calls=supplement", "calls==which").format(extra=""), which="expert_panel")
    assert case.reload().snapshot().children[0].process == "expert_panel"


def test_an_empty_name_of_a_called_process_stops_the_command(begin):
    with pytest.raises(CannotContinue) as caught:
        begin(CALL.replace("calls=supplement", "calls==which").format(extra=""))
    assert caught.value.element == "c"


@pytest.mark.parametrize(
    ("extra", "given"),
    [
        ("", {"a": 1, "b": 2}),
        ("'in.x==a + 1'", {"x": 2}),
        ("'in.x==a + 1' all_parent=false", {"x": 2}),
        ("'in.x==a + 1' all_parent=true", {"a": 1, "b": 2, "x": 2}),
        ("all_parent=false", {}),
    ],
)
def test_a_child_case_gets_its_inputs_or_everything(begin, extra, given):
    case = begin(CALL.format(extra=extra), a=1, b=2)
    assert case.reload().child_inputs(case.token("c")) == ("supplement", given)


@pytest.mark.parametrize(
    ("extra", "kept"),
    [
        ("", {"a": 5, "answer": 7}),
        ("all_child=true", {"a": 5, "answer": 7}),
        ("all_child=false", {"a": 1}),
        ("'out.got==answer + 1'", {"a": 1, "got": 8}),
        ("'out.got==answer + 1' all_child=false", {"a": 1, "got": 8}),
    ],
)
def test_a_child_case_gives_back_what_is_mapped_or_everything(begin, extra, kept):
    case = begin(CALL.format(extra=extra), a=1)
    case.do("c", answer=7, a=5)
    assert case.run.variables() == kept


def test_each_item_gets_its_own_child_case(begin):
    case = begin(
        CALL.format(extra="'each==parts' as=part collect=answers 'of==last' 'in.what==part' 'out.last==answer' all_child=false"),
        parts=["甲", "乙"],
    )
    assert [case.run.child_inputs(row.token) for row in case.run.snapshot().children] == [
        ("supplement", {"what": "甲"}),
        ("supplement", {"what": "乙"}),
    ]
    case.do("c", 1, answer="Y").do("c", 0, answer="X")
    assert case["answers"] == ["X", "Y"]


def test_a_child_case_that_ended_with_an_error_reaches_the_boundary_of_its_call(begin):
    case = begin(CALL.format(extra="") + "\nboundary b on=c error=refused\nend f\nb > f")
    assert case.run.throw_error(case.token("c"), "refused", {"why": 1})
    assert case.outcomes == ("f",)
    assert case["why"] == 1


def test_an_interrupted_call_leaves_the_snapshot(begin):
    case = begin(CALL.format(extra="'each==[1,2]'") + "\nboundary b on=c duration=P1D\nend f\nb > f")
    case.fire("b")
    assert case.reload().snapshot().children == ()
    assert case.ended


def test_only_a_call_activity_has_child_inputs(begin):
    case = begin("start s\nservice j type=slow\nend e\ns > j > e")
    with pytest.raises(Stale):
        case.run.child_inputs(case.token("j"))
