"""Source to syntax tree, and syntax errors in words. lark is loaded at the first expression, not at import."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from service.feel.errors import FeelError
from service.feel.grammar import TERMINALS, grammar_text, terminal_name
from service.feel.lexer import Lexer
from service.feel.tokens import Lexeme

if TYPE_CHECKING:
    from lark import Token, Tree

_LOCK: Final = threading.Lock()
_TABLE: Callable[[list[Lexeme], str], Tree[Token]] | None = None

#: What a syntax error says could stand there: the terminals that show it, Chinese, English. In order of telling.
_EXPECTED: Final[tuple[tuple[frozenset[str], str, str], ...]] = (
    (frozenset({"NUMBER"}), "一个值或表达式", "a value or expression"),
    (frozenset({"NAME"}), "一个名称", "a name"),
    (frozenset({"KEY"}), "一个键名", "a key"),
    (frozenset({"PLUS", "TIMES", "POWER"}), "运算符（+ - * / **）", "an operator (+ - * / **)"),
    (frozenset({"COMPARE"}), "比较符（= != < <= > >=）", "a comparison (= != < <= > >=)"),
    (frozenset({"AND"}), "and", "and"),
    (frozenset({"OR"}), "or", "or"),
    (frozenset({"THEN"}), "then", "then"),
    (frozenset({"ELSE"}), "else", "else"),
    (frozenset({"IN"}), "in", "in"),
    (frozenset({"RETURN"}), "return", "return"),
    (frozenset({"SATISFIES"}), "satisfies", "satisfies"),
    (frozenset({"COMMA"}), "逗号", "a comma"),
    (frozenset({"COLON"}), "冒号", "a colon"),
    (frozenset({"DOTS"}), "..", ".."),
    (frozenset({"RPAR"}), "右圆括号 )", "a closing )"),
    (frozenset({"RSQB"}), "右方括号 ]", "a closing ]"),
    (frozenset({"RBRACE"}), "右花括号 }", "a closing }"),
    (frozenset({"LPAR"}), "左圆括号 (", "an opening ("),
    (frozenset({"TYPE_CLOSE"}), ">", ">"),
    (frozenset({"$END"}), "表达式结束", "the end of the expression"),
)


def parse(source: str, *, start: str = "expression", names: Iterable[str] = ()) -> Tree[Token]:
    """Parse an expression (`start="expression"`) or unary tests (`start="tests"`). FeelError names the place."""
    from lark.exceptions import UnexpectedToken

    lexemes = Lexer(source, tests=start == "tests", names=names).run()
    try:
        return _table()(lexemes, start)
    except UnexpectedToken as error:
        accepts = {name.lstrip("_") for name in error.accepts or error.expected}
        raise _unexpected(source, error.token, accepts) from None


def _table() -> Callable[[list[Lexeme], str], Tree[Token]]:
    global _TABLE
    with _LOCK:
        if _TABLE is None:
            _TABLE = _build()
    return _TABLE


def _build() -> Callable[[list[Lexeme], str], Tree[Token]]:
    from lark import Lark, Token
    from lark.lexer import Lexer as LarkLexer

    spelled = {terminal: terminal_name(terminal) for terminal in TERMINALS}

    class Given(LarkLexer):
        """Hands lark the tokens that our lexer made."""

        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
            for lexeme in lexer_state:  # lark hands on what `parse` was given
                kind = spelled.get(lexeme.type, lexeme.type)
                yield Token(kind, lexeme.text, start_pos=lexeme.position)

    lark = Lark(grammar_text(), parser="lalr", lexer=Given, start=["expression", "tests"], maybe_placeholders=False)

    def run(lexemes: list[Lexeme], start: str) -> Tree[Token]:
        return lark.parse(lexemes, start=start)

    return run


def _unexpected(source: str, token: Token, accepts: set[str]) -> FeelError:
    at_end = token.type == "$END"
    position = len(source) if at_end else token.start_pos or 0
    if "NUMBER" in accepts:  # an operand: the brackets and keywords that also begin one say nothing more
        accepts -= {"NAME", "LPAR", "MINUS", "LSQB", "RANGE_OPEN"}
    told = [(zh, en) for shown, zh, en in _EXPECTED if shown & accepts][:8]
    expected = tuple(en for _, en in told)
    found = ("表达式在此结束", "the expression ends here") if at_end else (f"不应出现“{token}”", f"unexpected {str(token)!r}")
    zh = f"第 {position + 1} 个字符：{found[0]}；此处应为：{'、'.join(word for word, _ in told)}。"
    en = f"At character {position + 1}: {found[1]}; expected {_listed(expected)}."
    return FeelError(zh, message_en=en, source=source, position=position, expected=expected)


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
