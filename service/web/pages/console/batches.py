"""Batches on pages: the list, what one would do before it is asked for, how far one is and what became of each item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import batches
from service.engine.batch_kinds import KINDS, Argument, BatchKind, ItemState, Subject, fault, get_kind
from service.engine.batches import Foresight, Progress
from service.errors import ChengxuError, InvalidAnswers, NotFound
from service.store import batches as rows
from service.store.batch_subjects import Selection
from service.store.batches import BatchRow
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: Rows of a page.
LINES = 50
#: What each kind of subjects is narrowed down by on the page; an address may name the others too.
_BY = {
    Subject.JOB: ("process", "element", "type", "error"), Subject.TASK: ("process", "element", "unit"),
    Subject.CASE: ("process", "version", "unit"),
}  # fmt: skip
_FILTERS = ("cause", "process", "element", "unit", "type", "error", "version", "status")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/batches", "console_batches", show_list)
    blueprint.add_url_rule("/console/batches/new", "console_batch_new", look, methods=["GET"])
    blueprint.add_url_rule("/console/batches/new", "console_batch_ask", ask, methods=["POST"])
    blueprint.add_url_rule("/console/batches/<batch_id>", "console_batch", show)
    blueprint.add_url_rule("/console/batches/<batch_id>/<verb>", "console_batch_steer", steer, methods=["POST"])


def show_list() -> ResponseReturnValue:
    after = request.args.get("after", "")[:24]
    with reading() as reader:
        batches.ensure_reader(reader.actor)
        found = rows.list_batches(reader.connection, after=after or None, limit=LINES + 1)
        shown = found[:LINES]
        names = reader.people([one.asked_by for one in shown])
        counted = [rows.count_items(reader.connection, one.id) for one in shown]
        return render(
            "console/batches.html", reader,
            batches=[
                {**_head(reader, one, names), **_counts(one, counts)} for one, counts in zip(shown, counted, strict=True)
            ],
            new_url=url_for("pages.console_batch_new"),
            first_url=url_for("pages.console_batches") if after else None,
            next_url=url_for("pages.console_batches", after=shown[-1].id) if len(found) > LINES else None,
        )  # fmt: skip


def look() -> ResponseReturnValue:
    """Choose what to do to which; with both, say what would happen."""
    with reading() as reader:
        batches.ensure_reader(reader.actor)
        return _new(reader, request.args, [])


def ask() -> ResponseReturnValue:
    """Do it, to one at once, to more by the worker. What is refused is said on the page of the dry run."""
    form, engine, account = request.form, current.engine(), auth.require_account().name
    kind = get_kind(form.get("kind", "")[:20])
    subjects = _subjects(form)
    given: dict[str, Any] = {"reason": form.get("reason", ""), "by": account}
    try:  # this page answers a refusal with itself
        given["arguments"] = _arguments(kind, form)
        if len(subjects) == 1:
            done = engine.act_on(kind.name, subjects[0], **given)
            with reading() as reader:
                flash(done.en if reader.english else done.zh)
            back = url_for("pages.case", case_id=done.case) if done.case else url_for("pages.console_batches")
            return redirect(back, 303)
        batch = engine.ask_batch(kind.name, subjects=subjects, select=None if subjects else _selection(form), **given)
    except ChengxuError as error:
        with reading() as reader:
            batches.ensure_reader(reader.actor)
            return _new(reader, form, _errors(reader, error)), 422
    return redirect(url_for("pages.console_batch", batch_id=batch.id), 303)


def show(batch_id: str) -> ResponseReturnValue:
    state, after = request.args.get("state", ""), request.args.get("after", "0")
    wanted = state if state in {one.value for one in ItemState} else None
    start = int(after) if after.isdecimal() and len(after) < 9 else 0
    with reading() as reader:
        progress = batches.get_progress(reader.machine, reader.connection, batch_id, reader.actor)
        found = rows.list_items(reader.connection, batch_id, state=wanted, after=start, limit=LINES + 1)
        shown = found[:LINES]
        batch = progress.batch
        kept: dict[str, Any] = {"batch_id": batch_id, **({"state": wanted} if wanted else {})}
        return render(
            "console/batch.html", reader,
            batch={**_head(reader, batch, reader.people([batch.asked_by])), **_counts(batch, progress.counts)},
            verbs=_verbs(progress), error=progress.error, reason=batch.reason,
            arguments=_told(reader, batch), undoable=batch.kind == "migrate" and batch.state != rows.RUNNING,
            states=[
                {
                    "id": one.value, "name": _state_words()[one.value], "count": progress.counts.get(one.value, 0),
                    "url": url_for("pages.console_batch", batch_id=batch_id, state=one.value), "current": wanted == one.value,
                }
                for one in ItemState
            ],
            all_url=url_for("pages.console_batch", batch_id=batch_id), state=wanted or "",
            items=[
                {
                    "seq": one.seq, "title": one.title or one.subject, "key": one.business_key or "",
                    "url": url_for("pages.case", case_id=one.case_id) if one.title else None,
                    "state": one.state, "state_words": _state_words()[one.state], "tone": _TONES[one.state],
                    "said": (one.en if reader.english else one.zh) or "",
                }
                for one in shown
            ],
            first_url=url_for("pages.console_batch", **kept) if start else None,
            next_url=url_for("pages.console_batch", **kept, after=shown[-1].seq) if len(found) > LINES else None,
            page_url=request.full_path, polls=batch.ended_at is None and (batch.state == rows.RUNNING or _waits(progress)),
        )  # fmt: skip


def steer(batch_id: str, verb: str) -> ResponseReturnValue:
    engine, account, reason = current.engine(), auth.require_account().name, request.form.get("reason", "")[:400]
    commands: Mapping[str, Callable[..., object]] = {
        "pause": engine.pause_batch, "resume": engine.resume_batch, "cancel": engine.cancel_batch,
        "retry": engine.retry_failed_items,
    }  # fmt: skip
    if verb not in commands:
        raise NotFound()
    commands[verb](batch_id, reason=reason, by=account)
    return redirect(url_for("pages.console_batch", batch_id=batch_id), 303)


def _new(reader: Reader, given: Mapping[str, str], errors: list[dict[str, str]]) -> str:
    kinds = [kind for kind in KINDS.values() if not reader.actor.roles.isdisjoint(kind.roles)]
    kind = KINDS.get(given.get("kind", ""))
    subjects = _subjects(given)
    select = {name: given.get(name, "")[:200] for name in _FILTERS}
    foresight, faults = None, errors
    if kind is not None and not errors and (subjects or given.get("look")):
        try:  # as above
            foresight = batches.foresee(
                reader.machine, kind.name, subjects=subjects, select=None if subjects else _selection(given),
                arguments=_arguments(kind, given), by=reader.actor.account,
            )  # fmt: skip
        except ChengxuError as error:
            # Before anything is entered there is nothing to correct.
            entered = not kind.arguments or any(given.get(f"a-{one.name}") for one in kind.arguments)
            faults = _errors(reader, error) if entered else []
    return render(
        "console/batch_new.html", reader, errors=faults, reason=given.get("reason", "")[:400],
        kinds=[{"id": one.name, "name": _name(reader, one)} for one in kinds if one.offered],
        kind=None if kind is None else {
            "id": kind.name, "name": _name(reader, kind),
            "arguments": [_argument(reader, one, given) for one in kind.arguments],
            "filters": _filters(reader, kind, select),
        },
        rest={
            name: value
            for name, value in {**select, "stuck": given.get("stuck", "")[:1]}.items()
            if value and kind is not None and name not in _BY[kind.subject]
        },
        subjects=subjects, foresight=None if foresight is None else _foreseen(reader, foresight),
        processes=[{"id": key, "name": name} for key, name in sorted(reader.processes.items(), key=lambda one: one[1])],
        list_url=url_for("pages.console_batches"), one=len(subjects) == 1,
    )  # fmt: skip


def _foreseen(reader: Reader, seen: Foresight) -> dict[str, Any]:
    cannot = Counter((one.en if reader.english else one.zh) for one in seen.items if not one.able)
    return {
        "total": seen.total, "judged": len(seen.items), "able": seen.able, "cannot": len(seen.items) - seen.able,
        "reasons": [{"words": words, "count": count} for words, count in cannot.most_common(20)],
        "items": [
            {
                "title": one.title or one.subject, "url": url_for("pages.case", case_id=one.case) if one.title else None,
                "able": one.able, "said": one.en if reader.english else one.zh,
            }
            for one in sorted(seen.items, key=lambda one: one.able)[:LINES]
        ],
    }  # fmt: skip


def _filters(reader: Reader, kind: BatchKind, select: Mapping[str, str]) -> list[dict[str, str]]:
    """What the subjects of a kind can be found by."""
    labels = {
        "process": _("事项"), "element": _("环节编号"), "unit": _("单位编号"), "type": _("处理程序"), "error": _("错误中的文字"),
        "version": _("版本"),
    }  # fmt: skip
    return [{"name": name, "label": labels[name], "value": select[name]} for name in _BY[kind.subject]]


def _argument(reader: Reader, one: Argument, given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": f"a-{one.name}", "label": one.en if reader.english else one.zh, "type": one.type, "required": one.required,
        "hint": one.hint_en if reader.english else one.hint_zh, "value": given.get(f"a-{one.name}", "")[:4000],
    }  # fmt: skip


def _arguments(kind: BatchKind, given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in kind.arguments:
        text = given.get(f"a-{one.name}", "")[:4000].strip()
        if one.type == "json" and text:
            try:
                found[one.name] = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise fault(one.name, "内容不是 JSON。", "This is no JSON.") from error
        elif one.type == "moment" and text:
            found[one.name] = text if text[-6:-5] in ("+", "-") or text.endswith("Z") else f"{text}+08:00"
        elif text:
            found[one.name] = text
    return found


def _selection(given: Mapping[str, str]) -> Selection:
    known: dict[str, Any] = {name: given.get(name, "")[:200] or None for name in _FILTERS}
    version = known.pop("version")
    number = int(version) if version and version.isdecimal() and len(version) < 8 else None
    return Selection(version=number, stuck=bool(given.get("stuck")), **known)


def _subjects(given: Any) -> list[str]:
    return [one[:24] for one in given.getlist("subject") if one][: batches.MOST]


def _errors(reader: Reader, error: ChengxuError) -> list[dict[str, str]]:
    if isinstance(error, InvalidAnswers):
        return [
            {
                "field": one.field if one.field == "reason" else f"a-{one.field}",
                "message": (one.message_en or one.message) if reader.english else one.message,
            }
            for one in error.findings
        ]  # fmt: skip
    return [{"field": "", "message": error.message_en if reader.english else error.message}]


def _head(reader: Reader, batch: BatchRow, names: Mapping[str, str]) -> dict[str, Any]:
    words = {rows.RUNNING: _("进行中"), rows.PAUSED: _("已暂停"), rows.DONE: _("已结束"), rows.CANCELLED: _("已取消")}
    tones = {rows.RUNNING: "active", rows.PAUSED: "bad", rows.DONE: "good", rows.CANCELLED: "plain"}
    kind = KINDS.get(batch.kind)
    return {
        "id": batch.id, "name": batch.kind if kind is None else _name(reader, kind), "state": words[batch.state],
        "tone": tones[batch.state], "asked_by": names.get(batch.asked_by, batch.asked_by), "created_at": batch.created_at,
        "ended_at": batch.ended_at, "total": batch.total, "url": url_for("pages.console_batch", batch_id=batch.id),
        "reason": batch.reason,
    }  # fmt: skip


def _counts(batch: BatchRow, counts: Mapping[str, int]) -> dict[str, int]:
    over = batch.total - counts.get(ItemState.TODO, 0) - counts.get(ItemState.WAITING, 0)
    return {"over": over, **{one.value: counts.get(one.value, 0) for one in ItemState}}


def _verbs(progress: Progress) -> list[dict[str, Any]]:
    state, found = progress.batch.state, []
    if state == rows.RUNNING and progress.counts.get(ItemState.TODO):
        found.append({"id": "pause", "name": _("暂停"), "reason": False})
    if state == rows.PAUSED or progress.error:
        found.append({"id": "resume", "name": _("继续"), "reason": False})
    if progress.counts.get(ItemState.FAILED) and state != rows.CANCELLED:
        found.append({"id": "retry", "name": _("重做失败的条目"), "reason": False})
    if state in (rows.RUNNING, rows.PAUSED) and progress.counts.get(ItemState.TODO):
        found.append({"id": "cancel", "name": _("取消其余"), "reason": True})
    return found


def _told(reader: Reader, batch: BatchRow) -> list[dict[str, str]]:
    kind = KINDS.get(batch.kind)
    return [
        {"label": one.en if reader.english else one.zh, "value": str(batch.arguments[one.name])}
        for one in (kind.arguments if kind is not None else ())
        if batch.arguments.get(one.name)
    ]


def _waits(progress: Progress) -> bool:
    return bool(progress.counts.get(ItemState.WAITING))


def _name(reader: Reader, kind: BatchKind) -> str:
    return kind.en if reader.english else kind.zh


def _state_words() -> dict[str, str]:
    return {
        "todo": _("待处理"), "waiting": _("执行中"), "done": _("成功"), "failed": _("失败"), "skipped": _("未处理"),
    }  # fmt: skip


_TONES = {"todo": "plain", "waiting": "active", "done": "good", "failed": "bad", "skipped": "plain"}
