"""What a whole plan year leaves in the registers says nothing that their schemas do not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from service import tagged
from service.scenario import Ground, play, read
from service.store.tables import registers

ROOT = Path(__file__).parents[2]
NAMES = ("plan_item", "plan_year", "expert")


@pytest.fixture(scope="module")
def entries() -> dict[str, dict[str, dict[str, Any]]]:
    """The entries of the plan's registers after the whole of annual_plan_branches."""
    scenario = read(ROOT / "tests/scenarios/annual_plan_branches.yaml")
    found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in NAMES}
    with Ground() as ground, ground.driver(scenario) as driver:
        assert play(scenario, driver).passed
        with driver.engine.machine.store.read() as connection:
            for row in connection.execute(select(registers).where(registers.c.register.in_(NAMES))):
                found[row.register][row.key] = tagged.loads(row.data)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_entries_fit_their_schema(entries: dict[str, dict[str, dict[str, Any]]], name: str) -> None:
    schema = yaml.safe_load((ROOT / f"processes/panjin/registers/{name}.yaml").read_text("utf-8"))
    known = {field["id"]: field for field in schema["fields"]}
    assert entries[name]
    for key, data in entries[name].items():
        assert set(data) - set(known) == set(), key
        assert [id for id, field in known.items() if field.get("required") and data.get(id) in (None, "")] == [], key
        for id, field in known.items():
            if field["type"] == "choice":
                assert data[id] in {choice["value"] for choice in field["choices"]}, key


def test_every_item_of_the_year_has_come_to_an_end(entries: dict[str, dict[str, dict[str, Any]]]) -> None:
    ended = {"deferred", "rejected", "listed", "urgent_approved", "withdrawn"}
    year = {key: data["status"] for key, data in entries["plan_item"].items() if data["plan_year"] == 2027}
    assert set(year.values()) <= ended, year
