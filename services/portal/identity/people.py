"""Who looks at a page: a person who signed in, by the session that their browser's cookie opens."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from services.portal.domain.scope import Everything, OwnAnchor, OwnDesk, OwnFirm, Scope
from services.portal.identity.cookie import Cookie
from services.portal.identity.provider import Provider, ProviderUnavailableError, SignIn, SignInRefusedError, Tokens
from services.portal.settings import Settings
from services.portal.store import sessions
from services.portal.store.sessions import SessionRow
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.security.keys import KeysUnavailableError
from shared.security.tokens import Issuer, TokenError
from shared.service.callers import SEES_ALL, Role, claimed

SIGN_IN_MINUTES = 10
"""How long somebody may take at the issuer."""
RENEWALS = 3
"""At a time: each holds a connection of the pool while the issuer answers, and the others are for all else."""
RENEW_BEFORE = timedelta(seconds=30)
"""A token that ends so soon is renewed first: it is on its way to a stage for as long."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in."""

    subject: str
    roles: frozenset[Role]
    supplier_id: UUID | None
    anchor_id: UUID | None
    partner_code: str | None
    token: str
    """Their own access token: what they may do, the stages decide."""
    cookie: Cookie

    def scope(self, *roles: Role) -> Scope | None:
        """What they see as somebody with one of these roles, the widest; None where they have none of them."""
        mine = self.roles & frozenset(roles)
        if mine & SEES_ALL:
            return Everything(money=Role.OPERATOR in mine)
        if Role.SUPPLIER in mine and self.supplier_id is not None:
            return OwnFirm(self.supplier_id)
        if Role.ANCHOR in mine and self.anchor_id is not None:
            return OwnAnchor(self.anchor_id)
        if Role.PARTNER in mine and self.partner_code is not None:
            return OwnDesk(self.partner_code)
        return None


class People:
    """Sign-ins and sessions, of all browsers."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._provider = Provider(settings)
        self._issuer = Issuer.of(settings)
        self._renewals = asyncio.Semaphore(RENEWALS)
        self._lasts = timedelta(hours=settings.portal_session_hours)

    async def begin(self, back: str, hint: str | None) -> tuple[str, Cookie]:
        """Where to send the browser, and the cookie with which it has to come back."""
        url, begun = await self._provider.begin(back, hint)
        cookie = Cookie.new()
        kept = json.dumps([begun.state, begun.nonce, begun.verifier, begun.back])
        async with self._database.connection() as connection:
            ends_at = now() + timedelta(minutes=SIGN_IN_MINUTES)
            await sessions.begin(connection, cookie.id, cookie.seal(kept.encode()), ends_at)
        return url, cookie

    async def finish(self, cookie: Cookie | None, state: str, code: str) -> tuple[str, Cookie]:
        """The page that was asked for, and the session's cookie. Raises SignInRefusedError."""
        if cookie is None:
            raise SignInRefusedError
        async with self._database.connection() as connection:
            kept = await sessions.take(connection, cookie.id, now())
        opened = None if kept is None else cookie.unseal(kept)
        if opened is None:
            raise SignInRefusedError
        begun = SignIn(*json.loads(opened))
        tokens, subject = await self._provider.finish(begun, state, code)
        session = Cookie.new()
        person = await self._person(session, tokens, subject)
        row = SessionRow(session.id, person.subject, sealed(session, tokens), now() + self._lasts)
        async with self._database.connection() as connection:
            await sessions.open_(connection, row)
        return begun.back, session

    async def of(self, cookie: Cookie | None) -> Person | None:
        """Whose session it is, with a token that still holds; None where nobody is signed in. Raises
        ProviderUnavailableError.
        """
        if cookie is None:
            return None
        async with self._database.connection() as connection:
            row = await sessions.find(connection, cookie.id, now())
        tokens = None if row is None else _unsealed(cookie, row)
        if tokens is None:
            return None
        try:
            if _ends_soon(tokens):
                tokens = await self._renewed(cookie)
        except SignInRefusedError:
            # It is over at the issuer: to ask there again with every page would change nothing.
            async with self._database.connection() as connection:
                await sessions.close(connection, cookie.id)
            return None
        try:
            return None if tokens is None or row is None else await self._person(cookie, tokens, row.subject)
        except SignInRefusedError:
            return None

    async def close(self, cookie: Cookie | None) -> None:
        """Forget the session that a browser had before its new one."""
        if cookie is not None:
            async with self._database.connection() as connection:
                await sessions.close(connection, cookie.id)

    async def leave(self, person: Person) -> str | None:
        """End a session, here and at the issuer: where to send the browser for that, if anywhere."""
        async with self._database.connection() as connection:
            row = await sessions.find(connection, person.cookie.id, now())
            await sessions.close(connection, person.cookie.id)
        tokens = None if row is None else _unsealed(person.cookie, row)
        return None if tokens is None else await self._provider.leave(tokens)

    async def _renewed(self, cookie: Cookie) -> Tokens | None:
        """Under the session's lock: a refresh token is for one use, and a browser asks for several things at once."""
        async with self._renewals, self._database.transaction() as connection:
            row = await sessions.find(connection, cookie.id, now(), lock=True)
            tokens = None if row is None else _unsealed(cookie, row)
            if tokens is None or not _ends_soon(tokens):
                return tokens
            renewed = await self._provider.renew(tokens)
            await sessions.renew(connection, cookie.id, sealed(cookie, renewed))
            return renewed

    async def _person(self, cookie: Cookie, tokens: Tokens, subject: str) -> Person:
        """Whom the access token is about. Raises SignInRefusedError where that is not whoever signed in."""
        try:
            claims = await self._issuer.verifier.claims(tokens.access)
            caller = claimed(self._issuer, claims)
        except (TokenError, ValueError) as error:
            raise SignInRefusedError from error
        except KeysUnavailableError as error:
            raise ProviderUnavailableError from error
        if caller.subject != subject:
            raise SignInRefusedError
        own = caller.supplier_id, caller.anchor_id, caller.partner_code
        return Person(caller.subject, caller.roles, *own, tokens.access, cookie)


def sealed(cookie: Cookie, tokens: Tokens) -> bytes:
    """As a session keeps them."""
    return cookie.seal(json.dumps([tokens.access, tokens.refresh, tokens.id]).encode())


def _unsealed(cookie: Cookie, row: SessionRow) -> Tokens | None:
    opened = cookie.unseal(row.sealed)
    return None if opened is None else Tokens(*json.loads(opened))


def _ends_soon(tokens: Tokens) -> bool:
    """By what the token says of itself; whether that is true, its verifier says."""
    try:
        claims = jwt.decode(tokens.access, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise SignInRefusedError from error
    return datetime.fromtimestamp(float(claims.get("exp", 0)), UTC) < now() + RENEW_BEFORE
