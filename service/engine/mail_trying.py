"""Send one mail now and hear in words what the mail server says to it; for who sets up mail. No password is ever said."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from service.engine import mailing
from service.engine.choosing import find_choice
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.mailing import Letter, Line
from service.engine.outgoing import ensure_keeps_outlets
from service.engine.people import get_actor
from service.engine.waiting_words import Said
from service.errors import Conflict
from service.settings import MailServer
from service.store import deliveries, new_id
from service.store.history import Entry, record_outside_cases

#: Of what a server says, so many characters are shown.
MOST_SAID = 300
_CODES = {
    421: Said("邮件服务器暂停服务，请稍后再试。", "The mail server is closing its service; try later."),
    450: Said("收件邮箱暂不可用，请稍后再试。", "The mailbox is not available now; try later."),
    451: Said("邮件服务器暂时处理不了，请稍后再试。", "The mail server cannot do it now; try later."),
    452: Said("邮件服务器空间不足。", "The mail server has no room."),
    530: Said("邮件服务器要求先登录或加密：请在 CHENGXU_SMTP_URL 中设置用户或 starttls=1。",
              "The mail server wants a sign-in or encryption first: set a user or starttls=1 in CHENGXU_SMTP_URL."),
    534: Said("邮件服务器不接受这种登录方式。", "The mail server does not take this way of signing in."),
    535: Said("邮件服务器不接受用户名或密码。", "The mail server refuses the user or the password."),
    550: Said("邮件服务器拒绝了收件人或发件人。", "The mail server refuses the recipient or the sender."),
    551: Said("收件人不在该邮件服务器上。", "The recipient is not at this mail server."),
    552: Said("收件邮箱已满。", "The mailbox is full."),
    553: Said("邮件服务器不接受这个地址。", "The mail server does not take this address."),
    554: Said("邮件服务器拒收，可能被当作垃圾邮件。", "The mail server refuses the mail, perhaps as spam."),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a test: the code of the server (0 when it was not reached), the sentence, and the server's own words."""

    ok: bool
    code: int
    to: str
    zh: str
    en: str
    answer: str


def try_mail(machine: Machine, *, by: str) -> Tried:
    """Send a test to the address of who asks. NotAllowed; Conflict when no mail is set up or they have no address."""
    with machine.store.read() as connection:
        ensure_keeps_outlets(get_actor(connection, by))
        address, english = deliveries.find_address(connection, by), find_choice(connection, by).english
    server = machine.outlets.mail
    if server is None:
        raise Conflict(
            "没有配置邮件：须设置 CHENGXU_SMTP_URL、CHENGXU_MAIL_FROM 和 CHENGXU_PUBLIC_URL。",
            message_en="Mail is not set up: it takes CHENGXU_SMTP_URL, CHENGXU_MAIL_FROM and CHENGXU_PUBLIC_URL.",
        )
    if address is None:
        raise Conflict(
            "您还没有填写邮箱，请先在通知设置中填写。",
            message_en="You have no mail address yet; enter it in your settings.",
        )
    words = "This is a test of the mail settings." if english else "这是一封测试邮件，用于检查邮件设置。"
    subject = "[Chengxu] Test of the mail settings" if english else "[程序] 邮件设置测试"
    letter = Letter(subject=subject, lines=[Line(text=words, url=machine.outlets.link("/console/settings"))], english=english)
    mail = mailing.write(letter, server=server, to=address, key=new_id(), at=machine.clock.machine())
    code, answer, said = _hand_in(server, mail, address)
    tried = Tried(ok=code == 250, code=code, to=address, zh=said.zh, en=said.en, answer=answer)
    with machine.store.write() as connection:
        payload = {"ok": tried.ok, "code": code}
        entry = Entry(kind=Event.MAIL_TRIED.value, actor=by, at=machine.clock.now(), payload=payload)
        record_outside_cases(connection, [entry])
    return tried


def _hand_in(server: MailServer, mail: EmailMessage, to: str) -> tuple[int, str, Said]:
    """Hand a mail in step by step: (code, the server's words, a sentence)."""
    sender = parseaddr(server.sender)[1]
    try:
        with mailing.connect(server, sender.rpartition("@")[2]) as smtp:
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            smtp.ehlo_or_helo_if_needed()
            for code, answer in _steps(smtp, sender, to, mail):
                if code >= 400:
                    return code, _text(answer), _words(code)
    except smtplib.SMTPResponseException as error:
        return error.smtp_code, _text(error.smtp_error), _words(error.smtp_code)
    except smtplib.SMTPNotSupportedError:
        return (
            0,
            "",
            Said(
                "邮件服务器不支持所设的加密或登录方式。", "The mail server does not offer the encryption or sign-in that is set."
            ),
        )
    except (smtplib.SMTPException, OSError) as error:
        return 0, "", _unreached(error)
    return 250, _text(answer), Said("邮件服务器已接收，请查看收件箱。", "The mail server has taken it; look into your mailbox.")


def _steps(smtp: smtplib.SMTP, sender: str, to: str, mail: EmailMessage) -> list[tuple[int, bytes]]:
    """What the server says to sender, recipient and content, up to the first refusal."""
    said = [smtp.mail(sender)]
    if said[-1][0] < 400:
        said.append(smtp.rcpt(to))
    if said[-1][0] < 400:
        said.append(smtp.data(mail.as_bytes()))
    return said


def _words(code: int) -> Said:
    later = Said("邮件服务器暂时不接受，请稍后再试。", "The mail server does not take it now; try later.")
    never = Said("邮件服务器不接受。", "The mail server refuses it.")
    return _CODES.get(code, later if 400 <= code < 500 else never)


def _unreached(error: Exception) -> Said:
    if isinstance(error, socket.gaierror):
        return Said("找不到邮件服务器的主机名。", "The name of the mail server is not known.")
    if isinstance(error, ssl.SSLError):
        return Said("与邮件服务器的加密连接未建立（证书不受信任，或加密方式不符）。",
                    "No encrypted connection: its certificate is not trusted, or the kind of encryption is another.")  # fmt: skip
    if isinstance(error, TimeoutError):
        return Said("邮件服务器没有应答（超时）。", "The mail server did not answer in time.")
    if isinstance(error, ConnectionRefusedError):
        return Said("邮件服务器拒绝连接，请检查主机和端口。", "The mail server refuses connections: check host and port.")
    what = type(error).__name__
    return Said(f"连不上邮件服务器（{what}）。", f"The mail server cannot be reached ({what}).")


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(sign if sign.isprintable() else " " for sign in text)[:MOST_SAID]
