"""The two cases that are measured, step by step: ten tasks in sequence, and the shipped application by S01's happy path."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from city import City
from drawing import chain, end, extensions, form, start, text_field

from service.store import entries

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SEQUENTIAL = "sequential_10"
CLERK = "pj_unit_clerk.jiaoyu"
REVIEWERS = ("pj_center_review.zhongxin", "pj_center_review.zhongxin.2")
FIELDS = "abcdefghij"
#: About 100 bytes of Chinese; ten of them are the 1 KB of form data a step.
TEXT = "按照管理办法第十四条逐项审查，意见如下：符合要求，同意进入下一步"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A user task: who completes it, with which answers, and what stock SpiffWorkflow gets as data."""

    element: str
    by: str
    answers: Mapping[str, Any]
    stock: Mapping[str, Any]
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A case from its start to its end."""

    process: str
    by: str
    answers: Mapping[str, Any]
    stock: Mapping[str, Any]
    steps: tuple[Step, ...]
    diagram: bytes  # in the stock dialect


# -- ten tasks in sequence


def sequential_walk() -> Walk:
    steps = []
    for number in range(1, 11):
        answers = {f"step_{number}_{field}": TEXT for field in FIELDS}
        steps.append(Step(element=f"step_{number}", by=REVIEWERS[number % 2], answers=answers, stock=answers))
    return Walk(process=SEQUENTIAL, by=CLERK, answers={}, stock={}, steps=tuple(steps), diagram=_stock_sequence())


def deploy_sequential(city: City) -> None:
    """Publish `sequential_10`: each step has a form, a due date with derivation, and people who may not do it."""
    ids = [f"step_{number}" for number in range(1, 11)]
    tasks = "".join(
        _sequential_task(name, "submitter" if before is None else f"submitter,{before}")
        for before, name in zip([None, *ids], ids, strict=False)
    )
    forms = {f"{SEQUENTIAL}.{name}": [text_field(f"{name}_{field}", required=True) for field in FIELDS] for name in ids}
    city.deploy(
        {SEQUENTIAL: start() + tasks + end() + chain("begin", *ids, "finished")},
        {form_id: form(form_id, *fields) for form_id, fields in forms.items()},
    )


def _sequential_task(name: str, barred: str) -> str:
    inner = (
        '<zeebe:assignmentDefinition candidateGroups="pj_center_review@zhongxin"/>'
        f'<zeebe:formDefinition formId="{SEQUENTIAL}.{name}"/>'
        '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18b&quot;, case.started_on)"/>'
        f'<zeebe:properties><zeebe:property name="sod" value="{barred}"/></zeebe:properties>'
    )
    return f'<bpmn:userTask id="{name}" name="{name}">{extensions(inner)}</bpmn:userTask>'


def _stock_sequence() -> bytes:
    ids = [f"step_{number}" for number in range(1, 11)]
    tasks = "".join(f'<bpmn:userTask id="{name}" name="{name}"/>' for name in ids)
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:stock">'
        f'<bpmn:process id="{SEQUENTIAL}" isExecutable="true">{start()}{tasks}{end()}{chain("begin", *ids, "finished")}'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


# -- the shipped application


def scenario() -> ModuleType:
    """The data of S01, which the tests of the shipped process use as well."""
    spec = importlib.util.spec_from_file_location("s01_application", ROOT / "tests/processes/s01_application.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def application_walk(city: City) -> Walk:
    """S01 on the shipped processes; stores the row of the plan document that its application carries."""
    s01 = scenario()
    with city.store.write() as connection:
        plan = entries.insert_attachment(
            connection, account=s01.CLERK, name="plan.pdf", size=100_000, sha256="0" * 64, media_type="application/pdf",
            at=city.clock.now(),
        )  # fmt: skip
    filed = {**s01.APPLICATION, "plan_doc": [plan.id]}
    steps = tuple(
        Step(
            element=element, by=by, answers=answers, signed=element in s01.SIGNING,
            stock={"review": answers} if element == "review_dimension" else answers,
        )
        for by, element, answers in s01.STEPS
    )  # fmt: skip
    return Walk(
        process=s01.PROCESS, by=s01.CLERK, answers=filed, stock={**filed, "dimensions": list(s01.DIMENSIONS)}, steps=steps,
        diagram=(HERE / "stock_application.bpmn").read_bytes(),
    )  # fmt: skip
