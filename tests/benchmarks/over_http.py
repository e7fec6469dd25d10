"""The same tasks over HTTP: `GET task` and `POST complete` against `chengxu serve`, one process, with the load from this one."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from city import City, settings
from duel import open_task
from walks import ROOT, Step, Walk

from service import bootstrap

#: Concurrent connections that are tried, each so many times; the best round counts.
CONNECTIONS, TIMES = (2, 3, 4), 2
PATIENCE = 60


class NotServedError(Exception):
    """The server did not start; the message is the end of what it wrote."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(url: str, files: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Run `chengxu serve` on a database; gives its port, once it answers, and its process."""
    port, log = free_port(), files.parent / "serve.log"
    given = settings(url, files)
    environment = {
        **os.environ, "CHENGXU_DATABASE": url, "CHENGXU_FILES": str(files), "CHENGXU_SECRET_FILE": str(given.secret_file),
        "CHENGXU_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _await(server, port, log)
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(30)


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise NotServedError(log.read_text(errors="replace")[-600:])


def pairs_over_http(city: City, walk: Walk, url: str, files: Path, *, cases: int) -> dict[str, Any]:
    """Pairs a second at the best number of connections. With a reason instead where the server does not run."""
    tokens = {
        account: bootstrap.create_token(city.engine, account, label="bench", by="system")
        for account in {step.by for step in walk.steps}
    }
    try:
        with served(url, files) as (port, server):
            _round(city, walk, port, tokens, cases=2, connections=2)
            before = _cpu(server)
            rounds = [(_round(city, walk, port, tokens, cases=cases, connections=count), count) for count in CONNECTIONS * TIMES]
            cpu = (_cpu(server) - before) / (cases * len(walk.steps) * len(rounds))
    except NotServedError as error:
        return {"pairs_per_s": None, "reason": str(error)}
    best, connections = max(rounds)
    return {
        "pairs_per_s": round(best, 1), "connections": connections, "pairs_a_round": cases * len(walk.steps),
        "server_cpu_ms_a_pair": round(cpu * 1000, 2), "rounds": [[count, round(rate, 1)] for rate, count in rounds],
    }  # fmt: skip


def _cpu(process: psutil.Process) -> float:
    """Seconds of processor time that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _round(city: City, walk: Walk, port: int, tokens: dict[str, str], *, cases: int, connections: int) -> float:
    """Walk `cases` cases step by step; looking up the ids of the next tasks is not timed."""
    ids = [city.engine.start_case(walk.process, walk.answers, by=walk.by).id for _ in range(cases)]
    took = 0.0
    clients = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(connections)]
    for step in walk.steps:
        tasks = [open_task(city, case, step.element) for case in ids]
        took += _drive(clients, tasks, step, tokens[step.by])
    for client in clients:
        client.close()
    return cases * len(walk.steps) / took


def _drive(clients: Sequence[http.client.HTTPConnection], tasks: list[str], step: Step, token: str) -> float:
    """Seconds until all clients together have read and completed all tasks."""
    body = json.dumps({"variables": dict(step.answers)}).encode()
    failures: list[str] = []

    def drive(client: http.client.HTTPConnection, mine: list[str]) -> None:
        for task in mine:
            for method, path, sent in (("GET", "", None), ("POST", "/complete", body)):
                client.request(
                    method, f"/api/v1/tasks/{task}{path}", sent,
                    {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                )  # fmt: skip
                reply = client.getresponse()
                content = reply.read()
                if reply.status != 200:
                    failures.append(f"{method} {path}: {reply.status} {content[:300]!r}")
                    return

    threads = [
        threading.Thread(target=drive, args=(client, tasks[number :: len(clients)])) for number, client in enumerate(clients)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failures:
        raise NotServedError(failures[0])
    return took
