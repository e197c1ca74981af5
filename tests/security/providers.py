"""Issuers of tokens under one roof: the one of this machine, and Keycloak. The suite asks both for the same."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from deploy.engines.ports import LOOPBACK
from shared.security.tokens import LocalIssuer
from tests.security.keycloak import REALM, Keycloak, running
from tests.security.sign_in import Browser, Client

LOCAL = "http://127.0.0.1/pdp"


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
    """The issuer of one machine, its key set served as any issuer's."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._issuer, self._others = LocalIssuer(folder, LOCAL), LocalIssuer(folder, LOCAL, audience="account")
        self._issuer.ensure_key()

    def settings(self, port: int) -> dict[str, Any]:
        return {"oidc_issuer": LOCAL, "oidc_jwks": f"http://{LOOPBACK}:{port}/jwks.json"}

    def token(self, roles: Sequence[str], **bound: str) -> str:
        return self._issuer.issue("ana", list(roles), timedelta(minutes=5), **bound)

    def token_for_others(self) -> str:
        return self._others.issue("ana", ["operator"])

    def replace_key(self) -> None:
        self._issuer.forget_key()
        self._issuer.ensure_key()


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


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def local(folder: Path) -> Iterator[Local]:
    with ThreadingHTTPServer((LOOPBACK, 0), partial(_Quiet, directory=folder)) as server:
        serving = Thread(target=server.serve_forever, name="keys")
        serving.start()
        try:
            yield Local(folder, server.server_port)
        finally:
            server.shutdown()
            serving.join()


@contextmanager
def keycloak(folder: Path) -> Iterator[OfKeycloak]:
    with running(folder) as server:
        yield OfKeycloak(server)
