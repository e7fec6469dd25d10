"""The rules of CONTRIBUTING.md that a machine can check in the source text, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    file for folder in ("service", "handlers") for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts
)
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
#: The clock itself, and the making of row ids, which only sort by the time they were made and never tell it.
MAY_READ_THE_CLOCK = {"service/clock.py", "service/store/columns.py"}
CLOCK_READS = {"now", "utcnow", "today", "time", "time_ns"}


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def reads_the_clock(tree: ast.AST) -> Iterator[int]:
    """Give the lines that call datetime.now, date.today, time.time and their like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_READS:
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            if name in {"datetime", "date", "time"}:
                yield node.lineno


def reads_the_environment(tree: ast.AST) -> Iterator[int]:
    """Give the lines that use os.environ or os.getenv otherwise than to make Settings of it."""
    handed_over = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_environment"
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        for part in ast.walk(argument)
    }
    for node in ast.walk(tree):
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and id(node) not in handed_over) or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {"environ", "getenv"} & {name.name for name in node.names}
        ):
            yield node.lineno


@pytest.mark.parametrize("file", MODULES, ids=relative)
def test_a_module_says_what_it_is(file: Path) -> None:
    # A reader who opens a file should know at once whether it is the right one.
    tree = ast.parse(file.read_text(encoding="utf-8"))

    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize("file", MODULES, ids=relative)
def test_a_module_is_named_after_what_it_is_about(file: Path) -> None:
    # A file called "utils" takes in everything, and nobody finds anything in it.
    assert not EMPTY_NAMES & {*file.relative_to(ROOT).with_suffix("").parts}


@pytest.mark.parametrize("file", [file for file in MODULES if relative(file) not in MAY_READ_THE_CLOCK], ids=relative)
def test_only_the_clock_reads_the_time(file: Path) -> None:
    # Legal time can be moved in a demonstration, and a deadline must move with it.
    assert list(reads_the_clock(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("file", MODULES, ids=relative)
def test_only_settings_read_the_environment(file: Path) -> None:
    # What can be set has to be found in one place, and refused there with a good value.
    assert list(reads_the_environment(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"],
)
def test_a_look_at_the_clock_is_noticed(line: str) -> None:
    assert list(reads_the_clock(ast.parse(line))) == [1]


@pytest.mark.parametrize("line", ["clock.now()", "time.monotonic()", "context.today()"])
def test_asking_our_clock_is_allowed(line: str) -> None:
    assert list(reads_the_clock(ast.parse(line))) == []


@pytest.mark.parametrize("line", ["os.environ['HOME']", "os.getenv('HOME')", "from os import environ"])
def test_a_look_at_the_environment_is_noticed(line: str) -> None:
    assert list(reads_the_environment(ast.parse(line))) == [1]


def test_handing_the_environment_to_settings_is_allowed() -> None:
    assert list(reads_the_environment(ast.parse("Settings.from_environment({**os.environ, 'CHENGXU_DEMO': '1'})"))) == []
