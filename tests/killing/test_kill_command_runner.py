"""`kill -9` at any moment leaves every case before or after a command, never between."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from city import City

from service.engine.running import LEASE
from service.store import jobs

KILLS = 50
MOST_KILLS = 4 * KILLS
RUNNER = Path(__file__).with_name("command_runner.py")


@pytest.mark.slow
def test_fifty_kills_of_a_command_runner_leave_every_case_whole(
    city_url: str, tmp_path: Path, reopen: Callable[[], City], proof: Any, finish: Callable[[], int]
) -> None:
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    longest = 0.150
    runner = subprocess.Popen(
        [sys.executable, str(RUNNER), city_url, str(tmp_path / "files")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    assert runner.stdin is not None
    assert runner.stdout is not None
    try:
        assert runner.stdout.readline() == "ready\n"
        for number in range(MOST_KILLS):
            if number >= KILLS and proof.commands > KILLS:
                break
            runner.stdin.write("go\n")
            child = int(runner.stdout.readline())
            if proof.commands < number:  # on a busy machine the runner gets little done between two kills
                longest = min(longest * 1.1, 3.0)
            select.select([runner.stdout], [], [], moments.uniform(0.005, longest))  # it works; a word from it would be its end
            os.kill(child, signal.SIGKILL)
            assert int(runner.stdout.readline()) == -signal.SIGKILL, f"kill {number} with seed {seed}"

            city = reopen()
            proof.check(city.store, city.engine)
            with city.store.write() as connection:  # as housekeeping does when the lease has run out
                jobs.free_expired(connection, now=city.engine.machine.clock.machine() + 2 * LEASE)
            city.store.close()
    finally:
        runner.stdin.close()
        runner.wait(30)
        errors = runner.stderr.read() if runner.stderr is not None else ""
        runner.stdout.close()
        if runner.stderr is not None:
            runner.stderr.close()

    assert errors == ""
    assert proof.commands > KILLS, "the runner hardly worked between the kills"
    assert finish() == len(proof.seen)
