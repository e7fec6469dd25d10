"""The same scenario files run against a server over HTTP, with bearer tokens and the demonstration's clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from waitress.server import create_server

from service import bootstrap
from service.cli import main
from service.settings import Settings
from service.web.app import create_app
from service.worker import Worker

HERE = Path(__file__).parent
PASSWORD = "demo-password"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server in demonstration mode on an empty SQLite database: its address, and the database's."""
    database = f"sqlite:///{tmp_path / 'served.db'}"
    settings = Settings.from_environment({"CHENGXU_DATABASE": database, "CHENGXU_DEMO": "1", "CHENGXU_DEMO_PASSWORD": PASSWORD})
    engine, _ = bootstrap.prepare(settings)
    bootstrap.seed_demo(engine, settings)
    worker = Worker(engine)
    worker.start()
    server = create_server(create_app(engine, settings), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", database
    with suppress(OSError):  # the thread may be awake already, and close the trigger before it is pulled
        server.trigger.pull_trigger(server.close)  # in its own thread, which still looks at the sockets
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    worker.stop()
    engine.machine.store.close()


PLAYED = (
    "s01_application", "s01_annual_plan", "s02_application", "s03_boundaries", "s06_procurement", "s09_change", "s11_acceptance",
)  # fmt: skip


@pytest.mark.parametrize("name", PLAYED)
def test_a_shipped_scenario_passes_over_http(served: tuple[str, str], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    address, database = served
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "scenario", "run", str(HERE / f"{name}.yaml"), "--http", address, "--database", database,
                "--password", PASSWORD, "--json",
            ]
        )  # fmt: skip
    (report,) = json.loads(capsys.readouterr().out)
    assert [step for step in report["steps"] if step["state"] != "passed"] == []
    assert ended.value.code == 0
    untold = {check["what"] for step in report["steps"] for check in step["checks"] if check["passed"] is None}
    assert untold <= {"register"}


def test_a_wrong_expectation_fails_over_http_too(
    served: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, database = served
    tokens = tmp_path / "tokens.json"
    settings = Settings.from_environment({"CHENGXU_DATABASE": database})
    engine = bootstrap.make_engine(settings, bootstrap.make_store(settings))
    accounts = ("pj_unit_clerk.shuili", "monitor.zhongxin")
    tokens.write_text(json.dumps({name: bootstrap.create_token(engine, name, label="", by="operator") for name in accounts}))
    engine.machine.store.close()
    path = tmp_path / "secret.yaml"
    step = "{who: pj_unit_clerk.shuili, start: project_application, answers: {is_secret: true}, "
    step += "expect: {cases: %s, refused: {rule: %s}}}"
    path.write_text(f"title: 涉密\nsteps:\n  - {step % ('unchanged', 'R-PJ-40')}\n  - {step % ('1', 'R-PJ-41')}\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["scenario", "run", str(path), "--http", address, "--tokens", str(tokens)])
    told = capsys.readouterr().out
    assert ended.value.code == 1
    assert "✓ 1." in told
    assert "✗ 2." in told
    assert "应为 1，实为 0" in told


def test_an_account_without_a_token_is_told(served: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        main(["scenario", "run", str(HERE / "s03_boundaries.yaml"), "--http", served[0], "--tokens", str(tokens)])
    assert ended.value.code == 1
    assert "monitor.zhongxin" in capsys.readouterr().out
