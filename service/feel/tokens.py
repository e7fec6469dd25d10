"""What FEEL's tokens look like: patterns, keywords, brackets, and which tokens may begin or end an operand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from service.feel.errors import FeelError


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token: its terminal of the grammar, its text (names normalised) and where it starts."""

    type: str
    text: str
    position: int
    raw: str = ""  # how it stands in the source; "`" first for a backticked name


WORD: Final = r"[^\W\d\U00010000-\U0010ffff][\w·]*|[\U00010000-\U000effff]+\w*"
SPACE: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.S)
TOKEN: Final = re.compile(
    rf"""(?P<DOTS>\.\.)|(?P<NUMBER>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<AT>@\s*"(?:\\.|[^"\\])*")|(?P<STRING>"(?:\\.|[^"\\])*")|(?P<TICKED>`[^`\n]+`)|(?P<WORD>{WORD})|(?P<ASK>\?)
    |(?P<ARROW>->)|(?P<POWER>\*\*)|(?P<COMPARE><=|>=|!=|=)|(?P<LESS><)|(?P<MORE>>)|(?P<PLUS>\+)|(?P<MINUS>-)|(?P<TIMES>[*/])
    |(?P<DOT>\.)|(?P<COMMA>,)|(?P<COLON>:)|(?P<LPAR>\()|(?P<RPAR>\))|(?P<LSQB>\[)|(?P<RSQB>\])|(?P<LBRACE>\{{)|(?P<RBRACE>\}})""",
    re.X | re.S,
)
KEY: Final = re.compile(r"""[^\s:{}\[\](),"`@]++(?:\s++[^\s:{}\[\](),"`@]++)*+(?=\s*:)""")
OF: Final = re.compile(r"\s+of\b")
KEYWORDS: Final = frozenset(
    "if then else for in return some every satisfies and or between true false null".split()  # noqa: SIM905
)
#: Built-in names and types that hold a keyword.
PHRASES: Final = re.compile(
    r"(?:date\s+and\s+time|years\s+and\s+months\s+duration|days\s+and\s+time\s+duration|get\s+or\s+else)\b"
)
OPENS: Final = frozenset({"LPAR", "LSQB", "LBRACE", "RANGE_OPEN"})
CLOSES: Final = frozenset({"RPAR", "RSQB", "RBRACE", "RANGE_CLOSE"})
ENDS_OPERAND: Final = CLOSES | {"NUMBER", "STRING", "AT", "NAME", "TRUE", "FALSE", "NULL"}
STARTS_OPERAND: Final = frozenset({"NUMBER", "STRING", "AT", "TICKED", "ASK", "LPAR", "LSQB", "LBRACE", "MINUS", "DOTS"})
NO_OPERAND_WORDS: Final = (KEYWORDS - {"if", "for", "some", "every", "true", "false", "null"}) | {"instance"}
WIDE: Final = dict(zip("，：（）【】｛｝“”‘’＋－＊／＝＜＞．、；＂", ',:()[]{}""\'\'+-*/=<>.,;"', strict=True))


def stray(source: str, at: int) -> FeelError:
    """Explain a character that starts no token."""
    char = source[at]
    hint = WIDE.get(char)
    if char == '"' or source.startswith('@"', at):
        zh, en = "字符串没有结束的引号", "the string has no closing quote"
    elif char == "`":
        zh, en = "名称没有结束的反引号", "the name has no closing backtick"
    elif hint:
        zh, en = f"全角符号“{char}”应改为半角“{hint}”", f"write {hint} instead of the full-width {char}"
    else:
        zh, en = f"不认识的字符“{char}”", f"the character {char!r} has no meaning here"
    return FeelError(f"第 {at + 1} 个字符：{zh}。", message_en=f"At character {at + 1}: {en}.", source=source, position=at)


def mark_not(tokens: list[Lexeme]) -> None:
    """Let `not( … )` negate unary tests when it spans all of them; elsewhere it is the built-in function."""
    if len(tokens) < 3 or tokens[0].text != "not" or tokens[1].type != "LPAR" or tokens[-1].type != "RPAR":
        return
    depth = 0
    for index, token in enumerate(tokens[1:], 1):
        depth += 1 if token.type in OPENS else -1 if token.type in CLOSES else 0
        if depth == 0:
            if index == len(tokens) - 1:
                tokens[0] = Lexeme("NOT", "not", tokens[0].position, "not")
            return


@lru_cache(256)
def spelling(names: frozenset[str]) -> re.Pattern[str]:
    """Compile a pattern of names, the longest first; cells of one table share it."""
    longest = sorted(names, key=len, reverse=True)
    spelled = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest)
    return re.compile(rf"(?:{spelled})(?!\w)")
