"""The whole service on a free loopback port, and people who use it in Chromium.

    site        the service with demo people, the shipped processes and a running worker; law's clock stands at 2026-08-20 10:00
    serve       makes such a service; `serve(folder, movable=True)` has a clock that can be moved
    visit       visit("pj_unit_clerk.jiaoyu") signs somebody in and gives a Visitor; `at=` for another service than `site`,
                `english=True` for the other language

Do: start cases of your own (`site.start`), look for what a person would look for. Don't: count rows of other tests' cases, sleep.
After each test every visitor's page must have been free of script errors and refused content.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import city
import pytest
from flask import Flask
from form_filler import Filler
from waitress import wasyncore
from waitress.server import create_server

from service.clock import SHANGHAI, FrozenClock, OffsetClock
from service.store import entries
from service.store.demo_clock import StoredOffset
from service.web.app import create_app
from service.web.waiting import MOST, wait_for_family

NOW = datetime(2026, 8, 20, 10, 0, tzinfo=SHANGHAI)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PLAN = "建设方案.pdf"
#: Chromium repeats every refusal of the server on the console; tests look at the refusals themselves.
ECHO = "Failed to load resource"


@dataclass(slots=True, kw_only=True)
class Site:
    """The running service, and short cuts to a case in the state that a test needs."""

    address: str
    app: Flask
    city: city.City
    s01: ModuleType
    folder: Path

    def start(self, name: str, *, steps: int = 0) -> str:
        """File an application under a name and take its first steps; returns the case id."""
        answers = copy.deepcopy(self.s01.APPLICATION) | {"project_name": name, "plan_doc": [self.upload(self.s01.CLERK)]}
        case = self.city.engine.start_case(self.s01.PROCESS, answers, by=self.s01.CLERK).id
        for who, element, given in self.s01.STEPS[:steps]:
            self.do(case, who, element, given)
        return case

    def do(self, case: str, who: str, element: str, answers: Mapping[str, Any]) -> None:
        engine = self.city.engine
        task = self.task(case, element)
        signature = engine.sign(by=who, password=city.PASSWORD) if element in self.s01.SIGNING else None
        engine.complete_task(task, copy.deepcopy(dict(answers)), by=who, signature=signature)
        self.settle(case)

    def task(self, case: str, element: str) -> str:
        """The id of an open task of a case or of a case below it."""
        self.settle(case)
        return next(waiting.id for waiting in self.city.tasks(case) if waiting.element == element)

    def settle(self, case: str) -> None:
        """Wait until the worker has done what follows."""
        with self.app.app_context():
            assert wait_for_family(case, MOST)

    def upload(self, account: str) -> str:
        machine = self.city.engine.machine
        digest = hashlib.sha256(PDF).hexdigest()
        with machine.store.write() as connection:
            row = entries.insert_attachment(
                connection, account=account, name=PLAN, size=len(PDF), sha256=digest, media_type="application/pdf", at=NOW
            )
        return row.id


@contextmanager
def serving(folder: Path, *, movable: bool = False) -> Iterator[Site]:
    """The service on a database of its own in a folder; `movable`: with the demonstration's clock instead of one that stands."""
    url = f"sqlite:///{folder / 'site.db'}"
    made = city.make_city(url, folder, FrozenClock(NOW), processes=True)
    if movable:
        offset = StoredOffset(made.store)
        made.engine.machine.clock, made.engine.machine.clock_changed = OffsetClock(offset), offset.forget
        made.engine.set_clock(NOW, by="operator")
    app = create_app(made.engine, city.settings(url, folder))
    assert (Path(app.static_folder or "") / "manifest.json").exists(), "build the assets: make setup"
    sockets: dict[int, Any] = {}
    server = create_server(app, host="127.0.0.1", port=0, threads=8, map=sockets)
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    made.worker.start()
    thread.start()
    s01 = importlib.import_module("tests.processes.s01_application")
    try:
        yield Site(address=f"http://127.0.0.1:{server.effective_port}", app=app, city=made, s01=s01, folder=folder)
    finally:
        with suppress(OSError):  # the thread may be awake already, and close the trigger before it is pulled
            server.trigger.pull_trigger(server.close)  # in its own thread, which still looks at the sockets
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets, ignore_all=True)  # those of browsers that are still there
        made.worker.stop()
        made.store.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[Site]]:
    return serving


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody at a browser of their own. `troubles` is what the console and the server complained about."""

    site: Site
    page: Any
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, account: str) -> None:
        self.open("/sign-in")
        self.page.get_by_label(re.compile("^(账号|Account)$")).fill(account)
        self.page.get_by_label(re.compile("^(密码|Password)$")).fill(city.PASSWORD)
        self.page.get_by_role("button", name=re.compile("^(登录|Sign in)$")).click()
        self.page.locator(".bar-out").wait_for()

    def open_task(self, title: str) -> None:
        """Find a case in the inbox and open its first task."""
        self.open("/")
        self.page.get_by_role("link", name=title, exact=True).first.click()
        self.form_is_there()

    def form_is_there(self) -> None:
        self.page.locator(".fjs-form").wait_for()

    @property
    def form(self) -> Filler:
        return Filler(self.page)

    def submit(self) -> None:
        self.page.locator("[data-action=submit]").click()

    def submit_and_go_on(self) -> None:
        """Submit and wait for the receipt on the next page."""
        self.submit()
        self.page.get_by_text("已提交").first.wait_for()

    def sign(self, password: str = city.PASSWORD) -> None:
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("登录密码").fill(password)
        dialog.get_by_role("button", name="签署并提交").click()

    def focused(self, selector: str) -> bool:
        """Whether the focus is on or inside the element."""
        found: bool = self.page.evaluate("selector => !!document.activeElement?.closest(selector)", selector)
        return found


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Any, request: pytest.FixtureRequest) -> Iterator[Visit]:
    visitors: list[Visitor] = []

    def begin(
        account: str | None = None, *, width: int = 1440, height: int = 900, at: Site | None = None, english: bool = False
    ) -> Visitor:
        at = at or request.getfixturevalue("site")
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        if english:
            context.add_cookies([{"name": "lang", "value": "en", "url": at.address}])
        visitor = Visitor(site=at, page=context.new_page())
        visitor.page.set_default_timeout(30_000)
        note = visitor.troubles.append
        visitor.page.on("pageerror", lambda error: note(str(error)))
        visitor.page.on("console", lambda said: said.type == "error" and not said.text.startswith(ECHO) and note(said.text))
        visitor.page.on("response", lambda answer: answer.status >= 500 and note(f"{answer.status} {answer.url}"))
        visitors.append(visitor)
        if account is not None:
            visitor.sign_in(account)
        return visitor

    yield begin
    for visitor in visitors:
        with suppress(Exception):  # a test may have closed it
            visitor.page.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
