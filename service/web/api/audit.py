"""How the record is kept: verification, checkpoints, who read what is protected, what administrators did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import orjson
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import audit_lists
from service.engine.auditing import ensure_may_audit
from service.store import checkpoints, people, verifications
from service.store.administrators import ActionFilter
from service.store.checkpoints import CheckpointRow
from service.store.protected import ReadFilter
from service.store.reads import MAX_LIMIT
from service.store.verifications import Verification
from service.tagged import plain
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("audit", "How the record is kept, for auditors, monitors and system administrators.")


def _word(length: int) -> fields.String:
    return fields.String(load_default=None, validate=validate.Length(min=1, max=length))


class CheckpointQuery(Arguments):
    after = fields.String(load_default=None, validate=validate.Length(equal=24))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class ReadQuery(Arguments):
    account, case, field = _word(80), _word(40), _word(80)
    since = _word(10)
    until = _word(10)
    after = _word(60)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class ActionQuery(Arguments):
    account, kind = _word(80), _word(32)
    since = _word(10)
    until = _word(10)
    after = _word(60)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class CheckpointShape(ma.Schema):
    id = fields.String(required=True)
    at = fields.DateTime(required=True)
    algorithm = fields.String(required=True)
    chains = fields.Integer(required=True)
    links = fields.Integer(required=True)
    digest = fields.String(required=True)
    signature = fields.String(required=True)


class CheckpointListShape(ma.Schema):
    items = fields.List(fields.Nested(CheckpointShape), required=True)
    key = fields.String(required=True, allow_none=True, metadata={"description": "the public key (Ed25519, hexadecimal)"})
    after = fields.String(required=True, allow_none=True)


class VerificationShape(ma.Schema):
    asked_by = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    total = fields.Integer(required=True, metadata={"description": "chains when it began"})
    chains = fields.Integer(required=True)
    links = fields.Integer(required=True)
    erased = fields.Integer(required=True, metadata={"description": "lines that have lost their content, which breaks nothing"})
    checkpoints = fields.Integer(required=True)
    broken = fields.Integer(required=True, metadata={"description": "chains and checkpoints that do not fit"})
    found = fields.List(fields.Dict(), required=True, metadata={"description": "the first of them"})


class LastVerificationShape(ma.Schema):
    last = fields.Nested(VerificationShape, required=True, allow_none=True)


class VerificationAskedShape(ma.Schema):
    asked = fields.Boolean(required=True)


class ProtectedReadShape(ma.Schema):
    id = fields.String(required=True)
    at = fields.DateTime(required=True)
    account = fields.String(required=True)
    display_name = fields.String(required=True)
    case = fields.String(required=True)
    business_key = fields.String(required=True)
    process = fields.String(required=True)
    field = fields.String(required=True)
    where = fields.String(required=True, metadata={"description": "page, api, export, print or command"})
    seq = fields.Integer(required=True, metadata={"description": "the line of the case's history that proves it"})


class ProtectedReadListShape(ma.Schema):
    items = fields.List(fields.Nested(ProtectedReadShape), required=True)
    after = fields.String(required=True, allow_none=True)


class AdministratorActionShape(ma.Schema):
    chain = fields.String(required=True)
    seq = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    account = fields.String(required=True)
    kind = fields.String(required=True)
    element = fields.String(required=True, allow_none=True)
    case = fields.String(required=True, allow_none=True)
    business_key = fields.String(required=True, allow_none=True)
    told = fields.Dict(keys=fields.String(), required=True)


class AdministratorActionListShape(ma.Schema):
    items = fields.List(fields.Nested(AdministratorActionShape), required=True)
    after = fields.String(required=True, allow_none=True)


@endpoint(blueprint, "GET", "/audit/checkpoints", answer=CheckpointListShape, query=CheckpointQuery)
def list_checkpoints(query: Mapping[str, Any]) -> Response:
    """List the signed checkpoints, the newest first."""
    machine = current.engine().machine
    ensure_may_audit(machine, current_actor())
    with machine.store.read() as connection:
        rows = checkpoints.list_checkpoints(connection, before=query["after"], limit=query["limit"] + 1)
    shown = rows[: query["limit"]]
    key = machine.vault.find_public_key() if machine.vault is not None else None
    after = shown[-1].id if len(rows) > len(shown) else None
    return reply({"items": [_checkpoint(one) for one in shown], "key": key, "after": after})


@endpoint(blueprint, "POST", "/audit/checkpoints", answer=CheckpointShape, status=201)
def make_checkpoint() -> Response:
    """Sign a checkpoint over all history as it is now."""
    made = current.engine().make_checkpoint(by=require_account().name)
    with current.engine().machine.store.read() as connection:
        row = checkpoints.find_checkpoint(connection, made.id)
    assert row is not None
    return reply(_checkpoint(row), 201)


@endpoint(blueprint, "GET", "/audit/verification", answer=LastVerificationShape)
def show_verification() -> Response:
    """Show how far the last verification is, and what it found."""
    machine = current.engine().machine
    ensure_may_audit(machine, current_actor())
    with machine.store.read() as connection:
        last = verifications.find_last(connection)
    return reply({"last": None if last is None else _verification(last)})


@endpoint(blueprint, "POST", "/audit/verification", answer=VerificationAskedShape, status=202)
def start_verification() -> Response:
    """Have all history proven; ask for how far it is by GET. 409 while one is going on."""
    current.engine().start_verification(by=require_account().name)
    return reply({"asked": True}, 202)


@endpoint(blueprint, "GET", "/audit/reads", answer=ProtectedReadListShape, query=ReadQuery)
def list_reads(query: Mapping[str, Any]) -> Response:
    """List who read which protected field of which case, the newest first. `case` is an id or a business key."""
    machine = current.engine().machine
    since, until = audit_lists.day_bounds(query["since"], query["until"])
    where = ReadFilter(account=query["account"], case=query["case"], field=query["field"], since=since, until=until)
    with machine.store.read() as connection:
        page = audit_lists.list_reads(machine, connection, current_actor(), where, after=query["after"], limit=query["limit"])
        names = people.display_names(connection, sorted({row["account"] for row in page.rows}))
    items = [
        {
            "id": row["id"], "at": row["at"], "account": row["account"],
            "display_name": names.get(row["account"], row["account"]), "case": row["case_id"],
            "business_key": row["business_key"], "process": row["process"], "field": row["field"],
            "where": row["place"], "seq": row["seq"],
        }
        for row in page.rows
    ]  # fmt: skip
    return reply({"items": items, "after": page.after})


@endpoint(blueprint, "GET", "/audit/administrators", answer=AdministratorActionListShape, query=ActionQuery)
def list_actions(query: Mapping[str, Any]) -> Response:
    """List what monitors, system administrators and the command line did, in cases and outside them, the newest first."""
    machine = current.engine().machine
    since, until = audit_lists.day_bounds(query["since"], query["until"])
    where = ActionFilter(kind=query["kind"], since=since, until=until)
    with machine.store.read() as connection:
        page = audit_lists.list_actions(
            machine, connection, current_actor(), where, who=query["account"], after=query["after"], limit=query["limit"]
        )
    items = [
        {
            "chain": row["chain"], "seq": row["seq"], "at": row["at"], "account": row["actor"], "kind": row["kind"],
            "element": row["element"], "case": row["case"]["id"] if row["case"] else None,
            "business_key": row["case"]["business_key"] if row["case"] else None, "told": plain(row["payload"]),
        }
        for row in page.rows
    ]  # fmt: skip
    return reply({"items": items, "after": page.after})


def _checkpoint(row: CheckpointRow) -> dict[str, Any]:
    return {
        "id": row.id, "at": row.at, "algorithm": row.algorithm, "chains": row.chains, "links": row.links,
        "digest": row.digest.hex(), "signature": row.signature.hex(),
    }  # fmt: skip


def _verification(row: Verification) -> dict[str, Any]:
    names = ("asked_by", "asked_at", "ended_at", "total", "chains", "links", "erased", "checkpoints", "broken")
    return {**{name: getattr(row, name) for name in names}, "found": orjson.loads(row.found)}
