"""Reads XML into a small tree of the elements that belong to DMN. Open this for what XML is let in.

No document type is read and nothing outside the text; size, depth and number of elements are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

#: The model namespaces of DMN 1.2, 1.3, 1.4 and 1.5.
VERSIONS: Final = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
MAX_BYTES: Final = 5_000_000
MAX_NESTING: Final = 120
MAX_ELEMENTS: Final = 200_000


class Unreadable(Exception):
    """The bytes are no DMN: says why in Chinese and English, and at which line."""

    def __init__(self, rule: str, zh: str, en: str, line: int | None = None) -> None:
        super().__init__(en)
        self.rule, self.zh, self.en, self.line = rule, zh, en, line


@dataclass(slots=True, eq=False)
class Element:
    """An element of the DMN namespace: its local tag, own attributes, own text and children of the same namespace."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default).strip()

    def find(self, tag: str) -> Element | None:
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> list[Element]:
        return [child for child in self.children if child.tag == tag]

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it, in the order of the document."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))

    def words(self, tag: str = "text") -> str:
        """Return the text of a child."""
        child = self.find(tag)
        return child.text.strip() if child is not None else ""

    def told(self) -> str:
        """Name the element in a message: its id, or its name, or its tag."""
        return self.get("id") or self.get("name") or self.tag


def read(xml: bytes) -> tuple[Element, str]:
    """Return the root and the version of DMN. Unreadable when it is no DMN that we take."""
    if len(xml) > MAX_BYTES:
        raise Unreadable("dmn-size", f"文件超过 {MAX_BYTES // 1_000_000} MB。", "The file is too large.")
    return _Builder().read(xml)


class _Builder:
    """Builds the tree from expat's events; foreign elements (diagram, extensions) are left out with all they hold."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._root: Element | None = None
        self._namespace = ""
        self._open: list[Element | None] = []
        self._count = 0

    def read(self, xml: bytes) -> tuple[Element, str]:
        try:
            self._parser.Parse(xml, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise Unreadable("dmn-xml", f"不是有效的 XML：{error}。", f"Not valid XML: {error}.", line) from None
        if self._root is None or self._root.tag != "definitions" or self._namespace not in VERSIONS:
            raise Unreadable(
                "dmn-version",
                "不是 DMN 1.2 至 1.5 的文件。",
                "Not a file of DMN 1.2 to 1.5.",
                self._root.line if self._root else 1,
            )
        return self._root, VERSIONS[self._namespace]

    def _refuse(self, *_: Any) -> None:
        line = self._parser.CurrentLineNumber
        raise Unreadable("dmn-doctype", "不接受文档类型声明（DOCTYPE）。", "A document type is not accepted.", line)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_NESTING:
            line = self._parser.CurrentLineNumber
            raise Unreadable("dmn-size", "元素过多或嵌套过深。", "Too many elements, or nested too deeply.", line)
        namespace, _, tag = name.rpartition("}")
        if self._root is None:
            self._namespace = namespace
        elif namespace != self._namespace or self._open[-1] is None:
            self._open.append(None)
            return
        own = {key: value for key, value in attributes.items() if "}" not in key}
        element = Element(tag, own, self._parser.CurrentLineNumber)
        if self._root is None:
            self._root = element
        elif (parent := self._open[-1]) is not None:
            parent.children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _characters(self, data: str) -> None:
        if self._open and (element := self._open[-1]) is not None:
            element.text += data
