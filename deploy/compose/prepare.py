"""`python -m deploy.compose.prepare [PARTNER...]`: makes every secret that is missing, once, as root in a container.

Passwords, keys and certificates go to a folder for each container, readable by its account alone. Run again, it changes
nothing but certificates that soon end. Partners that are named join those that there are.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.compose.certificates import Authority
from deploy.compose.layout import (
    BROKERS,
    IDENTITY,
    PORTS,
    PROVISIONER,
    SECRETS,
    STAGES,
    STORE_PORT,
    USUAL_PORTS,
    Secrets,
    store_url,
)
from deploy.engines.errors import DeployError
from deploy.engines.kafka_config import ADMIN, SCRAM
from deploy.engines.ports import LOOPBACK
from deploy.engines.postgres_server import service_role
from deploy.engines.private import kept_secrets, new_secret, write_private
from deploy.provision.partners import CODE, Partner, PartnerBook
from deploy.target import target
from deploy.target.target import KafkaAccess, Target, TokenSource

HOST = "PDP_HOST"
"""Name or address by which clients outside the containers reach Kafka."""

MAILING = ("registration", "portal")
"""The services that send mail."""
KEEPING = ("registration", "diagnosis", "development")
"""Those that keep attachments."""
OBJECTS = "objects"
"""The store of their bucket, in the profile of that name."""
SMTP_PASSWORD = "smtp-password"  # noqa: S105 - the name of a file
"""Of the operator's folder, one line: with what these sign in at the server that takes mail."""

KAFKA_UID, STORE_UID, SERVICE_UID, KEYCLOAK_UID = 1000, 999, 10001, 1000
"""The accounts of the images `apache/kafka`, `postgres`, our own, and `keycloak/keycloak`."""


class Preparation:
    """One run over the folder of secrets."""

    def __init__(self, secrets: Secrets, host: str, ports: str) -> None:
        """`ports`: the first two digits of every published port."""
        self._secrets = secrets
        self._host = host
        self._ports = ports
        self._operator = secrets.operator
        self._operator.data.mkdir(parents=True, exist_ok=True)
        self._authority = Authority(self._operator.data)
        self.changed: list[str] = []
        """What was made or renewed, without its content."""

    def all(self, joining: Iterable[str] = ()) -> None:
        issuer = self._operator.issuer()
        issuer.ensure_key()
        partners = self._partners(joining)
        users = self._operator.service_passwords([*STAGES, ADMIN])
        stores = self._secrets.store_passwords()
        seeds, works_as = self._operator.audit_seeds(STAGES), self._secrets.service_passwords()
        sealing = self._operator.sealing_keys(STAGES)
        superusers = kept_secrets(self._operator.data / "superusers.json", stores)
        for broker in BROKERS:
            self._broker(broker)
        for name in STAGES:
            self._stage(name, users[name], issuer.jwks_path.read_text())
            self._store(name, stores[name], works_as[name])
            self._write(name, "env/PDP_AUDIT_KEY", seeds[name], SERVICE_UID)
            self._write(name, "env/PDP_SEALING_KEYS", sealing[name], SERVICE_UID)
            _own(self._secrets.erasures(name))
        self._mail()
        self._attachments()
        self._keycloak(stores[IDENTITY])
        for owner, password in stores.items():
            self._write(f"{owner}-store", "role_password", password, STORE_UID)
            self._write(f"{owner}-store", "env/POSTGRES_PASSWORD", superusers[owner], STORE_UID)
        secrets = {partner.principal: partner.secret for partner in partners if partner.secret}
        self._identity("provision", PROVISIONER, SERVICE_UID)
        target.write(self._target(users[ADMIN], stores), self._operator.target)
        self._write("provision", "users.json", json.dumps({**users, **secrets}), SERVICE_UID)

    def _target(self, password: str, stores: Mapping[str, str]) -> Target:
        """The platform as the machine around the containers reaches it."""
        numbered = [*enumerate(STAGES, start=1)]
        brokers = ",".join(f"{self._host}:{self._ports}19{number}" for number, _ in enumerate(BROKERS, start=1))
        return Target(
            kind="compose",
            services={name: f"http://{LOOPBACK}:{self._ports}10{number}" for number, name in numbered},
            kafka=KafkaAccess(
                bootstrap=brokers,
                mechanism=SCRAM,
                user=ADMIN,
                password=password,
                ca_file=self._authority.certificate_file,
            ),
            token=TokenSource(issuer_folder=self._operator.issuer_folder),
            stores={
                name: store_url(name, stores[name], f"{LOOPBACK}:{self._ports}13{number}") for number, name in numbered
            },
            partners=self._operator.partners,
            audit_keys=self._operator.audit_keys(STAGES),
        )

    def give(self) -> None:
        """What people need belongs to whoever owns the folder."""
        owner = self._secrets.root.stat()
        for path in (self._operator.data, *self._operator.data.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
            path.chmod(0o700 if path.is_dir() else 0o600)

    def _partners(self, joining: Iterable[str]) -> tuple[Partner, ...]:
        book = PartnerBook(self._operator.partners)
        known = {partner.code for partner in book.ensure_first()}
        for code in joining:
            if not CODE.fullmatch(code):
                raise DeployError("partner_code", code=code)
            if code not in known:
                book.put(Partner(code, new_secret()))
        return book.all()

    def _broker(self, name: str) -> None:
        self._identity(name, name, KAFKA_UID, {name, "localhost", "127.0.0.1", self._host})

    def _stage(self, name: str, password: str, jwks: str) -> None:
        self._write(name, "ca.crt", self._authority.certificate_file.read_text(), SERVICE_UID)
        self._write(name, "jwks.json", jwks, SERVICE_UID)
        self._write(name, "env/PDP_KAFKA_PASSWORD", password, SERVICE_UID)

    def _store(self, name: str, owner_password: str, service_password: str) -> None:
        """Migrations work as the store's owner, the service as a role that owns nothing."""
        address = f"{name}-store:{STORE_PORT}"
        own = store_url(name, service_password, address, service_role(name))
        self._write(name, "env/PDP_DATABASE_URL", own, SERVICE_UID)
        self._write(f"{name}-migrations", "env/PDP_DATABASE_URL", store_url(name, owner_password, address), SERVICE_UID)
        self._write(f"{name}-store", "service_password", service_password, STORE_UID)

    def _mail(self) -> None:
        """The folders of mail that no server takes, and the password of one that does, which an operator put there."""
        given = self._operator.data / SMTP_PASSWORD
        for service in MAILING:
            _own(self._secrets.mail(service))
            if given.exists():
                self._write(service, "env/PDP_SMTP_PASSWORD", given.read_text(encoding="utf-8").strip(), SERVICE_UID)

    def _attachments(self) -> None:
        """Their folders, and the secret of the bucket's store: made up the first time, or another store's, which an
        operator wrote there.
        """
        secret = kept_secrets(self._operator.data / "objects.json", (OBJECTS,))[OBJECTS]
        self._write(OBJECTS, "env/ROOT_SECRET_KEY", secret, 0)
        for service in KEEPING:
            _own(self._secrets.attachments(service))
            self._write(service, "env/PDP_ATTACHMENT_SECRET_KEY", secret, SERVICE_UID)

    def _keycloak(self, store_password: str) -> None:
        known = kept_secrets(self._operator.data / "identity.json", ("admin", "portal"))
        self._identity(IDENTITY, IDENTITY, KEYCLOAK_UID, {IDENTITY, "localhost"})
        for name, value in (
            ("KC_DB_PASSWORD", store_password),
            ("KC_BOOTSTRAP_ADMIN_PASSWORD", known["admin"]),
            ("PDP_PORTAL_SECRET", known["portal"]),
        ):
            self._write(IDENTITY, f"env/{name}", value, KEYCLOAK_UID)
        self._write("portal", "env/PDP_PORTAL_CLIENT_SECRET", known["portal"], SERVICE_UID)

    def _identity(self, container: str, name: str, uid: int, hosts: set[str] | None = None) -> None:
        """Key and certificate in one file, as Kafka and OpenSSL take them."""
        file = self._secrets.of(container) / "identity.pem"
        if not (file.exists() and self._authority.vouches(file.read_text(), hosts or ())):
            made = self._authority.issue(name, hosts or ())
            self._write(container, file.name, made.key + made.certificate, uid)
        self._write(container, "ca.crt", self._authority.certificate_file.read_text(), uid)

    def _write(self, container: str, name: str, text: str, uid: int) -> None:
        root = self._secrets.of(container)
        file = root / name
        if not file.exists() or file.read_text() != text:
            write_private(file, text)
            self.changed.append(f"{container}/{name}")
        for path in (root, file.parent, file):
            os.chown(path, uid, uid)
            path.chmod(0o700 if path.is_dir() else 0o400)


def _own(folder: Path) -> None:
    """Have a folder that a service writes into, and nobody else."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, SERVICE_UID, SERVICE_UID)
    folder.chmod(0o700)


def main() -> None:
    host, ports = os.environ.get(HOST) or "localhost", os.environ.get(PORTS) or USUAL_PORTS
    preparation = Preparation(Secrets(Path(os.environ[SECRETS])), host, ports)
    preparation.all(sys.argv[1:])
    preparation.give()
    print(f"made or renewed: {', '.join(preparation.changed) or 'nothing'}")  # noqa: T201  (the job's outcome)


if __name__ == "__main__":
    try:
        main()
    except DeployError as refusal:
        sys.exit(str(refusal))
