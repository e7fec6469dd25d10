"""What has to be done now and then: free expired leases, sweep files that were never filed, report that we live,
queue the digest of the next morning, the checkpoint and the archiving of today.
"""

from __future__ import annotations

from datetime import timedelta

from service.engine import archiving, checkpoints, digests
from service.engine.machine import Machine
from service.store import entries, jobs, people
from service.store.heartbeats import beat

#: Attachments belong to a draft until filed; orphans are swept after this.
ORPHANS_LIVE = timedelta(days=7)


def keep_house(machine: Machine, worker: str) -> None:
    now = machine.clock.machine()
    with machine.store.write() as connection:
        machine.refresh_rules(connection)
        beat(connection, worker, at=now)
        jobs.free_expired(connection, now=now)
        people.forget_old_failures(connection, before=now - timedelta(days=1))
        digests.ensure_next(machine, connection)
        checkpoints.ensure_daily(machine, connection)
        archiving.ensure_daily(machine, connection)
        orphans = entries.sweep_attachments(connection, before=machine.clock.now() - ORPHANS_LIVE)
    machine.blobs.sweep_incoming(now=now)
    for digest in orphans:
        machine.blobs.remove(digest, now=now)
