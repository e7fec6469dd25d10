"""The grammar of FEEL for lark's LALR(1). Open this to add syntax; the terminals are made by `lexer`."""

from __future__ import annotations

import re
from typing import Final

_SPELLED: Final = (
    "IF THEN ELSE FOR IN RETURN SOME EVERY SATISFIES AND OR BETWEEN TRUE FALSE NULL INSTANCE_OF FUNCTION EXTERNAL NOT "
    "NAME KEY NUMBER STRING AT DOTS DOT COMMA COLON ARROW POWER COMPARE PLUS MINUS TIMES "
    "LPAR RPAR LSQB RSQB LBRACE RBRACE RANGE_OPEN RANGE_CLOSE TYPE_OPEN TYPE_CLOSE"
)
TERMINALS: Final = tuple(_SPELLED.split())

#: Terminals whose text the compiler needs; all others are dropped from the tree.
KEPT: Final = frozenset({"NAME", "KEY", "NUMBER", "STRING", "AT", "COMPARE", "PLUS", "MINUS", "TIMES"})

_RULES: Final = r"""
expression: expr
tests: MINUS -> any_test
     | NOT LPAR test (COMMA test)* RPAR -> not_tests
     | test (COMMA test)* -> or_tests
?test: COMPARE add -> compare_test
     | expr -> value_test

?expr: or_
     | IF expr THEN expr ELSE expr -> if_
     | FOR bindings RETURN expr -> for_
     | SOME bindings SATISFIES expr -> some_
     | EVERY bindings SATISFIES expr -> every_
     | FUNCTION LPAR [params] RPAR expr -> function_
     | FUNCTION LPAR [params] RPAR EXTERNAL expr -> external
bindings: binding (COMMA binding)*
binding: NAME IN expr -> bind
       | NAME IN expr DOTS expr -> bind_range
params: param (COMMA param)*
param: NAME [COLON type]

?or_: and_ (OR and_)*
?and_: comparison (AND comparison)*
?comparison: add
     | comparison COMPARE add -> compare
     | comparison BETWEEN add AND add -> between
     | comparison IN add -> in_value
     | comparison IN COMPARE add -> in_compare
     | comparison IN LPAR expr COMMA test (COMMA test)* RPAR -> in_tests
     | comparison IN LPAR compared COMMA test (COMMA test)* RPAR -> in_tests
     | comparison INSTANCE_OF type -> instance_of
compared: COMPARE add -> compare_test

?add: multiply ((PLUS|MINUS) multiply)*
?multiply: power (TIMES power)*
?power: unary (POWER unary)*
?unary: postfix
      | MINUS unary -> negate
?postfix: atom
        | postfix DOT NAME -> path
        | postfix LSQB expr RSQB -> filter
        | postfix LPAR RPAR -> call
        | postfix LPAR expr (COMMA expr)* RPAR -> call
        | postfix LPAR named (COMMA named)* RPAR -> call_named
named: NAME COLON expr
?atom: NUMBER -> number
     | STRING -> string
     | AT -> at
     | TRUE -> true
     | FALSE -> false
     | NULL -> null
     | NAME -> name
     | LPAR expr RPAR
     | LSQB [expr (COMMA expr)*] RSQB -> list_
     | LBRACE [entry (COMMA entry)*] RBRACE -> context
     | LSQB expr DOTS expr RSQB -> range_cc
     | LSQB expr DOTS expr (RPAR|RANGE_CLOSE) -> range_co
     | (LPAR|RANGE_OPEN) expr DOTS expr RSQB -> range_oc
     | (LPAR|RANGE_OPEN) expr DOTS expr (RPAR|RANGE_CLOSE) -> range_oo
     | LPAR COMPARE add RPAR -> range_half
entry: (KEY|STRING) COLON expr

type: NAME -> type_name
    | NAME TYPE_OPEN type (COMMA type)* TYPE_CLOSE [result] -> type_of
    | NAME TYPE_OPEN member (COMMA member)* TYPE_CLOSE -> type_context
    | NAME TYPE_OPEN TYPE_CLOSE [result] -> type_of
result: ARROW type
member: NAME COLON type
"""


def grammar_text() -> str:
    """Return the grammar as lark reads it: terminals that the compiler does not need carry a leading underscore."""
    text = _RULES
    for terminal in sorted(set(TERMINALS) - KEPT, key=len, reverse=True):
        text = _rename(text, terminal)
    return text + "\n%declare " + " ".join(terminal_name(terminal) for terminal in TERMINALS)


def terminal_name(terminal: str) -> str:
    """Spell a terminal as the grammar does."""
    return terminal if terminal in KEPT else f"_{terminal}"


def _rename(text: str, terminal: str) -> str:
    return re.sub(rf"(?<![A-Z_]){terminal}(?![A-Z_])", f"_{terminal}", text)
