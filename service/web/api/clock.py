"""The demonstration's clock: what time it is by law, and moving it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.engine.moving import later, read_moment
from service.errors import Invalid
from service.web import current
from service.web.answers import reply
from service.web.api.asks import Clock
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import ClockShape
from service.web.auth import require_account
from service.web.waiting import MOST, wait_for_clock

blueprint = make_blueprint("clock", "The demonstration's clock.")


@endpoint(blueprint, "GET", "/clock", answer=ClockShape)
def show_clock() -> Response:
    """Show legal time, and whether it is being moved."""
    state = current.engine().clock_state()
    return reply({"now": state.now, "moving": state.moving})


@endpoint(blueprint, "PUT", "/clock", answer=ClockShape, also=[202], body=Clock)
def move_clock(body: Mapping[str, Any]) -> Response:
    """Move to a time (`now`) or by a period (`advance`, such as P10D), in demonstration mode only.

    Everything that falls due on the way happens. Answers when that is done, or 202 after twenty seconds.
    """
    engine, account = current.engine(), require_account()
    if (body["now"] is None) == (body["advance"] is None):
        raise Invalid("请给出 now 或 advance 之一。", message_en="Give either now or advance.")
    if body["now"] is not None:
        target = read_moment(body["now"])
    else:
        target = later(engine.clock_state().now, body["advance"])
    engine.set_clock(target, by=account.name)
    done = wait_for_clock(MOST)
    state = engine.clock_state()
    return reply({"now": state.now, "moving": state.moving}, 200 if done else 202)
