"""Authorization codes (RFC 6749, 4.1.2): each is redeemed once, within a minute, by whoever asked for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.target.person import Person

LIFESPAN_S = 60.0


@dataclass
class Code:
    """Somebody who has signed in, and whose client has still to prove itself."""

    person: Person
    challenge: str
    """Of PKCE, S256 (RFC 7636)."""
    nonce: str | None
    ends: float = field(init=False)
    session: str | None = None
    """What became of it, once it was redeemed."""

    def fits(self, verifier: str) -> bool:
        """Whether it was asked for by whoever has this verifier."""
        digest = hashlib.sha256(verifier.encode()).digest()
        return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), self.challenge)


class Codes:
    """In memory alone: a restart ends a sign-in that is under way."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Code] = {}

    def issue(self, code: Code) -> str:
        """Its text, from now on for a minute."""
        self._known = {text: each for text, each in self._known.items() if each.ends > self._clock()}
        code.ends = self._clock() + LIFESPAN_S
        text = secrets.token_urlsafe(32)
        self._known[text] = code
        return text

    def find(self, text: str) -> Code | None:
        """The code of this text, redeemed before or not."""
        code = self._known.get(text)
        return code if code is not None and code.ends > self._clock() else None

    def forget(self, text: str) -> None:
        self._known.pop(text, None)
