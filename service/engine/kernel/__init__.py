"""The kernel: SpiffWorkflow moves the tokens of one case, in memory. It knows no database, clock, person or handler.

`parse` a diagram once, then `Run.start` or `Run.load`, change, `snapshot` and `dump`.
"""

from service.engine.kernel.dialect import parse
from service.engine.kernel.elements import Element, Event, Flow, MultiInstance
from service.engine.kernel.events import correlation
from service.engine.kernel.faults import CannotContinue
from service.engine.kernel.host import PENDING, Host, Pending, Thrown, Uncaught
from service.engine.kernel.joins import JoinRow
from service.engine.kernel.migrate import migrate
from service.engine.kernel.placement import Obstacle, Position, find_obstacles
from service.engine.kernel.process import Process
from service.engine.kernel.returning import following
from service.engine.kernel.run import Run
from service.engine.kernel.snapshot import ChildRow, JobRow, Snapshot, SubscriptionRow, TaskRow, TimerRow
from service.engine.kernel.supported import SUPPORTED_ELEMENTS, SUPPORTED_EVENTS, UNSUPPORTED
from service.engine.kernel.ways import reachable

__all__ = [
    "PENDING",
    "SUPPORTED_ELEMENTS",
    "SUPPORTED_EVENTS",
    "UNSUPPORTED",
    "CannotContinue",
    "ChildRow",
    "Element",
    "Event",
    "Flow",
    "Host",
    "JobRow",
    "JoinRow",
    "MultiInstance",
    "Obstacle",
    "Pending",
    "Position",
    "Process",
    "Run",
    "Snapshot",
    "SubscriptionRow",
    "TaskRow",
    "Thrown",
    "TimerRow",
    "Uncaught",
    "correlation",
    "find_obstacles",
    "following",
    "migrate",
    "parse",
    "reachable",
]
