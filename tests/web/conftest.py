"""The web application on a small city. A test gets it on SQLite; what depends on the database asks for `site_anywhere`.

site.as_(CLERK)          calls the API with a bearer token
site.browser()           a browser; `.sign_in(CLERK)` gives it a session, `.token` is the CSRF token of its page
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import PASSWORD, City, make_city, open_city, settings
from drawing import chain, end, form, start, text_field, user_task
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.bootstrap import create_token
from service.clock import SHANGHAI, FrozenClock
from service.web.app import create_app

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)


@dataclass(slots=True)
class Caller:
    """Somebody who calls the API with a bearer token."""

    client: FlaskClient
    headers: dict[str, str]

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers, **more)

    def post(self, path: str, json: Any = None, *, key: str | None = None, **more: Any) -> TestResponse:
        headers = self.headers | ({"Idempotency-Key": key} if key is not None else {})
        return self.client.post(f"/api/v1{path}", json=json, headers=headers, **more)

    def put(self, path: str, json: Any) -> TestResponse:
        return self.client.put(f"/api/v1{path}", json=json, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)


@dataclass(slots=True)
class Browser:
    """Somebody with a browser, that is with cookies."""

    client: FlaskClient

    @property
    def token(self) -> str:
        """The CSRF token of a page that was opened just now."""
        page = self.client.get("/", follow_redirects=True).text
        found = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page)
        assert found is not None
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.client.post("/sign-in", data={"name": name, "password": password, "csrf_token": self.token})


@dataclass(slots=True)
class Site:
    city: City
    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, account: str) -> Caller:
        if account not in self.tokens:
            self.tokens[account] = create_token(self.city.engine, account, label="test", by="system")
        return Caller(self.app.test_client(use_cookies=False), {"Authorization": f"Bearer {self.tokens[account]}"})

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def start(self, process: str = "notes", answers: dict[str, Any] | None = None) -> str:
        """Start a case as the clerk; returns its id."""
        return self.city.engine.start_case(process, answers or {}, by=CLERK).id

    def task(self, case: str) -> str:
        """The id of the one open task of a case."""
        (task,) = self.city.tasks(case)
        return task.id


def deploy(city: City) -> None:
    """`notes`: the clerk writes a note, the lead signs it, then it has ended."""
    write = user_task("write_note", form="notes.write_note", article="pj-2020#14")
    approve = user_task("approve_note", groups="pj_unit_lead@jiaoyu", form="notes.approve_note", sign="true")
    body = start() + write + approve + end() + chain("begin", "write_note", "approve_note", "finished")
    forms = {
        "notes.write_note": form("notes.write_note", text_field("note", required=True)),
        "notes.approve_note": form("notes.approve_note", text_field("opinion")),
    }
    city.deploy({"notes": body}, forms)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the city in it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    city = make_city(f"sqlite:///{folder}/city.db", folder / "files", FrozenClock(NOON))
    deploy(city)
    with city.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM attempts")
    city.store.close()
    return folder / "city.db"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def site(prepared: Path, tmp_path: Path, clock: FrozenClock) -> Iterator[Site]:
    shutil.copyfile(prepared, tmp_path / "city.db")
    city = open_city(f"sqlite:///{tmp_path}/city.db", tmp_path / "files", clock)
    yield Site(city, create_app(city.engine, settings(f"sqlite:///{tmp_path}/city.db", tmp_path / "files")))
    city.store.close()


@pytest.fixture
def site_anywhere(city_at: Callable[..., City], tmp_path: Path) -> Site:
    """The same on both databases."""
    city = city_at(NOON)
    deploy(city)
    return Site(city, create_app(city.engine, settings(str(city.store.url), tmp_path / "files")))


@pytest.fixture
def small_uploads(site: Site, tmp_path: Path) -> Callable[[int], Site]:
    """Make the site again with another limit of uploads."""

    def make(limit: int) -> Site:
        from dataclasses import replace

        where = settings(str(site.city.store.url), tmp_path / "files")
        return Site(site.city, create_app(site.city.engine, replace(where, max_upload=limit)))

    return make
