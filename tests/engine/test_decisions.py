"""A business rule task asks a DMN table; its answer steers the case, and the history says which rule hit and why."""

from __future__ import annotations

from city import BPMN, City
from drawing import chain, end, extensions, flow, start

from service.engine.bundle import Bundle
from service.engine.publishing import publish

CLERK = "pj_unit_clerk.jiaoyu"
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="sizes" name="sizes" namespace="urn:test">
  <decision id="size_of" name="size_of">
    <decisionTable id="size_table" hitPolicy="FIRST">
      <input id="in"><inputExpression id="ie" typeRef="number"><text>total</text></inputExpression></input>
      <output id="out" name="size" typeRef="string"/>
      <rule id="big"><inputEntry id="i1"><text>&gt;= 5000000</text></inputEntry><outputEntry id="o1"><text>"重大"</text></outputEntry></rule>
      <rule id="small"><inputEntry id="i2"><text>-</text></inputEntry><outputEntry id="o2"><text>"一般"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def deploy(city: City, total: str, model: str = DMN) -> None:
    called = f'<zeebe:calledDecision decisionId="size_of" resultVariable="size"/><zeebe:ioMapping><zeebe:input source="={total}" target="total"/><zeebe:output source="=size" target="size"/></zeebe:ioMapping>'
    body = (
        start() + f'<bpmn:businessRuleTask id="measure" name="measure">{extensions(called)}</bpmn:businessRuleTask>'
        + '<bpmn:exclusiveGateway id="how_big" name="多大？" default="to_small"/>' + end("was_big") + end("was_small")
        + chain("begin", "measure", "how_big") + flow("how_big", "was_big", '=size = "重大"') + flow("how_big", "was_small", id="to_small")
    )  # fmt: skip
    xml = f'{BPMN}<bpmn:process id="sizing" name="sizing" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    bundle = Bundle(diagrams={"processes/test/sizing.bpmn": xml.encode()}, decisions={"processes/test/sizes.dmn": model.encode()})
    publish(city.engine.machine, bundle, by="system")


def test_the_table_decides_and_the_history_says_why(city: City) -> None:
    deploy(city, "8000000")
    started = city.engine.start_case("sizing", {}, by=CLERK)
    assert city.case(started.id).outcome == "was_big"
    (line,) = [link for link in city.history(started.id) if link.kind == "decision.made"]
    assert line.payload["decision"] == "size_of"
    assert line.payload["value"] == "重大"
    assert any(table["hits"] == [1] for one in line.payload["trace"] for table in one["tables"])


def test_another_figure_goes_the_other_way(city: City) -> None:
    deploy(city, "4999999.99")
    assert city.case(city.engine.start_case("sizing", {}, by=CLERK).id).outcome == "was_small"


def test_a_changed_table_is_a_new_version_and_old_cases_keep_theirs(city: City) -> None:
    deploy(city, "8000000")
    first = city.engine.start_case("sizing", {}, by=CLERK)
    deploy(city, "8000000", DMN.replace("5000000", "9000000"))
    second = city.engine.start_case("sizing", {}, by=CLERK)
    assert (city.case(first.id).version, city.case(second.id).version) == (1, 2)
    assert city.case(second.id).outcome == "was_small"
