"""What is wrong with a scenario file is told with its line, all at once; and nothing in it is guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.errors import InvalidDefinition
from service.scenario import Scenario
from service.scenario.model import Complete, Move, Start
from service.scenario.source import load

FAULTS = {
    "a misspelt key": ("title: a\nsteps:\n  - who: x\n    start: p\n    anwsers: {}\n", 5, "anwsers"),
    "two things in one step": ("title: a\nsteps:\n  - who: x\n    start: p\n    task: t\n", 5, "只做一件事"),
    "a step that does nothing": ("title: a\nsteps:\n  - note: x\n", 3, "expect"),
    "a step that is a word": ("title: a\nsteps:\n  - x\n", 3, "键值"),
    "nobody acts": ("title: a\nsteps:\n  - start: p\n", 3, "who"),
    "no title": ("steps:\n  - expect: {status: running}\n", 1, "title"),
    "no steps": ("title: a\n", 1, "steps"),
    "an unknown expectation": ("title: a\nsteps:\n  - expect:\n      statsu: running\n", 4, "statsu"),
    "an expectation of another shape": ("title: a\nsteps:\n  - expect:\n      status: [running]\n", 4, "一个值"),
    "an unknown word of a task": ("title: a\nsteps:\n  - expect:\n      tasks: {task: t, until: x}\n", 4, "until"),
    "a task without its element": ("title: a\nsteps:\n  - expect:\n      tasks: {due: 2026-01-01}\n", 4, "task"),
    "an unknown word of a refusal": ("title: a\nsteps:\n  - expect: {refused: {feild: x}}\n", 3, "feild"),
    "answers that nobody has named": ("title: a\nsteps:\n  - {who: x, start: p, answers: nope}\n", 3, "nope"),
    "leaving out what is not there": ("title: a\nsteps:\n  - {who: x, start: p, answers: {a: 1}, without: [b]}\n", 3, "b"),
    "a clock that is no time": ("title: a\nsteps:\n  - clock: tomorrow\n", 3, "tomorrow"),
    "a file of an unknown kind": ("title: a\ngiven:\n  files:\n    x.exe: exe\nsteps:\n  - clock: P1D\n", 4, "exe"),
    "a file that is used and is not there": ("title: a\nuse: nowhere.yaml\nsteps:\n  - clock: P1D\n", 2, "nowhere.yaml"),
    "a register without keys": ("title: a\ngiven:\n  registers:\n    project: x\nsteps:\n  - clock: P1D\n", 4, "台账"),
    "broken YAML": ("title: a\nsteps: [\n", 3, "YAML"),
    "a key given twice": ("title: a\ntitle: b\n", 2, "title"),
    "an anchor within itself": ("title: a\nsteps: &s\n  - *s\n", 2, "锚点"),
    "a signature that is neither yes nor no": ("title: a\nsteps:\n  - {who: x, task: t, sign: maybe}\n", 3, "sign"),
}


@pytest.mark.parametrize(("text", "line", "word"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(text: str, line: int, word: str, scenario: Callable[[str], Scenario]) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        scenario(text)
    found = [(problem.line, word in problem.message) for problem in refused.value.problems]
    assert (line, True) in found


def test_all_faults_are_told_at_once(scenario: Callable[[str], Scenario]) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        scenario("steps:\n  - start: p\n  - expect: {statsu: x}\n")
    assert {problem.line for problem in refused.value.problems} == {1, 2, 3}


def test_only_true_false_null_and_whole_numbers_are_more_than_text() -> None:
    found = load("{a: 2026-08-20, b: 3200000.00, c: yes, d: 是, e: true, f: 12, g: '12', h: null, i: 007, j: 1e3}", file="x")
    assert found == {
        "a": "2026-08-20", "b": "3200000.00", "c": "yes", "d": "是", "e": True, "f": 12, "g": "12", "h": None,
        "i": "007", "j": "1e3",
    }  # fmt: skip


def test_answers_of_another_file_are_used_with_changes(scenario: Callable[[str], Scenario]) -> None:
    made = scenario(
        "title: a\nuse: s01_application.yaml\nsteps:\n"
        "  - {who: x, start: p, answers: application, but: {project_name: 另一个}, without: [security_design]}\n"
        "  - {who: y, task: t, answers: passed, where: {dimension: d}}\n"
        "  - {clock: P10D}\n"
    )
    first, second, third = (step.action for step in made.steps)
    assert isinstance(first, Start)
    assert first.answers["project_name"] == "另一个"
    assert first.answers["total_investment"] == "3200000.00"
    assert "security_design" not in first.answers
    assert isinstance(second, Complete)
    assert (second.where, second.sign) == ({"dimension": "d"}, None)
    assert third == Move(by="P10D")


def test_too_many_values_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, inner in zip("bcdef", "abcde", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{inner}'] * 10)}]\n"
    with pytest.raises(InvalidDefinition):
        load(bomb, file="x")


def test_merged_keys_are_overlaid_by_those_written_beside_them() -> None:
    found: Any = load("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n", file="x")
    assert found["more"] == {"x": 1, "y": 3}
