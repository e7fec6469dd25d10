"""A signed POST to an address that somebody has registered; never to a place inside the house.

    X-Chengxu-Signature: t=<seconds since 1970>,v1=<hex of HMAC-SHA256 of "<t>.<body>" with the secret>
    X-Chengxu-Delivery: the same for each attempt

The name is looked up once, and what was found is judged and connected to, so that it can not mean something else afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from service.errors import Failed

#: Seconds for connecting and for each answer; and for everything together, because one may answer a letter at a time.
PATIENCE, LONGEST = 5.0, 15.0
#: Of so many addresses of a name one has to answer.
MOST_PLACES = 4
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: What of IPv6 has been given out for the public internet; the rest is special in one way or another.
_UNICAST = ipaddress.ip_network("2000::/3")


def sign(secret: str, body: bytes, *, at: int) -> str:
    """The signature of a body sent at `at` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post(address: str, *, secret: str, body: bytes, delivery: str, at: int, private: bool) -> int:
    """Send a body; returns the status of success. Failed for any other answer, a redirect too, and for what may not be reached.

    `private` allows plain text, loopback and private networks.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme not in (("https", "http") if private else ("https",)) or not host:
        raise Failed("只允许 https 网址", message_en="Only https is allowed")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json", "User-Agent": "Chengxu", "X-Chengxu-Delivery": delivery,
        "X-Chengxu-Signature": sign(secret, body, at=at), "Connection": "close",
    }  # fmt: skip
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    watchman: threading.Timer | None = None
    try:
        connection.sock = _connect(host, port, private=private, secure=secure)
        watchman = threading.Timer(LONGEST, _hang_up, [connection.sock])
        watchman.daemon = True
        watchman.start()
        if isinstance(connection.sock, ssl.SSLSocket):
            connection.sock.do_handshake()
        connection.request("POST", target, body=body, headers=headers | {"Host": _named(host, port, secure=secure)})
        with connection.getresponse() as answer:
            status = answer.status
    except (OSError, http.client.HTTPException) as error:
        what = type(error).__name__
        raise Failed(f"推送未送达（{what}）", message_en=f"It was not delivered ({what})") from None
    finally:
        if watchman is not None:
            watchman.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise Failed(f"对方答复 {status}", message_en=f"The other side answered {status}")
    return status


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet, also when it is written as part of another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _connect(host: str, port: int, *, private: bool, secure: bool) -> socket.socket:
    """Connect to what a name means now. Failed when any of that is inside the house."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not private and not all(is_public(str(place[0])) for *_, place in found):
        raise Failed("该地址在内部网络，不予推送", message_en="The address is in a private network, so nothing is sent there")
    made = _open(found)
    if not secure:
        return made
    try:
        return ssl.create_default_context().wrap_socket(made, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        made.close()
        raise


def _open(found: Sequence[Any]) -> socket.socket:
    """Connect to the first place that answers, as `getaddrinfo` lists them; OSError of the last when none does."""
    failure = OSError("no address")
    for family, kind, protocol, _, place in found[:MOST_PLACES]:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(PATIENCE)
            made.connect(place)
            return made
        except OSError as error:
            made.close()
            failure = error
    raise failure


def _named(host: str, port: int, *, secure: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == (443 if secure else 80) else f"{shown}:{port}"


def _hang_up(opened: socket.socket) -> None:
    with suppress(OSError):  # whoever reads from it gets the end
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
