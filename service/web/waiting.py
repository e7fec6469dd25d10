"""`?wait=5`: hold the answer until what follows from a command has happened, or so many seconds have passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from service.store import jobs
from service.web import current

MOST: Final = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.1


def wait_for_family(root: str, seconds: float) -> bool:
    """Wait until no job of a family of cases is due or being done; returns whether that came to be."""
    machine = current.engine().machine

    def is_at_rest() -> bool:
        with machine.store.read() as connection:
            return not jobs.is_busy(connection, root, now=machine.clock.now(), machine=machine.clock.machine())

    return _wait(is_at_rest, seconds)


def wait_for_all(seconds: float) -> bool:
    """Wait until no job of any case is due; for messages, which do not say beforehand whom they will move."""
    machine = current.engine().machine

    def is_at_rest() -> bool:
        with machine.store.read() as connection:
            return not jobs.list_due(connection, now=machine.clock.now(), machine=machine.clock.machine(), limit=1)

    return _wait(is_at_rest, seconds)


def wait_for_clock(seconds: float) -> bool:
    """Wait until the demonstration's clock has arrived; returns whether it has."""
    return _wait(lambda: not current.engine().clock_state().moving, seconds)


def _wait(is_at_rest: Callable[[], bool], seconds: float) -> bool:
    until, pause = time.monotonic() + min(seconds, MOST), _FIRST_PAUSE
    while not is_at_rest():
        if time.monotonic() >= until:
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return True
