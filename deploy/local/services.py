"""The services that this checkout has, and how each is run on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from deploy.engines.command import Command
from deploy.engines.kafka import Kafka
from deploy.engines.ports import free_port
from deploy.local.issuer import process as issuer
from deploy.local.layout import Layout
from deploy.target.keys import ISSUER
from deploy.target.services import ROOT

STORES = "PDP_STORES"
"""JSON object from service to connection string, for the process that migrates."""

STOP_GRACE = 25.0
"""More seconds than a service takes to finish what is under way (`stop_grace_s`), so that none is cut off."""

USUAL_PORTS = {
    "portal": 8100,
    "registration": 8101,
    "matching": 8102,
    "diagnosis": 8103,
    "development": 8104,
    "financing": 8105,
    issuer.NAME: 8106,
}


def processes(services: Iterable[str]) -> tuple[str, ...]:
    """What runs beside the engines for these services: where people sign in, the issuer too, and first."""
    names = tuple(services)
    return (issuer.NAME, *names) if issuer.PORTAL in names else names


def choose_ports(names: Iterable[str], *, usual: bool = True) -> dict[str, int]:
    """The usual port of each process, or another one where that is taken. Raises ``OSError`` when none is free."""
    chosen: dict[str, int] = {}
    for name in names:
        port = free_port(USUAL_PORTS[name] if usual else 0)
        while port in chosen.values():
            port = free_port()
        chosen[name] = port
    return chosen


def command(name: str, *, layout: Layout, kafka: Kafka, password: str, store: str, ports: Mapping[str, int]) -> Command:
    """The process of one service; what it must know goes through its environment, which only its owner can read."""
    environment = {
        "PDP_ATTACHMENT_FOLDER": str(layout.attachments),
        "PDP_AUDIT_KEY": layout.audit_seeds([name])[name],
        "PDP_DATABASE_URL": store,
        "PDP_HTTP_PORT": str(ports[name]),
        "PDP_INSTANCE": "local",
        "PDP_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "PDP_KAFKA_USER": name,
        "PDP_KAFKA_PASSWORD": password,
        "PDP_MAIL_FOLDER": str(layout.mail),
        "PDP_OIDC_ISSUER": ISSUER,
        "PDP_OIDC_JWKS": str(layout.issuer().jwks_path),
        "PDP_OUTBOX_TOGETHER": "true",
        "PDP_SEALING_ERASURES": layout.erasures.absolute().as_uri(),
        "PDP_SEALING_KEYS": layout.sealing_keys([name])[name],
    }
    if name == issuer.PORTAL:
        environment |= issuer.portal_environment(layout, ports)
    elif issuer.PORTAL in ports:
        environment |= issuer.stage_environment(ports)
    argv = (sys.executable, "-m", f"services.{name}")
    return Command(name, argv, log=layout.log(name), env=environment, cwd=ROOT)


def migration(layout: Layout, stores: Mapping[str, str]) -> Command:
    """The process that brings these stores to the newest revision, and ends."""
    argv = (sys.executable, "-m", "deploy.local.migrate")
    return Command("migrations", argv, log=layout.log("migrations"), env={STORES: json.dumps(dict(stores))}, cwd=ROOT)
