"""Delete a draft so that nothing of it stays (R-PJ-40: a project turns out to be secret while it is being entered)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.filling import file_ids
from service.engine.machine import Machine
from service.errors import NotFound
from service.forms import Form
from service.store import discarding, entries


def discard_draft(machine: Machine, subject: str, form: Form, answers: Mapping[str, Any], *, by: str) -> None:
    """Delete somebody's draft and the files that it or `answers` name, unless a case carries them already."""
    with machine.store.write() as connection:
        kept = entries.find_draft(connection, account=by, subject=subject)
        ids = {*file_ids(form, kept[0] if kept is not None else {}), *file_ids(form, answers)}
        if kept is None and not ids:
            return
        entries.delete_draft(connection, account=by, subject=subject)
        digests = discarding.delete_unfiled(connection, sorted(ids), account=by)
    discarding.scrub(machine.store)
    for digest in digests:
        _erase(machine, digest)


def _erase(machine: Machine, digest: str) -> None:
    try:
        machine.blobs.path(digest).unlink(missing_ok=True)
    except NotFound:
        return
