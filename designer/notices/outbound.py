"""Calling addresses that strangers name: resolved once, checked, and the checked address called.

Between a check and a call a name may be answered differently (DNS rebinding), so the connection is
made to the very address that was checked, under the name that was asked for. Redirects are not
followed; what is answered is read no further than its status.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from designer.api.problems import ApiError

TIMEOUT_S = 15.0
MAX_RETRY_AFTER_S = 86_400.0
USER_AGENT = "Weir-Webhooks/1"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Answer:
    """How an attempt went.

    Attributes:
        final: Trying again would not help.
    """

    status: int | None = None
    error: str = ""
    ms: int = 0
    retry_after_s: float | None = None
    final: bool = False

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class RefusedError(Exception):
    """An address that is not to be called."""


@dataclass(frozen=True)
class Target:
    """A URL taken apart."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """Return the parts of a URL.

    Raises:
        RefusedError: It is none that a webhook may have.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise RefusedError("This is no URL.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise RefusedError("Give a URL with https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise RefusedError("The URL must not hold a name or a password; verify the signature.")
    if any(ord(one) <= 32 or ord(one) == 127 for one in url) or not url.isascii():
        raise RefusedError("The URL holds a character that must be escaped.")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if port not in (80, 443) and port < 1024:
        raise RefusedError(f"Port {port} is kept for other services.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host.rstrip("."), port, path)


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def allowed(address: Address) -> bool:
    """Return whether an address is public, or one that this installation lets through."""
    for network in settings.WEBHOOK_NETWORKS:
        if address.version == network.version and address in network:
            return True
    inner = _inner(address)
    return all(one.is_global and not one.is_multicast for one in (address, inner))


def resolve(target: Target) -> list[Address]:
    """Return the addresses of a host.

    Raises:
        RefusedError: One of them is private: a name that means both is a trap.
        OSError: It has none.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = []
    for _, _, _, _, where in found:
        address = ipaddress.ip_address(str(where[0]).split("%", 1)[0])
        if not allowed(address):
            raise RefusedError(f"{target.host} is an address of a private network.")
        if address not in addresses:
            addresses.append(address)
    return addresses


def check(url: str) -> None:
    """Check an address before it is stored; each call checks again.

    Raises:
        ApiError: 422 with the reason.
    """
    try:
        resolve(parse(url))
    except RefusedError as error:
        problem = {"pointer": "/url", "code": "refused-address", "message": str(error)}
        raise ApiError(
            422, "refused-address", str(error), errors=[{**problem, "nearest": None}]
        ) from None
    except (OSError, UnicodeError):
        return  # A name that is not there yet may come; nothing is called until it does.


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its name would resolve to now."""

    def __init__(self, target: Target, address: Address) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S)
        self.target, self.address = target, address

    def connect(self) -> None:
        raw = socket.create_connection((str(self.address), self.target.port), timeout=TIMEOUT_S)
        if self.target.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(raw, server_hostname=self.target.host)
        else:
            self.sock = raw


def signed(message: str, timestamp: int, body: str, keys: list[bytes]) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a message."""
    content = f"{message}.{timestamp}.{body}".encode()
    made = [base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()) for key in keys]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{one.decode()}" for one in made),
    }


def _retry_after(value: str | None) -> float | None:
    """Return the seconds that a receiver asks for; dates are left to the schedule."""
    if value is None or not value.strip().isdecimal():
        return None
    return min(float(value), MAX_RETRY_AFTER_S)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send a body and return how it went; never raises."""
    start = time.monotonic()

    def took() -> int:
        return int((time.monotonic() - start) * 1000)

    try:
        target = parse(url)
        address = resolve(target)[0]
    except RefusedError as error:
        return Answer(error=str(error), ms=took(), final=True)
    except (OSError, UnicodeError, IndexError):
        return Answer(error="The host has no address.", ms=took())
    connection = _Pinned(target, address)
    try:
        connection.request(
            "POST",
            target.path,
            body,
            {
                "Host": target.host_header,
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
                "Connection": "close",
                **headers,
            },
        )
        response = connection.getresponse()
        said = "" if 200 <= response.status < 300 else f"Answered {response.status}."
        if 300 <= response.status < 400:
            said = f"Answered {response.status}; redirects are not followed."
        wait_s = _retry_after(response.getheader("Retry-After"))
        return Answer(response.status, said, took(), wait_s)
    except TimeoutError:
        return Answer(error=f"No answer within {TIMEOUT_S:g} s.", ms=took())
    except ssl.SSLError as error:
        return Answer(error=f"TLS: {error.reason or 'failed'}"[:200], ms=took())
    except (OSError, http.client.HTTPException) as error:
        return Answer(error=f"The connection failed ({type(error).__name__}).", ms=took())
    finally:
        connection.close()
