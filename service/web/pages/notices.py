"""提醒: what I was told of deadlines and by procedures, unread first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.clock import SHANGHAI
from service.errors import NotFound
from service.store import notices as rows
from service.store.notices import NoticeFilter
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.listing import ROWS
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

ALL = "all"


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/notices", "notices", notices)
    blueprint.add_url_rule("/notices/<notice_id>", "notice", notice)
    blueprint.add_url_rule("/notices/<notice_id>/read", "notice_read", notice_read, methods=["POST"])
    blueprint.add_url_rule("/notices/read", "notices_read", notices_read, methods=["POST"])


def notices() -> ResponseReturnValue:
    view = ALL if request.args.get("view") == ALL else None
    kind = request.args.get("kind") if request.args.get("kind") in rows.KINDS else None
    after = request.args.get("after", "")[:24] or None
    with reading() as reader:
        where = NoticeFilter(unread=view is None, kind=kind)
        page = rows.list_notices(reader.connection, reader.scope, where=where, after=after, limit=ROWS)
        kept: dict[str, Any] = {name: value for name, value in (("view", view), ("kind", kind)) if value}
        return render(
            "notices.html",
            reader,
            days=_days(reader, page.rows),
            shown=len(page.rows),
            tabs=[
                {"label": _("未读"), "url": url_for("pages.notices"), "current": view is None, "count": _count(reader)},
                {"label": _("全部"), "url": url_for("pages.notices", view=ALL), "current": view == ALL, "count": None},
            ],
            filters={"view": view, "kind": kind},
            kinds=[{"id": one, "name": words} for one, words in _kinds().items()],
            first_url=url_for("pages.notices", **kept) if after else None,
            next_url=url_for("pages.notices", **kept, after=page.after) if page.after else None,
        )


def notice(notice_id: str) -> ResponseReturnValue:
    """Open what a notice is about; it has been read then."""
    current.engine().read_notice(notice_id, by=auth.require_account().name)
    with reading() as reader:
        found = rows.find_notice(reader.connection, reader.scope, notice_id)
    url = None if found is None else _address(found)
    if url is None:
        raise NotFound("这条提醒所说的案件不在您的查看范围内。", message_en="The case of this notice is not yours to see.")
    return redirect(url, 303)


def notice_read(notice_id: str) -> ResponseReturnValue:
    current.engine().read_notice(notice_id, by=auth.require_account().name)
    return _back()


def notices_read() -> ResponseReturnValue:
    current.engine().read_all_notices(by=auth.require_account().name)
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(auth.safe_next(request.form.get("next") or url_for("pages.notices")), 303)


def _count(reader: Reader) -> int:
    return rows.count_unread(reader.connection, account=reader.actor.account, queues=reader.queues)


def _kinds() -> dict[str, str]:
    return {
        "reminded": _("提醒"), "due": _("今天到期"), "overdue": _("逾期"), "escalated": _("督办"), "notified": _("通知"),
        "urged": _("催办"), "copied": _("抄送"), "mentioned": _("提到我"), "followed": _("关注"),
    }  # fmt: skip


def _days(reader: Reader, listed: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The notices by the day on which they were given, newest first."""
    ordered = sorted(listed, key=lambda row: (row["at"], row["id"]), reverse=True)
    kinds = _kinds()
    return [
        {"day": day, "notices": [_row(reader, row, kinds) for row in given]}
        for day, given in groupby(ordered, key=lambda row: row["at"].astimezone(SHANGHAI).date())
    ]


def _row(reader: Reader, row: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "url": url_for("pages.notice", notice_id=row["id"]) if _address(row) else None,
        "kind": kinds.get(row["kind"], row["kind"]),
        "tone": "bad" if row["kind"] in ("overdue", "escalated") else "active" if row["unread"] else "plain",
        "words": row["en"] if reader.english else row["zh"],
        "title": row["title"],
        "business_key": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]),
        "unit_name": row["unit_name"] or "",
        "at": row["at"],
        "unread": row["unread"],
    }


def _address(row: Mapping[str, Any]) -> str | None:
    """Where a notice leads: to its open task, or else to its case; None for who may not read that."""
    if not row["readable"]:
        return None
    if row["task_id"]:
        return url_for("pages.task", task_id=row["task_id"])
    return url_for("pages.case", case_id=row["case_id"])
