"""A person's browser, and the portal behind it: the code flow with PKCE (RFC 6749, 7636), form by form."""

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.security.keycloak import PORTAL

SIGNED_IN, SIGNED_OUT = f"{PORTAL}/sign-in/callback", f"{PORTAL}/signed-out"


class _Form(HTMLParser):
    """Where the form that asks for a password is sent."""

    action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and "login-actions/authenticate" in (found.get("action") or ""):
            self.action = found["action"] or ""


@dataclass
class Client:
    """Somebody at whose wish people sign in; a public one has no secret."""

    name: str = "portal"
    redirect: str = SIGNED_IN
    secret: str | None = None


class Server(Protocol):
    """A provider at which the portal is a client."""

    portal_secret: str

    def discovery(self) -> httpx.Response:
        """Its document."""

    def trust(self) -> ssl.SSLContext | bool:
        """How its certificate is checked, where it has one."""


class Browser:
    """One person's browser: it keeps cookies, and asks for what the provider's discovery document names."""

    def __init__(self, server: Server, client: Client | None = None) -> None:
        self.endpoints: dict[str, Any] = server.discovery().json()
        self.client = client or Client(secret=server.portal_secret)
        self._http = httpx.Client(verify=server.trust())
        self.verifier = secrets.token_urlsafe(48)
        self.headers: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def challenge(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def ask(self, **changes: str | None) -> httpx.Response:
        """The provider's answer to an authorization request; a change of None leaves the parameter out."""
        asked: dict[str, str | None] = {
            "client_id": self.client.name,
            "redirect_uri": self.client.redirect,
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(8),
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }
        asked |= changes
        given = {name: value for name, value in asked.items() if value is not None}
        return self._http.get(self.endpoints["authorization_endpoint"], params=given, headers=self.headers)

    def enter(self, page: httpx.Response, name: str, password: str) -> httpx.Response:
        """Fill in the form of the page that `ask` gave."""
        form = _Form()
        form.feed(page.text)
        assert form.action, page.text
        return self._http.post(form.action, data={"username": name, "password": password})

    def redeem(self, code: str, verifier: str | None = None) -> httpx.Response:
        """What the portal gets for a code."""
        return self._token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.client.redirect,
            code_verifier=self.verifier if verifier is None else verifier,
        )

    def refresh(self, token: str) -> httpx.Response:
        return self._token(grant_type="refresh_token", refresh_token=token)

    def _token(self, **data: str) -> httpx.Response:
        secret = {"client_secret": self.client.secret} if self.client.secret else {}
        return self._http.post(self.endpoints["token_endpoint"], data={"client_id": self.client.name, **secret, **data})

    def sign_in(self, name: str, password: str) -> dict[str, str]:
        """All tokens of a person who signs in."""
        answer = self.redeem(code_of(self.enter(self.ask(), name, password)))
        assert answer.is_success, answer.text
        found: dict[str, str] = answer.json()
        return found

    def sign_out(self, id_token: str, then: str = SIGNED_OUT) -> httpx.Response:
        """RP-initiated logout (OpenID Connect)."""
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": then}
        return self._http.get(self.endpoints["end_session_endpoint"], params=asked)


def told(answer: httpx.Response) -> dict[str, list[str]]:
    """What a redirect back to the client says."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 302, answer.text
    return told(answer)["code"][0]
