"""`kill -9` of the whole server while people work over HTTP: it starts again, and every case is whole."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from city import PASSWORD, City

from service import bootstrap

CLERK = "pj_unit_clerk.jiaoyu"
KILLS = 3


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """`chengxu serve` on the city's database."""

    def __init__(self, url: str, files: Path, log: Path) -> None:
        self.port = free_port()
        self._log = log.open("ab")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXU_")}
        self.process = subprocess.Popen(
            [str(Path(sys.executable).with_name("chengxu")), "serve", "--demo", "--port", str(self.port), "--database", url],
            stdout=self._log, stderr=self._log,
            env={
                **environment, "CHENGXU_FILES": str(files), "CHENGXU_DEMO_PASSWORD": PASSWORD,
                "CHENGXU_SECRET_FILE": str(files / "secret.key"), "CHENGXU_HANDLERS": str(Path(__file__).parent / "handlers"),
            },
        )  # fmt: skip

    def wait_until_it_answers(self, client: httpx.Client) -> None:
        for _ in range(300):
            try:
                client.get("/api/v1/openapi.json")
            except httpx.TransportError:
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                raise AssertionError("the server ended before it answered") from None
            else:
                return
        raise AssertionError("the server did not answer within thirty seconds")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._log.close()


def work(address: str, token: str, answered: list[int]) -> None:
    """Start cases and complete whatever is to do, until the server is gone."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        try:
            while True:
                answered.append(client.post("/api/v1/cases", json={"process": "counting", "variables": {}}).status_code)
                listed = client.get("/api/v1/tasks", params={"view": "todo", "process": "counting", "limit": 4}).json()
                for task in listed["items"]:
                    done = client.post(f"/api/v1/tasks/{task['id']}/complete", json={"variables": {"note": "x"}})
                    answered.append(done.status_code)
        except httpx.TransportError:
            return


@pytest.mark.slow
def test_a_server_that_is_killed_starts_again_with_every_case_whole(
    city_url: str, tmp_path: Path, reopen: Callable[[], City], proof: Any, finish: Callable[[], int]
) -> None:
    city = reopen()
    token = bootstrap.create_token(city.engine, CLERK, label="kill", by="system")
    city.store.close()
    log = tmp_path / "serve.log"
    for number in range(KILLS):
        server = Server(city_url, tmp_path / "files", log)
        address = f"http://127.0.0.1:{server.port}"
        answered: list[int] = []
        try:
            with httpx.Client(base_url=address) as client:
                server.wait_until_it_answers(client)
            people = [threading.Thread(target=work, args=(address, token, answered)) for _ in range(3)]
            for person in people:
                person.start()
            people[0].join(random.uniform(0.8, 1.6))  # they work; none ends before the server does
        finally:
            server.kill()
        for person in people:
            person.join(30)

        city = reopen()
        proof.check(city.store, city.engine)
        city.store.close()
        assert set(answered) <= {200, 201, 409}, log.read_text("utf-8")[-3000:]
        assert 201 in answered
        assert proof.commands > 10 * number, "the server hardly worked before it was killed"
    assert "Traceback" not in log.read_text("utf-8")
    assert finish() == len(proof.seen)
