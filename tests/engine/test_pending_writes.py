"""What one step of a command writes to a register, the next step of the same command reads and finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task

from service.sdk import HANDLERS, Context, Registered
from service.store.registers import Registers, list_versions

CLERK = "pj_unit_clerk.jiaoyu"


@pytest.fixture
def handlers() -> Iterator[dict[str, Registered]]:
    before = dict(HANDLERS)
    yield HANDLERS
    HANDLERS.clear()
    HANDLERS.update(before)


def test_two_steps_of_one_command_write_the_same_entry_and_a_search_sees_it(city: City, handlers: dict[str, Registered]) -> None:
    seen: dict[str, Any] = {}

    def open_lot(context: Context) -> None:
        context.write("lot", "L1", {"status": "planned", "tags": ["a"]}, expected=0)

    def close_lot(context: Context) -> None:
        known = context.registers.read("lot", "L1")
        assert known is not None
        seen["version"] = known.version
        seen["planned"] = [one.key for one in context.registers.search("lot", status="planned")]
        seen["tagged"] = [one.key for one in context.registers.search("lot", tags="a")]
        context.write("lot", "L1", {**known.data, "status": "closed"}, expected=known.version)

    def look(context: Context) -> None:
        seen["still planned"] = [one.key for one in context.registers.search("lot", status="planned")]
        seen["closed"] = [(one.key, one.version) for one in context.registers.search("lot", status="closed")]

    for run in (open_lot, close_lot, look):
        handlers[run.__name__] = Registered(name=run.__name__, run=run, inline=True, source=__file__)
    steps = ("open_lot", "close_lot", "look")
    body = start() + "".join(map(service_task, steps)) + user_task("go_on") + end() + chain("begin", *steps, "go_on", "finished")
    city.deploy({"lots": body})
    city.engine.start_case("lots", {}, by=CLERK)

    assert seen == {"version": 1, "planned": ["L1"], "tagged": ["L1"], "still planned": [], "closed": [("L1", 2)]}
    with city.store.read() as connection:
        stored = Registers(connection).read("lot", "L1")
        assert stored is not None
        assert (stored.version, stored.data["status"]) == (2, "closed")
        assert [version["data"]["status"] for version in list_versions(connection, "lot", "L1")] == ["planned", "closed"]
