"""The issuer at which people sign in: OpenID Connect, authorization code with PKCE (RFC 6749, RFC 7636)."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode

import httpx
from pydantic import TypeAdapter, ValidationError

from services.portal.settings import Settings
from shared.security.keys import KeysUnavailableError
from shared.security.tokens import TokenError, Verifier
from shared.security.trust import trust

TIMEOUT_S = 5.0
"""Of one exchange: an issuer that says nothing keeps nobody waiting longer."""
CALLBACK, SIGNED_OUT = "/sign-in/callback", "/signed-out"
"""Where the issuer sends browsers back to."""


class ProviderUnavailableError(Exception):
    """The issuer does not answer: nobody can sign in meanwhile."""


class SignInRefusedError(Exception):
    """What came back from the issuer is no sign-in that was begun here."""


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Of the discovery document, what is used here."""

    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None = None
    end_session_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """Of what the token endpoint gives, what is used here."""

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None


_ADDRESSES, _GIVEN = TypeAdapter(_Addresses), TypeAdapter(_Given)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a sign-in that comes back is compared with."""

    state: str
    nonce: str
    verifier: str
    back: str
    """The page that was asked for."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the issuer gave."""

    access: str
    refresh: str | None
    id: str | None = None
    """Says at the issuer which sign-in is to end."""


class Provider:
    """One issuer, and this portal as its client."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ids = Verifier(
            settings.oidc_issuer, settings.oidc_jwks, settings.portal_client_id, ca_file=settings.oidc_ca_file
        )
        self._redirect = f"{settings.portal_url}{CALLBACK}"
        self._trust = trust(settings.oidc_ca_file)
        self._addresses: _Addresses | None = None

    async def begin(self, back: str, hint: str | None) -> tuple[str, SignIn]:
        """Where to send the browser, and what to keep until it comes back. `hint`: a one-time ticket, or a name."""
        addresses = await self._discovered()
        begun = SignIn(secrets.token_urlsafe(), secrets.token_urlsafe(), secrets.token_urlsafe(), back)
        asked = {
            "response_type": "code",
            "client_id": self._settings.portal_client_id,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        return f"{addresses.authorization_endpoint}?{urlencode(asked | ({'login_hint': hint} if hint else {}))}", begun

    async def finish(self, begun: SignIn, state: str, code: str) -> tuple[Tokens, str]:
        """The tokens of a sign-in that came back, and who signed in by the identity token: whoever the access token is
        about has to be the same (OpenID Connect Core, 3.1.3.7). Raises SignInRefusedError, ProviderUnavailableError.
        """
        if not secrets.compare_digest(begun.state.encode(), state.encode()):
            raise SignInRefusedError
        given = await self._exchange(
            grant_type="authorization_code", code=code, redirect_uri=self._redirect, code_verifier=begun.verifier
        )
        try:
            claims = await self._ids.claims(given.id_token or "")
        except TokenError as error:
            raise SignInRefusedError from error
        except KeysUnavailableError as error:
            raise ProviderUnavailableError from error
        if claims.get("nonce") != begun.nonce:
            raise SignInRefusedError
        return Tokens(given.access_token, given.refresh_token, given.id_token), str(claims["sub"])

    async def renew(self, tokens: Tokens) -> Tokens:
        """New tokens. Raises SignInRefusedError where the person has to sign in again."""
        if tokens.refresh is None:
            raise SignInRefusedError
        given = await self._exchange(grant_type="refresh_token", refresh_token=tokens.refresh)
        return Tokens(given.access_token, given.refresh_token or tokens.refresh, given.id_token or tokens.id)

    async def leave(self, tokens: Tokens) -> str | None:
        """Have the issuer forget these tokens (RFC 7009); one that does not answer forgets them by itself. Where to
        send the browser, so that it forgets who is signed in there too: else whoever asks next comes in as them
        (OpenID Connect RP-Initiated Logout 1.0); None where it keeps no browser signed in.
        """
        try:
            addresses = await self._discovered()
        except ProviderUnavailableError:
            return None
        if tokens.refresh is not None and addresses.revocation_endpoint is not None:
            with suppress(ProviderUnavailableError, httpx.HTTPError):
                async with self._client() as client:
                    await client.post(addresses.revocation_endpoint, data={"token": tokens.refresh})
        if addresses.end_session_endpoint is None:
            return None
        asked = {
            "client_id": self._settings.portal_client_id,
            "post_logout_redirect_uri": f"{self._settings.portal_url}{SIGNED_OUT}",
            **({} if tokens.id is None else {"id_token_hint": tokens.id}),
        }
        return f"{addresses.end_session_endpoint}?{urlencode(asked)}"

    async def _exchange(self, **given: str) -> _Given:
        """What the token endpoint gives (RFC 6749, 4.1.3 and 6)."""
        addresses = await self._discovered()
        try:
            async with self._client() as client:
                answer = await client.post(addresses.token_endpoint, data=given)
        except httpx.HTTPError as error:
            raise ProviderUnavailableError from error
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailableError
        try:
            return _GIVEN.validate_json(answer.content if answer.is_success else b"")
        except ValidationError as error:
            raise SignInRefusedError from error

    async def _discovered(self) -> _Addresses:
        if self._addresses is None:
            address = f"{self._settings.portal_issuer_url}/.well-known/openid-configuration"
            try:
                async with self._client() as client:
                    answer = (await client.get(address)).raise_for_status()
                self._addresses = _ADDRESSES.validate_json(answer.content)
            except (httpx.HTTPError, ValidationError) as error:
                raise ProviderUnavailableError from error
        return self._addresses

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        """As this portal: its name and secret go with every request (RFC 6749, 2.3.1). Raises ProviderUnavailableError
        where it takes longer than `TIMEOUT_S` in all: one byte a second would keep httpx's own limits.
        """
        settings = self._settings
        known = (settings.portal_client_id, settings.portal_client_secret.get_secret_value())
        auth = httpx.BasicAuth(*(quote(each, safe="") for each in known))
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(auth=auth, timeout=None, verify=self._trust) as client,  # noqa: S113 - the line above
            ):
                yield client
        except TimeoutError as error:
            raise ProviderUnavailableError from error


def challenge(verifier: str) -> str:
    """S256 of RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
