"""A cell that is a constant asks for that value and nothing else."""

from __future__ import annotations

import pytest

from service import feel


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ("true", True, True),
        ("true", False, False),
        ("true", None, False),
        ("true", 1, False),
        ("false", None, False),
        ("false", False, True),
    ],
)
def test_a_boolean_cell_is_no_condition_that_always_holds(cell: str, value: object, holds: bool) -> None:
    assert feel.compile_tests(cell)({}, value) is holds
