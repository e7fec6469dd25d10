"""The history of a case in sentences. Open this when a line of the timeline reads badly or is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.kernel import Element
from service.store.history import Link
from service.web.pages.laws import short_cite
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Field keys that hold a decision, and those that hold its reasons, in the forms of all processes.
VERDICTS = ("decision", "result", "conclusion")
OPINIONS = ("opinion", "reason", "note", "remark", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a line is told from: the link, the definition of its case, and the names of people."""

    link: Link
    definition: Definition
    definitions: Mapping[str, Definition]
    reader: Reader

    @property
    def element(self) -> Element | None:
        return self.definition.process.elements.get(self.link.element or "")

    @property
    def step(self) -> str:
        element = self.element
        return (element.name or element.id) if element is not None else self.link.element or ""

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.link.payload or {}


def tell(
    reader: Reader, links: Iterable[Link], definitions: Mapping[str, Definition], *, newest_first: bool = True
) -> list[dict[str, Any]]:
    """Turn links of one family of cases into entries for `components/timeline.html`. `definitions` is by case id."""
    ordered = sorted(links, key=lambda link: (link.at, link.chain, link.seq), reverse=newest_first)
    names = reader.people({link.actor for link in ordered})
    entries = []
    for link in ordered:
        speak = _SENTENCES.get(link.kind)
        if speak is None or link.chain not in definitions:
            continue
        told = Told(link=link, definition=definitions[link.chain], definitions=definitions, reader=reader)
        said = speak(told)
        if said is not None:
            entries.append({"at": link.at, "who": names.get(link.actor, _("系统")), "unit_name": _capacity(told), **said})
    return entries


def opinions(reader: Reader, links: Iterable[Link], definitions: Mapping[str, Definition]) -> list[dict[str, Any]]:
    """The decisions and opinions so far, oldest first."""
    told = tell(reader, (link for link in links if link.kind == Event.TASK_COMPLETED), definitions, newest_first=False)
    return [entry for entry in told if entry["verdict"] or entry["opinion"]]


def _capacity(told: Told) -> str | None:
    """In which role somebody did a step: the lane that it lies in."""
    element = told.element
    if told.link.kind not in (Event.TASK_COMPLETED, Event.CASE_STARTED) or element is None or element.lane is None:
        return None
    role = told.reader.machine.book.find(element.lane)
    return told.reader.role(role.id) if role is not None else None


def _started(told: Told) -> dict[str, Any] | None:
    if "parent" in told.payload:
        return None  # the parent's own line says so
    return {"words": _("发起“%(name)s”", name=told.definition.name), "law": _law(told)}


def _completed(told: Told) -> dict[str, Any]:
    answers = told.payload.get("answers") or {}
    verdict = next((str(answers[key]) for key in VERDICTS if isinstance(answers.get(key), str)), "")
    opinion = next((str(answers[key]) for key in OPINIONS if isinstance(answers.get(key), str) and answers[key]), "")
    step = with_subject(told.step, told.element, answers)
    words = _("%(verdict)s（%(step)s）", verdict=verdict, step=step) if verdict else _("办理“%(step)s”", step=step)
    if told.payload.get("signature"):
        words = _("%(words)s，已签署", words=words)
    return {"words": words, "verdict": verdict, "opinion": opinion, "law": _law(told)}


def with_subject(step: str, element: Element | None, variables: Mapping[str, Any]) -> str:
    """Name what a step that is done several times is about this time: 分项审查：投资预算合理性."""
    name = element.multi.element if element is not None and element.multi is not None else None
    subject = variables.get(name) if name else None
    return f"{step}：{subject}" if isinstance(subject, str) and subject not in step else step


def _ended(told: Told) -> dict[str, Any]:
    name = outcome_name(told.definition, told.payload.get("outcome"))
    label = told.definition.name
    return {"words": _("“%(name)s”办结：%(outcome)s", name=label, outcome=name) if name else _("“%(name)s”办结", name=label)}


def outcome_name(definition: Definition, outcome: str | None) -> str | None:
    """What the end event is called that a case has reached."""
    element = definition.process.elements.get(outcome or "")
    return element.name if element is not None else None


def _child_started(told: Told) -> dict[str, Any]:
    child = str(told.payload.get("case", ""))
    said: dict[str, Any] = {"words": _("转入“%(step)s”", step=told.step)}
    if child in told.definitions:
        said |= {"url": url_for("pages.case", case_id=child), "link_text": _("查看")}
    return said


def _found(told: Told) -> dict[str, Any] | None:
    findings = told.payload.get("findings") or []
    key = "message_en" if told.reader.english else "message"
    messages = list(dict.fromkeys(str(one[key]) for one in findings if one.get(key)))
    if not messages:
        return None
    articles = [one["article"] for one in findings if one.get("article")]
    return {"words": _("提示"), "opinion": "\n".join(messages), "law": _cite(told, articles)}


def _with_reason(text: Callable[[], str], *, tone: str | None = None) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"words": text(), "opinion": told.payload.get("reason"), "tone": tone}


def _at_step(text: Callable[[str], str], *, tone: str | None = None) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"words": text(told.step), "tone": tone}


def _law(told: Told) -> str | None:
    element = told.element
    return _cite(told, element.values("article")) if element is not None else None


def _cite(told: Told, articles: Iterable[str]) -> str | None:
    return short_cite(articles, told.reader.rules.catalogue, within=told.definition.regulation)


_SENTENCES: Mapping[str, Callable[[Told], dict[str, Any] | None]] = {
    Event.CASE_STARTED: _started,
    Event.TASK_COMPLETED: _completed,
    Event.CASE_ENDED: _ended,
    Event.CASE_TERMINATED: _with_reason(lambda: _("终止案件"), tone="bad"),
    Event.CASE_SUSPENDED: _with_reason(lambda: _("暂停办理"), tone="bad"),
    Event.CASE_RESUMED: _with_reason(lambda: _("恢复办理")),
    Event.CHILD_STARTED: _child_started,
    Event.RULE_FOUND: _found,
    Event.TIMER_FIRED: _at_step(lambda step: _("期限到达：%(step)s", step=step), tone="bad"),
    Event.JOB_DONE: _at_step(lambda step: _("自动完成“%(step)s”", step=step)),
    Event.JOB_PARKED: _at_step(lambda step: _("“%(step)s”未能自动完成，已交管理员处理", step=step), tone="bad"),
    Event.JOB_RETRIED: _at_step(lambda step: _("重新执行“%(step)s”", step=step)),
    Event.MESSAGE_RECEIVED: _at_step(lambda step: _("收到“%(step)s”", step=step)),
    Event.ERROR_CAUGHT: _at_step(lambda step: _("“%(step)s”未能正常完成，按规程另行办理", step=step), tone="bad"),
}
