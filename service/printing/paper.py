"""Lay a sheet out on A4. Open this to change how a sheet looks; what stands on it is gathered elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.printing import fonts
from service.printing.canvas import (
    LEFT,
    LINE,
    PAD,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SIZE,
    TOP,
    WIDTH,
    Box,
    Canvas,
    Cell,
    Said,
    Text,
    cell,
    measure,
    said,
)
from service.printing.sheet import Fact, Line, Opinion, Sheet

_LABEL = 30.0
_HALF = WIDTH / 2
#: Three seals side by side, each with room for a stamp of 42 mm.
_SEALS, _SEAL_HEIGHT = 3, 50.0
#: The least height of an opinion: two lines of it, and who gave it.
_OPINION = 30.0
_SMALL = 8.0


def lay_out(sheet: Sheet) -> Canvas:
    """Put a sheet onto as many pages as it needs."""
    canvas = Canvas()
    _head(canvas, sheet)
    _band(canvas, "基本情况")
    _facts(canvas, sheet.facts)
    for group in sheet.groups:
        _band(canvas, group.title)
        _facts(canvas, group.facts)
    if sheet.opinions:
        _band(canvas, "审批意见")
        for opinion in sheet.opinions:
            _opinion(canvas, opinion)
    if sheet.seals:
        _seals(canvas, sheet.seals)
    _band(canvas, "办理经过")
    for line in sheet.lines:
        _line(canvas, line)
    _check(canvas, sheet)
    _number(canvas, sheet)
    return canvas


def _head(canvas: Canvas, sheet: Sheet) -> None:
    size = 20.0
    for line in said(sheet.title, WIDTH / 2, bold=True):  # half the width at 10 points is the whole at 20
        canvas.write(line.text, size=size, bold=True)
        canvas.y += size * 0.5
    canvas.y += 2
    canvas.write(f"编号：{sheet.business_key}", size=SIZE, x=LEFT)
    right = fonts.printable(f"{sheet.at:%Y年%m月%d日}")
    canvas.write(right, size=SIZE, x=PAGE_WIDTH - LEFT - measure(right))
    canvas.y += 6.5


def _band(canvas: Canvas, title: str) -> None:
    """A title across the table; it does not stay alone at the end of a page."""
    made = cell(title, WIDTH, label=True, bold=True)
    if canvas.room < len(made.lines) * LINE + 4 * PAD + 3 * LINE:
        canvas.turn()
    canvas.row([made])


def _facts(canvas: Canvas, facts: Iterable[Fact]) -> None:
    """Short facts two in a row, long ones across."""
    waiting: list[Cell] | None = None
    for fact in facts:
        label, value = cell(fact.label, _LABEL, label=True), cell(fact.value, _HALF - _LABEL)
        if len(value.lines) > 1:
            if waiting is not None:
                _alone(canvas, waiting)
                waiting = None
            canvas.row([label, cell(fact.value, WIDTH - _LABEL)])
        elif waiting is None:
            waiting = [label, value]
        else:
            canvas.row([*waiting, label, value])
            waiting = None
    if waiting is not None:
        _alone(canvas, waiting)


def _alone(canvas: Canvas, cells: Sequence[Cell]) -> None:
    label, value = cells
    canvas.row([label, Cell(lines=value.lines, width=WIDTH - _LABEL)])


def _opinion(canvas: Canvas, opinion: Opinion) -> None:
    wide = WIDTH - _LABEL
    lines: list[Said] = []
    if opinion.verdict:
        lines += said(opinion.verdict, wide, bold=True)
    if opinion.text:
        lines += said(opinion.text, wide)
    if opinion.hidden:
        lines += said("（部分内容尚未公开）", wide, pale=True)
    lines += [Said(text="")] * max(1, 3 - len(lines))
    lines += said(opinion.unit, wide, right=True) if opinion.unit else []
    lines += said("　".join(_signature(opinion)), wide, right=True)
    canvas.row([cell(opinion.step, _LABEL, label=True), Cell(lines=tuple(lines), width=wide)], least=_OPINION)


def _signature(opinion: Opinion) -> Iterator[str]:
    yield f"签名：{opinion.name}"
    if opinion.deputy_of is not None:
        yield f"（代 {opinion.deputy_of}）"
    if opinion.signed:
        yield "已电子签署"
    yield f"{opinion.at:%Y年%m月%d日}"


def _seals(canvas: Canvas, units: Sequence[str]) -> None:
    if canvas.room < LINE + 2 * PAD + _SEAL_HEIGHT:
        canvas.turn()
    _band(canvas, "单位盖章")
    wide = WIDTH / _SEALS
    for first in range(0, len(units), _SEALS):
        if canvas.room < _SEAL_HEIGHT:
            canvas.turn()
        canvas.put(Box(x=LEFT, y=canvas.y, width=WIDTH, height=_SEAL_HEIGHT))
        for number, unit in enumerate(units[first : first + _SEALS]):
            x = LEFT + number * wide
            canvas.put(Box(x=x, y=canvas.y, width=wide, height=_SEAL_HEIGHT))
            for row, line in enumerate(said(unit, wide)[:2]):
                canvas.put(Text(x=x + PAD, y=canvas.y + PAD + row * LINE + 4, text=line.text, size=SIZE))
            for row, text in enumerate(("（盖章）", "　　　　年　　月　　日")):
                shift = wide - measure(text) - PAD
                canvas.put(Text(x=x + shift, y=canvas.y + _SEAL_HEIGHT - 8.5 + row * LINE, text=text, size=SIZE, pale=True))
        canvas.y += _SEAL_HEIGHT


def _line(canvas: Canvas, line: Line) -> None:
    canvas.row([cell(f"{line.at:%Y-%m-%d %H:%M}", 35), cell(line.who, 30), cell(line.words, WIDTH - 65)])


def _check(canvas: Canvas, sheet: Sheet) -> None:
    """With what a printed sheet can be checked."""
    head = f"SHA-256（第 {sheet.seq} 条）\n{sheet.head}" if sheet.head else "有内容尚未对查阅人公开，不显示记录摘要。"
    wide = WIDTH - _LABEL
    rows = [("记录摘要", head), ("内容摘要", f"SM3\n{sheet.sm3}")]
    told = f"按 {sheet.reader} 的查阅权限生成。同一查阅人在案件的同一记录处再次打印，以上摘要应当一致。"
    rows.append(("说明", told))
    missing = fonts.unknown(_everything(sheet))
    if missing:
        codes = "、".join(f"U+{ord(sign):04X}" for sign in missing)
        rows.append(("缺字", f"下列字符没有字形，以“{fonts.UNKNOWN}”代替：{codes}。原文见系统或案卷中的数据文件。"))
    _band(canvas, "核验")
    for label, value in rows:
        canvas.row([cell(label, _LABEL, label=True), cell(value, wide)])


def _everything(sheet: Sheet) -> str:
    parts = [sheet.title, sheet.business_key, sheet.subject, sheet.reader, *sheet.seals]
    parts += [part for fact in sheet.facts for part in (fact.label, fact.value)]
    parts += [part for group in sheet.groups for fact in group.facts for part in (group.title, fact.label, fact.value)]
    parts += [
        part for one in sheet.opinions for part in (one.step, one.verdict, one.text, one.name, one.deputy_of or "", one.unit)
    ]
    parts += [part for line in sheet.lines for part in (line.who, line.words)]
    return "".join(parts)


def _number(canvas: Canvas, sheet: Sheet) -> None:
    """Below each page its number and what identifies the sheet."""
    total, mark = len(canvas.pages), f"{sheet.business_key}　记录 {sheet.seq}　{(sheet.head or sheet.sm3)[:16]}"
    for number, page in enumerate(canvas.pages, 1):
        told, shown = f"第 {number} 页　共 {total} 页", fonts.printable(mark)
        y = PAGE_HEIGHT - 12
        page.append(Text(x=PAGE_WIDTH - LEFT - measure(told, size=_SMALL + 1), y=y, text=told, size=_SMALL + 1))
        page.append(Text(x=LEFT, y=y, text=shown, size=_SMALL, pale=True))
        if number > 1:
            title = fonts.printable(f"{sheet.title}{'　'}{sheet.subject}")
            while measure(title, size=_SMALL) > WIDTH:
                title = title[:-2] + "…"
            page.append(Text(x=LEFT, y=TOP - 4, text=title, size=_SMALL, pale=True))
