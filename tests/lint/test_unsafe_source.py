"""Bytes that are no diagram are refused before a rule or the kernel sees them."""

from __future__ import annotations

import pytest

from service.engine.bundle import Bundle, definitions
from service.engine.lint import Known, check
from service.engine.lint.document import read
from service.engine.lint.markup import MAX_BYTES, find_fault, parse
from service.errors import InvalidDefinition

LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<definitions>&c;</definitions>"
)
HOSTILE = {
    "an external entity": (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d>&x;</d>', "no-doctype"),
    "entities in entities": (LAUGHS, "no-doctype"),
    "a bare DOCTYPE": (b"<!DOCTYPE definitions><definitions/>", "no-doctype"),
    "a DOCTYPE in UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><d/>'.encode("utf-16"), "no-doctype"),
    "an entity without a declaration": (b"<d>&x;</d>", "well-formed"),
    "a missing end tag": (b"<d>\n<e>\n</d>", "well-formed"),
    "an undeclared prefix": (b"<bpmn:definitions/>", "well-formed"),
    "a null byte": (b"<d>\x00</d>", "well-formed"),
    "an encoding nobody knows": (b'<?xml version="1.0" encoding="klingon"?><d/>', "well-formed"),
    "an encoding that hides tags": (b'<?xml version="1.0" encoding="utf-7"?><d/>', "well-formed"),
    "nothing": (b"", "well-formed"),
    "no XML": (b"%PDF-1.7", "well-formed"),
    "a deep nest": (b"<d>" * 10_000 + b"</d>" * 10_000, "well-formed"),
    "another kind of XML": (b"<svg/>", "well-formed"),
    "too much": (b"<d>" + b" " * MAX_BYTES + b"</d>", "file-size"),
}


@pytest.mark.parametrize(("data", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_one_problem_and_no_definition(data: bytes, rule: str) -> None:
    bundle = Bundle(diagrams={"processes/x.bpmn": data})

    (problem,) = check(bundle, Known())

    assert (problem.rule, problem.file, problem.severity) == (rule, "processes/x.bpmn", "error")
    with pytest.raises(InvalidDefinition) as refused:
        definitions(bundle)
    assert [each.rule for each in refused.value.problems] == [rule]


def test_a_fault_has_its_line_and_column() -> None:
    fault = find_fault(b"<d>\n  <e>\n</d>")

    assert fault is not None
    assert (fault.line, fault.column) == (3, 3)


def test_parsing_refuses_what_the_scan_refuses() -> None:
    with pytest.raises(ValueError, match="no-doctype at 1:"):
        parse(LAUGHS)


def test_the_other_files_of_the_bundle_are_still_linted() -> None:
    bundle = Bundle(diagrams={"processes/a.bpmn": b"<d>", "processes/b.bpmn": b"<svg/>"}, decisions={"processes/c.dmn": LAUGHS})

    assert [(problem.file, problem.rule) for problem in check(bundle, Known())] == [
        ("processes/a.bpmn", "well-formed"),
        ("processes/b.bpmn", "well-formed"),
        ("processes/c.dmn", "no-doctype"),
    ]


def test_a_diagram_without_a_process_can_be_read_and_is_refused() -> None:
    data = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'

    assert read("processes/x.bpmn", data).process is None
    assert [problem.rule for problem in check(Bundle(diagrams={"processes/x.bpmn": data}), Known())] == ["single-process"]
