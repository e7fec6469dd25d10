"""Saved views and chosen columns of a list: the small forms above it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.list_views import ASKED, LISTS
from service.store import views
from service.web import auth, current
from service.web.pages.listing import Asked
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/lists/columns", "list_columns", choose_columns, methods=["POST"])
    blueprint.add_url_rule("/lists/views", "save_view", save_view, methods=["POST"])
    blueprint.add_url_rule("/lists/views/<view_id>/delete", "delete_view", delete_view, methods=["POST"])


def choose_columns() -> ResponseReturnValue:
    """Show these columns of the list from now on."""
    list_ = request.form.get("list", "")
    current.engine().choose_columns(list_, request.form.getlist("column"), by=auth.require_account().name)
    return redirect(address_of(list_, request.form.get("query", "")), 303)


def save_view() -> ResponseReturnValue:
    """Keep the list as it is filtered now, under a name."""
    row = current.engine().save_view(
        name=request.form.get("name", ""), list_=request.form.get("list", ""), query=request.form.get("query", ""),
        shared_with=request.form.get("shared_with") or None, by=auth.require_account().name,
    )  # fmt: skip
    flash(_("已保存视图“%(name)s”。", name=row.name))
    return redirect(address_of(row.list, row.query), 303)


def delete_view(view_id: str) -> ResponseReturnValue:
    """Forget a view of one's own."""
    current.engine().remove_view(view_id, by=auth.require_account().name)
    flash(_("已删除视图。"))
    return redirect(address_of(request.form.get("list", ""), request.form.get("query", "")), 303)


def listed_views(reader: Reader, wanted: Asked) -> list[dict[str, Any]]:
    """The views that the reader may use, with whose they are."""
    here = address_of(wanted.view or "todo", wanted.query)
    return [
        {
            "name": row.name,
            "url": (url := address_of(row.list, row.query)),
            "current": url == here,
            "owner": None if row.account == reader.actor.account else row.owner_name,
            "unit": reader.units.get(row.shared_with, row.shared_with) if row.shared_with else None,
            "delete_url": url_for("pages.delete_view", view_id=row.id) if row.account == reader.actor.account else None,
        }
        for row in views.list_views(reader.connection, reader.actor.account, reader.actor.units)
    ]


def address_of(list_: str, query: str) -> str:
    """The address of a list as it was filtered: only of ours, whatever the form says."""
    kept: dict[str, Any] = {name: value for name, value in sorted(parse_qsl(query)) if name in ASKED}
    return url_for("pages.inbox", view=list_ if list_ in LISTS[1:] else None, **kept)
