"""Read a scenario file and say, with the line, everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from service.clock import SHANGHAI
from service.errors import InvalidDefinition, NotFound, Problem
from service.scenario.expectations import CHECKS
from service.scenario.model import Action, Complete, Expectation, Fill, Move, Scenario, Search, Send, Start, Step, Try
from service.scenario.samples import SAMPLES
from service.scenario.source import Block, Rows, fault, load, plain

#: Sends the messages of other systems, where a step names nobody.
SENDER = "sysadmin.zhongxin"
#: Sees every case of the demonstration, and so answers what a case looks like after a step.
READER = "monitor.zhongxin"

_TOP = ("title", "cites", "about", "use", "reader", "given", "answers", "steps")
_GIVEN = ("clock", "files", "registers")
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "start": ("who", "answers", "but", "without", "case"),
    "task": ("who", "answers", "but", "without", "case", "where", "sign"),
    "clock": ("case",),
    "message": ("who", "key", "payload", "case"),
    "handler": ("variables", "headers"),
    "form": ("who", "answers", "but", "without", "variables"),
}
_ALWAYS = ("note", "expect")


def read(path: Path) -> Scenario:
    """Read one file. NotFound when there is none; InvalidDefinition lists every fault with its line."""
    return _File(path).scenario()


class _File:
    """One file on its way to a `Scenario`, with the faults found so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []
        self._document = _document(path)
        self._blocks = self._answer_blocks(path, self._document, ())

    def scenario(self) -> Scenario:
        document = self._document
        self._known(document, _TOP)
        title = self._text(document, "title", required=True)
        steps = document.get("steps")
        if not isinstance(steps, Rows) or not steps:
            self._blame(document, "steps", "缺少 steps（步骤）清单", "there is no list of steps")
            steps = Rows()
            steps.lines = []
        given = self._given(document.get("given"))
        made = tuple(
            self._step(number, step, line) for number, (step, line) in enumerate(zip(steps, steps.lines, strict=True), 1)
        )
        cites = document.get("cites") or ()
        if self._problems:
            raise InvalidDefinition(
                self._problems,
                "\n".join(f"{problem.file}:{problem.line} {problem.message}" for problem in self._problems),
                message_en="The scenario file has faults.",
            )
        return Scenario(
            file=self._path.name,
            title=title,
            cites=tuple(str(each) for each in (cites if isinstance(cites, list) else [cites])),
            reader=str(document.get("reader") or READER),
            steps=made,
            **given,
        )

    # -- what is given

    def _given(self, block: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"clock": None, "files": {}, "registers": {}}
        if block is None:
            return found
        if not isinstance(block, Block):
            self._blame(self._document, "given", "given 应为一组键值", "given takes keys and values")
            return found
        self._known(block, _GIVEN)
        if block.get("clock") is not None:
            found["clock"] = self._moment(block, "clock")
        for name, kind in self._inner(block, "files").items():
            if kind not in SAMPLES:
                kinds = "、".join(sorted(SAMPLES))
                self._blame(
                    block["files"], name, f"没有 {kind} 样例文件，可用：{kinds}", f"no sample of kind {kind}; use {kinds}"
                )
            found["files"][name] = str(kind)
        for register, entries in self._inner(block, "registers").items():
            if not isinstance(entries, Block) or not all(isinstance(data, Block) for data in entries.values()):
                self._blame(
                    block["registers"], register, "台账应写作：编号: {字段: 值}", "a register is written as key: {field: value}"
                )
                continue
            found["registers"][register] = plain(entries)
        return found

    # -- steps

    def _step(self, number: int, block: Any, line: int) -> Step:
        if not isinstance(block, Block):
            self._problems.append(fault(self._path.name, line, "步骤应为一组键值", "a step is a group of keys and values"))
            return Step(number=number, line=line, note="", action=None, case=None, expect=())
        kinds = [kind for kind in _ACTIONS if kind in block]
        if len(kinds) > 1:
            self._blame(block, kinds[1], f"一个步骤只做一件事，不能同时有 {'、'.join(kinds)}", "a step does one thing")
        allowed = (*_ALWAYS, "case", *((kinds[0], *_ACTIONS[kinds[0]]) if kinds else ()))
        self._known(block, allowed)
        if not kinds and "expect" not in block:
            self._blame(
                block, None, "步骤应有 start、task、clock、message、form、handler 或 expect 之一", "a step needs an action"
            )
        return Step(
            number=number,
            line=line,
            note=str(block.get("note") or ""),
            action=self._action(kinds[0], block) if kinds else None,
            case=self._case(block),
            expect=self._expectations(block),
        )

    def _case(self, block: Block) -> str | Search | None:
        case = block.get("case")
        if not isinstance(case, Block):
            return None if case is None else str(case)
        self._known(case, ("process", "key"))
        return Search(process=self._text(case, "process", required=True), key=self._text(case, "key", required=False) or None)

    def _action(self, kind: str, block: Block) -> Action | None:
        if kind == "clock":
            text = str(block.get("clock") or "")
            return Move(by=text) if text.startswith("P") else Move(to=self._moment(block, "clock"))
        name = self._text(block, kind, required=True)
        if kind == "handler":
            headers = {key: str(value) for key, value in self._inner(block, "headers").items()}
            return Try(handler=name, variables=plain(self._inner(block, "variables")), headers=headers)
        if kind == "message":
            key = self._text(block, "key", required=False) or None
            payload = plain(self._inner(block, "payload"))
            return Send(who=str(block.get("who") or SENDER), name=name, key=key, payload=payload)
        who = self._text(block, "who", required=True)
        answers = self._answers(block)
        if kind == "start":
            return Start(who=who, process=name, answers=answers)
        if kind == "form":
            return Fill(who=who, form=name, answers=answers, variables=plain(self._inner(block, "variables")))
        sign = block.get("sign")
        if sign not in (None, True, False):
            self._blame(block, "sign", "sign 只能是 true 或 false", "sign is true or false")
        where = plain(self._inner(block, "where"))
        return Complete(who=who, element=name, answers=answers, where=where, sign=None if sign is None else bool(sign))

    def _answers(self, block: Block) -> dict[str, Any]:
        """The answers of a step: written here or a named block, with `but` put over them and `without` taken away."""
        given = block.get("answers")
        if isinstance(given, str):
            if given not in self._blocks:
                known = "、".join(sorted(self._blocks)) or "无"
                self._blame(block, "answers", f"没有名为“{given}”的填写内容；已有：{known}", f"no answers are called '{given}'")
            given = self._blocks.get(given, {})
        elif given is not None and not isinstance(given, Block):
            self._blame(block, "answers", "answers 应为字段和值，或填写内容的名称", "answers are fields and values, or a name")
            given = None
        found = {**(plain(given) if given else {}), **plain(self._inner(block, "but"))}
        left_out = block.get("without") or []
        for name in left_out if isinstance(left_out, list) else [left_out]:
            if found.pop(str(name), self) is self:
                self._blame(block, "without", f"填写内容中没有字段“{name}”", f"the answers have no field '{name}' to leave out")
        return found

    def _expectations(self, block: Block) -> tuple[Expectation, ...]:
        expect = self._inner(block, "expect")
        self._known(expect, tuple(CHECKS))
        found = []
        for what, value in expect.items():
            if what in CHECKS:
                line = expect.lines.get(what, expect.line)
                for zh, en in CHECKS[what].complain(value):
                    self._problems.append(fault(self._path.name, line, f"expect 中的 {what}：{zh}", f"{what}: {en}"))
                found.append(Expectation(what=what, value=plain(value), line=line))
        return tuple(found)

    def _answer_blocks(self, path: Path, document: Block, users: tuple[Path, ...]) -> dict[str, Any]:
        """The named answers of a file, over those of the file that it uses."""
        blocks: dict[str, Any] = {}
        used = document.get("use")
        if used is not None:
            other = path.parent / str(used)
            if other in users or not other.is_file():
                line = document.lines["use"]
                zh, en = f"use 所指的文件 {used} 不存在，或互相引用", f"the file {used} does not exist, or uses this one"
                raise InvalidDefinition([fault(path.name, line, zh, en)])
            blocks = self._answer_blocks(other, _document(other), (*users, path))
        return {**blocks, **self._inner(document, "answers")}

    # -- small readings

    def _known(self, block: Block, allowed: tuple[str, ...]) -> None:
        for key in block:
            if key not in allowed:
                self._blame(block, key, f"不认识“{key}”；可写：{'、'.join(allowed)}", f"'{key}' is not known here")

    def _inner(self, block: Block, key: str) -> Block:
        value = block.get(key)
        if isinstance(value, Block):
            return value
        if value is not None:
            self._blame(block, key, f"{key} 应为一组键值", f"{key} takes keys and values")
        return _nothing(block.lines.get(key, block.line))

    def _text(self, block: Block, key: str, *, required: bool) -> str:
        value = block.get(key)
        if required and (value is None or isinstance(value, (dict, list)) or not str(value).strip()):
            self._blame(block, key, f"缺少 {key}", f"{key} is missing")
            return ""
        return str(value or "")

    def _moment(self, block: Block, key: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(str(block[key]))
        except ValueError:
            zh = f"时间“{block[key]}”无法识别，请写成 2026-08-20T09:00+08:00 或 P10D"
            self._blame(block, key, zh, f"'{block[key]}' is no time: write 2026-08-20T09:00+08:00 or P10D")
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)

    def _blame(self, block: Block, key: str | None, zh: str, en: str) -> None:
        self._problems.append(fault(self._path.name, block.lines.get(key or "", block.line), zh, en))


def _document(path: Path) -> Block:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise NotFound(f"读不到场景文件 {path.name}。", message_en=f"The scenario file {path.name} cannot be read.") from error
    except UnicodeDecodeError as error:
        raise InvalidDefinition([fault(path.name, 1, "不是 UTF-8 文本", "this is not UTF-8 text")]) from error
    document = load(text, file=path.name)
    if not isinstance(document, Block):
        raise InvalidDefinition([fault(path.name, 1, "场景文件应以 title: 开头", "a scenario file begins with title:")])
    return document


def _nothing(line: int) -> Block:
    block = Block()
    block.line, block.lines = line, {}
    return block
