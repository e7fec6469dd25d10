"""Loads a made-up holiday notice for 2027 and reckons the open dates anew; its parent kills it on the way."""

import sys
from datetime import datetime
from pathlib import Path

from city import ROOT, settings

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.engine import recomputing
from service.engine.publishing import store_calendar
from service.worker import Worker
from service.worker.housekeeping import keep_house

url, files, hour = sys.argv[1:]
where = settings(url, Path(files))
store = bootstrap.make_store(where)
engine = bootstrap.make_engine(where, store, clock=FrozenClock(datetime(2027, 1, 6, int(hour), tzinfo=SHANGHAI)))
honest = recomputing._recompute_case


def tell(*arguments: object) -> int:
    moved = honest(*arguments)  # type: ignore[arg-type]
    print("moved", flush=True)  # noqa: T201 - the parent counts
    return moved


recomputing._recompute_case = tell
notice = {"year": 2027, "notice": {"title": "虚构的通知（仅供测试）"}, "working": []}
day = datetime(2027, 1, 11, tzinfo=SHANGHAI).date()
notice["holidays"] = [{"name": "虚构假日", "from": day, "to": day.replace(day=17)}]
print("ready", ROOT.name, flush=True)  # noqa: T201
store_calendar(engine.machine, [notice], by="operator")
keep_house(engine.machine, "runner")  # frees the lease of the one that was killed an hour ago
Worker(engine).drain()
print("done", flush=True)  # noqa: T201
