"""Cuts FEEL source into tokens: keywords, names (Chinese, spaced, backticked), literals, and brackets told apart.

Brackets need a lexer of our own: `[` may close a range and `]` may open one, which no LALR(1) grammar can see. Words that
follow each other with nothing between them are one name (`string length`, `total investment`), since FEEL has no other use
for two names in a row; names that hold keywords or operators need backticks or must be told in `names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.feel.errors import too_much
from service.feel.limits import MAX_SOURCE, MAX_TOKENS
from service.feel.text import unquote
from service.feel.tokens import (
    CLOSES,
    ENDS_OPERAND,
    KEY,
    KEYWORDS,
    NO_OPERAND_WORDS,
    OF,
    OPENS,
    PHRASES,
    SPACE,
    STARTS_OPERAND,
    TOKEN,
    Lexeme,
    mark_not,
    spelling,
    stray,
)


class Lexer:
    """One pass over one source. `names` are names that hold keywords, operators or dots (from a typed model)."""

    def __init__(self, source: str, *, tests: bool = False, names: Iterable[str] = ()) -> None:
        if len(source) > MAX_SOURCE:
            raise too_much("表达式长度（字符）", "characters of source", MAX_SOURCE)
        self._source = source
        self._tests = tests
        self._tokens: list[Lexeme] = []
        self._open: list[str] = []  # brackets: type of the opener, "PARAMS" for those of a function literal
        self._pending: list[bool] = [False]  # by bracket depth: a ".." waits for its range to close
        self._types = -1  # angle brackets open inside a type; -1 outside
        self._names: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self._learn(names)

    def run(self) -> list[Lexeme]:
        """Return all tokens. FeelError at a character that starts none."""
        at = self._skip(0)
        while at < len(self._source):
            at = self._skip(self._next(at))
            if len(self._tokens) > MAX_TOKENS:
                raise too_much("表达式记号", "tokens", MAX_TOKENS)
        if self._tests:
            mark_not(self._tokens)
        return self._tokens

    def _skip(self, at: int) -> int:
        found = SPACE.match(self._source, at)
        return found.end() if found else at

    def _last(self) -> str:
        return self._tokens[-1].type if self._tokens else ""

    def _put(self, kind: str, text: str, at: int, raw: str = "") -> None:
        self._tokens.append(Lexeme(kind, text, at, raw or text))

    def _next(self, at: int) -> int:
        if self._is_key():
            key = KEY.match(self._source, at)
            if key:
                name = " ".join(key.group().split())
                self._put("KEY", name, at)
                self._learn((name,))
                return key.end()
        if self._known is not None:
            known = self._known.match(self._source, at)
            if known:
                self._put("NAME", " ".join(known.group().split()), at, "`")
                return known.end()
        found = TOKEN.match(self._source, at)
        if found is None:
            raise stray(self._source, at)
        kind = found.lastgroup or ""
        text = found.group()
        if kind == "STRING" and self._is_key():
            self._learn((unquote(text).strip(),))
        if kind == "WORD":
            return self._word(at, text)
        if kind == "TICKED":
            self._put("KEY" if self._is_key() else "NAME", text[1:-1].strip(), at, "`")
        elif kind == "ASK":
            self._put("NAME", "?", at, "`")
        elif kind == "AT":
            self._put("AT", text[1:].strip(), at)
        elif kind in ("LESS", "MORE"):
            self._angle(kind, text, at)
        elif kind in OPENS or kind in CLOSES:
            self._bracket(kind, text, at)
        else:
            if kind == "DOTS":
                self._pending[-1] = True
            self._put(kind, text, at)
        return found.end()

    def _is_key(self) -> bool:
        return bool(self._open) and self._open[-1] == "LBRACE" and self._last() in ("LBRACE", "COMMA")

    def _word(self, at: int, word: str) -> int:
        end = at + len(word)
        last = self._last()
        if last == "DOT":
            self._put("NAME", word, at)
            return end
        if self._types < 0 and self._in_params(last):
            self._types = 0
        phrase = PHRASES.match(self._source, at)
        if phrase and (self._source[self._skip(phrase.end()) :][:1] == "(" or self._types >= 0 or self._in_params(last)):
            self._put("NAME", " ".join(phrase.group().split()), at)
            return phrase.end()
        called = self._source[self._skip(end) :][:1] == "("
        if word in ("and", "or") and called and last not in ENDS_OPERAND:  # the functions on lists
            self._put("NAME", word, at, "`")
            return end
        if word in KEYWORDS:
            self._put(word.upper(), word, at)
            return end
        if word == "instance" and last in ENDS_OPERAND:
            of = OF.match(self._source, end)
            if of:
                self._put("INSTANCE_OF", "instance of", at)
                self._types = 0
                return of.end()
        if word == "external" and last == "RPAR" and self._source[self._skip(end) :][:1] == "{":
            self._put("EXTERNAL", word, at)
            return end
        if word == "function" and self._types < 0 and called:
            self._put("FUNCTION", word, at)
            return end
        if last == "NAME" and self._tokens[-1].raw != "`":
            before = self._tokens.pop()
            self._put("NAME", f"{before.text} {word}", before.position)
        else:
            self._put("NAME", word, at)
        return end

    def _in_params(self, last: str) -> bool:
        return last == "COLON" and bool(self._open) and self._open[-1] == "PARAMS"

    def _angle(self, kind: str, text: str, at: int) -> None:
        if self._types >= 0 and self._last() in ("NAME", "TYPE_OPEN", "TYPE_CLOSE") and (kind == "LESS" or self._types > 0):
            self._types += 1 if kind == "LESS" else -1
            self._put("TYPE_OPEN" if kind == "LESS" else "TYPE_CLOSE", text, at)
            return
        self._put("COMPARE", text, at)

    def _bracket(self, kind: str, text: str, at: int) -> None:
        last = self._last()
        following = self._skip(at + 1)
        if kind == "RSQB" and last not in ENDS_OPERAND and (last != "LSQB" or self._starts_operand(following, loose=False)):
            kind = "RANGE_OPEN"
        elif kind == "LSQB" and self._pending[-1] and last in ENDS_OPERAND and not self._starts_operand(following):
            kind = "RANGE_CLOSE"
        self._put(kind, text, at)
        if kind in OPENS:
            self._types = -1
            self._open.append("PARAMS" if last == "FUNCTION" else kind)
            self._pending.append(False)
        elif self._open:
            if self._open.pop() == "PARAMS":
                self._types = -1
            self._pending.pop()

    def _starts_operand(self, at: int, *, loose: bool = True) -> bool:
        found = TOKEN.match(self._source, at)
        if found is None:
            return False
        if found.lastgroup == "WORD":
            return found.group() not in NO_OPERAND_WORDS
        kind = found.lastgroup or ""
        return kind in STARTS_OPERAND and (loose or kind not in ("LSQB", "LPAR", "MINUS"))

    def _learn(self, names: Iterable[str]) -> None:
        fresh = {name for name in names if name.strip() and not re.fullmatch(r"\w+", name)} - self._names
        if fresh:
            self._names |= fresh
            self._known = spelling(frozenset(self._names))
