"""FEEL, the expression language of DMN: `compile("a + b")({"a": 1, "b": 2})`. Open this for what other packages may use.

An expression is parsed once (LALR) and becomes closures; numbers are Decimal with 34 digits, logic has three values, and a
run-time error is null, as the standard asks. What a text or an evaluation may cost is bounded in `limits`.
"""

from service.feel.errors import FeelError
from service.feel.expression import Expression, Literal, UnaryTests, attribute, compile, compile_tests
from service.feel.registry import builtin_names
from service.feel.text import to_text
from service.feel.values import Function, Range

__all__ = [
    "Expression",
    "FeelError",
    "Function",
    "Literal",
    "Range",
    "UnaryTests",
    "attribute",
    "builtin_names",
    "compile",
    "compile_tests",
    "to_text",
]
