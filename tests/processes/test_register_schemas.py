"""The schemas of the registers that P2 reads and writes say everything that its entries hold."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2] / "processes"
TYPES = {"text", "number", "money", "integer", "boolean", "date", "choice", "unit", "list", "file"}


def schema(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def fields(name: str) -> dict[str, dict[str, Any]]:
    (file,) = ROOT.glob(f"*/registers/{name}.yaml")
    return {found["id"]: found for found in schema(file)["fields"]}


@pytest.mark.parametrize("file", sorted(ROOT.glob("*/registers/*.yaml")), ids=lambda file: file.stem)
def test_a_schema_is_named_in_both_languages_typed_and_searchable_by_its_own_fields(file: Path) -> None:
    found = schema(file)
    ids = [field["id"] for field in found["fields"]]
    assert found["register"] == file.stem
    assert len(ids) == len(set(ids))
    assert {field["type"] for field in found["fields"]} <= TYPES
    assert all(field["zh"] and field["en"] for field in [found, found["key"], *found["fields"]])
    assert {found["title"], *found["searchable"]} <= set(ids)
    assert all(field.get("choices") for field in found["fields"] if field["type"] == "choice")


def test_the_entries_of_a_whole_application_fit_their_schemas(stage: Any, s01: Any) -> None:
    application = copy.deepcopy(s01.APPLICATION) | {"service_life_years": 4, "exception_reason": "设备更新"}
    case = stage.open(s01.PROCESS, application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    case.answer("decide_override", {"decision": "同意", "opinion": "可"})
    for _, element, answers in s01.STEPS[1:]:
        case.answer(element, answers)
    entries = {name: record.data for (name, _), record in stage.registers.entries.items()}
    assert set(entries) == {"project", "override"}
    for name, data in entries.items():
        known = fields(name)
        assert set(data) - set(known) == set()
        assert [id for id, field in known.items() if field.get("required") and data.get(id) in (None, "")] == []
        for id, field in known.items():
            if field["type"] == "choice":
                assert data[id] in {choice["value"] for choice in field["choices"]}
    (indicators,) = entries["project"]["indicators"]
    assert set(indicators) == {field["id"] for field in fields("project")["indicators"]["fields"]}
