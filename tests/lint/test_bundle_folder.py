"""A folder becomes a bundle, and a bundle becomes drafts with a digest that changes only with the content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.engine.bundle import Bundle, definitions, read_bundle
from service.engine.lint import Known, check
from service.engine.lint.markup import MAX_BYTES
from service.errors import InvalidDefinition

FORM = {"type": "default", "id": "grant.review", "components": []}
DECISION = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="route"/></definitions>'
DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <process id="grant" name="拨款" isExecutable="true">
    <startEvent id="begun"/>
    <sequenceFlow id="to_review" sourceRef="begun" targetRef="review"/>
    <userTask id="review" name="审查">
      <extensionElements><zeebe:formDefinition formId="grant.review"/></extensionElements>
    </userTask>
    <sequenceFlow id="to_granted" sourceRef="review" targetRef="granted"/>
    <endEvent id="granted" name="同意"/>
  </process>
</definitions>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "processes/town/grant.bpmn": DIAGRAM,
        "processes/town/route.dmn": DECISION,
        "processes/town/regulation.yaml": "id: town-2020\narticles: []\n",
        "processes/town/registers/projects.yaml": "name: projects\n",
        "processes/calendars/cn-2026.yaml": "year: 2026\n",
        "forms/town/grant/review.form": json.dumps(FORM),
        "handlers/town/grant.py": "raise SystemExit('reading a bundle must not import')\n",
        "handlers/town/__pycache__/grant.cpython-311.pyc": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def drafts_of(diagram: str, form: dict[str, Any]) -> str:
    bundle = Bundle(
        diagrams={"processes/town/grant.bpmn": diagram.encode()},
        forms={"grant.review": ("forms/town/grant/review.form", json.dumps(form).encode())},
    )
    (draft,) = definitions(bundle)
    return draft.digest


def test_a_folder_is_read_whole(folder: Path) -> None:
    bundle = read_bundle(folder)

    assert bundle.problems == ()
    assert list(bundle.diagrams) == ["processes/town/grant.bpmn"]
    assert bundle.forms["grant.review"] == ("forms/town/grant/review.form", json.dumps(FORM).encode())
    assert list(bundle.decisions) == ["processes/town/route.dmn"]
    assert bundle.regulations == {"processes/town/regulation.yaml": {"id": "town-2020", "articles": []}}
    assert bundle.registers == {"projects": {"name": "projects"}}
    assert bundle.handlers == ("handlers/town/grant.py",)


def test_handlers_are_left_out_on_request(folder: Path) -> None:
    assert read_bundle(folder, handlers=False).handlers == ()


def test_a_folder_without_processes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match="bundle-folder"):
        read_bundle(tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.bpmn"
    outside.write_text(DIAGRAM, encoding="utf-8")
    (folder / "processes" / "linked.bpmn").symlink_to(outside)
    (folder / "processes" / "linked_folder").symlink_to(outside.parent)

    assert list(read_bundle(folder).diagrams) == ["processes/town/grant.bpmn"]


def test_a_file_that_is_too_large_is_a_problem_and_is_not_read(folder: Path) -> None:
    with (folder / "processes" / "huge.bpmn").open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    bundle = read_bundle(folder)

    assert [(problem.rule, problem.file) for problem in bundle.problems] == [("file-size", "processes/huge.bpmn")]
    assert "processes/huge.bpmn" not in bundle.diagrams


def test_too_many_files_are_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.engine.bundle.MAX_FILES", 3)

    assert "bundle-size" in [problem.rule for problem in read_bundle(folder).problems]


def test_broken_yaml_is_a_problem_with_its_line(folder: Path) -> None:
    (folder / "processes/town/regulation.yaml").write_text("id: town\narticles: [\n", encoding="utf-8")

    (problem,) = read_bundle(folder).problems

    assert (problem.rule, problem.file, problem.line) == ("well-formed", "processes/town/regulation.yaml", 3)


def test_two_forms_of_one_id_are_a_problem(folder: Path) -> None:
    other = folder / "forms/village/grant/review.form"
    other.parent.mkdir(parents=True)
    other.write_text(json.dumps(FORM), encoding="utf-8")

    (problem,) = read_bundle(folder).problems

    assert (problem.rule, problem.file) == ("duplicate-id", "forms/village/grant/review.form")


def test_a_draft_carries_the_diagram_and_the_forms_it_uses(folder: Path) -> None:
    (draft,) = definitions(read_bundle(folder))

    assert (draft.key, draft.file, draft.forms) == ("grant", "processes/town/grant.bpmn", {"grant.review": FORM})
    assert draft.xml == DIAGRAM.encode()
    assert len(draft.digest) == 64


def test_spacing_comments_and_order_do_not_change_the_digest() -> None:
    rearranged = DIAGRAM.replace('id="grant" name="拨款"', 'name="拨款"   id="grant"').replace(
        "    <startEvent", "<!-- first -->\n<startEvent"
    )

    assert drafts_of(rearranged, dict(reversed(FORM.items()))) == drafts_of(DIAGRAM, FORM)


def test_every_change_of_content_changes_the_digest() -> None:
    digests = [
        drafts_of(DIAGRAM, FORM),
        drafts_of(DIAGRAM.replace("审查", "复查"), FORM),
        drafts_of(DIAGRAM.replace("to_granted", "to_end"), FORM),
        drafts_of(DIAGRAM, {**FORM, "components": [{"type": "text", "text": "说明"}]}),
    ]

    assert len(set(digests)) == len(digests)


def test_a_draft_with_a_missing_form_is_refused() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        definitions(Bundle(diagrams={"processes/town/grant.bpmn": DIAGRAM.encode()}))

    assert [problem.rule for problem in refused.value.problems] == ["missing-form"]


def test_two_diagrams_of_one_process_are_refused(folder: Path) -> None:
    other = folder / "processes/village/grant.bpmn"
    other.parent.mkdir()
    other.write_text(DIAGRAM, encoding="utf-8")
    bundle = read_bundle(folder)

    with pytest.raises(InvalidDefinition, match="duplicate-process"):
        definitions(bundle)
    assert ("duplicate-process", "processes/village/grant.bpmn", 3) in [
        (problem.rule, problem.file, problem.line) for problem in check(bundle, Known())
    ]


def test_what_was_wrong_while_reading_is_told_by_lint_too(folder: Path) -> None:
    (folder / "processes/town/registers/broken.yaml").write_text("[", encoding="utf-8")

    assert ("well-formed", "processes/town/registers/broken.yaml") in [
        (problem.rule, problem.file) for problem in check(read_bundle(folder), Known())
    ]


def test_decisions_and_processes_of_the_bundle_are_known(folder: Path) -> None:
    calls = DIAGRAM.replace(
        '<endEvent id="granted" name="同意"/>',
        '<callActivity id="again" name="再来"><extensionElements>'
        '<zeebe:calledElement processId="grant" propagateAllParentVariables="true"/></extensionElements></callActivity>'
        '<sequenceFlow id="to_choose" sourceRef="again" targetRef="choose"/>'
        '<businessRuleTask id="choose" name="路径"><extensionElements>'
        '<zeebe:calledDecision decisionId="route" resultVariable="route"/></extensionElements></businessRuleTask>'
        '<sequenceFlow id="to_done" sourceRef="choose" targetRef="done"/><endEvent id="done" name="同意"/>',
    ).replace('targetRef="granted"', 'targetRef="again"')
    (folder / "processes/town/grant.bpmn").write_text(calls, encoding="utf-8")
    nothing: frozenset[str] = frozenset()

    found = {problem.rule for problem in check(read_bundle(folder), Known(processes=nothing, decisions=nothing))}

    assert found.isdisjoint({"unknown-called-process", "unknown-decision"})
