"""Forgetting what is over changes nothing, and keeps every step as cheap as the first."""

import random
from typing import Any

import pytest

from service.engine.kernel import Process, Run

BIG = """
start s
xor m
user a
boundary an on=a cycle=R/P1D alongside
boundary ai on=a duration=P9D
boundary am on=a message=note alongside
user warn
end ew
or g default=g_d
user b
call c calls=child each="=xs" as=x in.y="=x" collect=out of="=v"
xor cx default=cx_j
user d
or j
xor mx
and pg
user p
sub sp each="=xs" sequential
  start ss
  user u
  boundary ue on=u escalation=up alongside
  end uee
  end se
  ss > u > se
  ue > uee
boundary se2 on=sp error=E1
race eg
catch t1 duration=P1D
catch t2 duration=P2D
xor tx
and pj
xor x default=x_e
end e
eventsub es
  start ess message=change alongside
  user eu
  end ese
  ess > eu > ese
s > m > a > g
an > warn > ew
am > ew
ai > mx
g > b if =pp
g > c if =q
g > d
b > j
c > cx > j
cx > d if =r
d > j
j > mx > pg
pg > p > pj
pg > sp > eg > t1 > tx
eg > t2 > tx
tx > pj
se2 > tx
pj > x
x > m if =again
x > e
"""

STORMY = BIG.replace("cx > d if =r\n", "cx > d if =r\ncx > b if =q2\n")


def actions(run: Run) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Everything that may happen next. Token ids count alike in both runs, so that they are comparable."""
    rows = run.snapshot()
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in (*rows.tasks, *rows.jobs, *rows.children):
        found["complete", row.element, row.token] = (row.token,)
    for timer in rows.timers:
        found["fire", timer.element, timer.token, timer.due] = (timer.token, timer.child)
    for message in rows.subscriptions:
        found["deliver", message.element, message.token] = (message.token, message.child)
    for row in rows.tasks:
        if row.element == "u":
            found["error", row.element, row.token] = (row.token, "E1")
            found["escalate", row.element, row.token] = (row.token, "up")
    return found


def act(run: Run, kind: str, arguments: tuple[Any, ...]) -> None:
    match kind:
        case "complete":
            run.complete(*arguments, {"v": int(arguments[0])})
        case "fire":
            run.fire_timer(*arguments)
        case "deliver":
            run.deliver(*arguments, {"note": 1})
        case "error":
            run.throw_error(*arguments)
        case "escalate":
            run.throw_escalation(*arguments)


def play(process: Process, seed: int, host: Any, steps: int) -> int:
    chance = random.Random(seed)
    given = {name: chance.random() < 0.6 for name in ("q", "r", "pp", "q2")} | {
        "again": True,
        "xs": [1, 2][: chance.randint(0, 2)],
    }
    whole, pruned = Run.start(process, given, host), Run.start(process, given, host)
    for step in range(steps):
        mine, theirs = actions(whole), actions(pruned)
        assert mine.keys() == theirs.keys(), (seed, step)
        assert whole.variables() == pruned.variables()
        assert whole.snapshot().ended == pruned.snapshot().ended
        if not mine:
            return step
        calm = [key for key in sorted(mine, key=str) if key[0] == "complete"]
        key = chance.choice(calm if calm and chance.random() < 0.75 else sorted(mine, key=str))
        for run in (whole, pruned):
            if step > steps - 40:
                run.set_variables(None, {"again": False})
            act(run, key[0], mine[key])
        pruned = Run.load(process, *pruned.dump(), host)
    return steps


@pytest.mark.parametrize("text", [BIG, STORMY], ids=["big", "stormy"])
def test_a_pruned_case_behaves_as_one_that_remembers_everything(draw, make_host, text):
    process = draw(text)
    played = [play(process, seed, make_host(), 90) for seed in range(25)]
    assert sum(played) > 1_000


def test_two_thousand_loops_keep_the_state_as_small_as_it_was(begin):
    case = begin(
        "start s\nxor m\nuser a\nboundary b on=a duration=P1D alongside\nend eb\nand g\nuser c\nuser d\nand j\n"
        "xor x default=x_e\nend e\ns > m > a > g > c > j > x > e\ng > d > j\nx > m if =again\nb > eb",
        again=True,
    )
    sizes = []
    for round_ in range(2_000):
        for element in ("a", "c", "d"):
            rows = case.run.snapshot().tasks
            case.run.complete(next(row.token for row in rows if row.element == element), {})
            state, scopes = case.run.dump()
            case.run = Run.load(case.process, state, scopes, case.host)
        sizes.append(len(state) + len(scopes))
        assert len(list(case.run._tree.all_tokens())) == 4, round_
    assert max(sizes) - min(sizes) < 40


def test_a_long_command_is_pruned_on_the_way(begin, make_host):
    host = make_host(handlers={"one": lambda v: {"r": v["x"]}})
    case = begin(
        'start s\nservice j type=one each="=xs" as=x collect=out of="=r"\nend e\ns > j > e', host=host, xs=list(range(1500))
    )
    assert len(list(case.run._tree.all_tokens())) < 300
    assert case["out"] == list(range(1500))
    assert case.ended
