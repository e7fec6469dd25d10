"""What an administrator can set, and the one place that reads it. Open this to learn or add a `CHENGXU_*` variable.

Nothing else reads the environment: the command line and the entry points make one `Settings` and pass it on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from service.clock import SHANGHAI
from service.errors import Invalid

#: The checkout: the folder that holds `service/`, `processes/`, `forms/` and `handlers/`.
ROOT = Path(__file__).resolve().parent.parent

_MEBIBYTE = 1024 * 1024
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})
_HASHES = ("sha256", "sm3")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. `security` is "none", "starttls" or "tls"; `sender` stands in From, a name before it or not."""

    host: str
    port: int
    security: str
    sender: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs from one installation to another. Paths are absolute."""

    root: Path
    #: SQLAlchemy URL: `sqlite:////absolute/file.db` or `postgresql+psycopg://…`. May carry a password, so it is not shown.
    database: str = field(repr=False)
    #: Folder of the content-addressed attachments.
    files: Path
    #: Key that signs sessions. Whoever needs it first creates it with random content and mode 0600.
    secret_file: Path
    #: Demonstration: sample units and accounts, a sign-in page that offers them, a clock that can be moved.
    demo: bool = False
    #: Where the demonstration's clock starts, as long as there is no case.
    clock: datetime | None = None
    #: The password of all demonstration accounts; None lets the server make one up and print it.
    demo_password: str | None = field(default=None, repr=False)
    #: Folders that handlers are loaded from, the shipped `handlers/` first.
    handler_folders: tuple[Path, ...]
    host: str = "127.0.0.1"
    port: int = 8000
    #: Largest accepted upload in bytes.
    max_upload: int = 100 * _MEBIBYTE
    #: How many jobs one worker process runs at a time.
    worker_concurrency: int = 4
    log_level: str = "INFO"
    #: None: no mail is sent, because the server, the sender or the address of the pages is not set.
    mail: MailServer | None = None
    #: Where people open the pages, without a slash at the end; mail and webhooks link there.
    public_url: str | None = None
    #: Webhooks may go to loopback and private networks, and in plain text.
    webhook_private: bool = False
    #: What new links of history are hashed with: "sha256" or "sm3".
    hash: str = "sha256"
    #: Folder of the signed checkpoints, which belongs on another machine; None for `checkpoints` beside `secret_file`.
    checkpoints: Path | None = None
    #: Key that signs checkpoints, made at first use with mode 0600; None for `checkpoint.key` beside `secret_file`.
    checkpoint_key: Path | None = None

    @classmethod
    def from_environment(cls, env: Mapping[str, str], *, root: Path = ROOT) -> Settings:
        """Read the `CHENGXU_*` variables; an empty one counts as not set. A relative path counts from the current folder.

        Raises Invalid naming the variable and a value that would do.
        """
        database, folder = _database(env, root)
        return cls(
            root=root,
            database=database,
            files=_path(env, "CHENGXU_FILES") or folder / "files",
            secret_file=_path(env, "CHENGXU_SECRET_FILE") or folder / "secret.key",
            demo=_flag(env, "CHENGXU_DEMO"),
            clock=_moment(env, "CHENGXU_CLOCK"),
            demo_password=_text(env, "CHENGXU_DEMO_PASSWORD"),
            handler_folders=(root / "handlers", *_handler_folders(env)),
            host=_text(env, "CHENGXU_HOST") or "127.0.0.1",
            port=_number(env, "CHENGXU_PORT", default=8000, least=1, most=65535),
            max_upload=_number(env, "CHENGXU_MAX_UPLOAD", default=100 * _MEBIBYTE, least=1, unit="bytes"),
            worker_concurrency=_number(env, "CHENGXU_WORKER_CONCURRENCY", default=4, least=1, most=64),
            log_level=_log_level(env),
            mail=_mail(env),
            public_url=_public_url(env),
            webhook_private=_flag(env, "CHENGXU_WEBHOOK_PRIVATE"),
            hash=_hash(env),
            checkpoints=_path(env, "CHENGXU_CHECKPOINTS") or folder / "checkpoints",
            checkpoint_key=_path(env, "CHENGXU_CHECKPOINT_KEY") or folder / "checkpoint.key",
        )


def _database(env: Mapping[str, str], root: Path) -> tuple[str, Path]:
    """Give the database URL and the folder that files and key lie in unless they are set."""
    name, good = "CHENGXU_DATABASE", "sqlite:////srv/chengxu/chengxu.db or postgresql+psycopg://user:password@host/chengxu"
    url = _text(env, name) or f"sqlite:///{root / 'var' / 'chengxu.db'}"
    scheme, separator, rest = url.partition("://")
    if separator and scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}", root / "var"
    if not separator or scheme != "sqlite":
        raise _wrong(name, "is not the address of a database that Chengxu knows", "不是可用的数据库地址", good)
    file = rest.removeprefix("/")
    if file in {"", ":memory:"} or not rest.startswith("/") or "?" in file:
        # Web, worker and scheduler open the database apart from each other, so that it has to be a file.
        raise _wrong(name, "does not name a database file", "没有指明数据库文件", good)
    path = Path(file).absolute()
    return f"sqlite:///{path}", path.parent


def _handler_folders(env: Mapping[str, str]) -> tuple[Path, ...]:
    name = "CHENGXU_HANDLERS"
    folders = tuple(Path(part).absolute() for part in (_text(env, name) or "").split(os.pathsep) if part)
    for folder in folders:
        if not folder.is_dir():
            raise _wrong(
                name, f"names {folder}, which is not a folder", f"中的 {folder} 不是文件夹", "/srv/my-procedures/handlers"
            )
    return folders


def _mail(env: Mapping[str, str]) -> MailServer | None:
    """The mail server; None unless it, the sender and the address of the pages are all set. Never says the password."""
    url, sender = _text(env, "CHENGXU_SMTP_URL"), _sender(env)
    if url is None:
        return None
    name, good = "CHENGXU_SMTP_URL", "smtp://user:password@mail.example.org:587?starttls=1 or smtps://mail.example.org"
    wrong = _wrong(name, "is not the address of a mail server", "不是邮件服务器的地址", good)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    asked = parse_qs(parts.query, keep_blank_values=True)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or asked.keys() - {"starttls"}:
        raise wrong
    starttls = _flag({name: asked.get("starttls", ["0"])[-1]}, name)
    security = "tls" if parts.scheme == "smtps" else "starttls" if starttls else "none"
    if sender is None or _public_url(env) is None:
        return None
    return MailServer(
        host=parts.hostname, port=port or {"tls": 465, "starttls": 587}.get(security, 25), security=security, sender=sender,
        user=unquote(parts.username) if parts.username else None, password=unquote(parts.password) if parts.password else None,
    )  # fmt: skip


def _sender(env: Mapping[str, str]) -> str | None:
    sender = _text(env, "CHENGXU_MAIL_FROM")
    if sender is None:
        return None
    _, address = parseaddr(sender)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain and address.isascii() and address.isprintable() and sender.isprintable()):
        raise _wrong("CHENGXU_MAIL_FROM", "holds no mail address", "不是邮件地址", "程序 <chengxu@example.org>")
    return sender


def _public_url(env: Mapping[str, str]) -> str | None:
    name = "CHENGXU_PUBLIC_URL"
    url = _text(env, name)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or not url.isprintable():
        raise _wrong(name, "is not the address of the pages", "不是本系统的网址", "https://chengxu.example.org")
    return url.rstrip("/")


def _hash(env: Mapping[str, str]) -> str:
    name = (_text(env, "CHENGXU_HASH") or "sha256").lower()
    if name not in _HASHES:
        raise _wrong("CHENGXU_HASH", f"is {name}, which is no algorithm", f"的值 {name} 不是摘要算法", ", ".join(_HASHES))
    return name


def _log_level(env: Mapping[str, str]) -> str:
    level = (_text(env, "CHENGXU_LOG_LEVEL") or "INFO").upper()
    if level not in _LOG_LEVELS:
        raise _wrong(
            "CHENGXU_LOG_LEVEL", f"is {level}, which is not a level", f"的值 {level} 不是日志级别", ", ".join(_LOG_LEVELS)
        )
    return level


def _moment(env: Mapping[str, str], name: str) -> datetime | None:
    """An ISO 8601 time; without an offset it is Shanghai's."""
    value = _text(env, name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(name, f"is {value}, which is no time", f"的值 {value} 不是时间", "2026-08-20T09:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = (_text(env, name) or "").lower()
    if value not in _YES | _NO:
        raise _wrong(name, f"is {value}, which is neither yes nor no", f"的值 {value} 既非“是”也非“否”", "1 or 0")
    return value in _YES


def _number(env: Mapping[str, str], name: str, *, default: int, least: int, most: int | None = None, unit: str = "") -> int:
    value = _text(env, name)
    if value is None:
        return default
    # isdecimal alone would take the digits of every script.
    if not (value.isascii() and value.isdecimal()) or int(value) < least or (most is not None and int(value) > most):
        limits = f"from {least} to {most}" if most is not None else f"of at least {least}"
        limits_zh = f"{least} 到 {most} 之间" if most is not None else f"不小于 {least}"
        raise _wrong(
            name, f"is {value}, not a whole number {limits}", f"的值 {value} 不是{limits_zh}的整数", f"{default} {unit}".strip()
        )
    return int(value)


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = _text(env, name)
    return Path(value).absolute() if value else None


def _text(env: Mapping[str, str], name: str) -> str | None:
    return env.get(name, "").strip() or None


def _wrong(name: str, what: str, what_zh: str, good: str) -> Invalid:
    return Invalid(f"设置 {name} {what_zh}，可用的值如：{good}", message_en=f"{name} {what}. A good value: {good}", setting=name)
