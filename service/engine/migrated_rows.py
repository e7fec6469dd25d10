"""What waits in a case that has just changed its version: each row stays, and gets the names of the new diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine import duty, kernel
from service.engine.definitions import Definition
from service.engine.machine import Machine
from service.engine.reconcile import task_name
from service.engine.waiting import MATCH, SEND_BACK, SERVICE, TIMER
from service.engine.work import Work
from service.errors import Conflict
from service.store import cases, relabelling


class MigratedRows:
    """The rows of a case that has just changed its version. `before`: what each was called, by table and id."""

    def __init__(self, work: Work, other: Definition, rename: Callable[[str], str], machine: Machine) -> None:
        self._work, self._other, self._rename, self._book = work, other, rename, machine.book
        self._snapshot = work.run.snapshot()
        self.before: dict[str, dict[str, dict[str, Any]]] = {"tasks": {}, "jobs": {}, "subscriptions": {}}

    def align(self) -> None:
        """Rename everything that waits."""
        self._tasks()
        self._jobs()
        self._subscriptions()

    def _tasks(self) -> None:
        elements = {row.token: row.element for row in self._snapshot.tasks}
        process = self._work.definition.process
        for row in relabelling.list_rows(self._work.connection, "tasks", self._work.row.id):
            main, of_signer, _ = row["token"].partition("/")
            if main not in elements:
                continue
            was, now = self._other.process.elements[row["element"]], process.elements[elements[main]]
            wanted = {"element": now.id, "return_to": row["return_to"] and self._rename(row["return_to"])}
            if not of_signer:
                wanted |= {"form": now.form}
                if (was.id, was.name) != (now.id, now.name):
                    wanted |= {"name": task_name(self._work, main, now)}
                if _offering(was) != _offering(now) and row["status"] == "open" and row["return_to"] is None:
                    wanted |= self._offer(row["id"], now, main)
            self._change("tasks", row, wanted)
            if duty.duties(was) != duty.duties(now):
                relabelling.replace_bars(self._work.connection, row["id"], duty.barred_accounts(self._work, now))

    def _offer(self, task: str, element: kernel.Element, token: str) -> dict[str, Any]:
        """Offer a task that nobody holds to whom the new version names."""
        offered = duty.offer(self._work, element, token, self._book)
        known = relabelling.list_more_queues(self._work.connection, task)
        relabelling.replace_more_queues(self._work.connection, task, offered.queues[1:])
        self.before["tasks"][task] = {"queues": list(known)}
        return {"queue": offered.queues[0]}

    def _jobs(self) -> None:
        work = self._work
        timers = {(row.token, row.child): row.element for row in self._snapshot.timers}
        services = {row.token: row.element for row in self._snapshot.jobs}
        for row in relabelling.list_rows(work.connection, "jobs", work.row.id):
            wanted: dict[str, Any] = {}
            if row["kind"] == SEND_BACK:
                raise Conflict("有退回正在处理，请稍后再迁移。", message_en="A send-back is under way; try again in a moment.")
            if row["kind"] == TIMER:
                child = row["child"] and self._rename(row["child"])
                wanted = {"child": child, "element": timers.get((row["token"], child), row["element"])}
            elif row["kind"] == SERVICE and row["token"] in services:
                element = work.definition.process.elements[services[row["token"]]]
                wanted = {"element": element.id}
                if row["state"] != "doing":
                    wanted |= {"type": element.task_type}
            elif row["element"] is not None:
                wanted = {"element": self._rename(row["element"])}
            self._change("jobs", row, wanted)

    def _subscriptions(self) -> None:
        work = self._work
        messages = {(row.token, row.child): row.element for row in self._snapshot.subscriptions}
        children = {row.token: row.element for row in self._snapshot.children}
        for row in relabelling.list_rows(work.connection, "subscriptions", work.row.id):
            if row["kind"] == "message":
                child = row["child"] and self._rename(row["child"])
                wanted = {"child": child, "element": messages.get((row["token"], child), row["element"])}
            else:
                wanted = {"element": children.get(row["token"], row["element"])}
            self._change("subscriptions", row, wanted)
        self.drop_other_messages()

    def drop_other_messages(self) -> None:
        """Delete subscriptions to what the version calls otherwise; reconciling opens them anew, and looks in the buffer."""
        work = self._work
        wanted = {(row.token, row.child): row.message for row in self._snapshot.subscriptions}
        rows = relabelling.list_rows(work.connection, "subscriptions", work.row.id)
        gone = [
            row["id"]
            for row in rows
            if row["kind"] == "message" and wanted.get((row["token"], row["child"]), row["name"]) != row["name"]
        ]
        cases.delete_subscriptions(work.connection, gone)
        jobs = relabelling.list_rows(work.connection, "jobs", work.row.id) if gone else ()
        cases.settle_jobs(
            work.connection, [row["id"] for row in jobs if row["kind"] == MATCH and row["child"] in gone], state="cancelled"
        )

    def refresh_bars(self) -> None:
        """Bar whom the version bars from its tasks."""
        work = self._work
        for row in relabelling.list_rows(work.connection, "tasks", work.row.id):
            element = work.definition.process.elements[row["element"]]
            if "/" not in row["token"]:
                relabelling.replace_bars(work.connection, row["id"], duty.barred_accounts(work, element))

    def _change(self, table: relabelling.Table, row: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        changed = {name: value for name, value in wanted.items() if row[name] != value}
        if changed:
            self.before[table].setdefault(row["id"], {}).update({name: row[name] for name in changed})
            relabelling.relabel(self._work.connection, table, row["id"], changed)


def _offering(element: kernel.Element) -> tuple[str | None, ...]:
    return element.assignee, element.candidate_groups, element.candidate_users, element.lane
