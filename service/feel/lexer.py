"""Cuts FEEL source into tokens: keywords, names (Chinese, spaced, backticked), literals, and brackets told apart.

Brackets need a lexer of our own: `[` may close a range and `]` may open one, which no LALR(1) grammar can see. Words that
follow each other with nothing between them are one name (`string length`, `total investment`), since FEEL has no other use
for two names in a row; names that hold keywords or operators need backticks or must be told in `names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.feel.errors import FeelError, too_much
from service.feel.limits import MAX_SOURCE, MAX_TOKENS


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token: its terminal of the grammar, its text (names normalised) and where it starts."""

    type: str
    text: str
    position: int
    raw: str = ""  # how it stands in the source; "`" first for a backticked name


_WORD: Final = r"[^\W\d\U00010000-\U0010ffff][\w·]*|[\U00010000-\U000effff]+\w*"
_SPACE: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.S)
_TOKEN: Final = re.compile(
    rf"""(?P<DOTS>\.\.)|(?P<NUMBER>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<AT>@\s*"(?:\\.|[^"\\])*")|(?P<STRING>"(?:\\.|[^"\\])*")|(?P<TICKED>`[^`\n]+`)|(?P<WORD>{_WORD})|(?P<ASK>\?)
    |(?P<ARROW>->)|(?P<POWER>\*\*)|(?P<COMPARE><=|>=|!=|=)|(?P<LESS><)|(?P<MORE>>)|(?P<PLUS>\+)|(?P<MINUS>-)|(?P<TIMES>[*/])
    |(?P<DOT>\.)|(?P<COMMA>,)|(?P<COLON>:)|(?P<LPAR>\()|(?P<RPAR>\))|(?P<LSQB>\[)|(?P<RSQB>\])|(?P<LBRACE>\{{)|(?P<RBRACE>\}})""",
    re.X | re.S,
)
_KEY: Final = re.compile(r"""[^\s:{}\[\](),"`@]++(?:\s++[^\s:{}\[\](),"`@]++)*+(?=\s*:)""")
_OF: Final = re.compile(r"\s+of\b")
_KEYWORDS: Final = frozenset(
    "if then else for in return some every satisfies and or between true false null".split()  # noqa: SIM905
)
#: Built-in names and types that hold a keyword.
_PHRASES: Final = re.compile(
    r"(?:date\s+and\s+time|years\s+and\s+months\s+duration|days\s+and\s+time\s+duration|get\s+or\s+else)\b"
)
_OPENS: Final = frozenset({"LPAR", "LSQB", "LBRACE", "RANGE_OPEN"})
_CLOSES: Final = frozenset({"RPAR", "RSQB", "RBRACE", "RANGE_CLOSE"})
_ENDS_OPERAND: Final = _CLOSES | {"NUMBER", "STRING", "AT", "NAME", "TRUE", "FALSE", "NULL"}
_STARTS_OPERAND: Final = frozenset({"NUMBER", "STRING", "AT", "TICKED", "ASK", "LPAR", "LSQB", "LBRACE", "MINUS", "DOTS"})
_NO_OPERAND_WORDS: Final = _KEYWORDS - {"if", "for", "some", "every", "true", "false", "null"}
_WIDE: Final = dict(zip("，：（）【】｛｝“”‘’＋－＊／＝＜＞．、；＂", ',:()[]{}""\'\'+-*/=<>.,;"', strict=True))


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
            self._mark_not()
        return self._tokens

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._source, at)
        return found.end() if found else at

    def _last(self) -> str:
        return self._tokens[-1].type if self._tokens else ""

    def _put(self, kind: str, text: str, at: int, raw: str = "") -> None:
        self._tokens.append(Lexeme(kind, text, at, raw or text))

    def _next(self, at: int) -> int:
        if self._is_key():
            key = _KEY.match(self._source, at)
            if key:
                name = " ".join(key.group().split())
                self._put("KEY", name, at)
                self._learn((name,))
                return key.end()
        if self._known is not None and self._last() != "DOT":
            known = self._known.match(self._source, at)
            if known:
                self._put("NAME", " ".join(known.group().split()), at, "`")
                return known.end()
        found = _TOKEN.match(self._source, at)
        if found is None:
            raise self._stray(at)
        kind = found.lastgroup or ""
        text = found.group()
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
        elif kind in _OPENS or kind in _CLOSES:
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
        phrase = _PHRASES.match(self._source, at)
        if phrase and (self._source[self._skip(phrase.end()) :][:1] == "(" or self._types >= 0 or self._in_params(last)):
            self._put("NAME", " ".join(phrase.group().split()), at)
            return phrase.end()
        called = self._source[self._skip(end) :][:1] == "("
        if word in ("and", "or") and called and last not in _ENDS_OPERAND:  # the functions on lists
            self._put("NAME", word, at, "`")
            return end
        if word in _KEYWORDS:
            self._put(word.upper(), word, at)
            return end
        if word == "instance" and last in _ENDS_OPERAND:
            of = _OF.match(self._source, end)
            if of:
                self._put("INSTANCE_OF", "instance of", at)
                self._types = 0
                return of.end()
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
        if self._types >= 0 and self._last() in ("NAME", "TYPE_CLOSE") and (kind == "LESS" or self._types > 0):
            self._types += 1 if kind == "LESS" else -1
            self._put("TYPE_OPEN" if kind == "LESS" else "TYPE_CLOSE", text, at)
            return
        self._put("COMPARE", text, at)

    def _bracket(self, kind: str, text: str, at: int) -> None:
        last = self._last()
        following = self._skip(at + 1)
        if kind == "RSQB" and last not in _ENDS_OPERAND and (last != "LSQB" or self._starts_operand(following, loose=False)):
            kind = "RANGE_OPEN"
        elif kind == "LSQB" and self._pending[-1] and last in _ENDS_OPERAND and not self._starts_operand(following):
            kind = "RANGE_CLOSE"
        self._put(kind, text, at)
        if kind in _OPENS:
            self._types = -1
            self._open.append("PARAMS" if last == "FUNCTION" else kind)
            self._pending.append(False)
        elif self._open:
            self._open.pop()
            self._pending.pop()

    def _starts_operand(self, at: int, *, loose: bool = True) -> bool:
        found = _TOKEN.match(self._source, at)
        if found is None:
            return False
        if found.lastgroup == "WORD":
            return found.group() not in _NO_OPERAND_WORDS
        kind = found.lastgroup or ""
        return kind in _STARTS_OPERAND and (loose or kind not in ("LSQB", "LPAR", "MINUS"))

    def _mark_not(self) -> None:
        """Let `not( … )` negate unary tests when it spans all of them; elsewhere it is the built-in function."""
        tokens = self._tokens
        if len(tokens) < 3 or tokens[0].text != "not" or tokens[1].type != "LPAR" or tokens[-1].type != "RPAR":
            return
        depth = 0
        for index, token in enumerate(tokens[1:], 1):
            depth += 1 if token.type in _OPENS else -1 if token.type in _CLOSES else 0
            if depth == 0:
                if index == len(tokens) - 1:
                    tokens[0] = Lexeme("NOT", "not", tokens[0].position, "not")
                return

    def _learn(self, names: Iterable[str]) -> None:
        fresh = {name for name in names if not re.fullmatch(r"\w+", name)} - self._names
        if fresh:
            self._names |= fresh
            longest = sorted(self._names, key=len, reverse=True)
            spelled = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest)
            self._known = re.compile(rf"(?:{spelled})(?!\w)")

    def _stray(self, at: int) -> FeelError:
        char = self._source[at]
        hint = _WIDE.get(char)
        if char == '"' or self._source.startswith('@"', at):
            zh, en = "字符串没有结束的引号", "the string has no closing quote"
        elif char == "`":
            zh, en = "名称没有结束的反引号", "the name has no closing backtick"
        elif hint:
            zh, en = f"全角符号“{char}”应改为半角“{hint}”", f"write {hint} instead of the full-width {char}"
        else:
            zh, en = f"不认识的字符“{char}”", f"the character {char!r} has no meaning here"
        return FeelError(
            f"第 {at + 1} 个字符：{zh}。", message_en=f"At character {at + 1}: {en}.", source=self._source, position=at
        )
