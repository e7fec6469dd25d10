"""Wire everything by argument: settings in, an engine out. Open this to see what a running Chengxu is made of."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from service.clock import Clock, OffsetClock, SystemClock
from service.engine.administering import ensure_roles_apart
from service.engine.bundle import Bundle, definitions, read_bundle
from service.engine.checkpoint_key import Vault
from service.engine.events import Event
from service.engine.facade import Engine
from service.engine.machine import Machine, Rules
from service.engine.outlets import Outlets
from service.engine.passwords import hash_password
from service.engine.publishing import Published, publish, regulations_of, store_calendar
from service.engine.register_import import import_entries
from service.engine.registering import put_unit
from service.errors import Conflict, Failed, Invalid, NotFound
from service.settings import Settings
from service.store import Store, people
from service.store.blobs import Blobs
from service.store.demo_clock import StoredOffset, any_case
from service.store.history import Entry, record_outside_cases
from service.store.migrating import is_current, migrate
from service.store.registers import list_by_keys

_LOADED: dict[Path, str] = {}


def load_handlers(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Import every Python file below the handler folders, once; returns the files. Failed names the file that cannot load."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if path.name != "__init__.py" and path.resolve() not in _LOADED:
                _import(path.resolve())
            found.append(path)
    return tuple(found)


def handler_names(folder: Path) -> frozenset[str]:
    """Read which handlers the files of a folder define, without running any of them."""
    names = set()
    for path in sorted(folder.rglob("*.py")):
        try:
            tree = ast.parse(path.read_bytes(), filename=str(path))
        except SyntaxError as error:
            raise Failed(f"处理程序 {path} 有语法错误：{error}", message_en=f"Handler file {path}: {error}") from error
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called == "handler" and isinstance(node.args[0].value, str):
                    names.add(node.args[0].value)
    return frozenset(names)


def _import(path: Path) -> None:
    name = f"chengxu_handlers_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Failed(f"处理程序 {path} 不能加载：{error}", message_en=f"Handler file {path} does not load: {error}") from error
    finally:
        sys.path.remove(str(path.parent))
    _LOADED[path] = name


def make_store(settings: Settings, *, ready: bool = True) -> Store:
    """Open the database. With `ready`, Failed when it has not been migrated to this version."""
    store = Store(settings.database, algorithm=settings.hash)
    if ready and not is_current(store):
        store.close()
        raise Failed(
            "数据库尚未初始化或版本不符；请先运行：chengxu db upgrade",
            message_en="The database is empty or of another version; run: chengxu db upgrade",
        )
    return store


def vault_of(settings: Settings) -> Vault:
    """Where the checkpoints of an installation are kept, and what signs them."""
    beside = settings.secret_file.parent
    return Vault(
        folder=settings.checkpoints or beside / "checkpoints", key_file=settings.checkpoint_key or beside / "checkpoint.key"
    )


def make_engine(settings: Settings, store: Store, *, clock: Clock | None = None) -> Engine:
    """Make an engine on a migrated database, with all handlers loaded."""
    load_handlers(settings.handler_folders)
    with store.read() as connection:
        rules = Rules.read(connection)
    offset = StoredOffset(store)
    if clock is None:
        clock = OffsetClock(offset) if settings.demo else SystemClock()
    machine = Machine(
        store=store, clock=clock, blobs=Blobs(settings.files), rules=rules, outlets=Outlets.of(settings),
        vault=vault_of(settings),
    )  # fmt: skip
    machine.clock_changed = offset.forget
    machine.load_handlers = lambda: load_handlers(settings.handler_folders)
    return Engine(machine)


def shipped_bundle(settings: Settings) -> Bundle:
    return read_bundle(settings.root)


def known_of(bundle: Bundle) -> dict[str, Any]:
    """What a bundle defines, for linting another one on top of it."""
    return {
        "regulations": dict(regulations_of(bundle)),
        "processes": [draft.key for draft in definitions(bundle)],
    }


def prepare(settings: Settings) -> tuple[Engine, Published]:
    """Migrate the database and publish what is shipped; safe to run again."""
    store = Store(settings.database, algorithm=settings.hash)
    migrate(store)
    engine = make_engine(settings, store)
    store_calendar(engine.machine, shipped_calendars(settings), by="system")
    return engine, publish(engine.machine, shipped_bundle(settings), by="system")


def shipped_calendars(settings: Settings) -> tuple[Mapping[str, Any], ...]:
    """Read the calendar notices of `processes/calendars`."""
    folder = settings.root / "processes" / "calendars"
    return tuple(yaml.safe_load(path.read_text("utf-8")) for path in sorted(folder.glob("cn-*.yaml")))


def seed_demo(engine: Engine, settings: Settings) -> str:
    """Create the demonstration units and accounts that are missing; returns their one password.

    Without `CHENGXU_DEMO_PASSWORD` every start makes a new one, so that none is ever written down.
    """
    password = settings.demo_password or secrets.token_urlsafe(9)
    hashed = hash_password(password)
    document = yaml.safe_load((settings.root / "processes" / "demo.yaml").read_text("utf-8"))
    at = engine.machine.clock.now()
    with engine.machine.store.write() as connection:
        for unit in document["units"]:
            data = {key: value for key, value in unit.items() if key != "id"}
            put_unit(connection, engine.machine.rules.registers, unit["id"], data, actor="system", at=at)
        known = {account["name"]: account for account in people.list_accounts(connection)}
        created = []
        for account in document["accounts"]:
            if account["name"] in known:
                if known[account["name"]]["demo"]:
                    people.set_password(connection, account["name"], hashed)
                continue
            roles = _demo_roles(account)
            people.insert_account(
                connection,
                {
                    "name": account["name"], "display_name": account["display_name"], "password": hashed, "active": True,
                    "demo": True, "created_at": at,
                },
                roles,
            )  # fmt: skip
            payload = {"account": account["name"], "roles": [list(role) for role in roles]}
            created.append(Entry(kind=Event.ACCOUNT_CREATED.value, actor="system", at=at, payload=payload))
        record_outside_cases(connection, created)
    seed_entries(engine, document.get("registers") or {})
    return password


def seed_entries(engine: Engine, registers: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Import the register entries of the demonstration that are missing; those that are there may have gone on since."""
    for name, entries in registers.items():
        schema = engine.machine.rules.registers.find(name)
        if schema is None:
            continue  # a database on which only other procedures are published
        with engine.machine.store.read() as connection:
            known = list_by_keys(connection, name, list(map(str, entries)))
        missing = {key: data for key, data in entries.items() if str(key) not in known}
        if missing:
            import_entries(engine.machine, schema, missing, by="system")


def is_demo(store: Store) -> bool:
    """Tell whether the database holds demonstration accounts."""
    with store.read() as connection:
        return any(account["demo"] for account in people.list_accounts(connection))


def is_untouched(engine: Engine) -> bool:
    """Tell whether there is no case yet."""
    with engine.machine.store.read() as connection:
        return not any_case(connection)


def _demo_roles(account: Mapping[str, Any]) -> list[tuple[str, str]]:
    roles = account.get("roles") or [account["role"]]
    return [(role, account["unit"]) for role in roles]


def create_account(
    engine: Engine,
    name: str,
    *,
    roles: Sequence[str],
    unit: str,
    unit_name: str | None = None,
    display_name: str | None,
    password: str | None,
    by: str,
) -> str | None:
    """Create an account; returns its password when one had to be made up.

    Errors: Conflict when the name is taken, NotFound for an unknown unit, Invalid for an unknown role, NotAllowed for roles that
    do not go together.
    """
    book = engine.machine.book
    for role in roles:
        if book.find(role) is None:
            listed = "、".join(sorted(book.roles))
            raise Invalid(f"没有角色 {role}。可用角色：{listed}", message_en=f"There is no role {role}. Roles: {listed}")
    for role in roles:
        ensure_roles_apart(engine.machine, [book.get(one) for one in roles if one != role], role)
    made_up = None if password is not None else secrets.token_urlsafe(12)
    hashed = hash_password(password if password is not None else made_up or "")
    at = engine.machine.clock.now()
    with engine.machine.store.write() as connection:
        if people.find_account(connection, name) is not None:
            raise Conflict(f"账号 {name} 已存在。", message_en=f"Account {name} exists already.")
        if unit not in {row["id"] for row in people.list_units(connection)}:
            if unit_name is None:
                raise NotFound(
                    f"没有单位 {unit}；如需新建，请加 --unit-name 名称。",
                    message_en=f"There is no unit {unit}; to create it, add --unit-name NAME.",
                )
            put_unit(connection, engine.machine.rules.registers, unit, {"name": unit_name}, actor=by, at=at)
        row = {
            "name": name,
            "display_name": display_name or name,
            "password": hashed,
            "active": True,
            "demo": False,
            "created_at": at,
        }
        people.insert_account(connection, row, [(role, unit) for role in roles])
        payload = {"account": name, "roles": [[role, unit] for role in roles]}
        record_outside_cases(connection, [Entry(kind=Event.ACCOUNT_CREATED.value, actor=by, at=at, payload=payload)])
    return made_up


def create_token(engine: Engine, account: str, *, label: str, by: str) -> str:
    """Create an API token of 256 random bits; only its SHA-256 is stored. NotFound for an unknown account."""
    token = secrets.token_urlsafe(32)
    with engine.machine.store.write() as connection:
        if people.find_account(connection, account) is None:
            raise NotFound(f"没有账号 {account}。", message_en=f"There is no account {account}.")
        digest = hashlib.sha256(token.encode()).hexdigest()
        people.insert_token(connection, digest, account, label=label, now=engine.machine.clock.machine(), until=None)
        entry = Entry(
            kind=Event.TOKEN_CREATED.value, actor=by, at=engine.machine.clock.now(), payload={"account": account, "label": label}
        )
        record_outside_cases(connection, [entry])
    return token


def secret_key(settings: Settings) -> bytes:
    """Read the key that signs sessions; made on first use, readable by its owner only."""
    path = settings.secret_file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(temporary)  # fails when another process was faster; then its key counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()
