"""How often one address may ask: a window that all workers count together, on the shared cache."""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from allauth.account.adapter import get_adapter
from django.core.cache import cache, caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in the present window."""

    limit: int
    window: int
    remaining: int
    seconds_left: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """The header fields of the IETF draft on rate limits; Retry-After once it is over."""
        fields = {
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.seconds_left}',
        }
        return fields | {"Retry-After": str(self.seconds_left)} if self.is_over else fields


def count(name: str, who: str, *, limit: int, window: int) -> Standing:
    """Count one more request of somebody. When the cache is away nobody is refused: a log line says so."""
    now = time.time()
    number = int(now // window)
    left = max(1, round((number + 1) * window - now))
    key = f"limit:{name}:{hashlib.sha256(who.encode()).hexdigest()[:24]}:{number}"
    try:
        with _alone():
            cache.add(key, 0, timeout=2 * window)
            used = cache.incr(key)
    except Exception:
        # Whatever the cache's client raises: a broken counter must not close the public door.
        log.exception("rate limit %s cannot be counted", name)
        used = 0
    return Standing(limit, window, max(0, limit - used), left, used > limit)


def address_of(request: HttpRequest) -> str:
    """The address that asks (behind trusted proxies, the client's); of IPv6 the network that one house has."""
    try:
        given = get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return "unknown"
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return str(given)
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one worker count at a time where the cache cannot do so itself: files read, add and write in three steps."""
    backend = caches["default"]
    if not isinstance(backend, FileBasedCache):
        yield
        return
    folder = Path(backend._dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "limits.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
