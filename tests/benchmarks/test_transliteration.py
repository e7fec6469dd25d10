"""The stock diagrams that the floor runs have the elements and flows of the shipped ones, or the floor is of another case."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ATTACHED = ("sourceRef", "targetRef", "attachedToRef", "cancelActivity", "default")
#: A stock script task stands for our service and business rule tasks: the stock ones need an operator or a table outside.
KINDS = {"serviceTask": "scriptTask", "businessRuleTask": "scriptTask"}
SHIPPED = {
    "project_application": "panjin/project_application.bpmn",
    "technical_review": "panjin/technical_review.bpmn",
    "supplement": "shared/supplement.bpmn",
    "override": "shared/override.bpmn",
}


def process(file: Path, process_id: str) -> etree._Element:
    return next(found for found in etree.parse(file).getroot().iter(f"{BPMN}process") if found.get("id") == process_id)


def parts(found: etree._Element) -> dict[str, tuple[str, ...]]:
    """Map the id of each flow node and sequence flow to its kind, its event or repetition, and what it hangs on."""
    nodes = {str(ref.text) for ref in found.iter(f"{BPMN}flowNodeRef")} | {
        str(flow.get("id")) for flow in found.iter(f"{BPMN}sequenceFlow")
    }
    result = {}
    for element in found.iter(f"{BPMN}*"):
        if (name := element.get("id")) in nodes and name is not None:
            kind = str(etree.QName(element).localname)
            inner = sorted(
                str(etree.QName(child).localname)
                for child in element.iterchildren(f"{BPMN}*")
                if str(etree.QName(child).localname).endswith(("EventDefinition", "Characteristics", "conditionExpression"))
            )
            result[name] = (KINDS.get(kind, kind), *inner, *(str(element.get(attribute)) for attribute in ATTACHED))
    return result


@pytest.mark.parametrize("process_id", SHIPPED)
def test_the_stock_diagram_has_the_elements_and_flows_of_the_shipped_one(process_id: str) -> None:
    shipped = parts(process(ROOT / "processes" / SHIPPED[process_id], process_id))
    stock = parts(process(Path(__file__).with_name("stock_application.bpmn"), process_id))

    assert len(shipped) >= 6
    assert stock == shipped
