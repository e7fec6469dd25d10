"""What people keep of their lists: the columns they want, and views (a name for an address), their own or shared with a unit."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from service.engine.machine import Machine
from service.engine.people import get_actor
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import Connection, new_id
from service.store.preferences import find_preference, put_preference
from service.store.views import ViewRow, count_views, delete_view, insert_view

LISTS = ("todo", "done", "started", "copied", "followed")
#: What the address of a list is made of; a page within it is not kept.
ASKED = ("q", "process", "step", "unit", "due", "amount_from", "amount_to", "sort")
COLUMNS = ("due", "process", "unit", "amount", "received", "closed", "key", "where", "state", "who")
MOST_VIEWS = 50
MOST_NAME = 60
_LONGEST_QUERY = 1500


def choose_columns(machine: Machine, list_: str, columns: Sequence[str], *, by: str) -> None:
    """Keep which columns of a list somebody wants, in the order of `COLUMNS`. InvalidAnswers for one that there is not."""
    _ensure_list(list_)
    if unknown := set(columns) - set(COLUMNS):
        name = sorted(unknown)[0][:40]
        raise InvalidAnswers([_fault("column", f"没有“{name}”这一列。", f"There is no column {name!r}.")])
    with machine.store.write() as connection:
        get_actor(connection, by)
        put_preference(connection, by, f"columns:{list_}", [name for name in COLUMNS if name in columns])


def chosen_columns(connection: Connection, account: str, list_: str) -> frozenset[str] | None:
    """The columns that somebody chose for a list; None when they never did."""
    found = find_preference(connection, account, f"columns:{list_}")
    return frozenset(found) if isinstance(found, list) else None


def save_view(machine: Machine, *, name: str, list_: str, query: str, shared_with: str | None, by: str) -> ViewRow:
    """Keep the address of a list under a name. InvalidAnswers by field; sharing needs a membership in the unit."""
    _ensure_list(list_)
    name = name.strip()
    findings = []
    if not name or len(name) > MOST_NAME or not name.isprintable():
        findings.append(_fault("name", f"请填写名称，不超过 {MOST_NAME} 字。", f"Give a name of at most {MOST_NAME} characters."))
    with machine.store.write() as connection:
        actor = get_actor(connection, by)
        if shared_with is not None and shared_with not in actor.units:
            findings.append(_fault("shared_with", "只能与您所在的单位共享。", "Share with a unit of your own."))
        if count_views(connection, by) >= MOST_VIEWS:
            zh, en = f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的。", f"At most {MOST_VIEWS} views; delete one."
            findings.append(_fault("name", zh, en))
        if findings:
            raise InvalidAnswers(findings)
        row = ViewRow(
            id=new_id(), account=by, name=name, list=list_, query=_clean(query), shared_with=shared_with,
            created_at=machine.clock.now(),
        )  # fmt: skip
        insert_view(connection, row)
    return row


def remove_view(machine: Machine, view_id: str, *, by: str) -> None:
    """Delete one's own view. NotFound for any other."""
    with machine.store.write() as connection:
        get_actor(connection, by)
        if not delete_view(connection, view_id, account=by):
            raise NotFound("没有这个视图，或者它不是您保存的。", message_en="There is no such view of yours.")


def _clean(query: str) -> str:
    """What of an address asks for something of the list: nothing else is stored, so that a view cannot lead elsewhere."""
    kept = [(name, value) for name, value in parse_qsl(query[:_LONGEST_QUERY]) if name in ASKED]
    return urlencode(sorted(dict(kept).items()))


def _ensure_list(list_: str) -> None:
    if list_ not in LISTS:
        raise InvalidAnswers([_fault("list", f"没有名为“{list_[:40]}”的列表。", f"There is no list {list_[:40]!r}.")])


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="list-view", message=zh, message_en=en)
