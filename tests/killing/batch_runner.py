"""Runs the worker on a batch of retries and tells of every item and every call before it happens; its parent kills it on the way."""

import sys
from datetime import datetime
from pathlib import Path

from city import settings

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.engine import batch_running
from service.sdk import HANDLERS, Context, Registered
from service.worker import Worker
from service.worker.housekeeping import keep_house

url, files, hour = sys.argv[1:]
where = settings(url, Path(files))
store = bootstrap.make_store(where)
engine = bootstrap.make_engine(where, store, clock=FrozenClock(datetime(2026, 8, 20, int(hour), tzinfo=SHANGHAI)))
honest = batch_running._do


def tell(*arguments: object) -> bool:
    print("item", flush=True)  # noqa: T201 - the parent counts
    return honest(*arguments)  # type: ignore[arg-type]


def call(context: Context) -> dict[str, str]:
    print("call", flush=True)  # noqa: T201
    return {"receipt": context.case.business_key}


batch_running._do = tell
HANDLERS["call_bank"] = Registered(name="call_bank", run=call, inline=False, source=__file__)
keep_house(engine.machine, "runner")  # frees the leases of the one that was killed an hour ago
Worker(engine).drain()
print("done", flush=True)  # noqa: T201
