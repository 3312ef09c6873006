"""Reading settings from the environment, loudly.

A setting that cannot be read stops the start with a sentence that names the variable, the value and
what would be accepted. Nothing falls back silently.
"""

from __future__ import annotations

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable."""
    value = text(name).lower()
    if not value:
        return default
    if value in YES or value in NO:
        return value in YES
    raise ImproperlyConfigured(f"{name}={value!r}: expected one of {', '.join(YES + NO)}")


def number(name: str, default: float, *, at_least: float, at_most: float) -> float:
    """Return a number within its bounds."""
    value = text(name)
    if not value:
        return default
    try:
        parsed = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a number") from None
    if not at_least <= parsed <= at_most:
        raise ImproperlyConfigured(f"{name}={value}: expected {at_least:g} to {at_most:g}")
    return parsed


def whole(name: str, default: int, *, at_least: int, at_most: int) -> int:
    """Return a whole number within its bounds."""
    parsed = number(name, default, at_least=at_least, at_most=at_most)
    if parsed != int(parsed):
        raise ImproperlyConfigured(f"{name}={parsed:g}: expected a whole number")
    return int(parsed)


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder; it need not exist yet."""
    return Path(text(name) or default).expanduser().resolve()


def url(name: str, schemes: tuple[str, ...]) -> str:
    """Return a URL of one of the schemes, or "" when the variable is not set."""
    value = text(name)
    if value and value.split("://", 1)[0] not in schemes:
        accepted = ", ".join(f"{scheme}://" for scheme in schemes)
        # The value may hold a password, so only its scheme is repeated.
        raise ImproperlyConfigured(
            f"{name} starts with {value.split('://', 1)[0]!r}; expected {accepted}"
        )
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return a comma-separated list of networks in CIDR notation."""
    try:
        return [ip_network(one) for one in names(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def mail_server(value: str) -> dict[str, Any]:
    """Return Django's settings for a mail server given as a URL."""
    try:
        parts = urlsplit(value)
        secure, port = parts.scheme == "smtps", parts.port
    except ValueError:
        raise ImproperlyConfigured("WEIR_SMTP_URL cannot be read as a URL") from None
    if not parts.hostname:
        raise ImproperlyConfigured("WEIR_SMTP_URL names no host")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and port != 25,
    }


def secret(name: str, file: Path) -> str:
    """Return a secret from the variable, or from a file that is made at the first start.

    The file is created with mode 0600 in one step, so that no other user can read it in between and
    two processes that start together agree on one value.
    """
    value = text(name)
    if value:
        if len(value) < 32:
            raise ImproperlyConfigured(f"{name} has {len(value)} characters; expected at least 32")
        return value
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            fresh = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
            handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(64))
            try:
                os.link(fresh, file)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return file.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is not set and {file} cannot be written ({error.strerror}); "
            f"set {name} or point WEIR_DATA_DIR to a writable folder"
        ) from None
