"""Issuers of tokens under one roof: the one of this machine, and Keycloak. The suite asks both for the same."""

import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import httpx
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from deploy.engines.ports import LOOPBACK
from deploy.local.issuer import tickets
from deploy.local.issuer.app import application
from deploy.local.issuer.provider import Provider as OfMachine
from deploy.local.issuer.settings import IssuerSettings
from deploy.target.keys import ISSUER, Keys
from deploy.target.person import Person
from shared.service.http.connection import Connection
from tests.security.keycloak import REALM, Keycloak, running
from tests.security.sign_in import SIGNED_IN, Browser, Client, code_of


class Provider(Protocol):
    """Whoever says who somebody is."""

    port: int
    """Where its keys are served."""

    def settings(self, port: int) -> dict[str, Any]:
        """The services' settings for it, with its keys at this port."""

    def token(self, roles: Sequence[str], **bound: str) -> str:
        """An access token of a new person. `bound`: supplier_id, anchor_id."""

    def token_for_others(self) -> str:
        """An access token that is for somebody else's API."""

    def replace_key(self) -> None:
        """From now on another key signs, and the last one is taken back."""


class Local:
    """The issuer of one machine, as the portal meets it: people come with a ticket."""

    def __init__(self, folder: Path, port: int, redirect: str = SIGNED_IN) -> None:
        self.port, self._keys = port, Keys(folder)
        self.issuer = self._keys.issuer()
        self.issuer.ensure_key()
        self.portal_secret = self._keys.portal_secret
        self.told = IssuerSettings(
            data=folder,
            port=port,
            client_secret=SecretStr(self.portal_secret),
            redirect_uri=redirect,
        )
        self.provider = OfMachine(self.told)

    def discovery(self) -> httpx.Response:
        return httpx.get(f"http://{LOOPBACK}:{self.port}/.well-known/openid-configuration")

    def trust(self) -> bool:
        return False

    def settings(self, port: int) -> dict[str, Any]:
        return {"oidc_issuer": ISSUER, "oidc_jwks": f"http://{LOOPBACK}:{port}/jwks"}

    def ticket(self, *roles: str, **bound: str) -> str:
        return tickets.issued(self.issuer, Person("ana", roles, bound))

    def token(self, roles: Sequence[str], **bound: str) -> str:
        with Browser(self) as browser:
            answer = browser.redeem(code_of(browser.ask(login_hint=self.ticket(*roles, **bound))))
        return str(answer.raise_for_status().json()["access_token"])

    def token_for_others(self) -> str:
        return self.issuer.sign("account", "ana", timedelta(minutes=5), roles=["operator"])

    def replace_key(self) -> None:
        self.issuer.forget_key()
        self.issuer.ensure_key()


class OfKeycloak:
    """The realm of `deploy/identity`: a person is made, and signs in as at the portal."""

    def __init__(self, server: Keycloak) -> None:
        self.server = server
        self.port = server.port

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "oidc_issuer": self.server.issuer,
            "oidc_jwks": f"https://localhost:{port}/realms/{REALM}/protocol/openid-connect/certs",
            "oidc_ca_file": str(self.server.authority),
            "oidc_roles_claim": "realm_access.roles",
        }

    def person(self, roles: Sequence[str] = (), **bound: str) -> tuple[str, str]:
        """Name and password of somebody new."""
        name, password = f"ana-{secrets.token_hex(4)}", secrets.token_hex(8)
        self.server.add_person(name, password, list(roles), bound)
        return name, password

    def token(self, roles: Sequence[str], **bound: str) -> str:
        with Browser(self.server) as browser:
            return browser.sign_in(*self.person(roles, **bound))["access_token"]

    def token_for_others(self) -> str:
        with Browser(self.server, account_console(self.server)) as browser:
            return browser.sign_in(*self.person(["operator"]))["access_token"]

    def replace_key(self) -> None:
        kind = "org.keycloak.keys.KeyProvider"
        old = self.server.admin("GET", "/components", params={"type": kind}).json()
        config = {"priority": ["200"], "algorithm": ["RS256"], "keySize": ["2048"]}
        new = {"name": secrets.token_hex(4), "providerId": "rsa-generated", "providerType": kind, "config": config}
        self.server.admin("POST", "/components", json=new)
        for key in (key for key in old if key["providerId"] == "rsa-generated"):
            self.server.admin("DELETE", f"/components/{key['id']}")


def account_console(server: Keycloak) -> Client:
    """The page of Keycloak where people see their own account: a client that is none of ours."""
    return Client("account-console", f"{server.issuer}/account/")


@contextmanager
def local(
    folder: Path, redirect: str = SIGNED_IN, around: Callable[[ASGIApp], ASGIApp] = lambda app: app
) -> Iterator[Local]:
    """The one of a machine, over HTTP. `around`: what a test puts before it."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        found = Local(folder, listening.getsockname()[1], redirect)
        app = around(application(found.provider))
        server = uvicorn.Server(uvicorn.Config(app, http=Connection, log_config=None, lifespan="off"))
        serving = Thread(target=server.run, args=([listening],), name="issuer")
        serving.start()
        try:
            yield found
        finally:
            server.should_exit = True
            serving.join()


@contextmanager
def keycloak(folder: Path) -> Iterator[OfKeycloak]:
    with running(folder) as server:
        yield OfKeycloak(server)
