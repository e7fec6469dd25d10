"""What a case waits for, in words: people, automatic steps, messages. Open this when "正在等待" is unclear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from service.engine.definitions import Definition
from service.store import reads
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Jobs that do a step themselves; the others only carry the case on and are done in a moment.
STEPS = ("service",)


def waiting_for(reader: Reader, cases: Mapping[str, Definition]) -> list[dict[str, Any]]:
    """List {what, who, since, due, url} of everything open in some cases (definitions by case id)."""
    ids = list(cases)
    tasks = [task for task in reads.list_case_tasks(reader.connection, ids) if task["status"] in reads.OPEN]
    jobs = reads.list_case_jobs(reader.connection, ids)
    messages = [one for one in reads.list_case_subscriptions(reader.connection, ids) if one["kind"] == "message"]
    return [*_people(reader, tasks), *_automatic(jobs, cases), *_messages(messages, cases)]


def _people(reader: Reader, tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One line a step and group of people; several equal tasks are counted."""
    lines: dict[tuple[str, str, str], dict[str, Any]] = {}
    for task in tasks:
        who = _("%(name)s 办理中", name=task["claimed_name"]) if task["claimed_name"] else queue_name(reader, task["queue"])
        line = lines.setdefault(
            (task["case_id"], task["element"], who),
            {
                "what": task["name"], "who": who, "since": task["opened_at"], "due": reader.due(task),
                "url": url_for("pages.task", task_id=task["id"]), "count": 0,
            },
        )  # fmt: skip
        line["count"] += 1
        if line["count"] > 1:
            line["what"], line["url"] = _("%(step)s（%(n)s 项）", step=task["name"], n=line["count"]), None
    return list(lines.values())


def queue_name(reader: Reader, queue: str) -> str:
    """Whom a queue stands for: 需求单位负责人（市教育局）, or a person."""
    role, _at, unit = queue.partition("@")
    if not role:
        return reader.people([unit]).get(unit, unit)
    name = reader.role(role)
    return _("%(role)s（%(unit)s）", role=name, unit=reader.units.get(unit, unit)) if unit else name


def _automatic(jobs: Iterable[Mapping[str, Any]], cases: Mapping[str, Definition]) -> list[dict[str, Any]]:
    lines = []
    for job in jobs:
        element = cases[job["case_id"]].process.elements.get(job["element"] or "")
        step = (element.name or element.id) if element is not None else ""
        if job["state"] == "parked":
            lines.append({"what": step or _("自动步骤"), "who": _("未能自动完成，由管理员处理"), "failed": True})
        elif job["kind"] in STEPS:
            lines.append({"what": step, "who": _("系统正在办理")})
        elif job["kind"] == "timer" and element is not None and element.kind == "intermediateCatchEvent":
            lines.append({"what": step, "who": _("等到 %(when)s", when=job["due_at"].strftime("%Y-%m-%d %H:%M"))})
    return lines


def _messages(messages: Iterable[Mapping[str, Any]], cases: Mapping[str, Definition]) -> list[dict[str, Any]]:
    lines = []
    for message in messages:
        element = cases[message["case_id"]].process.elements.get(message["element"])
        if element is not None and not element.event_sub_process and element.parent is None and element.kind != "startEvent":
            lines.append({"what": element.name or element.id, "who": _("等待其他事项的通知"), "since": message["created_at"]})
    return lines


def marks(reader: Reader, case_id: str, definition: Definition, walked: Iterable[str]) -> dict[str, list[str]]:
    """What the diagram of one case shows: {walked, active, failed} element ids."""
    jobs = reads.list_case_jobs(reader.connection, [case_id])
    active = {task["element"] for task in reads.list_case_tasks(reader.connection, [case_id]) if task["status"] in reads.OPEN}
    active |= {one["element"] for one in reads.list_case_subscriptions(reader.connection, [case_id])}
    active |= {job["element"] for job in jobs if job["kind"] in STEPS}
    kinds = {one.id: one.kind for one in definition.process.elements.values()}
    active |= {job["element"] for job in jobs if kinds.get(job["element"]) == "intermediateCatchEvent"}
    failed = {job["element"] for job in jobs if job["state"] == "parked" and job["element"]}
    shown = {one for one in active - failed if kinds.get(one) not in ("startEvent", "boundaryEvent", "subProcess")}
    return {"walked": list(dict.fromkeys(walked)), "active": sorted(shown), "failed": sorted(failed)}
