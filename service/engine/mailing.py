"""A mail, and handing it to the mail server. Nothing that it raises names a password or an address."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from service.errors import Failed
from service.settings import MailServer

#: Seconds for each answer of the server.
PATIENCE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a mail, with where it leads."""

    text: str
    url: str | None = None
    title: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, before it is addressed."""

    subject: str
    lines: Sequence[Line]
    english: bool = False


def write(letter: Letter, *, server: MailServer, to: str, key: str, at: datetime) -> EmailMessage:
    """Make a mail of a letter: plain text and simple HTML. `key` is the same for each attempt, and stands in the Message-ID."""
    name, sender = parseaddr(server.sender)
    mail = EmailMessage(policy=SMTP)
    # Whatever a subject holds, it stays one line: a header can not follow it.
    mail["Subject"] = " ".join(letter.subject.split())
    mail["From"] = Address(display_name=name, addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    mail["Content-Language"] = "en" if letter.english else "zh-CN"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_plain(line) for line in letter.lines) + "\n")
    mail.add_alternative(_html(letter), subtype="html")
    return mail


def send(server: MailServer, mail: EmailMessage) -> None:
    """Hand a mail in. Failed when the server can not be reached or does not take it."""
    sender = parseaddr(server.sender)[1]
    try:
        with connect(server, sender.rpartition("@")[2]) as smtp:
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            smtp.send_message(mail, from_addr=sender)
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(next((code for code, _ in error.recipients.values()), 0)) from None
    except (smtplib.SMTPException, OSError) as error:
        what = type(error).__name__
        raise Failed(f"连不上邮件服务器（{what}）", message_en=f"The mail server can not be reached ({what})") from None


def connect(server: MailServer, name: str) -> smtplib.SMTP:
    """Open a connection, encrypted as is set, and call oneself `name`. OSError and SMTPException."""
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, local_hostname=name, timeout=PATIENCE, context=context)
    smtp = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=PATIENCE)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp


def _refused(code: int) -> Failed:
    return Failed(f"邮件服务器不接受（{code}）", message_en=f"The mail server refused it ({code})")


def _plain(line: Line) -> str:
    text = f"\n{line.text}\n" if line.title else line.text
    return f"{text}\n{line.url}" if line.url else text


def _html(letter: Letter) -> str:
    parts = []
    for line in letter.lines:
        text = escape(line.text)
        inner = f'<a href="{escape(line.url)}">{text}</a>' if line.url else text
        parts.append(f"<h3>{inner}</h3>" if line.title else f"<p>{inner}</p>")
    language = "en" if letter.english else "zh-CN"
    return f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>\n'
