"""The OpenID provider of one machine: discovery, keys, and the code flow with PKCE (RFC 6749, 7636; OpenID Connect)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from deploy.engines.ports import LOOPBACK
from deploy.local.issuer import answers, parameters, tickets
from deploy.local.issuer.codes import Code, Codes
from deploy.local.issuer.memory import Memory
from deploy.local.issuer.parameters import Parameters
from deploy.local.issuer.settings import IssuerSettings
from deploy.target.keys import ISSUER, PORTAL_CLIENT, Keys
from deploy.target.person import Person
from shared.runtime import logging
from shared.security.tokens import Verifier

ACCESS = timedelta(minutes=15)
CHALLENGE = re.compile(r"[\w-]{43}", re.ASCII)
"""A SHA-256 in base64url."""

log = logging.get(__name__)


class Provider:
    """The routes; `codes` and `memory` are what it knows of who signs in."""

    def __init__(self, settings: IssuerSettings) -> None:
        keys = Keys(settings.data)
        self._settings, self._issuer = settings, keys.issuer()
        self._secret = settings.client_secret.get_secret_value()
        self._tickets = Verifier(ISSUER, str(self._issuer.jwks_path), tickets.AUDIENCE)
        self.codes, self.memory = Codes(), Memory(keys.signed_in)

    async def discovery(self) -> Response:
        """OpenID Connect Discovery 1.0. The issuer is the one that services are told; its address is its own."""
        base = f"http://{LOOPBACK}:{self._settings.port}"
        return answers.json(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/jwks",
                "revocation_endpoint": f"{base}/revoke",
                "scopes_supported": ["openid"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self) -> Response:
        return answers.json(json.loads(self._issuer.jwks_path.read_text(encoding="utf-8")))

    async def ready(self) -> Response:
        """As the services say it: nothing keeps it from its work."""
        return answers.json({})

    async def authorize(self, request: Request) -> Response:
        """A code for whoever has a ticket. Nobody is sent to an address that is not the portal's."""
        asked = parameters.query(request) or {}
        if (asked.get("client_id"), asked.get("redirect_uri")) != (PORTAL_CLIENT, self._settings.redirect_uri):
            return answers.page(request, answers.BAD_REQUEST, "client")
        if error := _wrong(asked):
            return self._back(asked, error=error)
        ticket = await tickets.read(self._tickets, asked.get("login_hint", ""))
        if ticket is None or not self.memory.use(ticket.jti, ticket.exp):
            log.warning("ticket_refused", why="unreadable" if ticket is None else "used")
            return answers.page(request, answers.FORBIDDEN, "ticket")
        log.info("signed_in", subject=ticket.sub, roles=ticket.roles)
        code = self.codes.issue(Code(ticket.person, asked["code_challenge"], asked.get("nonce")))
        return self._back(asked, code=code)

    async def token(self, request: Request) -> Response:
        """Tokens for a code or for a refresh token, to the portal alone."""
        given = await parameters.form(request)
        if given is None or "grant_type" not in given:
            return answers.refused("invalid_request")
        if not parameters.is_portal(request, given, self._secret):
            return answers.refused("invalid_client")
        match given:
            case {"grant_type": "authorization_code", "code": code, "redirect_uri": place, "code_verifier": verifier}:
                return self._redeemed(code, place, verifier)
            case {"grant_type": "refresh_token", "refresh_token": refresh}:
                return self._renewed(refresh)
            case {"grant_type": "authorization_code" | "refresh_token"}:
                return answers.refused("invalid_request")
        return answers.refused("unsupported_grant_type")

    async def revoke(self, request: Request) -> Response:
        """RFC 7009: a refresh token ends its session. Whatever else is named has no end of its own."""
        given = await parameters.form(request)
        if given is None or "token" not in given:
            return answers.refused("invalid_request")
        if not parameters.is_portal(request, given, self._secret):
            return answers.refused("invalid_client")
        self.memory.end(given["token"].partition(".")[0])
        return answers.json({})

    def _back(self, asked: Parameters, **told: str) -> Response:
        """To the portal, with who says it (RFC 9207)."""
        return answers.back(self._settings.redirect_uri, **told, state=asked.get("state"), iss=ISSUER)

    def _redeemed(self, text: str, place: str, verifier: str) -> Response:
        code = self.codes.find(text)
        if code is None:
            return answers.refused("invalid_grant")
        if code.session is not None:  # two have it, and one of them stole it: neither keeps what it got
            self.memory.end(code.session)
        if code.session is not None or place != self._settings.redirect_uri or not code.fits(verifier):
            self.codes.forget(text)
            log.warning("code_refused", why="verifier" if code.session is None else "used")
            return answers.refused("invalid_grant")
        code.session, refresh = self.memory.begin(code.person)
        return self._tokens(code.person, refresh, code.nonce)

    def _renewed(self, refresh: str) -> Response:
        renewed = self.memory.renew(refresh)
        if renewed is None:
            log.warning("refresh_refused")
            return answers.refused("invalid_grant")
        return self._tokens(*renewed)

    def _tokens(self, person: Person, refresh: str, nonce: str | None = None) -> Response:
        """The access token is what `pdp token` prints. The id token is for the portal alone."""
        told = {} if nonce is None else {"nonce": nonce}
        return answers.json(
            {
                "access_token": self._issuer.issue(person.subject, list(person.roles), ACCESS, **person.bonds),
                "token_type": "Bearer",
                "expires_in": int(ACCESS.total_seconds()),
                "refresh_token": refresh,
                "id_token": self._issuer.sign(PORTAL_CLIENT, person.subject, ACCESS, **told),
                "scope": "openid",
            }
        )


def _wrong(asked: Parameters) -> str | None:
    """What is wrong with an authorization request (RFC 6749, 4.1.2.1; RFC 7636, 4.4.1)."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type" if "response_type" in asked else "invalid_request"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    s256 = asked.get("code_challenge_method") == "S256" and CHALLENGE.fullmatch(asked.get("code_challenge", ""))
    return None if s256 and asked.get("response_mode", "query") == "query" else "invalid_request"
