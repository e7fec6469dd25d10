"""Where paths part and meet. The first tests are faults of the library's own joins."""

import pytest

from service.engine.kernel import CannotContinue

FORK = "start s\nand g\nuser a\nuser b\nand j\nuser n\nend e\ns > g > a > j > n > e\ng > b > j"


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_parallel_join_waits_for_both_branches(begin, order):
    case = begin(FORK)
    case.do(order[0])
    assert case.waits == [order[1]]
    case.do(order[1])
    assert case.waits == ["n"]


def test_an_update_made_in_one_branch_survives_the_other(begin):
    case = begin(FORK, n=1)
    case.do("a", n=2).do("b")
    assert case["n"] == 2


def test_a_submitted_list_replaces_the_old_one(begin):
    case = begin("start s\nuser a\nuser n\nend e\ns > a > n > e", rows=["a", "b", "c"])
    case.do("a", rows=["d"])
    assert case["rows"] == ["d"]


LOOP = """
start s
xor m
and g
user a
user b
and j
xor x default=x_e
end e
s > m > g > a > j > x > e
g > b > j
x > m if =again
"""


@pytest.mark.parametrize("kind", ["and", "or"])
def test_a_join_in_a_loop_waits_in_every_round_whatever_the_order(begin, kind):
    text = LOOP if kind == "and" else LOOP.replace("and j", "or j")
    case = begin(text, again=True)
    for order in ("ab", "ba", "ba", "ab"):
        case.do(order[0])
        assert case.waits == [order[1]], order
        case.do(order[1])
        assert case.waits == ["a", "b"]
    case.do("a", again=False).do("b")
    assert case.ended


def test_a_second_token_on_one_flow_waits_for_the_next_round(begin):
    case = begin(
        "start s\nand g\nuser a\nuser a2\nuser b\nuser b2\nxor m\nxor w\nand j\nuser n\nend e\n"
        "s > g > a > m > j > n > e\ng > a2 > m\ng > b > w > j\ng > b2 > w"
    )
    case.do("a").do("a2")
    assert case.waits == ["b", "b2"]
    case.do("b")
    assert case.waits == ["b2", "n"]
    case.do("b2")
    assert case.waits == ["n", "n"]


INCLUSIVE = """
start s
or g default=g_c
{b}
user a
user c
or j
user n
end e
s > g
g > a if =x
g > b if =y
g > c
a > j
b > j
c > j
j > n > e
"""


def test_an_inclusive_fork_takes_every_true_flow_and_the_join_waits_for_them(begin):
    case = begin(INCLUSIVE.format(b="user b"), x=True, y=True)
    assert case.waits == ["a", "b"]
    case.do("a")
    assert case.waits == ["b"]
    case.do("b")
    assert case.waits == ["n"]


def test_an_inclusive_fork_takes_the_default_when_nothing_is_true(begin):
    case = begin(INCLUSIVE.format(b="user b"), x=False, y=None)
    assert case.waits == ["c"]
    case.do("c")
    assert case.waits == ["n"]


@pytest.mark.parametrize(
    ("b", "end"),
    [
        ("call b calls=other", "b"),
        ("service b type=slow", "b"),
        ("sub b\n  start bs\n  user bu\n  end be\n  bs > bu > be", "bu"),
        ('user b each="=[1]"', "b"),
    ],
)
def test_an_inclusive_join_waits_for_a_branch_that_is_under_way_outside(begin, b, end):
    case = begin(INCLUSIVE.format(b=b), x=True, y=True)
    case.do("a")
    assert case.waits == [end]
    case.do(end)
    assert case.waits == ["n"]


def test_an_inclusive_join_goes_on_when_the_other_branch_ends_elsewhere(begin):
    text = INCLUSIVE.format(b="user b\nxor t default=t_j\nend away").replace("b > j", "b > t > j\nt > away if =leave")
    case = begin(text, x=True, y=True, leave=True)
    case.do("a")
    assert case.waits == ["b"]
    case.do("b")
    assert case.waits == ["n"]


def test_an_inclusive_join_does_not_wait_for_what_can_only_come_through_itself(begin):
    case = begin(
        "start s\nand g\nuser u1\nuser u2\nxor w\nor j\nxor x default=x_n\nuser b\nuser n\nend e\n"
        "s > g > u1 > w > j > x > n > e\ng > u2 > w\nx > b if =again\nb > j"
    )
    case.do("u1")
    assert case.waits == ["n", "u2"]


def test_a_task_with_two_flows_out_forks(begin):
    case = begin("start s\nuser a\nuser b\nuser c\nend e\ns > a > b > e\na > c > e")
    case.do("a")
    assert case.waits == ["b", "c"]


def test_conditions_are_tried_in_the_order_of_the_file(begin):
    case = begin(
        "start s\nxor g default=g_c\nuser a\nuser b\nuser c\nend e\n"
        "s > g\ng > b if =true\ng > a if =true\ng > c\na > e\nb > e\nc > e"
    )
    assert case.run.walked == ["s", "s_g", "g", "g_b"]
    assert case.waits == ["b"]


def test_a_null_condition_does_not_let_a_token_pass(begin):
    case = begin('start s\nxor g default=g_b\nuser a\nuser b\nend e\ns > g\ng > a if "=missing > 5"\ng > b\na > e\nb > e')
    assert case.waits == ["b"]


def test_no_true_condition_and_no_default_stops_the_command(begin):
    with pytest.raises(CannotContinue) as caught:
        begin("start s\nxor g\nuser a\nuser b\nend e\ns > g\ng > a if =false\ng > b if =false\na > e\nb > e")
    assert caught.value.element == "g"


def test_automatic_steps_without_end_are_stopped(begin):
    with pytest.raises(CannotContinue, match="循环"):
        begin("start s\nxor m\ntask t\nxor x default=x_m\nend e\ns > m > t > x > m\nx > e if =false")
