"""A parsed process is sealed: many threads run cases of it at once."""

import random
from concurrent.futures import ThreadPoolExecutor

from service.engine.kernel import Run

TEXT = """
start s
or g default=g_c
user a
user b
user c
or j
user m each="=xs" as=x collect=out of="=score"
sub p each="=xs"
  start ps
  user pu
  end pe
  ps > pu > pe
catch msg message=paid key="=no"
end e
eventsub es
  start ess duration=P9D
  user eu
  end ee
  ess > eu > ee
s > g
g > a if =true
g > b if =true
g > c
a > j
b > j
c > j
j > m > p > msg > e
"""


def test_threads_share_a_process(draw, make_host):
    process = draw(TEXT)

    def one(seed: int) -> tuple[list[int], bool]:
        chance, host = random.Random(seed), make_host()
        run = Run.start(process, {"xs": [1, 2, 3], "no": seed}, host)
        while tasks := run.snapshot().tasks:
            run.complete(chance.choice(tasks).token, {"score": seed})
            run = Run.load(process, *run.dump(), host)
        row = run.snapshot().subscriptions[0]
        assert row.correlation == str(seed)
        run.deliver(row.token, row.child, {})
        return run.variables()["out"], run.snapshot().ended

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(120)))
    assert results == [([seed] * 3, True) for seed in range(120)]
