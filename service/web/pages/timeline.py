"""The history of a case in sentences. Open this when a line of the timeline reads badly or is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from service.clock import SHANGHAI
from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.kernel import Element
from service.engine.opinions import OPINIONS, VERDICTS
from service.engine.signer_form import AGREES, REFUSES
from service.store.history import Link
from service.tagged import plain
from service.web.pages import wording
from service.web.pages.due import day_of
from service.web.pages.facts import chosen_word
from service.web.pages.findings import tell_findings
from service.web.pages.laws import short_cite
from service.web.pages.reading import Reader
from service.web.pages.waiting import queue_name
from service.web.translations import gettext as _


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
    moved = {_move(link) for link in ordered if link.kind == Event.DEADLINE_MOVED and link.payload.get("what") == "task"}
    names = reader.people({link.actor for link in ordered})
    entries = []
    for link in ordered:
        speak = _SENTENCES.get(link.kind)
        if speak is None or link.chain not in definitions:
            continue
        if link.kind == Event.DEADLINE_MOVED and link.payload.get("what") == "job" and _move(link) in moved:
            continue  # the timer of a task says what the task says
        told = Told(link=link, definition=definitions[link.chain], definitions=definitions, reader=reader)
        said = speak(told)
        if said is not None:
            who = names.get(link.actor, _("系统"))
            entries.append({"line": (link.chain, link.seq), "at": link.at, "who": who, "unit_name": _capacity(told), **said})
    return entries


def opinions(reader: Reader, links: Iterable[Link], definitions: Mapping[str, Definition]) -> list[dict[str, Any]]:
    """The decisions and opinions so far, oldest first."""
    decided = (link for link in links if link.kind in (Event.TASK_COMPLETED, Event.SIGNER_DECIDED))
    told = tell(reader, decided, definitions, newest_first=False)
    return [entry for entry in told if entry["verdict"] or entry["opinion"]]


def remarks(reader: Reader, links: Iterable[Link], definitions: Mapping[str, Definition]) -> list[dict[str, Any]]:
    """What rules have remarked so far, oldest first."""
    return tell(reader, (link for link in links if link.kind == Event.RULE_FOUND), definitions, newest_first=False)


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
    words = (
        _("%(verdict)s（%(step)s）", verdict=_verdict_word(told, verdict), step=step)
        if verdict
        else _("办理“%(step)s”", step=step)
    )
    if told.payload.get("signature"):
        words = _("%(words)s，已签署", words=words)
    if principal := told.payload.get("on_behalf_of"):
        words = _("代 %(name)s：%(words)s", name=_name(told, principal), words=words)
    if told.payload.get("sealed"):
        words = _("%(words)s（内容尚未公开）", words=words)
    return {"words": words, "verdict": verdict, "opinion": opinion, "law": _law(told)}


def _verdict_word(told: Told, verdict: str) -> str:
    """The verdict as its form offers it in the reader's language."""
    form = told.definition.form_of(told.element) if told.element is not None else None
    return verdict if form is None else chosen_word(told.reader, form, VERDICTS, verdict)


def _sent_back(told: Told) -> dict[str, Any]:
    """Where to, in whose hands it is now, and which way it goes from there."""
    to = told.payload.get("name")
    if to is None:
        element = told.definition.process.elements.get(str(told.payload.get("to")))
        to = (element.name or element.id) if element is not None else told.payload.get("to")
    step, name = told.step, _name(told, told.payload.get("for"))
    if told.payload.get("straight"):
        words = _("把“%(step)s”退回到“%(to)s”（%(name)s），办完直接返回", step=step, to=to, name=name)
    else:
        words = _("把“%(step)s”退回到“%(to)s”（%(name)s），逐级办理", step=step, to=to, name=name)
    return {"words": words, "opinion": told.payload.get("reason"), "tone": "bad"}


def _name(told: Told, account: Any) -> str:
    return told.reader.people([str(account)]).get(str(account), str(account))


def _handed_over(words: Callable[[str, str], str]) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"words": words(told.step, _name(told, told.payload.get("to"))), "opinion": told.payload.get("reason")}


def _to(words: Callable[[str, str], str]) -> Callable[[Told], dict[str, Any]]:
    """A line that names one or several people, and why."""

    def said(told: Told) -> dict[str, Any]:
        to = told.payload.get("to") or ()
        names = "、".join(_name(told, one) for one in ([to] if isinstance(to, str) else to))
        return {"words": words(told.step, names), "opinion": told.payload.get("reason") or told.payload.get("words")}

    return said


def _signed(told: Told) -> dict[str, Any]:
    verdict = str(told.payload.get("decision") or "")
    said = {AGREES: _("同意"), REFUSES: _("不同意")}.get(verdict, verdict)
    words = _("加签：%(verdict)s（%(step)s）", verdict=said, step=told.step)
    if told.payload.get("sealed"):
        words = _("加签“%(step)s”（内容尚未公开）", step=told.step)
    if principal := told.payload.get("on_behalf_of"):
        words = _("代 %(name)s：%(words)s", name=_name(told, principal), words=words)
    tone = "bad" if verdict == REFUSES else None
    return {"words": words, "verdict": verdict, "opinion": told.payload.get("opinion") or "", "tone": tone}


def _urged(told: Told) -> dict[str, Any]:
    people = "、".join(queue_name(told.reader, queue) for queue in told.payload.get("queues") or ())
    return {"words": _("催办“%(step)s”：%(people)s", step=told.step, people=people), "opinion": told.payload.get("reason")}


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
    listed = tell_findings(told.reader, told.payload.get("findings") or (), within=told.definition.regulation)
    if not listed:
        return None
    return {"words": _("规则提示"), "findings": listed}


def _deadline_moved(told: Told) -> dict[str, Any] | None:
    """A holiday notice has changed a date, or made a provisional one certain."""
    before, after = _last_day(told.payload.get("before")), day_of(told.payload.get("after"))
    if after is None:
        return None
    new = wording.day(after)
    if before is None or before == after:
        words = _("“%(step)s”的期限确定为 %(after)s", step=told.step, after=new)
    else:
        words = _("“%(step)s”的期限由 %(before)s 改为 %(after)s", step=told.step, before=wording.day(before), after=new)
    if told.payload.get("provisional"):
        words = _("%(words)s（暂定）", words=words)
    versions = told.reader.rules.catalogue.periods.get(str(told.payload.get("deadline")), ())
    basis = () if not versions or versions[-1].practice else versions[-1].articles
    return {"words": words, "opinion": _("原因：载入了放假安排，工作日重新推算。"), "law": _cite(told, basis)}


def _notice(told: Told) -> dict[str, Any]:
    """A handler's notice, and who got it."""
    words = str(told.payload.get("en" if told.reader.english else "zh") or "")
    people = "、".join(queue_name(told.reader, queue) for queue in told.payload.get("queues") or ())
    return {"words": _("告知%(people)s：%(words)s", people=people, words=words)}


def _last_day(value: Any) -> date | None:
    """A stored end is 24:00 of the last day, which is 00:00 of the next one."""
    return (value - timedelta(microseconds=1)).astimezone(SHANGHAI).date() if isinstance(value, datetime) else day_of(value)


def _move(link: Link) -> tuple[str, Any, Any]:
    return link.chain, link.payload.get("deadline"), link.payload.get("after")


def _clock_set(told: Told) -> dict[str, Any]:
    before, after = (_moment(told.payload.get(name)) for name in ("from", "to"))
    return {"words": _("把演示时钟从 %(before)s 拨到 %(after)s", before=before, after=after)}


def _moment(value: Any) -> str:
    return wording.moment(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))


def _with_reason(text: Callable[[], str], *, tone: str | None = None) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"words": text(), "opinion": told.payload.get("reason"), "tone": tone}


def _at_step(text: Callable[[str], str], *, tone: str | None = None) -> Callable[[Told], dict[str, Any]]:
    return lambda told: {"words": text(told.step), "tone": tone}


def _law(told: Told) -> str | None:
    element = told.element
    return _cite(told, element.values("article")) if element is not None else None


def _cite(told: Told, articles: Iterable[str]) -> str | None:
    return short_cite(articles, told.reader.rules.catalogue, within=told.definition.regulation, english=told.reader.english)


def _migrated(told: Told) -> dict[str, Any]:
    before, after = (str((told.payload.get(side) or {}).get("version")) for side in ("before", "after"))
    if told.link.kind == Event.MIGRATION_UNDONE:
        words = _("撤销迁移：从第 %(before)s 版回到第 %(after)s 版", before=before, after=after)
    else:
        words = _("由第 %(before)s 版流程迁移到第 %(after)s 版", before=before, after=after)
    return {"words": words, "opinion": told.payload.get("reason")}


def _moved(told: Told) -> dict[str, Any]:
    element = told.definition.process.elements.get(str(told.payload.get("to")))
    to = (element.name or element.id) if element is not None else told.payload.get("to")
    words = _("把案件从“%(step)s”移到“%(to)s”", step=told.step, to=to)
    return {"words": words, "opinion": told.payload.get("reason"), "tone": "bad"}


def _timer_set(told: Told) -> dict[str, Any]:
    before, after = (_moment(told.payload.get(name)) for name in ("before", "after"))
    words = _("把“%(step)s”的时间由 %(before)s 改为 %(after)s", step=told.step, before=before, after=after)
    if told.payload.get("deadline"):
        words = _("%(words)s（原为法定期限，自此由运维人员设定）", words=words)
    return {"words": words, "opinion": told.payload.get("reason"), "tone": "bad"}


def _fired(told: Told) -> dict[str, Any]:
    if reason := told.payload.get("reason"):
        return {"words": _("人工触发“%(step)s”", step=told.step), "opinion": reason, "tone": "bad"}
    return {"words": _("期限到达：%(step)s", step=told.step), "tone": "bad"}


def _parked(told: Told) -> dict[str, Any]:
    if reason := told.payload.get("reason"):
        return {"words": _("停放“%(step)s”，暂不自动执行", step=told.step), "opinion": reason, "tone": "bad"}
    return {"words": _("“%(step)s”未能自动完成，已交管理员处理", step=told.step), "tone": "bad"}


def _released(told: Told) -> dict[str, Any] | None:
    """Told when somebody else did it, with why."""
    reason = told.payload.get("reason")
    return {"words": _("收回“%(step)s”，重新由可办理的人领取", step=told.step), "opinion": reason} if reason else None


def _sent_by_hand(told: Told) -> dict[str, Any] | None:
    """What a diagram sends of its own is told by what receives it."""
    reason = told.payload.get("reason")
    return {"words": _("发送消息“%(name)s”", name=told.payload.get("name")), "opinion": reason, "tone": "bad"} if reason else None


def _corrected(told: Told) -> dict[str, Any]:
    form = told.definition.form_of(told.element) if told.element is not None else None
    labels = form.labels if form is not None else {}
    changes = "；".join(
        _(
            "%(field)s由“%(before)s”改为“%(after)s”", field=labels.get(key, key), before=_plainly(one["before"]),
            after=_plainly(one["after"]),
        )
        for key, one in (told.payload.get("changes") or {}).items()
    )  # fmt: skip
    words = _("更正“%(step)s”的填报内容：%(changes)s", step=told.step, changes=changes)
    return {"words": words, "opinion": told.payload.get("reason"), "tone": "bad"}


def _protected_read(told: Told) -> dict[str, Any]:
    """Only auditors see these lines."""
    names = "、".join(field_label(told.definition, str(one)) for one in told.payload.get("fields") or ())
    return {"words": _("查看了受保护的内容：%(fields)s", fields=names), "tone": "bad"}


def field_label(definition: Definition, path: str) -> str:
    """What a form calls a field, by its path; the path itself when no form does."""
    name = path.partition(".")[0]
    return next((form.labels[name] for form in definition.forms.values() if name in form.labels), path)


def _plainly(value: Any) -> str:
    shown = plain(value)
    return "" if shown is None else str(shown)


_SENTENCES: Mapping[str, Callable[[Told], dict[str, Any] | None]] = {
    Event.CASE_STARTED: _started,
    Event.TASK_COMPLETED: _completed,
    Event.TASK_TRANSFERRED: _handed_over(lambda step, name: _("把“%(step)s”转办给 %(name)s", step=step, name=name)),
    Event.TASK_DELEGATED: _handed_over(lambda step, name: _("委派 %(name)s 代为办理“%(step)s”", step=step, name=name)),
    Event.SIGNER_ADDED: _to(lambda step, name: _("为“%(step)s”加签：%(name)s", step=step, name=name)),
    Event.SIGNER_DROPPED: _to(lambda step, name: _("取消“%(step)s”的加签：%(name)s", step=step, name=name)),
    Event.SIGNER_DECIDED: _signed,
    Event.TASK_HELD: _at_step(lambda step: _("提交“%(step)s”，等待加签人", step=step)),
    Event.TASK_GIVEN_BACK: _to(lambda step, name: _("“%(step)s”退回给 %(name)s 重新办理", step=step, name=name)),
    Event.TASK_URGED: _urged,
    Event.CASE_COPIED: _to(lambda _step, name: _("抄送给 %(name)s", name=name)),
    Event.CASE_COMMENTED: lambda _told: {"words": _("发表了讨论")},
    Event.TASK_SENT_BACK: _sent_back,
    Event.TASK_TAKEN_BACK: lambda told: {"words": _("撤回“%(step)s”", step=told.step), "opinion": told.payload.get("reason")},
    Event.CASE_ENDED: _ended,
    Event.CASE_TERMINATED: _with_reason(lambda: _("终止案件"), tone="bad"),
    Event.CASE_REPAIRED: _with_reason(lambda: _("修复案件")),
    Event.CASE_ARCHIVED: _with_reason(lambda: _("案件归档")),
    Event.CASE_RESTORED: _with_reason(lambda: _("从归档中恢复")),
    Event.CASE_SUSPENDED: _with_reason(lambda: _("暂停办理"), tone="bad"),
    Event.CASE_RESUMED: _with_reason(lambda: _("恢复办理")),
    Event.CHILD_STARTED: _child_started,
    Event.RULE_FOUND: _found,
    Event.DEADLINE_MOVED: _deadline_moved,
    Event.CLOCK_SET: _clock_set,
    Event.PROTECTED_READ: _protected_read,
    Event.NOTICE_GIVEN: _notice,
    Event.DEADLINE_REMINDED: _at_step(lambda step: _("期限提醒：%(step)s 即将到期", step=step)),
    Event.DEADLINE_DUE: _at_step(lambda step: _("今天到期：%(step)s", step=step)),
    Event.DEADLINE_OVERDUE: _at_step(lambda step: _("已逾期：%(step)s", step=step), tone="bad"),
    Event.TIMER_FIRED: _fired,
    Event.TIMER_SET: _timer_set,
    Event.CASE_MIGRATED: _migrated,
    Event.MIGRATION_UNDONE: _migrated,
    Event.CASE_MOVED: _moved,
    Event.VARIABLES_CORRECTED: _corrected,
    Event.JOB_DONE: _at_step(lambda step: _("自动完成“%(step)s”", step=step)),
    Event.JOB_PARKED: _parked,
    Event.JOB_RETRIED: lambda told: {
        "words": _("重新执行“%(step)s”", step=told.step),
        "opinion": told.payload.get("reason"),
    },
    Event.TASK_RELEASED: _released,
    Event.MESSAGE_SENT: _sent_by_hand,
    Event.MESSAGE_RECEIVED: _at_step(lambda step: _("收到“%(step)s”", step=step)),
    Event.ERROR_CAUGHT: _at_step(lambda step: _("“%(step)s”未能正常完成，按规程另行办理", step=step), tone="bad"),
}
