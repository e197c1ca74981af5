"""What the issuer remembers, over a restart too: the tickets that were used, and who is signed in."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.engines.private import write_private
from deploy.target.person import Person
from shared.runtime.clock import now
from shared.security.tokens import LEEWAY_S

SESSION = timedelta(hours=8)
"""A working day, however often its tokens are renewed."""


@dataclass(frozen=True)
class Session:
    """One sign-in."""

    person: Person
    ends: float
    refresh: str
    """Digest of the one refresh token that renews it."""


class Memory:
    """The file has all of it, and is written before anybody is told."""

    def __init__(self, file: Path, clock: Callable[[], datetime] = now) -> None:
        self._file, self._clock = file, clock
        found = json.loads(file.read_text()) if file.exists() else {"tickets": {}, "sessions": {}}
        self._tickets: dict[str, float] = found["tickets"]
        self._sessions = {name: _session(each) for name, each in found["sessions"].items()}

    def use(self, ticket: str, ends: float) -> bool:
        """Whether this ticket, which counts until `ends`, is used for the first time; from now on it was used."""
        if ticket in self._tickets:
            return False
        self._tickets[ticket] = ends + LEEWAY_S
        self._keep()
        return True

    def begin(self, person: Person) -> tuple[str, str]:
        """A new session: its name, and its refresh token."""
        name = secrets.token_urlsafe(16)
        return name, self._next(name, Session(person, (self._clock() + SESSION).timestamp(), ""))

    def renew(self, refresh: str) -> tuple[Person, str] | None:
        """Whose refresh token it is, and the next one. None for a token that renews nothing: one that was used
        before ends its session, because two have it, and one of them stole it (RFC 9700, 4.14.2).
        """
        name = refresh.partition(".")[0]
        session = self._sessions.get(name)
        if session is None or session.ends <= self._clock().timestamp():
            return None
        if not hmac.compare_digest(session.refresh, _digest(refresh)):
            self.end(name)
            return None
        return session.person, self._next(name, session)

    def end(self, name: str) -> None:
        """End a session, where there is one: nothing renews it any more."""
        if self._sessions.pop(name, None) is not None:
            self._keep()

    def _next(self, name: str, session: Session) -> str:
        refresh = f"{name}.{secrets.token_urlsafe(32)}"
        self._sessions[name] = replace(session, refresh=_digest(refresh))
        self._keep()
        return refresh

    def _keep(self) -> None:
        """Leave out what is over, and write the rest."""
        at = self._clock().timestamp()
        self._tickets = {name: ends for name, ends in self._tickets.items() if ends > at}
        self._sessions = {name: session for name, session in self._sessions.items() if session.ends > at}
        sessions = {name: asdict(session) for name, session in self._sessions.items()}
        write_private(self._file, json.dumps({"tickets": self._tickets, "sessions": sessions}))


def _session(found: dict[str, Any]) -> Session:
    person = found["person"]
    return Session(**found | {"person": Person(person["subject"], tuple(person["roles"]), person["bonds"])})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
