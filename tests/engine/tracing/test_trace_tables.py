"""The table of traceability on a small regulation, and what the check misses in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from city import ROOT, diagram
from drawing import end, form, start, text_field, user_task

from service.engine import tracing
from service.engine.bundle import Bundle, read_bundle
from service.engine.publishing import regulations_of
from service.errors import NotFound
from service.law import Catalogue

REGULATION = {
    "regulation": {"id": "t-1", "zh": "测试办法", "en": "Test Measures", "in_force": "2020-01-01"},
    "articles": [
        {"id": f"t-1#{number}", "ref": f"第{number}条", "heading": "条", "zh": "摘要", "en": "summary", "level": level}
        for number, level in ((1, "full"), (2, "part"), (3, "text"), (4, "full"))
    ],
    "periods": [
        {"id": "D-2", "zh": "办理", "en": "Do it", "length": "P20D", "unit": "calendar", "roll": True, "article": 2},
        {"id": "D-4", "zh": "施行", "en": "In force", "length": "2020-01-01", "unit": "calendar", "roll": False,
         "actor": "system", "article": 4},
    ],
    "rules": [
        {"id": "R-T-01", "zh": "拦", "en": "stop", "article": 1, "levels": ["block", "warn"]},
        {"id": "R-T-02", "zh": "提示", "en": "hint", "article": [1, 2], "levels": ["warn"]},
        {"id": "R-T-03", "zh": "权限", "en": "may", "article": 2, "levels": ["permission"]},
    ],
}  # fmt: skip
PROOF = tracing.Proof(file="s.yaml", articles=frozenset({"t-1#2"}), refused=frozenset({"R-T-01"}), found=frozenset({"R-T-02"}))


def documented(element: str, words: str) -> str:
    """An element with a documentation, which comes first in BPMN."""
    head, _, rest = element.partition(">")
    return f"{head}><bpmn:documentation>{words}</bpmn:documentation>{rest}"


WRITE = documented(user_task("write_note", form="notes.write_note", article="t-1#1"), "先按R-T-01核对，再看 R-T-02。")
READ = user_task("read_note", article="t-1#2")


def sources(*elements: str) -> tuple[tracing.Source, ...]:
    body = start() + "".join(elements) + end()
    schema = orjson.loads(form("notes.write_note", text_field("note")))
    schema["components"][0]["properties"] = {"article": "t-1#1, t-1#3"}
    forms = {"notes.write_note": ("forms/test/notes/write_note.form", orjson.dumps(schema))}
    return tracing.of_bundle(Bundle(diagrams={"processes/test/notes.bpmn": diagram("notes", body)}, forms=forms))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue.from_yaml_data([REGULATION])


Missing = Callable[..., list[tuple[str, str | None]]]


@pytest.fixture
def missing(catalogue: Catalogue) -> Missing:
    """What the check says of these elements and proofs: (rule, about what)."""

    def check(*elements: str, proofs: tuple[tracing.Proof, ...] = (PROOF,)) -> list[tuple[str, str | None]]:
        found = tracing.check_trace(catalogue, sources(*elements), proofs, regulations=["t-1"])
        assert all(problem.severity == "error" for problem in found)
        return [(problem.rule, problem.element) for problem in found]

    return check


def test_an_article_is_told_with_everything_that_carries_it_out(catalogue: Catalogue) -> None:
    first, second, third, fourth = tracing.trace_articles("t-1", catalogue, sources(WRITE, READ), [PROOF])
    assert first.as_json() == {
        "article": "t-1#1", "level": "full", "elements": ["notes.write_note"], "rules": ["R-T-01", "R-T-02"], "deadlines": [],
        "forms": ["notes.write_note"], "tests": ["s.yaml"],
    }  # fmt: skip
    assert (second.elements, second.deadlines, second.tests) == (("notes.read_note",), ("D-2",), ("s.yaml",))
    assert (third.level, third.elements, third.forms) == ("text", (), ("notes.write_note",))
    assert (fourth.elements, fourth.deadlines, fourth.tests) == ((), ("D-4",), ())


def test_a_regulation_that_is_not_in_the_catalogue_is_not_found(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound):
        tracing.trace_articles("t-2", catalogue, (), ())


def test_a_rule_is_found_in_words_that_stand_close_to_it(catalogue: Catalogue) -> None:
    stop, hint, may = tracing.trace_rules(catalogue, sources(WRITE), [PROOF])
    assert (stop.elements, stop.refused_in, stop.found_in) == (("notes.write_note",), ("s.yaml",), ())
    assert (hint.elements, hint.refused_in, hint.found_in) == (("notes.write_note",), (), ("s.yaml",))
    assert (may.elements, may.levels) == ((), ("permission",))


def test_nothing_is_missing_where_all_is_cited_applied_and_proved(missing: Missing) -> None:
    assert missing(WRITE, READ) == []


def test_a_binding_article_that_no_element_cites_is_missing(missing: Missing) -> None:
    assert missing(WRITE) == [("uncited-article", "t-1#2")]
    assert missing(WRITE.replace("t-1#1", "t-1#3"), READ) == [("uncited-article", "t-1#1")]


def test_a_rule_that_no_element_names_is_missing(missing: Missing) -> None:
    assert missing(WRITE.replace("R-T-02", "R-T-020"), READ) == [("unapplied-rule", "R-T-02")]


def test_a_rule_that_blocks_needs_a_step_that_it_refuses(missing: Missing) -> None:
    seen = tracing.Proof(file="s.yaml", articles=frozenset(), refused=frozenset(), found=frozenset({"R-T-01", "R-T-02"}))
    assert missing(WRITE, READ, proofs=(seen,)) == [("unproved-rule", "R-T-01")]


def test_a_rule_that_only_warns_needs_a_step_that_meets_it(missing: Missing) -> None:
    silent = tracing.Proof(file="s.yaml", articles=frozenset(), refused=frozenset({"R-T-01"}), found=frozenset())
    assert missing(WRITE, READ, proofs=(silent,)) == [("unproved-rule", "R-T-02")]


def test_without_scenario_files_nothing_is_said_of_what_they_prove(missing: Missing) -> None:
    assert missing(WRITE, READ, proofs=()) == []


def test_a_scenario_proves_what_its_steps_expect_and_what_it_cites(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "cites: [t-1#1, R-T-04]\nsteps:\n"
        "  - {expect: {refused: {rule: R-T-01}}}\n"
        "  - {expect: {findings: [{rule: R-T-02}, {rule: R-T-03}]}}\n"
        "  - {who: x}\n",
        "utf-8",
    )
    (tmp_path / "b.yaml").write_text("steps: [", "utf-8")
    (proof,) = tracing.read_proofs(tmp_path)
    assert (proof.file, set(proof.articles), set(proof.refused)) == ("a.yaml", {"t-1#1"}, {"R-T-01"})
    assert proof.found == {"R-T-02", "R-T-03", "R-T-04"}


def test_a_diagram_that_cannot_be_read_is_left_out() -> None:
    assert tracing.of_bundle(Bundle(diagrams={"processes/test/notes.bpmn": b"<!DOCTYPE x><x/>"})) == ()


def test_the_shipped_measures_are_traced_article_by_article() -> None:
    bundle = read_bundle(ROOT, handlers=False)
    catalogue = Catalogue.from_yaml_data(dict(regulations_of(bundle)).values())
    proofs = tracing.read_proofs(ROOT / "tests" / "scenarios")
    rows = {row.article: row for row in tracing.trace_articles("pj-2020", catalogue, tracing.of_bundle(bundle), proofs)}
    assert len(rows) == 37
    assert [id for id, row in rows.items() if row.level == "text"] == ["pj-2020#1", "pj-2020#35", "pj-2020#36"]
    eleventh: Any = rows["pj-2020#11"]
    assert {"R-PJ-06", "R-PJ-07", "R-PJ-08", "R-PJ-09"} <= set(eleventh.rules)
    assert "project_application.check_application" in eleventh.elements
    assert "s03_boundaries.yaml" in eleventh.tests
