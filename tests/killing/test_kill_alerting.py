"""`kill -9` of a worker that raises an alert: nothing of it is left, or all of it; the next worker tells, and once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city import City, make_city
from receiving import smtp_server

from service.clock import SHANGHAI, FrozenClock
from service.engine import alerting
from service.engine.alerting import Draft
from service.engine.outlets import Outlets
from service.settings import MailServer
from service.store import alerts, stuck
from service.store.stuck import StuckRow

MONITOR = "monitor.zhongxin"
NOON = datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)
RUNNER = Path(__file__).with_name("alert_runner.py")


def kill(url: str, files: Path, where: str, *, after: str) -> None:
    """Run the runner until it says a word, and kill it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, str(RUNNER), url, str(files), where]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert runner.stdout is not None
    assert runner.stdout.readline() == f"{after}\n"
    runner.kill()
    runner.communicate()


def count(city: City) -> tuple[int, int]:
    with city.store.read() as connection:
        raised, _ = alerts.list_alerts(connection, after=None, limit=10)
        told, _ = alerts.list_messages(connection, after=None, limit=10)
    return len(raised), len(told)


@pytest.mark.slow
def test_a_killed_worker_tells_nothing_or_leaves_it_to_the_next(tmp_path: Path) -> None:
    url, files = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "files"
    city = make_city(url, files, FrozenClock(NOON))
    city.engine.change_notifications(email="monitor@example.org", ways={}, english=False, by=MONITOR)
    rule = Draft(name="步骤失败", cause="parked", recipients=(("mail", MONITOR),))
    alerting.make_rule(city.engine.machine, rule, reason="值班要求", by=MONITOR)
    found = StuckRow(cause="parked", subject="x", since=NOON - timedelta(hours=1), facts={"zh": "", "en": "", "who": []})
    with city.store.write() as connection:
        stuck.change(connection, found=[found], gone=[], at=NOON)

    kill(url, files, "within", after="stored")
    assert count(city) == (0, 0)
    kill(url, files, "after", after="committed")
    assert count(city) == (1, 1)
    with smtp_server() as box:
        server = MailServer(host="127.0.0.1", port=box.port, security="none", sender="chengxu@example.org")
        city.engine.machine.outlets = Outlets(mail=server, public_url="https://chengxu.example.org")
        assert alerting.evaluate(city.engine.machine) == 0
        city.worker.drain()
        city.worker.drain()
        assert len(box.mails) == 1
    assert count(city) == (1, 1)
    city.store.close()
