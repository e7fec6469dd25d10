"""审计与存证: whether history is whole, the checkpoints signed over it, who read what is protected, what administrators did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import orjson
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.clock import SHANGHAI
from service.engine import audit_lists
from service.engine.auditing import ensure_may_audit, is_going_on
from service.engine.list_sheets import MOST_ROWS, write_list
from service.store import checkpoints, protected, verifications
from service.store.administrators import ActionFilter
from service.store.protected import ReadFilter
from service.store.reads import MAX_LIMIT
from service.store.verifications import Verification
from service.tagged import plain
from service.web import auth, current
from service.web.pages.console.trust_words import KINDS, kind_words, place_words, told_words
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.pages.timeline import field_label
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _

ROWS = 50
CHECKPOINTS = 10


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/trust", "trust", trust)
    blueprint.add_url_rule("/console/trust/verify", "trust_verify", verify, methods=["POST"])
    blueprint.add_url_rule("/console/trust/checkpoint", "trust_checkpoint", checkpoint, methods=["POST"])
    blueprint.add_url_rule("/console/trust/reads", "trust_reads", protected_reads)
    blueprint.add_url_rule("/console/trust/reads.xlsx", "trust_reads_sheet", protected_reads_sheet)
    blueprint.add_url_rule("/console/trust/administrators", "trust_administrators", actions)
    blueprint.add_url_rule("/console/trust/administrators.xlsx", "trust_administrators_sheet", actions_sheet)


def trust() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_audit(reader.machine, reader.actor)
        last = verifications.find_last(reader.connection)
        rows = checkpoints.list_checkpoints(reader.connection, before=_value("after", 24), limit=CHECKPOINTS + 1)
        shown, vault = rows[:CHECKPOINTS], reader.machine.vault
        return render(
            "console/trust.html",
            reader,
            tabs=_tabs(),
            last=_verification(reader, last) if last is not None else None,
            checkpoints=[
                {
                    "id": one.id, "at": one.at.astimezone(SHANGHAI), "algorithm": one.algorithm, "chains": one.chains,
                    "links": one.links, "digest": one.digest.hex(),
                }
                for one in shown
            ],
            key=vault.find_public_key() if vault is not None else None,
            keeps=vault is not None,
            first_url=url_for("pages.trust") if _value("after") else None,
            next_url=url_for("pages.trust", after=shown[-1].id) if len(rows) > len(shown) else None,
        )  # fmt: skip


def verify() -> ResponseReturnValue:
    """Have all history proven."""
    current.engine().start_verification(by=auth.require_account().name)
    flash(_("已开始核验。"))
    return redirect(url_for("pages.trust"), 303)


def checkpoint() -> ResponseReturnValue:
    """Sign a checkpoint now."""
    current.engine().make_checkpoint(by=auth.require_account().name)
    flash(_("已生成检查点。"))
    return redirect(url_for("pages.trust"), 303)


def protected_reads() -> ResponseReturnValue:
    asked = _asked("account", "case", "field", "since", "until")
    with reading() as reader:
        after = _value("after")
        page = audit_lists.list_reads(
            reader.machine, reader.connection, reader.actor, _read_filter(asked), after=after, limit=ROWS
        )
        return render(
            "console/trust_reads.html",
            reader,
            tabs=_tabs(),
            rows=list(_reads(reader, page.rows)),
            filters=asked,
            fields=[{"id": one, "name": one} for one in protected.list_fields(reader.connection)],
            sheet_url=url_for("pages.trust_reads_sheet", **asked),
            first_url=url_for("pages.trust_reads", **asked) if after else None,
            next_url=url_for("pages.trust_reads", **asked, after=page.after) if page.after else None,
        )


def protected_reads_sheet() -> ResponseReturnValue:
    asked, stream, label = _asked("account", "case", "field", "since", "until"), BytesIO(), _("受保护内容的查看")
    with reading() as reader:
        ensure_may_audit(reader.machine, reader.actor)  # before a sheet is begun
        header = [_("时间"), _("查看人"), _("账号"), _("编号"), _("案件"), _("内容"), _("方式")]
        rows = (
            [row["at"], row["who"], row["account"], row["business_key"], row["title"], row["field"], row["place"]]
            for row in _all_reads(reader, _read_filter(asked))
        )
        write_list(label, header, rows, more=_("只导出了前 %(n)s 条，请先筛选。", n=MOST_ROWS), stream=stream)
        day = reader.now.astimezone(SHANGHAI).date()
    return send_stream(stream, f"{label} {day.isoformat()}")


def actions() -> ResponseReturnValue:
    asked = _asked("account", "kind", "since", "until")
    with reading() as reader:
        after = _value("after")
        people = audit_lists.list_administrators(reader.machine, reader.connection, reader.actor)
        page = audit_lists.list_actions(
            reader.machine,
            reader.connection,
            reader.actor,
            _action_filter(asked),
            who=asked.get("account"),
            after=after,
            limit=ROWS,
        )
        return render(
            "console/trust_administrators.html",
            reader,
            tabs=_tabs(),
            rows=list(_actions(reader, page.rows)),
            filters=asked,
            people=[{"id": account, "name": _person(name)} for account, name in people.items()],
            kinds=[{"id": kind, "name": kind_words(kind)} for kind in KINDS],
            sheet_url=url_for("pages.trust_administrators_sheet", **asked),
            first_url=url_for("pages.trust_administrators", **asked) if after else None,
            next_url=url_for("pages.trust_administrators", **asked, after=page.after) if page.after else None,
        )


def actions_sheet() -> ResponseReturnValue:
    asked, stream, label = _asked("account", "kind", "since", "until"), BytesIO(), _("管理操作")
    with reading() as reader:
        ensure_may_audit(reader.machine, reader.actor)  # before a sheet is begun
        header = [_("时间"), _("操作人"), _("账号"), _("操作"), _("编号"), _("案件"), _("原因"), _("说明")]
        found = _all_actions(reader, _action_filter(asked), asked.get("account"))
        rows = (
            [row["at"], row["who"], row["account"], row["kind"], row["business_key"], row["title"], row["reason"], row["told"]]
            for row in found
        )
        write_list(label, header, rows, more=_("只导出了前 %(n)s 条，请先筛选。", n=MOST_ROWS), stream=stream)
        day = reader.now.astimezone(SHANGHAI).date()
    return send_stream(stream, f"{label} {day.isoformat()}")


def _tabs() -> list[dict[str, Any]]:
    pages = (("trust", _("核验与检查点")), ("trust_reads", _("受保护内容的查看")), ("trust_administrators", _("管理操作")))
    here = request.endpoint
    return [{"label": label, "url": url_for(f"pages.{name}"), "current": here == f"pages.{name}"} for name, label in pages]


def _verification(reader: Reader, last: Verification) -> dict[str, Any]:
    found = [
        {
            "where": one.get("chain") or one.get("checkpoint"),
            "url": url_for("pages.case", case_id=one["chain"]) if one.get("chain", "day-")[:4] != "day-" else None,
            "words": one["message_en"] if reader.english else one["message"],
        }
        for one in orjson.loads(last.found)
    ]
    return {
        "asked_by": reader.people([last.asked_by]).get(last.asked_by, last.asked_by),
        "asked_at": last.asked_at.astimezone(SHANGHAI),
        "going_on": is_going_on(reader.connection, last),
        "ended_at": last.ended_at.astimezone(SHANGHAI) if last.ended_at else None,
        "total": max(last.total, last.chains), "chains": last.chains, "links": last.links, "erased": last.erased,
        "broken": last.broken, "checkpoints": last.checkpoints, "found": found,
    }  # fmt: skip


def _reads(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    names = reader.people({row["account"] for row in rows})
    for row in rows:
        yield {
            "at": row["at"], "who": names.get(row["account"], row["account"]), "account": row["account"],
            "business_key": row["business_key"], "title": row["title"], "url": url_for("pages.case", case_id=row["case_id"]),
            "process": reader.processes.get(row["process"], row["process"]),
            "field": field_label(reader.definition(row), row["field"]), "place": place_words(row["place"]),
        }  # fmt: skip


def _actions(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    names = reader.people({row["actor"] for row in rows})
    for row in rows:
        case, told = row["case"], dict(plain(row["payload"]))
        reason = told.pop("reason", None)
        yield {
            "at": row["at"], "who": _person(names.get(row["actor"], row["actor"])), "account": row["actor"],
            "kind": kind_words(row["kind"]), "business_key": case["business_key"] if case else None,
            "title": case["title"] if case else None, "url": url_for("pages.case", case_id=case["id"]) if case else None,
            "reason": reason, "told": told_words(told),
        }  # fmt: skip


def _all_reads(reader: Reader, where: ReadFilter) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = audit_lists.list_reads(reader.machine, reader.connection, reader.actor, where, after=after, limit=MAX_LIMIT)
        yield from _reads(reader, page.rows)
        after = page.after
        if after is None:
            return


def _all_actions(reader: Reader, where: ActionFilter, who: str | None) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = audit_lists.list_actions(
            reader.machine, reader.connection, reader.actor, where, who=who, after=after, limit=MAX_LIMIT
        )
        yield from _actions(reader, page.rows)
        after = page.after
        if after is None:
            return


def _read_filter(asked: Mapping[str, str]) -> ReadFilter:
    since, until = audit_lists.day_bounds(asked.get("since"), asked.get("until"))
    return ReadFilter(account=asked.get("account"), case=asked.get("case"), field=asked.get("field"), since=since, until=until)


def _action_filter(asked: Mapping[str, str]) -> ActionFilter:
    since, until = audit_lists.day_bounds(asked.get("since"), asked.get("until"))
    return ActionFilter(kind=asked.get("kind"), since=since, until=until)


def _asked(*names: str) -> dict[str, Any]:
    """What the address asks for, without what is empty."""
    return {name: value for name in names if (value := _value(name))}


def _value(name: str, longest: int = 120) -> str | None:
    return request.args.get(name, "").strip()[:longest] or None


def _person(name: str) -> str:
    return _("命令行") if name == audit_lists.OPERATOR else name
