"""An installation, from the outside: its services over HTTP, tokens, and the way into Kafka."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from uuid import UUID

import httpx
from confluent_kafka.admin import AdminClient

from deploy.engines.kafka_client import administration
from deploy.provision.partners import Partner, PartnerBook
from deploy.target.mail import code_for
from deploy.target.person import Person, RoleName
from deploy.target.target import Target, TargetError, TokenSource
from shared.security.tokens import LocalIssuer

TOKEN_LIFESPAN = timedelta(hours=8)
TOKEN_COMMAND_TIMEOUT = 60.0
"""Seconds: it may ask a person to sign in."""
READ_TIMEOUT = 5.0
"""Seconds for what is read: a service that takes longer is as good as away."""
WORK_TIMEOUT = 60.0
"""Seconds for what changes much at once: an import of thousands of rows is one transaction."""
ONE_TOKEN = Lock()
"""Several services may be asked at once, but a person is asked to sign in once at a time."""


@dataclass(frozen=True)
class Client:
    """One installation. Every method raises ``TargetError`` for what its target does not have."""

    target: Target

    @property
    def services(self) -> Mapping[str, str]:
        """Base URLs of the services."""
        return self.target.services

    @property
    def partners(self) -> PartnerBook:
        """The partners whose part the operators play."""
        if self.target.partners is None:
            raise TargetError("target_lacks", what="partners")
        return PartnerBook(self.target.partners)

    def connection(self, credentials: tuple[str, str] | None = None) -> dict[str, str]:
        """Kafka in confluent-kafka's words, as the operators' user unless another (user, password) is given."""
        if self.target.kafka is None:
            raise TargetError("target_lacks", what="kafka")
        return self.target.kafka.connection(credentials)

    def admin(self) -> AdminClient:
        """Kafka's administration, as the operators' user."""
        return administration(self.connection())

    def stores(self) -> Mapping[str, str]:
        """A connection string for each service's store."""
        if not self.target.stores:
            raise TargetError("target_lacks", what="stores")
        return self.target.stores

    def url(self, service: str) -> str:
        """Where the service's HTTP API is."""
        if service not in self.services:
            raise TargetError("part_missing", part=service)
        return self.services[service]

    def token(
        self,
        role: RoleName,
        *,
        subject: str | None = None,
        supplier: UUID | None = None,
        anchor: UUID | None = None,
        partner: str | None = None,
    ) -> str:
        """A bearer token. Where no key is at hand there is one for the operator alone."""
        source = self.target.token
        if source.issuer_folder is None:
            if role != "operator":
                raise TargetError("target_lacks", what="token.issuer_folder")
            with ONE_TOKEN:
                return _operators(source)
        person = Person.of(role, subject, supplier=supplier, anchor=anchor, partner=partner)
        issuer = LocalIssuer(source.issuer_folder, source.issuer)
        return issuer.issue(person.subject, list(person.roles), TOKEN_LIFESPAN, **person.bonds)

    def mailed_code(self, about: str) -> str | None:
        """The one-time code that was mailed about something; None where mail goes to its people alone."""
        return None if self.target.mail is None else code_for(self.target.mail, about)

    def http(self, service: str, token: str | None = None, *, timeout: float = WORK_TIMEOUT) -> httpx.Client:
        """An HTTP client of the service, as an operator unless another token is given."""
        return httpx.Client(
            base_url=self.url(service),
            headers={"Authorization": f"Bearer {token or self.token('operator')}"},
            timeout=timeout,
            trust_env=False,
            verify=self.trust(),
        )

    def trust(self) -> ssl.SSLContext | bool:
        """How certificates are checked. Where nothing is TLS nothing is read: the system's take longer than a call."""
        if not any(url.startswith("https:") for url in self.services.values()):
            return False
        try:
            return ssl.create_default_context(cafile=self.target.ca_file)
        except OSError as error:  # no such file, or no certificate in it
            raise TargetError("target_unreadable", file=self.target.ca_file or "–", detail=error) from error

    def played(self, code: str) -> Partner | None:
        """What is known here of a partner; None where nothing is."""
        return None if self.target.partners is None else self.partners.of(code)

    def partner_credentials(self, code: str) -> tuple[str, str]:
        """Kafka user and password of a partner whose part is played here. Raises ``LookupError``."""
        partner = self.partners.of(code)
        if partner is None or partner.secret is None:
            raise LookupError(code)
        return partner.principal, partner.secret


def _operators(source: TokenSource) -> str:
    """The operator's token. Its text is asked for each time: tokens end, and what gives them renews them."""
    token = ""
    if source.command is not None:
        token = _printed(source.command)
    elif source.file is not None:
        try:
            token = source.file.read_text(encoding="utf-8")
        except OSError as error:
            raise TargetError("target_unreadable", file=source.file, detail=error) from error
    elif source.env is not None:
        token = os.environ.get(source.env, "")
    if not token.strip():
        raise TargetError("token_missing", where=source.env or source.file or " ".join(source.command or ()))
    return token.strip()


def _printed(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  (the operators' own program)
            command, capture_output=True, text=True, timeout=TOKEN_COMMAND_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise TargetError("token_command", command=" ".join(command), detail=error) from error
    return done.stdout
