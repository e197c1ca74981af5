"""A one-time code: who returns it has read what was sent to them. A rule that the domains of several stages share."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

MOST_TRIES: Final = 5
LASTS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """What is kept of a code: nobody can read it out of the store. It is random, so a plain digest is enough."""

    digest: str
    """SHA-256, hexadecimal."""
    expires_at: datetime
    tries: int = 0
    """How often something else was given."""

    def fits(self, given: str) -> bool:
        """Whether it is this code, told in the same time whatever was given."""
        return hmac.compare_digest(self.digest, _digest(given))

    def opens(self, given: str, now: datetime) -> bool:
        return self.fits(given) and self.tries < MOST_TRIES and now < self.expires_at

    def renewed(self, code: str) -> "OneTimeCode":
        """Another code in its place, for as long as this one would have been valid."""
        return replace(self, digest=_digest(code))

    def missed(self) -> "OneTimeCode":
        return replace(self, tries=min(self.tries + 1, MOST_TRIES))


def one_time(code: str, now: datetime) -> OneTimeCode:
    return OneTimeCode(_digest(code), now + LASTS)


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
