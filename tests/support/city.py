"""A small city for tests: the shipped law, roles and demo people on a database of one's own, and diagrams written on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drawing import plain_forms

from service import bootstrap
from service.clock import FrozenClock
from service.engine.bundle import Bundle, read_bundle
from service.engine.facade import Engine
from service.engine.machine import Machine, Rules
from service.engine.publishing import publish, store_calendar
from service.settings import Settings
from service.store import Store, cases
from service.store.blobs import Blobs
from service.store.history import Link, list_links
from service.store.migrating import migrate
from service.worker import Worker

PASSWORD = "demo-password"
ROOT = Path(__file__).resolve().parents[2]
BPMN = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="urn:test">'
)


@dataclass(slots=True, kw_only=True)
class City:
    engine: Engine
    store: Store
    worker: Worker
    clock: FrozenClock

    def deploy(self, diagrams: Mapping[str, str], forms: Mapping[str, bytes] | None = None) -> None:
        """Publish diagrams ({process id: body of the process element, or a whole file})."""
        files = {f"processes/test/{key}.bpmn": diagram(key, body) for key, body in diagrams.items()}
        plain = {name: data for body in diagrams.values() for name, data in plain_forms(body).items()}
        schemas = {form: (f"forms/test/{form.replace('.', '/')}.form", data) for form, data in {**plain, **(forms or {})}.items()}
        publish(self.engine.machine, Bundle(diagrams=files, forms=schemas), by="system")

    def deploy_shipped(self) -> None:
        publish(self.engine.machine, read_bundle(ROOT), by="system")

    def tasks(self, case_id: str) -> list[cases.Waiting]:
        """The open tasks of a case and its family."""
        from service.engine.reads import family_ids

        with self.store.read() as connection:
            row = cases.find_case(connection, case_id)
            assert row is not None
            return [
                waiting
                for member in family_ids(connection, row.root)
                for waiting in cases.waiting(connection, member)
                if waiting.table == "task"
            ]

    def waiting(self, case_id: str) -> list[cases.Waiting]:
        with self.store.read() as connection:
            return list(cases.waiting(connection, case_id))

    def case(self, case_id: str) -> cases.CaseRow:
        with self.store.read() as connection:
            row = cases.find_case(connection, case_id)
        assert row is not None
        return row

    def history(self, case_id: str) -> tuple[Link, ...]:
        with self.store.read() as connection:
            return list_links(connection, case_id)

    def variables(self, case_id: str) -> dict[str, Any]:
        from service.engine.reads import case_variables

        with self.store.read() as connection:
            row = cases.find_case(connection, case_id)
            assert row is not None
            return case_variables(self.engine.machine, connection, row)


def diagram(key: str, body: str) -> bytes:
    if body.lstrip().startswith("<?xml"):
        return body.encode()
    return f'{BPMN}<bpmn:process id="{key}" isExecutable="true" name="{key}">{body}</bpmn:process></bpmn:definitions>'.encode()


def settings(url: str, files: Path) -> Settings:
    return Settings.from_environment(
        {
            "CHENGXU_DATABASE": url, "CHENGXU_FILES": str(files), "CHENGXU_DEMO": "1", "CHENGXU_DEMO_PASSWORD": PASSWORD,
            "CHENGXU_SECRET_FILE": str(files / "secret.key"),
        }
    )  # fmt: skip


def make_city(url: str, files: Path, clock: FrozenClock, *, processes: bool = False) -> City:
    """Migrate an empty database, load law and people, and make an engine with a worker that runs only when told."""
    where = settings(url, files)
    store = Store(url)
    migrate(store)
    bootstrap.load_handlers(where.handler_folders)
    with store.read() as connection:
        rules = Rules.read(connection)
    engine = Engine(Machine(store=store, clock=clock, blobs=Blobs(files), rules=rules))
    shipped = read_bundle(ROOT)
    publish(engine.machine, shipped if processes else Bundle(regulations=shipped.regulations), by="system")
    store_calendar(engine.machine, bootstrap.shipped_calendars(where), by="system")
    bootstrap.seed_demo(engine, where)
    return City(engine=engine, store=store, worker=Worker(engine), clock=clock)


def open_city(url: str, files: Path, clock: FrozenClock) -> City:
    """The city of a database that `make_city` has made before, or of a copy of it."""
    bootstrap.load_handlers(settings(url, files).handler_folders)
    store = Store(url)
    with store.read() as connection:
        rules = Rules.read(connection)
    engine = Engine(Machine(store=store, clock=clock, blobs=Blobs(files), rules=rules))
    return City(engine=engine, store=store, worker=Worker(engine), clock=clock)
