"""Archives what is due and tells of every family before it happens; its parent kills it on the way."""

import sys
from datetime import datetime
from pathlib import Path

from city import settings

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.engine import archiving
from service.store import archives

url, files = sys.argv[1:]
where = settings(url, Path(files))
engine = bootstrap.make_engine(where, bootstrap.make_store(where), clock=FrozenClock(datetime(2028, 9, 1, 9, tzinfo=SHANGHAI)))
honest = archives.put_away


def tell(*given: object, **more: object) -> None:
    print("begun", flush=True)  # noqa: T201 - the parent counts
    honest(*given, **more)  # type: ignore[arg-type]
    print("written", flush=True)  # noqa: T201


archives.put_away = tell
archiving.archive_due(engine.machine, reason="", by="system")
print("done", flush=True)  # noqa: T201
