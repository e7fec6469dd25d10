"""Messages from outside: what a case waits for, or begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.web import current
from service.web.answers import reply
from service.web.api.asks import Message, Wait
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import MessageShape
from service.web.auth import require_account
from service.web.waiting import wait_for_all

blueprint = make_blueprint("messages", "Messages to cases.")


@endpoint(blueprint, "POST", "/messages", answer=MessageShape, status=201, also=[200], body=Message, query=Wait)
def publish_message(body: Mapping[str, Any], query: Mapping[str, Any]) -> Response:
    """Publish a message. It is stored first, and given to the cases that wait for it next. The same id twice has no effect."""
    message = current.engine().publish_message(
        body["name"], body["correlation"], body["payload"], by=require_account().name, unique_id=body["id"]
    )
    rest = {} if query["wait"] is None else {"rest": wait_for_all(query["wait"])}
    return reply({"id": body["id"], "duplicate": message is None, **rest}, 200 if message is None else 201)
