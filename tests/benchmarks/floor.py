"""The floor that our figures are measured against: stock SpiffWorkflow on the same case, and one plain commit of our bytes.

Stock means its own parser, specs, script engine and SPIFF_CONFIG serializer; the diagram is parsed beforehand. `serialize_json`
is the stock way to JSON, and faster than `to_dict` with a compact encoder of one's own. Nothing else is done: no permission, no
form, no history, no rows for the tasks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import disks
import psycopg
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState


class Stock:
    """A process of the stock engine."""

    def __init__(self, diagram: bytes, process: str) -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_str(diagram)
        self._spec = parser.get_spec(process)
        self._called = parser.get_subprocess_specs(process)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))

    def start(self, data: Mapping[str, Any]) -> str:
        """Start a case and run it to rest; returns its state."""
        workflow = BpmnWorkflow(self._spec, self._called)
        workflow.task_tree.data.update(data)
        workflow.do_engine_steps()
        return str(self._serializer.serialize_json(workflow))

    def complete(self, state: str, element: str, data: Mapping[str, Any]) -> str:
        """Load, complete the first READY task of the element, run to rest, dump."""
        workflow = self._serializer.deserialize_json(state)
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        task = next(task for task in ready if task.task_spec.bpmn_id == element)
        task.data.update(data)
        task.run()
        workflow.do_engine_steps()
        return str(self._serializer.serialize_json(workflow))


class Commits(Protocol):
    """A database that commits so many bytes and nothing else."""

    def commit(self, size: int) -> None: ...

    def close(self) -> None: ...


class SqliteCommits:
    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE written (body BLOB)")
        disks.preheat(file)

    def commit(self, size: int) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO written VALUES (?)", (bytes(size),))
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class PostgresCommits:
    """The column is stored uncompressed: PostgreSQL would shrink the zeros to nothing."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""))
        self._connection.execute("CREATE TABLE written (body BYTEA)")
        self._connection.execute("ALTER TABLE written ALTER body SET STORAGE EXTERNAL")
        self._connection.commit()

    def commit(self, size: int) -> None:
        self._connection.execute("INSERT INTO written VALUES (%s)", (bytes(size),))
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()
