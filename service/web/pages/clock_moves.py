"""When the demonstration's clock was moved during a case: without these lines its dates would seem to jump."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.clock import SHANGHAI
from service.engine.events import Event
from service.store.history import Link, list_links
from service.web.pages.reading import Reader

#: Days that are looked into; a move leads on to its target, so that these are days on which somebody was there.
_DAYS = 40


def clock_moves(reader: Reader, since: datetime, until: datetime | None) -> list[Link]:
    """List the moves between two moments (None: now), oldest first."""
    end = until or reader.now
    day, found = since.astimezone(SHANGHAI).date(), list[Link]()
    for _day in range(_DAYS):
        if day > end.astimezone(SHANGHAI).date():
            break
        links = list_links(reader.connection, f"day-{day.isoformat()}")
        moves = [link for link in links if link.kind == Event.CLOCK_SET and since <= link.at <= end]
        found += moves
        reached = max((link.payload["to"].astimezone(SHANGHAI).date() for link in moves), default=day)
        day = reached if reached > day else day + timedelta(days=1)
    return found
