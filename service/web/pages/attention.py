"""更多操作 and 讨论 on the page of a case: urge a task, give a copy, follow, and talk about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.access import actor_queues
from service.engine.commenting import MOST
from service.store import comments, reads, urges, watches
from service.store.cases import CaseRow
from service.web import auth, current
from service.web.pages import wording
from service.web.pages.choosing_people import chosen
from service.web.pages.form_card import API
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: The newest comments that the page shows.
SHOWN = 200


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_id>/urge", "task_urged", urge_task, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_id>/copies", "case_copied", copy_case, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_id>/follow", "case_followed", follow_case, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_id>/comments", "case_commented", comment, methods=["POST"])


def urge_task(case_id: str) -> ResponseReturnValue:
    """Urge one of the open tasks of the case."""
    task, reason = request.form.get("task", "")[:24], request.form.get("reason", "")
    done = current.engine().urge_task(task, reason=reason, by=auth.require_account().name)
    flash(_("已催办：%(who)s。", who="、".join(name for _account, name in done.people)))
    return _back(case_id)


def copy_case(case_id: str) -> ResponseReturnValue:
    to = chosen(request.form.getlist("to"))
    current.engine().copy_case(case_id, to, words=request.form.get("words", ""), by=auth.require_account().name)
    flash(_("已抄送 %(n)s 人。", n=len(to)))
    return _back(case_id)


def follow_case(case_id: str) -> ResponseReturnValue:
    """Follow the case, or not any more: the button says which."""
    engine, account = current.engine(), auth.require_account().name
    if request.form.get("follow") == "1":
        engine.follow_case(case_id, by=account)
        flash(_("已关注。案件到达重要节点或办结时会提醒您。"))
    else:
        engine.unfollow_case(case_id, by=account)
        flash(_("已取消关注。"))
    return _back(case_id)


def comment(case_id: str) -> ResponseReturnValue:
    mentions = chosen(request.form.getlist("to"))
    current.engine().comment(case_id, request.form.get("body", ""), mentions=mentions, by=auth.require_account().name)
    flash(_("已发表。"))
    return redirect(url_for("pages.case", case_id=case_id, _anchor="discussion"), 303)


def attention_of(reader: Reader, row: CaseRow) -> dict[str, Any]:
    """What `components/attention.html` offers for a case."""
    tasks = [task for task in reads.list_case_tasks(reader.connection, [row.id]) if task["status"] in reads.OPEN]
    urged = urges.list_urged(reader.connection, [task["id"] for task in tasks], reader.now.date())
    mine = actor_queues(reader.actor, reader.machine.book)
    waiting = [
        {"id": task["id"], "name": wording.step(task["name"]), "who": task["claimed_name"], "urged": task["id"] in urged}
        for task in tasks
        if task["claimed_by"] != reader.actor.account and (task["claimed_by"] is not None or task["queue"] not in mine)
    ]
    return {
        "followed": watches.is_followed(reader.connection, row.id, reader.actor.account),
        "follow_url": url_for("pages.case_followed", case_id=row.id),
        "copy_url": url_for("pages.case_copied", case_id=row.id) if reader.machine.book.may_act(reader.actor) else None,
        "people_url": f"{API}/cases/{row.id}/people?for=copy",
        "urge_url": url_for("pages.task_urged", case_id=row.id) if row.status == "running" else None,
        "tasks": waiting,
    }


def discussion_of(reader: Reader, row: CaseRow) -> dict[str, Any]:
    """What was said about a case, oldest first, and where to say more."""
    listed = comments.list_comments(reader.connection, row.id, limit=SHOWN)
    names = reader.people({name for one in listed for name in (one.author, *one.mentions)})
    return {
        "rows": [
            {
                "who": names.get(one.author, one.author), "at": one.at, "body": one.body,
                "mentions": [names.get(account, account) for account in one.mentions],
            }
            for one in listed
        ],
        "url": url_for("pages.case_commented", case_id=row.id) if row.archived_at is None else None,
        "people_url": f"{API}/cases/{row.id}/people?for=mention",
        "most": MOST,
    }  # fmt: skip


def _back(case_id: str) -> ResponseReturnValue:
    return redirect(url_for("pages.case", case_id=case_id), 303)
