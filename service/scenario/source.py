"""YAML as scenario files use it: every value knows its line, and nothing is guessed.

Only `true`, `false`, `null` and whole numbers are more than text: 2026-08-20 stays what was written, 3200000.00 keeps its
cents, and 是 or no are words.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from service.errors import InvalidDefinition, Problem

RULE = "scenario"
#: Anchors that multiply: more values than this are no scenario.
MAX_VALUES = 50_000

_MERGE = "tag:yaml.org,2002:merge"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Block(dict[str, Any]):
    """A mapping that knows its own line and that of each key."""

    line: int = 1
    lines: dict[str, int]


class Rows(list[Any]):
    """A list that knows the line of each item."""

    line: int = 1
    lines: list[int]


def load(text: str, *, file: str) -> Any:
    """Read one document. InvalidDefinition says in which line it is no YAML."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return None if node is None else _Reader(file).value(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "?"
        raise InvalidDefinition(
            [fault(file, mark.line + 1 if mark else 1, f"不是有效的 YAML：{reason}", f"this is not valid YAML: {reason}")]
        ) from error


def fault(file: str, line: int, zh: str, en: str) -> Problem:
    return Problem(rule=RULE, message=f"{zh} / {en}", file=file, line=line)


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0
        self._open: list[yaml.Node] = []

    def value(self, node: yaml.Node) -> Any:
        self._count += 1
        if self._count > MAX_VALUES or node in self._open:
            raise self._refuse(node, "锚点引用过多或自我引用", "too many anchors are used, or one contains itself")
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._block(node)
            if isinstance(node, yaml.SequenceNode):
                rows = Rows(self.value(item) for item in node.value)
                rows.line, rows.lines = _line(node), [_line(item) for item in node.value]
                return rows
            return self._scalar(node)
        finally:
            self._open.pop()

    def _block(self, node: yaml.MappingNode) -> Block:
        block = Block()
        block.line, block.lines = _line(node), {}
        merged: list[Block] = []
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                found = self.value(value_node)
                merged.extend(found if isinstance(found, Rows) else [found])
                continue
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                raise self._refuse(key_node, "键应为文字", "a key must be a text")
            if key in block:
                raise self._refuse(key_node, f"“{key}”写了两次", f"'{key}' is given twice")
            block[key] = self.value(value_node)
            block.lines[key] = _line(key_node)
        for other in merged:
            if not isinstance(other, Block):
                raise self._refuse(node, "<< 之后应为一组键值", "<< takes a mapping")
            for key, value in other.items():
                if key not in block:
                    block[key] = value
                    block.lines[key] = other.lines[key]
        return block

    @staticmethod
    def _scalar(node: yaml.Node) -> Any:
        text = str(node.value)
        if node.style is not None:  # type: ignore[attr-defined]  # quoted: a text, whatever it looks like
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        return int(text) if _NUMBER.fullmatch(text) else text

    def _refuse(self, node: yaml.Node, zh: str, en: str) -> InvalidDefinition:
        return InvalidDefinition([fault(self._file, _line(node), zh, en)])


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def plain(value: Any) -> Any:
    """The value without its lines."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
