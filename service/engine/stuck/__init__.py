"""The monitor of stuck cases: everything that stands still, by cause, with a sentence that says why and who can solve it.

`sweep` finds and keeps; what it found is read by `list_troubles`. Causes are in `causes`, sentences in `words`.
"""

from service.engine.stuck.causes import Cause
from service.engine.stuck.reading import Trouble, count_troubles, list_trend, list_troubles
from service.engine.stuck.sweeping import EVERY, sweep

__all__ = ["EVERY", "Cause", "Trouble", "count_troubles", "list_trend", "list_troubles", "sweep"]
