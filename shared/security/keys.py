"""The public keys of an issuer, which is somebody else's: slow, away, or changing its keys while it is asked.

No request waits for it but those whose key is not known, together and for seconds; the others go on with the keys that
are known. What was fetched long ago is not believed for ever: an issuer takes back a key by leaving it out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx
import jwt

from shared.runtime import logging
from shared.security.trust import trust

FRESH_S = 300.0
"""After it the keys are fetched again, beside the requests."""
BELIEVED_S = 3600.0
"""How long keys count while the issuer does not answer."""
BETWEEN_S = 10.0
"""Between two fetches, however many unknown keys are named: anybody can name one."""
TIMEOUT_S = 2.0
MAX_BYTES = 256 * 1024

PUBLIC = frozenset({"OKP", "EC", "RSA"})
"""Types of keys that have a public half."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

log = logging.get(__name__)

Known = dict[str, jwt.PyJWK]


class UnknownKeyError(Exception):
    """The issuer has no key of that name."""


class KeysUnavailableError(Exception):
    """The issuer does not say which keys it has."""


class Keys:
    """The keys by their id (`kid`)."""

    def __init__(self, place: str, ca_file: str = "") -> None:
        """`place` is the https address of the issuer's key set (RFC 7517), or the path of a file that holds it.
        `ca_file`: who vouches for that address; empty, whom the system knows.

        Raises ValueError for an http address: whoever is on the way could give keys of their own. Loopback has no way.
        OSError for a `ca_file` that is none.
        """
        address = urlsplit(place)
        if address.scheme == "http" and address.hostname not in LOOPBACK:
            raise ValueError("the issuer's keys are fetched by https only, or read from a file: see PDP_OIDC_JWKS")
        self._place = place
        self._trust = trust(ca_file)
        self._load: Callable[[], Awaitable[bytes]] = self._ask if address.scheme in ("http", "https") else self._read
        self._known: Known = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def of(self, key_id: str) -> jwt.PyJWK:
        """Raises UnknownKeyError and KeysUnavailableError."""
        age, since = monotonic() - self._fetched, monotonic() - self._tried
        if age > FRESH_S and since > BETWEEN_S:
            self._start()
        known = age < BELIEVED_S
        if not known or key_id not in self._known:
            await self._news(since)
        if self._fetched < self._tried and (key_id not in self._known or not known):
            raise KeysUnavailableError
        if key_id not in self._known:
            raise UnknownKeyError
        return self._known[key_id]

    async def _news(self, since: float) -> None:
        """Wait for the fetch that is under way, or for one that may be made now."""
        if self._fetching is None and since > BETWEEN_S:
            self._start()
        if self._fetching is not None:
            await asyncio.wait({self._fetching})

    def _start(self) -> None:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(), name="keys")

    async def _fetch(self) -> None:
        tried = monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                self._known = _signing(await self._load())
            self._fetched = tried
        except Exception as error:  # noqa: BLE001 - whatever an issuer answers
            log.warning("issuer_keys_unavailable", error=type(error).__name__)
        finally:
            self._tried, self._fetching = tried, None

    async def _ask(self) -> bytes:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, verify=self._trust) as client,
            client.stream("GET", self._place) as answer,
        ):
            answer.raise_for_status()
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > MAX_BYTES:
                    raise ValueError("more than a set of keys has")
            return content

    async def _read(self) -> bytes:
        return await asyncio.to_thread(Path(self._place).read_bytes)


def _signing(content: bytes) -> Known:
    """Those that sign. An issuer may show others, as for encryption, and kinds that are not known here."""
    keys = [key for key in jwt.PyJWKSet.from_json(content.decode()).keys if key.key_type in PUBLIC]
    return {key.key_id: key for key in keys if key.key_id and key.public_key_use in (None, "sig")}
