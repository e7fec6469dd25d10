"""Where a diagram is drawn: the boxes, labels and lines of its elements. Open it when a rule about the drawing is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from service.engine.lint.document import BPMNDI, Document, Element

_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DI = "http://www.omg.org/spec/DD/20100524/DI"

#: Shapes may touch: so many pixels of overlap are none.
SLACK = 1.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Box) -> bool:
        return (
            self.x + SLACK < other.right
            and other.x + SLACK < self.right
            and self.y + SLACK < other.bottom
            and other.y + SLACK < self.bottom
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x - SLACK <= other.x
            and self.y - SLACK <= other.y
            and other.right <= self.right + SLACK
            and other.bottom <= self.bottom + SLACK
        )

    def has(self, point: Point) -> bool:
        return self.x <= point[0] <= self.right and self.y <= point[1] <= self.bottom

    def covers_diamond(self, other: Box) -> bool:
        """Tell whether this covers the diamond that is drawn in the other box: its corners are free."""
        middle = other.middle
        near = (min(max(middle[0], self.x), self.right), min(max(middle[1], self.y), self.bottom))
        away = abs(near[0] - middle[0]) / other.width + abs(near[1] - middle[1]) / other.height
        return away < 0.5 - SLACK / other.width

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Tell whether a straight line passes through the inside: clip it at the four sides (Liang and Barsky)."""
        first, last = 0.0, 1.0
        inside = ((self.x + SLACK, self.right - SLACK), (self.y + SLACK, self.bottom - SLACK))
        for axis, (low, high) in enumerate(inside):
            move = end[axis] - start[axis]
            if move == 0:
                if not low < start[axis] < high:
                    return False
                continue
            enter, leave = sorted(((low - start[axis]) / move, (high - start[axis]) / move))
            first, last = max(first, enter), min(last, leave)
            if first >= last:
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`boxes` and `labels` are by id of what they show; `lines` are the waypoints of flows."""

    boxes: Mapping[str, Box]
    labels: Mapping[str, Box]
    lines: Mapping[str, tuple[Point, ...]]

    def segments(self, flow: str) -> Iterator[tuple[Point, Point]]:
        yield from pairwise(self.lines.get(flow, ()))


@lru_cache(maxsize=256)
def drawing_of(document: Document) -> Drawing:
    """Read the drawing of a diagram; shapes without bounds are left out."""
    boxes: dict[str, Box] = {}
    labels: dict[str, Box] = {}
    lines: dict[str, tuple[Point, ...]] = {}
    for node in document.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        id = node.get("bpmnElement") or ""
        box = _box(node.find(f"{{{_DC}}}Bounds"))
        if box is not None:
            boxes.setdefault(id, box)
        label = _box(node.find(f"{{{BPMNDI}}}BPMNLabel/{{{_DC}}}Bounds"))
        if label is not None:
            labels.setdefault(id, label)
        points = [_numbers(point, "x", "y") for point in node.iterfind(f"{{{_DI}}}waypoint")]
        if len(points) > 1 and None not in points:
            lines.setdefault(id, tuple((point[0], point[1]) for point in points if point is not None))
    return Drawing(boxes=boxes, labels=labels, lines=lines)


def list_nodes(document: Document) -> list[tuple[Element, Box]]:
    """The drawn elements with their boxes."""
    boxes = drawing_of(document).boxes
    return [(element, boxes[id]) for id, element in document.elements.items() if id in boxes]


def list_around(document: Document, element: Element) -> set[str]:
    """What an element is drawn on rightly: the sub-processes that hold it, and the activity that a boundary event sits on."""
    found: set[str] = set()
    current: Element | None = element
    while current is not None:
        host = current.node.get("attachedToRef")
        if host:
            found.add(host)
        if current.scope:
            found.add(current.scope)
        current = document.elements.get(current.scope or "")
    return found


def _box(node: etree._Element | None) -> Box | None:
    found = None if node is None else _numbers(node, "x", "y", "width", "height")
    return None if found is None else Box(x=found[0], y=found[1], width=found[2], height=found[3])


def _numbers(node: etree._Element, *names: str) -> tuple[float, ...] | None:
    try:
        return tuple(float(node.get(name) or "") for name in names)
    except ValueError:
        return None
