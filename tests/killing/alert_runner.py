"""Holds the rules of alerts against what is stuck, and stands still within or after the transaction; its parent kills it there."""

import sys
import threading
from datetime import datetime
from pathlib import Path

from city import settings

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.engine import alerting
from service.store import alerts

url, files, where = sys.argv[1:]
given = settings(url, Path(files))
store = bootstrap.make_store(given)
engine = bootstrap.make_engine(given, store, clock=FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
honest = alerts.insert_messages


def stand_still(*arguments: object) -> None:
    honest(*arguments)  # type: ignore[arg-type]
    print("stored", flush=True)  # noqa: T201 - the parent waits for it
    threading.Event().wait()


if where == "within":
    alerts.insert_messages = stand_still
alerting.evaluate(engine.machine)
print("committed", flush=True)  # noqa: T201
threading.Event().wait()
